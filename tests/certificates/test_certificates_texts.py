"""What is told of a certificate file fits the terminal, does nothing to it, and is the same as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_chains import root
from shipped_library import LIBRARY

from harness.certificates.check import check_as_json, check_text
from harness.certificates.rules import Examination
from harness.certificates.show import ShownCertificate, WantedName, names_looked_for
from harness.certificates.show_json import sight_as_json
from harness.certificates.show_text import sight_text
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASES
from harness.pki import LabPki, LeafOrder, certificates_pem
from harness.report.columns import in_columns
from harness.x509.files import Holding, read_holding
from harness.x509.name_rules import POLICIES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAB_PKI = LabPki(LIBRARY.catalogue, NOW)
WANTED = names_looked_for(LIBRARY.healthy)


def sight(
    profile: str = "expressway-e", *faults: str, trust: tuple[str, ...] | None = None, **names: Any
) -> ShownCertificate:
    credentials = LAB_PKI.issue(LeafOrder(profile, faults, **names))
    holding = read_holding(certificates_pem(credentials.sent).encode(), "edge.pem")
    anchors = None if trust is None else tuple(map(LAB_PKI.certificate_of, trust))
    return ShownCertificate("edge.pem", holding, NOW, WANTED, anchors)


def told(seen: ShownCertificate) -> str:
    """Return the text in one line, so that no line end stands in the way of a sentence."""
    return " ".join(sight_text(seen, width=80, unicode=True).split())


def as_json(seen: ShownCertificate) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(sight_as_json(seen))
    return read


def test_names_key_and_dates_are_told() -> None:
    text = told(sight())
    assert "DNS names us-expe1.example.com, example.com" in text
    assert "key ECDSA P-256" in text
    assert "in date 2026-11-14 to 2027-05-23, 180 days left" in text
    assert "usages (EKU) serverAuth, clientAuth" in text
    assert "private key is not in the file" in text


@pytest.mark.parametrize(
    ("fault", "server", "client"),
    [
        ("no-eku", True, True),
        ("server-auth-only", True, False),
        ("client-auth-only", False, True),
        ("any-eku-only", False, False),
        ("sip-domain-eku-only", False, False),
        ("eku-restricted-intermediate", True, False),
        ("no-digital-signature", False, False),
    ],
)
def test_usages_allow_what_openssl_allows(fault: str, server: bool, client: bool) -> None:
    seen = sight("expressway-e", fault)
    roles = as_json(seen)["roles"]
    assert (roles["server"]["fit"], roles["client"]["fit"]) == (server, client)
    assert told(seen).count("no (alert 43): ") == (not server) + (not client)


def test_each_name_gets_the_opinion_of_each_policy() -> None:
    seen = replace(sight("expressway-e", "cn-only"), wanted=(WantedName("us-expe1.example.com"),))
    (name,) = as_json(seen)["names"]
    accepted = {policy: opinion["accepted"] for policy, opinion in name["policies"].items()}
    assert accepted == {"expressway": True, "san-only": False, "rfc5922": True, "rfc9525": False}
    assert "us-expe1.example.com yes no yes no" in told(seen)


def test_the_lab_looks_for_names_of_every_link() -> None:
    names = {wanted.name for wanted in WANTED}
    assert {
        "callservice.webex.com",
        "us-expe1.example.com",
        "example.com",
        "expc1.example.com",
        "peer.example",
    } <= names
    assert all(wanted.sought for wanted in WANTED)
    assert set(POLICIES) == set(as_json(sight())["names"][0]["policies"])


def test_what_an_expressway_sends_is_completed_from_its_trust_list() -> None:
    bare = sight("expressway-e", "missing-intermediate", trust=("public-root", "public-issuing"))
    chain = ["us-expe1.example.com", "TEST ONLY Public Issuing CA", "TEST ONLY Public Root CA"]
    assert as_json(bare)["completed"] == chain
    assert len(as_json(bare)["certificates"]) == 1
    assert as_json(replace(bare, trust=None))["completed"] is None


def test_a_trust_list_that_lacks_the_root_is_told_and_nothing_is_told_without_one() -> None:
    assert "not in the verifier's trust list" in told(sight("expressway-e", "with-root", trust=("private-root",)))
    assert "trust list;" not in told(sight("expressway-e", "with-root"))


def test_a_certificate_that_is_over_says_so() -> None:
    seen = sight("expressway-e", "expired")
    assert "2026-05-08 to 2026-11-14, over" in told(seen)
    assert as_json(seen)["certificates"][0]["days_left"] == -10
    assert "not yet" in told(replace(seen, at=NOW - timedelta(days=300)))


OUR_PATH = {
    "The certificate": "us-expe1.example.com",
    "CA 1 above it": "TEST ONLY Public Issuing CA",
    "CA 2 above it": "TEST ONLY Public Root CA",
}


def test_what_has_nothing_to_do_with_it_is_told_in_a_line_each() -> None:
    ours = LAB_PKI.issue(LeafOrder("expressway-e")).sent
    sound = [name for name, profile in LIBRARY.catalogue.authorities.items() if not profile.flaw]
    others = map(LAB_PKI.certificate_of, sound)
    holding = read_holding(certificates_pem((*ours, *others)).encode(), "bundle.pem")
    text = sight_text(ShownCertificate("bundle.pem", holding, NOW, WANTED), width=80, unicode=True)
    assert "Not related to it:" in text
    assert [f"{what}: {label}" in text for what, label in OUR_PATH.items()] == [True] * 3
    unrelated = len(holding.certificates) - len(OUR_PATH)
    assert text.count("\n  TEST ONLY") == min(unrelated, 10)


# --- on a terminal ---

ODD_NAMES = st.text(
    st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs"]), min_size=1, max_size=64
)


@given(ODD_NAMES, st.integers(60, 120), st.booleans())
def test_no_name_widens_a_line_or_acts_on_the_terminal(name: str, width: int, unicode: bool) -> None:
    facts = replace(sight().leaf, common_names=(name,), dns_names=(name * 9,), subject=name, crl_urls=(name * 20,))
    seen = replace(sight(), wanted=(WantedName(name, name),), file=f"{name}.pem")
    seen.__dict__["leaf"], seen.__dict__["path"] = facts, (facts,)
    _fits(sight_text(seen, width=width, unicode=unicode), width, unicode=unicode)


@pytest.mark.parametrize("role", CERTIFICATE_ROLES)
@pytest.mark.parametrize("unicode", [True, False])
def test_a_check_fits_the_terminal(role: str, unicode: bool) -> None:
    text = check_text(_case(role), "\x1b[2Jedge.pem", notes=["a\x1bnote"], width=80, unicode=unicode)
    _fits(text, 80, unicode=unicode)
    assert "client-auth-missing" in text or "client" not in CERTIFICATE_ROLES[role].purposes


def _fits(text: str, width: int, *, unicode: bool) -> None:
    assert max(map(len, text.split("\n"))) <= width
    assert [line for line in text.split("\n") if in_columns(line, unicode=unicode) != line] == []


def _case(role: str) -> Examination:
    sent = LAB_PKI.issue(LeafOrder("expressway-e", ("server-auth-only",))).sent
    return Examination(sent, CERTIFICATE_ROLES[role], RELEASES["x15.5"], NOW, names=("\u202egro.live",))


def test_a_check_says_first_and_last_how_much_was_found_and_not_examined() -> None:
    case = _case("expressway-c-client")
    lines = check_text(case, "edge.pem", notes=(), width=300, unicode=True).splitlines()
    assert lines[3] == lines[-1]
    assert lines[-1].endswith("; one thing was not examined")
    assert "not examined" not in check_text(replace(case, trust=()), "edge.pem", notes=(), width=300, unicode=True)


def test_a_name_that_is_a_uri_is_told_to_count_for_sip_alone() -> None:
    seen = sight("expressway-e")
    leaf = root("Some Root", "Some CA").issue("other.example", uris=("sip:us-expe1.example.com",))
    seen = replace(
        seen, holding=Holding((leaf,)), wanted=(WantedName("us-expe1.example.com"), WantedName("other.example"))
    )
    assert told(seen).count("the URI counts for SIP alone: no client of HTTPS reads it") == 1


def test_a_check_says_the_same_as_json() -> None:
    case = _case("expressway-c-client")
    document = json.loads(check_as_json(case, "edge.pem", notes=["sorted"]))
    text = check_text(case, "edge.pem", notes=["sorted"], width=80, unicode=True)
    assert [finding["rule"] for finding in document["findings"] if f"{finding['rule']}: " not in text] == []
    assert {finding["severity"] for finding in document["findings"]} == {"error", "info"}
    assert (document["role"], document["release"], document["notes"]) == ("expressway-c-client", "x15.5", ["sorted"])
    assert f"{sum(each['severity'] == 'error' for each in document['findings'])} errors, 0 warnings" in text
