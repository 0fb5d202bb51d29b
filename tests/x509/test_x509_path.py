from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Literal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from x509_forge import ANY, CLIENT, NOW, SERVER, SIP_DOMAIN, Forged, Key, forge, root
from x509_handshake import first_objection

from harness.pki.keys import resign_with_sha1
from harness.x509.findings import FindingKind
from harness.x509.path import PathExplanation, explain_path

DAY = timedelta(days=1)

ROOT = root("Lab Root")
OTHER_ROOT = root("Other Root")
ISSUING = forge("Lab Issuing CA", by=ROOT, ca=True)
DEEPER = forge("Lab Deeper CA", by=ISSUING, ca=True)


@dataclass(frozen=True)
class Sending:
    """What a peer sends to whom, and what the explainer must say of it first."""

    leaf: Forged
    intermediates: Sequence[Forged] = ()
    trusted: Sequence[Forged] = (ROOT,)
    purpose: Literal["client", "server"] = "client"
    kind: FindingKind | None = None
    known: Sequence[Forged] = (ROOT, OTHER_ROOT, ISSUING, DEEPER)
    detail: str = ""
    others: tuple[FindingKind, ...] = field(default=())

    def explained(self) -> PathExplanation:
        return explain_path(
            [one.der for one in (self.leaf, *self.intermediates)],
            trusted=[one.der for one in self.trusted],
            known_authorities=[one.der for one in self.known],
            purpose=self.purpose,
            at=NOW,
        )


def leaf(**how: object) -> Forged:
    return forge("edge.example.com", **how)  # type: ignore[arg-type]


def under(authority: Forged, **how: object) -> Sending:
    return Sending(leaf(by=authority), (authority,), **how)  # type: ignore[arg-type]


@cache
def weak_key() -> Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the fault itself


def signed_with_sha1(forged: Forged, issuer: Forged) -> Forged:
    assert not isinstance(issuer.key, ed25519.Ed25519PrivateKey)
    return Forged(x509.load_der_x509_certificate(resign_with_sha1(forged.der, issuer.key)), forged.key)


def ekus(*usages: str) -> Forged:
    return leaf(by=ISSUING, extended=usages)


F = FindingKind


def straight_under(one: Forged, kind: FindingKind | None = None, detail: str = "") -> Sending:
    """A leaf of a root that is trusted, whatever that root is like."""
    return Sending(leaf(by=one), (), (one,), kind=kind, detail=detail)


def dated_on_both_sides() -> Sending:
    above = forge("Old CA", by=ROOT, ca=True, ends=NOW - DAY)
    return Sending(leaf(by=above, starts=NOW + DAY), (above,), kind=F.EXPIRED, others=(F.NOT_YET_VALID,))


def too_deep() -> Sending:
    short = forge("Short", by=ROOT, ca=True, path_length=0)
    below = forge("Below", by=short, ca=True)
    return Sending(leaf(by=below), (below, short), kind=F.PATH_LENGTH)


def rolled_over(**how: object) -> Sending:
    """A CA that may have no CA below it has certified its own next key: the same name does not count."""
    short = forge("Short", by=ROOT, ca=True, path_length=0, permitted=["dns:example.com"])
    rolled = forge("Short", by=short, ca=True, **how)  # type: ignore[arg-type]
    return Sending(leaf(by=rolled), (rolled, short))


def named_like_a_host(sans: Sequence[str] = (), kind: FindingKind | None = None) -> Sending:
    """An authority outside what the one above it may certify, by its common name or by its SAN."""
    above = forge("Above", by=ROOT, ca=True, permitted=["dns:example.com"])
    issuer = forge("issuer.example.org", by=above, ca=True, sans=sans)
    return Sending(leaf(by=issuer), (issuer, above), kind=kind)


def twin_sent_in_its_place() -> Sending:
    real, twin = (forge("Twin CA", by=ROOT, ca=True, identifiers=False) for _ in range(2))
    return Sending(forge("edge", by=real, identifiers=False), (twin,), kind=F.BAD_SIGNATURE)


def expired_but_renewed() -> Forged:
    """The lab's issuing CA as it was before its renewal: same name, same key, no longer in date."""
    return forge("Lab Issuing CA", by=ROOT, ca=True, ends=NOW - DAY, key=ISSUING.key)


def sha1_root() -> Forged:
    one = root("SHA-1 Root")
    return signed_with_sha1(one, one)


SELF_SIGNED = leaf()
PRESENTED_CHAINS: dict[str, Callable[[], Sending]] = {
    "a full chain": lambda: under(ISSUING),
    "a full chain of three": lambda: Sending(leaf(by=DEEPER), (DEEPER, ISSUING)),
    "the intermediate trusted as well": lambda: Sending(leaf(by=ISSUING), (), (ROOT, ISSUING)),
    "wrong order": lambda: Sending(leaf(by=DEEPER), (ISSUING, DEEPER), others=(F.WRONG_ORDER,)),
    "one certificate too many": lambda: Sending(leaf(by=ISSUING), (DEEPER, ISSUING), others=(F.EXTRA_CERTIFICATES,)),
    "one certificate twice": lambda: Sending(leaf(by=ISSUING), (ISSUING, ISSUING), others=(F.EXTRA_CERTIFICATES,)),
    "the trusted root along": lambda: Sending(leaf(by=ISSUING), (ISSUING, ROOT), others=(F.ROOT_SENT,)),
    "a trusted self-signed leaf": lambda: Sending(SELF_SIGNED, (), (SELF_SIGNED,)),
    "missing intermediate": lambda: Sending(leaf(by=ISSUING), kind=F.MISSING_INTERMEDIATE),
    "two missing intermediates": lambda: Sending(leaf(by=DEEPER), kind=F.MISSING_INTERMEDIATE),
    "unknown root, not sent": lambda: under(ISSUING, trusted=(OTHER_ROOT,), kind=F.UNKNOWN_ROOT),
    "unknown root, sent": lambda: Sending(
        leaf(by=ISSUING), (ISSUING, ROOT), (OTHER_ROOT,), kind=F.UNKNOWN_ROOT, others=(F.ROOT_SENT,)
    ),
    "no evidence": lambda: Sending(leaf(by=ISSUING), known=(), kind=F.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT),
    "self-signed leaf": lambda: Sending(SELF_SIGNED, kind=F.SELF_SIGNED_LEAF),
    "only the intermediate trusted": lambda: Sending(
        leaf(by=ISSUING), (ISSUING,), (ISSUING,), kind=F.ONLY_INTERMEDIATE_TRUSTED
    ),
    "only the intermediate trusted, root sent": lambda: Sending(
        leaf(by=ISSUING),
        (ISSUING, ROOT),
        (ISSUING,),
        kind=F.ONLY_INTERMEDIATE_TRUSTED,
        others=(F.ROOT_SENT, F.EXTRA_CERTIFICATES),
    ),
    "expired leaf": lambda: Sending(leaf(by=ISSUING, ends=NOW - DAY), (ISSUING,), kind=F.EXPIRED),
    "expired intermediate": lambda: under(forge("Old CA", by=ROOT, ca=True, ends=NOW - DAY), kind=F.EXPIRED),
    "expired root": lambda: straight_under(root("Old Root", ends=NOW - DAY), F.EXPIRED),
    "expired intermediate trusted, renewed one sent": lambda: Sending(
        leaf(by=ISSUING),
        (ISSUING,),
        (expired_but_renewed(), ROOT),
        kind=F.EXPIRED,
        others=(F.EXTRA_CERTIFICATES,),
    ),
    "expired intermediate sent before the renewed one": lambda: Sending(
        leaf(by=ISSUING), (expired_but_renewed(), ISSUING), others=(F.EXTRA_CERTIFICATES,)
    ),
    "not yet valid leaf": lambda: Sending(leaf(by=ISSUING, starts=NOW + DAY), (ISSUING,), kind=F.NOT_YET_VALID),
    "no EKU at all": lambda: Sending(leaf(by=ISSUING), (ISSUING,)),
    "both EKUs": lambda: Sending(ekus(CLIENT, SERVER), (ISSUING,)),
    "server-auth-only client": lambda: Sending(ekus(SERVER), (ISSUING,), kind=F.WRONG_EKU, detail="server-auth-only"),
    "server-auth-only server": lambda: Sending(ekus(SERVER), (ISSUING,), purpose="server"),
    "client-auth-only server": lambda: Sending(
        ekus(CLIENT), (ISSUING,), purpose="server", kind=F.WRONG_EKU, detail="client-auth-only"
    ),
    "any-EKU-only": lambda: Sending(ekus(ANY), (ISSUING,), kind=F.WRONG_EKU, detail="any-eku-only"),
    "sipDomain-only": lambda: Sending(ekus(SIP_DOMAIN), (ISSUING,), kind=F.WRONG_EKU, detail="sip-domain-only"),
    "an EKU for something else": lambda: Sending(
        ekus("1.3.6.1.5.5.7.3.4"), (ISSUING,), kind=F.WRONG_EKU, detail="other-eku"
    ),
    "restricted intermediate": lambda: under(
        forge("Server CA", by=ROOT, ca=True, extended=[SERVER]),
        kind=F.WRONG_EKU,
        detail="restricted-intermediate",
    ),
    "restricted root": lambda: straight_under(
        root("Server Root", extended=[SERVER]), F.WRONG_EKU, "restricted-intermediate"
    ),
    "no digitalSignature": lambda: Sending(leaf(by=ISSUING, usages=["key_encipherment"]), (ISSUING,), kind=F.KEY_USAGE),
    "a leaf that issues": lambda: under(forge("Leaf", by=ROOT, ca=False), kind=F.NOT_A_CA),
    "a CA without basicConstraints": lambda: under(forge("Bare", by=ROOT), kind=F.NOT_A_CA),
    "a CA that may not sign": lambda: under(
        forge("CRL signer", by=ROOT, ca=True, usages=["crl_sign"]), kind=F.NOT_A_CA
    ),
    "a root without basicConstraints": lambda: straight_under(forge("Bare Root"), F.NOT_A_CA),
    "a root with keyCertSign alone": lambda: straight_under(forge("Old Root", usages=["key_cert_sign"])),
    "path length exceeded": too_deep,
    "a CA's own next key": rolled_over,
    "a CA's own next key under another host name": lambda: rolled_over(sans=["dns:issuer.example.org"]),
    "an authority called like a forbidden host": named_like_a_host,
    "an authority with a forbidden host name": lambda: named_like_a_host(
        ["dns:issuer.example.org"], F.NAME_CONSTRAINTS
    ),
    "expired above what is not yet valid": dated_on_both_sides,
    "expired and of the wrong purpose": lambda: Sending(
        leaf(by=ISSUING, ends=NOW - DAY, extended=[SERVER]),
        (ISSUING,),
        kind=F.WRONG_EKU,
        detail="server-auth-only",
        others=(F.EXPIRED,),
    ),
    "unknown root and expired": lambda: Sending(
        leaf(by=ISSUING, ends=NOW - DAY), (ISSUING,), (OTHER_ROOT,), kind=F.UNKNOWN_ROOT, others=(F.EXPIRED,)
    ),
    "another CA of the same name": twin_sent_in_its_place,
    "another CA of the same name, told apart by its key": lambda: Sending(
        leaf(by=ISSUING),
        (forge("Lab Issuing CA", by=ROOT, ca=True),),
        kind=F.MISSING_INTERMEDIATE,
        others=(F.EXTRA_CERTIFICATES,),
    ),
    "a weak leaf key": lambda: Sending(leaf(by=ISSUING, key=weak_key()), (ISSUING,), kind=F.WEAK_KEY),
    "a weak CA key": lambda: under(forge("Weak CA", by=ROOT, ca=True, key=weak_key()), kind=F.WEAK_KEY),
    "a weak root key": lambda: straight_under(root("Weak Root", key=weak_key()), F.WEAK_KEY),
    "a SHA-1 leaf": lambda: Sending(signed_with_sha1(leaf(by=ISSUING), ISSUING), (ISSUING,), kind=F.WEAK_SIGNATURE),
    "a SHA-1 intermediate": lambda: under(
        signed_with_sha1(forge("SHA-1 CA", by=ROOT, ca=True), ROOT), kind=F.WEAK_SIGNATURE
    ),
    "a SHA-1 root": lambda: straight_under(sha1_root()),
}


def constrained(permitted: str = "", excluded: str = "") -> Forged:
    return forge(
        "Constrained CA",
        by=ROOT,
        ca=True,
        permitted=[permitted] if permitted else (),
        excluded=[excluded] if excluded else (),
    )


CONSTRAINTS: list[tuple[str, str, str, bool]] = [
    ("dns:example.com", "", "dns:edge.example.com", True),
    ("dns:example.com", "", "dns:example.com", True),
    ("dns:example.com", "", "dns:EDGE.Example.COM", True),
    ("dns:example.com", "", "dns:edge.example.org", False),
    ("dns:example.com", "", "dns:badexample.com", False),
    ("dns:.example.com", "", "dns:example.com", False),
    ("dns:.example.com", "", "dns:edge.example.com", True),
    ("", "dns:evil.example", "dns:a.evil.example", False),
    ("", "dns:evil.example", "dns:good.example", True),
    ("ip:10.0.0.0/8", "", "ip:10.1.2.3", True),
    ("ip:10.0.0.0/8", "", "ip:11.0.0.1", False),
    ("ip:10.0.0.0/8", "", "dns:free.example", True),
    ("uri:.example.com", "", "uri:https://a.example.com/", True),
    ("uri:.example.com", "", "uri:https://a.example.org/", False),
    ("uri:.example.com", "", "uri:sip:a.example.com", False),
    ("email:example.com", "", "email:a@example.com", True),
    ("email:example.com", "", "email:a@example.org", False),
    ("email:.example.com", "", "email:a@b.example.com", True),
    ("email:a@example.com", "", "email:b@example.com", False),
]


@pytest.mark.parametrize("story", PRESENTED_CHAINS)
def test_openssl_objects_to_what_the_explainer_names_first(story: str) -> None:
    sending = PRESENTED_CHAINS[story]()
    explained = sending.explained()
    measured = first_objection(
        sending.leaf,
        [one.der for one in sending.intermediates],
        [one.der for one in sending.trusted],
        sending.purpose,
    )
    first = next((finding for finding in explained.findings if finding.fatal), None)

    assert ((first.verify_code, first.depth) if first else None) == measured
    assert explained.accepted == (measured is None)


@pytest.mark.parametrize("story", PRESENTED_CHAINS)
def test_each_fault_has_its_word(story: str) -> None:
    sending = PRESENTED_CHAINS[story]()
    explained = sending.explained()
    first = next((finding for finding in explained.findings if finding.fatal), None)

    assert (first.kind if first else None) == sending.kind
    assert (first.detail if first else "") == sending.detail
    assert {finding.kind for finding in explained.findings if finding is not first} == set(sending.others)


@pytest.mark.parametrize(("permitted", "excluded", "name", "allowed"), CONSTRAINTS)
def test_name_constraints_bind_as_openssl_binds_them(permitted: str, excluded: str, name: str, allowed: bool) -> None:
    authority = constrained(permitted, excluded)
    sending = Sending(forge("edge", by=authority, sans=[name]), (authority,))
    explained = sending.explained()
    measured = first_objection(sending.leaf, [authority.der], [ROOT.der], "client")

    assert (measured is None) is allowed
    assert explained.accepted is allowed
    assert explained.verify_code == (measured[0] if measured else 0)


def test_a_common_name_is_bound_by_constraints_where_no_dns_name_stands() -> None:
    authority = constrained("dns:example.com")
    outside, no_host = (forge(name, by=authority) for name in ("edge.example.org", "Edge"))

    for one, allowed in ((outside, False), (no_host, True)):
        assert (first_objection(one, [authority.der], [ROOT.der], "client") is None) is allowed
        assert Sending(one, (authority,)).explained().accepted is allowed


def test_the_missing_intermediate_is_named() -> None:
    finding = Sending(leaf(by=DEEPER)).explained().finding(F.MISSING_INTERMEDIATE)

    assert finding is not None
    assert '"Lab Deeper CA", "Lab Issuing CA"' in finding.sentence
    assert 'trusted root "Lab Root"' in finding.sentence


def test_a_root_that_travelled_explains_openssls_misleading_words() -> None:
    explained = Sending(leaf(by=ISSUING), (ISSUING, ROOT), (OTHER_ROOT,)).explained()

    finding = explained.finding(F.UNKNOWN_ROOT)
    assert finding is not None
    assert "self-signed certificate in certificate chain" in finding.sentence
    assert explained.verify_code == 19


def test_an_empty_certificate_message_is_a_finding() -> None:
    explained = explain_path([], trusted=[ROOT.der], known_authorities=[], purpose="client", at=NOW)

    assert [finding.kind for finding in explained.findings] == [F.NOTHING_SENT]
    assert not explained.accepted


def test_each_certificate_sent_gets_a_line() -> None:
    explained = Sending(ekus(SERVER), (ISSUING, OTHER_ROOT)).explained()

    assert [(line.position, line.depth) for line in explained.lines] == [(0, 0), (1, 1), (2, None)]
    assert explained.lines[0].sentence == (
        'leaf "edge.example.com", issued by "CN=Lab Issuing CA", in date until 2026-08-30, '
        "for serverAuth only (unfit for a TLS client)"
    )
    assert explained.lines[1].sentence.startswith('intermediate "Lab Issuing CA", issued by "CN=Lab Root"')
    assert explained.lines[2].sentence.startswith('root "Other Root", issued by itself')


def test_without_a_purpose_key_usages_are_not_judged() -> None:
    explained = explain_path(
        [ekus(SIP_DOMAIN).der, ISSUING.der], trusted=[ROOT.der], known_authorities=[], purpose=None, at=NOW
    )

    assert explained.accepted


def test_certificates_that_issued_each_other_make_no_endless_chain() -> None:
    one, other = forge("One", ca=True), forge("Other", ca=True)
    crossed = forge("One", by=other, ca=True, key=one.key), forge("Other", by=one, ca=True, key=other.key)
    sent = [leaf(by=one).der, *(each.der for each in crossed)]

    explained = explain_path(sent, trusted=[ROOT.der], known_authorities=sent, purpose=None, at=NOW)

    assert explained.finding(F.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT)
    assert len(explained.chain) == 3


ISSUED = {"leaf": leaf(by=ISSUING).der, "issuing": ISSUING.der, "root": ROOT.der}


@settings(max_examples=60)
@given(
    which=st.sampled_from(sorted(ISSUED)),
    cut=st.integers(0, 2000),
    patch=st.binary(max_size=4),
    garbage=st.binary(max_size=60),
)
def test_bytes_that_are_no_certificate_are_findings(which: str, cut: int, patch: bytes, garbage: bytes) -> None:
    der = ISSUED[which]
    spoilt = der[:cut] + patch + der[cut + len(patch) :]

    for sent in ([spoilt, ISSUING.der], [ISSUED["leaf"], spoilt], [garbage]):
        explained = explain_path(sent, trusted=[ROOT.der, spoilt], known_authorities=sent, purpose="client", at=NOW)
        assert len(explained.lines) == len(set(sent))
    assert not explain_path([garbage], trusted=[], known_authorities=[], purpose="client", at=NOW).accepted


@pytest.mark.parametrize("story", PRESENTED_CHAINS)
def test_trusting_one_more_root_never_loses_a_chain(story: str) -> None:
    sending = PRESENTED_CHAINS[story]()
    wider = replace(sending, trusted=(root("Stranger"), *sending.trusted, root("Lab Root")))

    assert wider.explained().accepted >= sending.explained().accepted
