"""What each release lets into which store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.lab.releases import RELEASE_NAMES, RELEASES
from harness.lab.uploads import UPLOAD_RULES, Box, Store, Upload, refusal_of, warning_of
from harness.x509.certificate import CertificateFacts

USAGES: dict[str, tuple[str, ...] | None] = {
    "both": ("serverAuth", "clientAuth"),
    "server": ("serverAuth",),
    "client": ("clientAuth",),
    "any": ("anyExtendedKeyUsage",),
    "absent": None,
}


def facts(usages: str = "both", *names: str) -> CertificateFacts:
    """Return a certificate for these usages."""
    wanted = names or ("us-expe1.example.com",)
    return CertificateFacts("", 3, dns_names=wanted, extended_key_usage=USAGES[usages])


def rule(usages: str, release: str, store: Store = "server", box: Box = "expressway-e", *, switch: bool = False) -> str:
    """Return the key of the rule that refuses, empty where the certificate is taken."""
    refusal = refusal_of(Upload(facts(usages), box, store, RELEASES[release], switch))
    return refusal.rule if refusal else ""


@pytest.mark.parametrize("release", ["x14", "x15.0", "x15.2"])
def test_up_to_x15_3_one_certificate_must_serve_in_both_roles(release: str) -> None:
    assert rule("server", release) == "server-store-demands-client-auth"
    assert rule("any", release) == "server-store-demands-client-auth"
    assert [rule(usages, release) for usages in ("both", "client", "absent")] == ["", "", ""]


def test_x15_4_takes_a_server_certificate_behind_a_switch_and_on_expressway_e_alone() -> None:
    assert rule("server", "x15.4") == "server-store-switch-is-off"
    assert rule("server", "x15.4", switch=True) == ""
    assert rule("server", "x15.4", box="expressway-c", switch=True) == "server-store-demands-client-auth"


def test_x15_5_takes_any_usage_into_the_server_store() -> None:
    assert [rule(usages, "x15.5") for usages in USAGES] == [""] * len(USAGES)


def test_the_client_store_of_x15_5_demands_client_auth_or_no_extension_at_all() -> None:
    assert rule("server", "x15.5", "client") == "client-store-demands-client-auth"
    assert [rule(usages, "x15.5", "client") for usages in ("both", "client", "absent")] == ["", "", ""]


@pytest.mark.parametrize("release", RELEASE_NAMES)
def test_only_the_newest_release_has_a_client_store(release: str) -> None:
    assert (rule("both", release, "client") == "no-client-store") is (release != "x15.5")


@pytest.mark.parametrize("name", ["expe1", "203.0.113.7", "2001:db8::7"])
def test_a_host_name_without_domain_and_an_address_are_no_names_for_a_certificate(name: str) -> None:
    newest = RELEASES["x15.5"]
    as_dns_name = Upload(facts("both", "us-expe1.example.com", name), "expressway-e", "server", newest)
    as_common_name = Upload(replace(facts(), common_names=(name,)), "expressway-e", "server", newest)

    for upload in (as_dns_name, as_common_name):
        refusal = refusal_of(upload)
        assert refusal is not None
        assert refusal.rule == "unqualified-name"
        assert name in refusal.reason


def test_an_address_among_the_alternative_names_is_refused_too() -> None:
    upload = Upload(replace(facts(), ip_addresses=("203.0.113.7",)), "expressway-e", "server", RELEASES["x15.5"])

    assert (refusal_of(upload) or pytest.fail("taken")).rule == "unqualified-name"


def test_every_rule_says_what_is_wrong_in_words_that_it_fills() -> None:
    words = {"release": "X15.5", "usages": "serverAuth", "name": "expe1"}

    assert all("{" not in rule.reason.format_map(words) and rule.remedy and rule.source for rule in UPLOAD_RULES)


# --- round the web page (A1), and a switch that is out of date (A3) ---


@pytest.mark.parametrize("release", ["x14", "x15.0", "x15.2"])
@pytest.mark.parametrize("box", ["expressway-e", "expressway-c"])
def test_up_to_x15_3_only_the_web_page_refuses_it_and_the_remedy_says_so(box: Box, release: str) -> None:
    refusal = refusal_of(Upload(facts("server"), box, "server", RELEASES[release]))

    assert refusal is not None
    assert refusal.scp_gets_round
    assert "over SCP" in refusal.remedy
    assert "demand clientAuth" in refusal.remedy


@pytest.mark.parametrize(
    ("upload", "rule"),
    [
        (Upload(facts("server"), "expressway-e", "server", RELEASES["x15.4"]), "server-store-switch-is-off"),
        (Upload(facts("server"), "expressway-c", "server", RELEASES["x15.4"]), "server-store-demands-client-auth"),
        (Upload(facts("server"), "expressway-e", "client", RELEASES["x15.5"]), "client-store-demands-client-auth"),
        (Upload(facts("both", "expe1"), "expressway-e", "server", RELEASES["x15.2"]), "unqualified-name"),
    ],
)
def test_nothing_is_said_of_scp_where_no_document_does(upload: Upload, rule: str) -> None:
    refusal = refusal_of(upload)

    assert refusal is not None
    assert refusal.rule == rule
    assert not refusal.scp_gets_round
    assert "SCP" not in refusal.remedy


@pytest.mark.parametrize("release", RELEASE_NAMES)
@pytest.mark.parametrize("usages", ["both", "server"])
def test_the_switch_is_taken_with_a_warning_where_two_stores_make_it_pointless(release: str, usages: str) -> None:
    warned = warning_of(Upload(facts(usages), "expressway-e", "server", RELEASES[release], switch=True))

    assert ("deprecated on X15.5" in warned) is (release == "x15.5")
    assert warning_of(Upload(facts(usages), "expressway-e", "server", RELEASES[release])) == ""
