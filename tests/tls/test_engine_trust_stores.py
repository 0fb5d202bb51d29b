"""What OpenSSL makes of trust stores that aged: cross-signed roots, reissued intermediates, CAs of one name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from engine_bench import BOTH_VERSIONS, CALLER, LAB_PKI, MUTUAL, Meeting, at_version, fatal_alerts, meeting, objections

from harness.pki import LabPki, LeafOrder
from harness.tls.profile import TlsProfile
from harness.x509.path import explain_path

BEFORE, TODAY = datetime(2021, 6, 1, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
ESTATES = {when: LabPki(LAB_PKI.catalogue, when) for when in (BEFORE, TODAY)}
EXPIRED, UNKNOWN_CA = 45, 48

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)

# issuer of the shown certificate, trust store, day -> alert, (depth, X509_V_ERR); None where it is accepted
STORES: dict[str, tuple[str, tuple[str, ...], datetime, tuple[int, int, int] | None]] = {
    "cross-signed root, before: the old root": ("isrg-issuing", ("dst-root",), BEFORE, None),
    "cross-signed root, before: the young root": ("isrg-issuing", ("isrg-root",), BEFORE, None),
    "cross-signed root, today: the young root": ("isrg-issuing", ("isrg-root",), TODAY, None),
    "cross-signed root, today: both": ("isrg-issuing", ("dst-root", "isrg-root"), TODAY, None),
    "cross-signed root, today: both, young first": ("isrg-issuing", ("isrg-root", "dst-root"), TODAY, None),
    "cross-signed root, today: only the dead root": ("isrg-issuing", ("dst-root",), TODAY, (EXPIRED, 3, 10)),
    "cross-signed root, today: with the crossed one": (
        "isrg-issuing",
        ("dst-root", "isrg-root-cross-signed", "isrg-root"),
        TODAY,
        None,
    ),
    "reissued intermediate, before: the old one": (
        "digicert-issuing",
        ("digicert-root", "digicert-issuing-2013"),
        BEFORE,
        None,
    ),
    "reissued intermediate, today: only the old one": (
        "digicert-issuing",
        ("digicert-root", "digicert-issuing-2013"),
        TODAY,
        (EXPIRED, 1, 10),
    ),
    "reissued intermediate, today: both": (
        "digicert-issuing",
        ("digicert-root", "digicert-issuing-2013", "digicert-issuing"),
        TODAY,
        None,
    ),
    "reissued intermediate, today: neither": ("digicert-issuing", ("digicert-root",), TODAY, None),
    "two CAs of one name": ("namesake-root-twin", ("namesake-root", "namesake-root-twin"), TODAY, None),
    "two CAs of one name, the other way round": (
        "namesake-root-twin",
        ("namesake-root-twin", "namesake-root"),
        TODAY,
        None,
    ),
    "two CAs of one name, only the first": ("namesake-root-twin", ("namesake-root",), TODAY, (UNKNOWN_CA, 0, 20)),
    "a root that nobody exchanged": ("public-sector-issuing", ("public-root",), TODAY, (UNKNOWN_CA, 1, 20)),
}


def shown(issuer: str, role: str, when: datetime) -> TlsProfile:
    estate = ESTATES[when]
    worn = estate.issue(LeafOrder(role, issuer=issuer))
    return TlsProfile(
        chain=worn.sent, private_key=worn.private_key, trusted=estate.anchors_of(["public-root"]), clock=when
    )


def verifying(profile: TlsProfile, role: str, trusted: tuple[str, ...], when: datetime) -> TlsProfile:
    worn = ESTATES[when].issue(LeafOrder(role))
    anchors = ESTATES[when].anchors_of(trusted)
    return replace(profile, chain=worn.sent, private_key=worn.private_key, trusted=anchors, clock=when)


def met_by_a_server(name: str, tls: str) -> Meeting:
    issuer, trusted, when, _ = STORES[name]
    caller = at_version(shown(issuer, "b2b-peer", when), tls)
    return meeting(caller, verifying(MUTUAL, "expressway-e", trusted, when))


@each_version
@pytest.mark.parametrize("name", STORES)
def test_a_server_finds_the_chain_that_its_store_allows(name: str, tls: str) -> None:
    *_, refusal = STORES[name]
    met = met_by_a_server(name, tls)
    assert [number for _, number in fatal_alerts(met.server)] == ([refusal[0]] if refusal else [])
    assert fatal_alerts(met.client) == ([("received", refusal[0])] if refusal else [])
    assert objections(met.server) == ([refusal[1:]] if refusal else [])


@each_version
@pytest.mark.parametrize("name", STORES)
def test_a_client_finds_the_chain_that_its_store_allows(name: str, tls: str) -> None:
    issuer, trusted, when, refusal = STORES[name]
    caller = at_version(verifying(CALLER, "b2b-peer", trusted, when), tls)
    met = meeting(caller, shown(issuer, "expressway-e", when))
    assert [number for _, number in fatal_alerts(met.client)] == ([refusal[0]] if refusal else [])
    assert fatal_alerts(met.server) == ([("received", refusal[0])] if refusal else [])
    assert objections(met.client) == ([refusal[1:]] if refusal else [])


@pytest.mark.parametrize("name", STORES)
def test_the_explainer_comes_to_what_openssl_comes_to(name: str) -> None:
    issuer, trusted, when, refusal = STORES[name]
    estate = ESTATES[when]
    told = explain_path(
        estate.issue(LeafOrder("b2b-peer", issuer=issuer)).sent,
        trusted=estate.anchors_of(trusted),
        known_authorities=tuple(estate.authorities().values()),
        purpose="client",
        at=when,
    )
    assert told.verify_code == (refusal[2] if refusal else 0)
