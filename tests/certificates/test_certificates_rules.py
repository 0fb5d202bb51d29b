"""Every rule has a certificate that breaks it and a near one that does not, and says whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from certificate_forge import ANY, CLIENT, DAY, HOST, NOW, SERVER, SIP_DOMAIN, Forged, authority, forge
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from harness.certificates.rules import CERTIFICATE_RULES, Examination, RuleFinding, Severity, examine, unjudged
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASE_NAMES, RELEASES
from harness.pki.keys import SIGNATURES
from harness.x509.der import SEQUENCE, element
from harness.x509.structure import dissect

ROOT = authority("Root")
ISSUING = authority("Issuing", by=ROOT)
SERVER_ONLY_CA = authority("Server-only", by=ROOT, extended=(SERVER,))
NO_DEEPER_CA = authority("No deeper", by=ROOT, path_length=0)
DEEPER_CA = authority("Deeper", by=NO_DEEPER_CA)
DEMANDING = authority("Demanding", by=ROOT, critical=[x509.PolicyConstraints(0, None)])
LATER = authority("Demanding later", by=ROOT, critical=[x509.PolicyConstraints(5, None)])
NAMES = x509.SubjectAlternativeName([x509.DNSName(HOST)])
MUST_STAPLE = x509.TLSFeature([x509.TLSFeatureType.status_request])
LISTS = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.ca.example/1.crl")], None, None, None)]
)


def issued(by: Forged = ISSUING, **how: object) -> Forged:
    return forge(by=by, **how)  # type: ignore[arg-type]


LEAF = issued()


def case(
    role: str,
    leaf: Forged | bytes = LEAF,
    *above: Forged,
    release: str = "x15.5",
    trust: Sequence[Forged] | None = None,
    names: tuple[str, ...] = (),
    domains: tuple[str, ...] = (),
    at: datetime = NOW,
    was_sorted: bool = False,
) -> Examination:
    """Return a certificate to examine, the CAs above it in its file, and what is known of its place."""
    first = leaf if isinstance(leaf, bytes) else leaf.der
    return Examination(
        certificates=(first, *(each.der for each in above or (ISSUING,))),
        role=CERTIFICATE_ROLES[role],
        release=RELEASES[release],
        at=at,
        trust=None if trust is None else tuple(each.der for each in trust),
        names=names,
        domains=domains,
        was_sorted=was_sorted,
    )


def alone(role: str, leaf: Forged, **how: object) -> Examination:
    made = case(role, leaf, **how)  # type: ignore[arg-type]
    return replace(made, certificates=made.certificates[:1])


@dataclass(frozen=True)
class Pair:
    """A certificate that breaks a rule, and one that differs in that alone."""

    broken: Examination
    near: Examination


E_SERVER, E_CLIENT = "expressway-e-server", "expressway-e-client"
C_SERVER, C_CLIENT = "expressway-c-server", "expressway-c-client"
SERVER_ONLY = issued(extended=(SERVER,))
CLIENT_ONLY = issued(extended=(CLIENT,))
UNLIMITED = issued(extended=None)
CLOUD = "callservice.webex.com"
OLD_CLOUD = "callservice.ciscospark.com"
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
RESOURCES = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.8"), b"\x30\x00")
RESERVED_USAGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x30\x03\x06\x01")


EXPLICIT_P256 = bytes.fromhex(
    "3081f7020101302c06072a8648ce3d0101022100ffffffff00000001000000000000000000000000ffffffffffffffffffff"
    "ffff305b0420ffffffff00000001000000000000000000000000fffffffffffffffffffffffc04205ac635d8aa3a93e7b3eb"
    "bd55769886bc651d06b0cc53b0f63bce3c3e27d2604b031500c49d360886e704936a6678e1139d26b7819f7e900441046b17"
    "d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce3357"
    "6b315ececbb6406837bf51f5022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101"
)
"""The parameters of P-256 spelled out, as `openssl ecparam -param_enc explicit` writes them."""


def twice(leaf: Forged) -> bytes:
    """The same certificate with its last extension twice; its signature no longer fits."""
    parts = dissect(leaf.der)
    return replace(parts, extensions=(*parts.extensions, parts.extensions[-1])).signed(b"")


def version_1(leaf: Forged) -> bytes:
    return replace(dissect(leaf.der), version=b"", extensions=()).signed(b"")


def spelled_out(leaf: Forged) -> bytes:
    """The same certificate with the parameters of its curve where the curve's name stood."""
    parts = dissect(leaf.der)
    named, point = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"), parts.public_key[-68:]
    assert named in parts.public_key
    algorithm = element(SEQUENCE, named[2:11] + EXPLICIT_P256)
    return replace(parts, public_key=element(SEQUENCE, algorithm + point)).signed(b"")


PAIRS: dict[str, Pair] = {
    "upload-refused": Pair(case(E_CLIENT, SERVER_ONLY), case(E_CLIENT, UNLIMITED)),
    "upload-needs-switch": Pair(
        case(E_SERVER, SERVER_ONLY, release="x15.4"), case(E_SERVER, SERVER_ONLY, release="x15.5")
    ),
    "server-auth-missing": Pair(case(E_SERVER, CLIENT_ONLY), case(E_SERVER, UNLIMITED)),
    "client-auth-missing": Pair(case(E_CLIENT, SERVER_ONLY), case(E_CLIENT, CLIENT_ONLY)),
    "client-auth-for-mutual-port": Pair(case("b2b-peer", SERVER_ONLY), case("b2b-peer", UNLIMITED)),
    "any-usage-only": Pair(
        case("mra-phone", issued(extended=(ANY,))), case("mra-phone", issued(extended=(ANY, CLIENT)))
    ),
    "restricted-intermediate": Pair(
        case(E_CLIENT, issued(SERVER_ONLY_CA), SERVER_ONLY_CA), case(E_SERVER, issued(SERVER_ONLY_CA), SERVER_ONLY_CA)
    ),
    "key-usage": Pair(
        case(E_SERVER, issued(usages=("content_commitment",))), case(E_SERVER, issued(usages=("key_agreement",)))
    ),
    "service-check": Pair(
        case(E_SERVER, SERVER_ONLY, release="x15.2"), case(E_SERVER, SERVER_ONLY, release="x15.4")
    ),
    "cluster-check": Pair(
        case(C_SERVER, SERVER_ONLY, release="x15.2"), case(C_SERVER, SERVER_ONLY, release="x15.4")
    ),
    "one-store": Pair(case(E_SERVER, SERVER_ONLY, release="x15.4"), case(E_SERVER, SERVER_ONLY, release="x15.5")),
    "tunnel-client-auth": Pair(case(C_CLIENT, SERVER_ONLY), case(C_CLIENT, CLIENT_ONLY)),
    "sip-domain-usage": Pair(
        case("b2b-peer", LEAF), case("b2b-peer", issued(extended=(SERVER, CLIENT, SIP_DOMAIN)))
    ),
    "common-name-missing": Pair(case(E_SERVER, issued(name=None)), case(E_SERVER, LEAF)),
    "client-common-name-missing": Pair(
        case(C_CLIENT, issued(name=None)), case(C_CLIENT, issued(name=None), release="x15.4")
    ),
    "private-attribute": Pair(
        case(C_CLIENT, issued(attributes={"1.3.6.1.4.1.311.60.2.1.3": "US"})),
        case(C_CLIENT, issued(attributes={"2.5.4.15": "Private Organization"})),
    ),
    "dns-name-missing": Pair(case("unified-cm", issued(sans=())), case("unified-cm", LEAF)),
    "name-only-in-common-name": Pair(
        case(E_SERVER, issued(sans=("other.example.com",))), case(E_SERVER, issued(name=HOST.upper()))
    ),
    "wanted-name-missing": Pair(
        case(C_CLIENT, LEAF, names=(HOST, "cluster.example.com")), case(C_CLIENT, LEAF, names=(HOST,))
    ),
    "mra-domain-missing": Pair(
        case(E_SERVER, LEAF, domains=("example.com",)),
        case(E_SERVER, issued(sans=(HOST, "collab-edge.example.com")), domains=("example.com",)),
    ),
    "sip-domain-missing": Pair(
        case(E_SERVER, issued(sans=(HOST, "collab-edge.example.com")), domains=("example.com",)),
        case(E_SERVER, issued(sans=(HOST, "example.com")), domains=("example.com",)),
    ),
    "partner-domain-missing": Pair(
        case("b2b-peer", LEAF, domains=("example.com",)),
        case("b2b-peer", issued(sans=(HOST, "example.com")), domains=("example.com",)),
    ),
    "verified-domain-missing": Pair(
        case(E_CLIENT, issued(sans=("edge.badexample.com",)), domains=("example.com",)),
        case(E_CLIENT, LEAF, domains=("other.example", "Example.COM")),
    ),
    "cloud-name-missing": Pair(case("webex-cloud", LEAF), case("webex-cloud", issued(sans=("sip.webex.com",)))),
    "one-cloud-generation": Pair(
        case("webex-cloud", issued(sans=(OLD_CLOUD,))), case("webex-cloud", issued(sans=(OLD_CLOUD, CLOUD)))
    ),
    "wildcard-name": Pair(case(E_SERVER, issued(sans=(HOST, "*.example.com"))), case(E_SERVER, LEAF)),
    "trailing-dot": Pair(case("b2b-peer", issued(sans=(HOST, "example.com."))), case("b2b-peer", LEAF)),
    "no-dns-name": Pair(
        case("b2b-peer", issued(sans=(HOST, "peer.example "))), case("b2b-peer", issued(sans=(HOST, "a_b.example")))
    ),
    "address-as-dns-name": Pair(
        case("unified-cm", issued(more_names=(x509.DNSName("192.0.2.1"),))),
        case("unified-cm", issued(sans=(HOST, "192.0.2.1"))),
    ),
    "known-by-address": Pair(
        case("unified-cm", issued(sans=(HOST, "192.0.2.1")), names=("192.0.2.1",)),
        case("unified-cm", issued(sans=(HOST, "192.0.2.1")), names=(HOST,)),
    ),
    "self-signed": Pair(alone(E_SERVER, forge()), alone(E_SERVER, LEAF)),
    "chain-not-completed": Pair(
        case(E_SERVER, LEAF, trust=(ROOT,)), case(E_SERVER, LEAF, trust=(ROOT, ISSUING))
    ),
    "chain-not-trusted": Pair(
        alone("b2b-peer", LEAF, trust=(ROOT,)), case("b2b-peer", LEAF, trust=(ROOT,))
    ),
    "issuer-not-in-file": Pair(alone("b2b-peer", LEAF), alone("b2b-peer", LEAF, trust=(ROOT,))),
    "chain-broken": Pair(
        case(E_SERVER, issued(DEEPER_CA), DEEPER_CA, NO_DEEPER_CA),
        case(E_SERVER, issued(NO_DEEPER_CA), NO_DEEPER_CA),
    ),
    "out-of-order": Pair(case("b2b-peer", LEAF, ISSUING, ROOT, was_sorted=True), case("b2b-peer", LEAF, ISSUING, ROOT)),
    "root-sent": Pair(case("b2b-peer", LEAF, ISSUING, ROOT), case("b2b-peer", LEAF, ISSUING)),
    "authority-as-leaf": Pair(case(E_SERVER, ISSUING, ROOT), case(E_SERVER, LEAF)),
    "unreadable-part": Pair(
        case(E_SERVER, issued(extended=None, more=[RESERVED_USAGE])), case(E_SERVER, UNLIMITED)
    ),
    "critical-extension": Pair(
        case(E_SERVER, issued(critical=[UNKNOWN_EXTENSION])), case(E_SERVER, issued(more=[UNKNOWN_EXTENSION]))
    ),
    "malformed-extension": Pair(
        case(E_SERVER, issued(extended=None, more=[RESERVED_USAGE])), case(E_SERVER, UNLIMITED)
    ),
    "repeated-extension": Pair(
        case(E_SERVER, twice(issued(more=[UNKNOWN_EXTENSION]))), case(E_SERVER, issued(more=[UNKNOWN_EXTENSION]))
    ),
    "undecided": Pair(case(E_SERVER, issued(more=[RESOURCES])), case(E_SERVER, LEAF)),
    "version-1": Pair(case("b2b-peer", version_1(LEAF)), case("b2b-peer", LEAF)),
    "no-digital-signature": Pair(
        case(E_SERVER, issued(usages=("key_encipherment",))),
        case(E_SERVER, issued(usages=("key_encipherment", "digital_signature"))),
    ),
    "policy-missing": Pair(case(E_SERVER, issued(by=DEMANDING), DEMANDING), case(E_SERVER, issued(by=LATER), LATER)),
    "alternatives-not-critical": Pair(
        case(E_SERVER, issued(name="")), case(E_SERVER, issued(name="", sans=(), critical=[NAMES]))
    ),
    "must-staple": Pair(case(E_SERVER, issued(more=[MUST_STAPLE])), case(E_CLIENT, issued(more=[MUST_STAPLE]))),
    "critical-for-java": Pair(
        case(E_SERVER, issued(crls=(), critical=[LISTS])), case(E_SERVER, issued(crls=(), more=[LISTS]))
    ),
    "strict-peers": Pair(
        case(E_SERVER, issued(usages=("digital_signature", "key_cert_sign"))),
        case(E_SERVER, issued(usages=("digital_signature", "key_encipherment"))),
    ),
    "weak-key": Pair(case(E_SERVER, issued(key="rsa-1024")), case(E_SERVER, issued(key="rsa-2048"))),
    "unusable-key": Pair(case(E_SERVER, issued(key="p224")), case(E_SERVER, issued(key="ed25519"))),
    "large-key": Pair(case(E_SERVER, issued(key="rsa-4352")), case(E_SERVER, issued(key="rsa-4096"))),
    "unlisted-key": Pair(case(E_SERVER, issued(key="ed25519")), case(E_SERVER, LEAF)),
    "post-quantum-key": Pair(case(E_SERVER, issued(key="mldsa")), case(E_SERVER, issued(key="ed25519"))),
    "explicit-curve": Pair(case(E_SERVER, spelled_out(LEAF)), case(E_SERVER, LEAF)),
    "weak-signature": Pair(
        case(E_SERVER, SIGNATURES["sha1"](LEAF.der, ISSUING.key)),  # type: ignore[arg-type]
        case(E_SERVER, LEAF),
    ),
    "expired": Pair(case(E_SERVER, LEAF, at=NOW + 91 * DAY), case(E_SERVER, LEAF, at=NOW + 90 * DAY)),
    "not-yet-valid": Pair(case(E_SERVER, LEAF, at=NOW - 11 * DAY), case(E_SERVER, LEAF, at=NOW - 10 * DAY)),
    "expires-soon": Pair(case(E_SERVER, LEAF, at=NOW + 60 * DAY), case(E_SERVER, LEAF, at=NOW + 59 * DAY)),
    "long-lived": Pair(
        case(E_SERVER, issued(ends=NOW + 191 * DAY)), case(E_SERVER, issued(ends=NOW + 190 * DAY))
    ),
    "revocation-unreachable": Pair(
        case(E_SERVER, issued(crls=("http://crl.corp.internal/1.crl",))), case(E_SERVER, LEAF)
    ),
    "revocation-by-ldap-only": Pair(
        case(E_SERVER, issued(crls=("ldap:///CN=CA?certificateRevocationList",))),
        case(E_SERVER, issued(crls=("ldap:///CN=CA?certificateRevocationList", "http://crl.ca.example/1.crl"))),
    ),
    "no-revocation-source": Pair(
        case(E_SERVER, issued(crls=())), case(E_SERVER, issued(crls=(), ocsp=("http://ocsp.ca.example",)))
    ),
}  # fmt: skip
"""For each rule a certificate that breaks it, and one beside it."""


def broken(examined: Examination) -> dict[str, RuleFinding]:
    return {finding.rule.key: finding for finding in examine(examined)}


def test_every_rule_is_proven() -> None:
    assert list(PAIRS) == [rule.key for rule in CERTIFICATE_RULES]


@pytest.mark.parametrize("key", PAIRS)
def test_a_rule_fires_on_the_certificate_that_breaks_it_and_not_on_the_one_beside_it(key: str) -> None:
    assert key in broken(PAIRS[key].broken)
    assert key not in broken(PAIRS[key].near)


@pytest.mark.parametrize("key", PAIRS)
def test_a_finding_says_what_who_minds_and_what_to_do(key: str) -> None:
    finding = broken(PAIRS[key].broken)[key]
    assert finding.detail
    assert finding.peers
    assert finding.remedy.endswith((".", ")"))
    assert "{" not in finding.remedy


# --- the answer as a whole ---


@pytest.mark.parametrize("role", CERTIFICATE_ROLES)
def test_a_sound_certificate_breaks_no_rule_that_matters(role: str) -> None:
    sans = (HOST, "example.com", CLOUD, OLD_CLOUD)
    sound = case(role, issued(sans=sans), trust=(ROOT, ISSUING), names=(HOST,), domains=("example.com",))
    assert [finding.rule.key for finding in examine(sound) if finding.rule.severity is not Severity.INFO] == []
    assert unjudged(sound) == ()


def test_errors_come_first() -> None:
    found = [
        finding.rule.severity
        for finding in examine(case(E_SERVER, forge(extended=(CLIENT,), name=None, sans=("*.example.com",))))
    ]
    assert found == sorted(found, key=list(Severity).index)
    assert {Severity.ERROR, Severity.WARNING} <= set(found)


def test_the_same_certificate_may_do_for_one_peer_and_not_for_another() -> None:
    when_dialled, when_dialling = (broken(case(role, SERVER_ONLY)) for role in (C_SERVER, C_CLIENT))
    assert not any(finding.rule.severity is Severity.ERROR for finding in when_dialled.values())
    assert "2222" in when_dialling["tunnel-client-auth"].peers


RELEASES_AND_RULES = {
    "x14": {"upload-refused", "service-check", "cluster-check", "one-store"},
    "x15.0": {"upload-refused", "service-check", "cluster-check", "one-store"},
    "x15.2": {"upload-refused", "service-check", "cluster-check", "one-store"},
    "x15.4": {"upload-needs-switch", "one-store"},
    "x15.5": set[str](),
}


@pytest.mark.parametrize("release", RELEASE_NAMES)
def test_what_a_release_makes_of_an_edge_without_client_auth(release: str) -> None:
    quiet = {"sip-domain-usage"}
    assert set(broken(case(E_SERVER, SERVER_ONLY, release=release))) - quiet == RELEASES_AND_RULES[release]


@pytest.mark.parametrize("name", ["edge", "192.0.2.1"])
def test_an_expressway_takes_no_short_name_and_no_address(name: str) -> None:
    for leaf in (issued(name=name), issued(sans=(HOST, name))):
        assert "upload-refused" in broken(case(C_SERVER, leaf))
        assert "upload-refused" not in broken(case("unified-cm", leaf))


@pytest.mark.parametrize("release", RELEASE_NAMES)
def test_before_there_were_two_stores_one_certificate_with_both_usages_did(release: str) -> None:
    assert "upload-refused" not in broken(case(E_CLIENT, LEAF, release=release))


def test_what_is_not_known_is_not_judged_but_told() -> None:
    told = " ".join(unjudged(case(E_SERVER, LEAF)))
    assert all(option in told for option in ("--trust", "--domain", "--name"))
    assert [unjudged(case(role, LEAF, trust=(ROOT,))) for role in ("mra-phone", "webex-cloud")] == [(), ()]


def test_a_box_completes_its_chain_from_its_trust_list_and_not_from_the_file() -> None:
    told = broken(case(E_SERVER, LEAF, ISSUING, ROOT, trust=(ROOT,)))["chain-not-completed"].detail
    assert told == 'the Trusted CA list lacks "Issuing", so what is sent ends at "edge.example.com"'


def test_an_expired_intermediate_is_named() -> None:
    old = authority("Old", by=ROOT, ends=NOW - DAY)
    assert broken(case(E_SERVER, issued(old), old))["expired"].detail.startswith('"Old" expired')


def test_a_self_signed_certificate_that_the_expressway_trusts_by_itself_is_accepted() -> None:
    own = forge(name="cucm1.example.com", sans=("cucm1.example.com",))
    found = broken(alone("unified-cm", own, trust=(own,)))
    assert not {"self-signed", "chain-not-trusted"} & set(found)


def test_a_year_before_the_rule_no_public_ca_was_bound_to_200_days() -> None:
    begins = datetime(2026, 3, 14, tzinfo=UTC)
    assert "long-lived" not in broken(case(E_SERVER, issued(begins=begins, ends=begins + 398 * DAY)))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://crl.ca.example/1.crl", "is not http but https"),
        ("http://crl/1.crl", "names a host that no public DNS has"),
        ("http://10.1.2.3/1.crl", "leads to an address that is not public"),
        ("http:///1.crl", "names no host"),
        ("http://[::1", "is no URL"),
        ("file:///etc/crl", "is not http but file"),
    ],
)
def test_an_address_that_peers_cannot_reach_is_told(url: str, told: str) -> None:
    assert told in broken(case(E_SERVER, issued(crls=(url,))))["revocation-unreachable"].detail
    assert told in broken(case(E_SERVER, issued(crls=(), ocsp=(url,))))["revocation-unreachable"].detail


def test_a_ca_that_runs_out_soon_is_told_too() -> None:
    short = authority("Short", by=ROOT, ends=NOW + 10 * DAY)
    found = broken(case(E_SERVER, issued(by=short), short))
    assert found["expires-soon"].detail == '"Short" expires on 2026-06-11, in 10 days'
    assert "expires-soon" not in broken(case(E_SERVER, issued(by=short), short, at=NOW - 30 * DAY))


def test_a_certificate_of_version_1_with_extensions_is_told_as_that() -> None:
    odd = replace(dissect(LEAF.der), version=b"").signed(b"")
    assert "has some" in broken(case(E_SERVER, odd))["version-1"].detail
    assert "no SANs" in broken(case(E_SERVER, version_1(LEAF)))["version-1"].detail


# --- properties ---


@given(st.binary(max_size=300), st.sampled_from(sorted(CERTIFICATE_ROLES)), st.sampled_from(RELEASE_NAMES))
def test_any_bytes_are_examined_without_an_exception(data: bytes, role: str, release: str) -> None:
    assert isinstance(examine(case(role, data, release=release)), tuple)


@given(st.data(), st.sampled_from(sorted(CERTIFICATE_ROLES)))
def test_a_certificate_with_some_bytes_changed_is_examined_without_an_exception(data: st.DataObject, role: str) -> None:
    der = bytearray(LEAF.der)
    der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(examine(case(role, bytes(der), trust=(ROOT, ISSUING))), tuple)


@given(st.sampled_from(sorted(CERTIFICATE_ROLES)), st.sampled_from(RELEASE_NAMES))
def test_a_certificate_without_extended_key_usage_is_fit_for_every_role(role: str, release: str) -> None:
    about_usages = {"server-auth-missing", "client-auth-missing", "any-usage-only", "one-store", "service-check"}
    assert not about_usages & set(broken(case(role, UNLIMITED, release=release)))
