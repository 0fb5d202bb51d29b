"""A lab in somebody else's names."""

from __future__ import annotations

from harness.lab.renaming import Renaming

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
