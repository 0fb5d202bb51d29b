"""A lab in somebody else's names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.certificates.renaming import Renaming, host_in
from harness.x509.certificate import CertificateFacts, read_certificate

ACME = Renaming.of("us-expe1.example.com", "example.com", "expe.acme.com", "acme.com")


def test_host_and_domain_are_replaced_wherever_they_stand() -> None:
    assert ACME.text("sips:us-expe1.example.com:5061") == "sips:expe.acme.com:5061"
    assert ACME.text("user1@example.com") == "user1@acme.com"
    assert ACME.text("_sips._tcp.b2b.example.com") == "_sips._tcp.b2b.acme.com"


def test_the_hosts_own_label_is_replaced_as_zones_write_it() -> None:
    assert ACME.text("us-expe1 300 A 127.64.0.10") == "expe 300 A 127.64.0.10"


def test_names_in_regular_expressions_are_replaced_in_their_spelling() -> None:
    assert ACME.text(r".+@example\.com.*") == r".+@acme\.com.*"
    assert ACME.text(r"us\-expe1\.example\.com") == r"expe\.acme\.com"


def test_names_that_only_look_alike_stay() -> None:
    for name in ("example.comx", "anexample.com", "peer.example", "example.calls.webex.com", "us-expe11"):
        assert ACME.text(name) == name


def test_a_host_outside_the_domain_is_written_in_full() -> None:
    elsewhere = Renaming.of("us-expe1.example.com", "example.com", "edge.dmz.example", "acme.com")

    assert elsewhere.text("us-expe1 300 A 127.64.0.10") == "edge.dmz.example. 300 A 127.64.0.10"


def test_data_is_renamed_in_its_values_alone() -> None:
    lab = {"example.com": ["example.com", {"port": 5061, "on": True}], "names": ("us-expe1.example.com",)}

    assert ACME.data(lab) == {"example.com": ["acme.com", {"port": 5061, "on": True}], "names": ("expe.acme.com",)}


def test_without_other_names_nothing_changes() -> None:
    same = Renaming.of("us-expe1.example.com", "example.com", "us-expe1.example.com", "example.com")

    assert same.names == {}
    assert same.text("us-expe1.example.com") == "us-expe1.example.com"


def naming(common_name: str, *dns_names: str) -> CertificateFacts:
    """Return the facts of a certificate of these names."""
    return replace(read_certificate(b""), common_names=(common_name,), dns_names=dns_names)


@pytest.mark.parametrize("name", ["expe.acme.com", "EXPE.ACME.com", "expe.acme.com."])
def test_the_host_is_the_common_name_in_lower_case_without_its_final_dot(name: str) -> None:
    assert host_in(naming(name, "other.acme.com")) == "expe.acme.com"


@pytest.mark.parametrize(
    "name",
    [
        "10.1.2.3",
        "*.acme.com",
        "edge.*.com",
        "My Expressway v1.0 server",
        "b\u00fccher.example",
        "edge.acme\n.example",
        "edge.acme.com\n evil IN A 127.0.0.1\nx.com",
        "..",
        ".acme.com",
        "edge..com",
        "edge",
        "",
        "a." + "b" * 64,
        ".".join(["a" * 60] * 4),
    ],
)
def test_what_no_host_can_be_called_is_passed_over_for_the_next_name(name: str) -> None:
    assert host_in(naming(name, name, "expe.acme.com")) == "expe.acme.com"
    assert host_in(naming(name, name)) == ""
