"""Rules about keys, signatures and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import ALL_ROLES, BOXES
from harness.x509.encoded import encoded
from harness.x509.findings import FindingKind
from harness.x509.keys import serves_tls

_LARGEST_SOUND_RSA = 4096
_LISTED = {"RSA 2048", "RSA 4096", "ECDSA P-256", "ECDSA P-384", "ECDSA P-521"}
_SOON = timedelta(days=30)
_LONGEST = timedelta(days=200)
_LONGEST_SINCE = datetime(2026, 3, 15, tzinfo=UTC)


def _rsa_bits(case: Examination) -> int:
    size = re.fullmatch(r"RSA (\d+)", case.leaf.key)
    return int(size[1]) if size else 0


def _weak_key(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.WEAK_KEY))


def _unusable_key(case: Examination) -> Iterator[str]:
    if case.leaf.readable and not any(_weak_key(case)) and not serves_tls(encoded(case.certificates[0])):
        yield f"its key is {case.leaf.key or 'of an unknown kind'}, for which no TLS stack offers a signature by itself"


def _large_key(case: Examination) -> Iterator[str]:
    if _rsa_bits(case) > _LARGEST_SOUND_RSA:
        yield f"its key has {_rsa_bits(case)} bits"


def _unlisted_key(case: Examination) -> Iterator[str]:
    others = (_weak_key, _unusable_key, _large_key, _post_quantum_key)
    told_elsewhere = any(any(rule(case)) for rule in others)
    if case.leaf.key not in _LISTED and not told_elsewhere:
        yield f"its key is {case.leaf.key or 'of an unknown kind'}"


def _post_quantum_key(case: Examination) -> Iterator[str]:
    if case.leaf.key.startswith("ML-DSA"):
        yield f"its key is {case.leaf.key}, which TLS 1.2 has no cipher for and which OpenSSL knows from 3.5 on"


def _explicit_curve(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.EXPLICIT_CURVE))


def _weak_signature(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.WEAK_SIGNATURE))


def _expired(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.EXPIRED))


def _not_yet_valid(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.NOT_YET_VALID))


def _expires_soon(case: Examination) -> Iterator[str]:
    path, root = case.path
    for who, facts in (("it", case.leaf), *((link.called, link.facts) for link in (*path[1:], *filter(None, [root])))):
        ends = facts.not_after
        if ends and timedelta(0) <= ends - case.at <= _SOON:
            yield f"{who} expires on {ends:%Y-%m-%d}, in {(ends - case.at).days} days"


def _long_lived(case: Examination) -> Iterator[str]:
    starts, ends = case.leaf.not_before, case.leaf.not_after
    if starts and ends and starts >= _LONGEST_SINCE and ends - starts > _LONGEST:
        yield f"it lasts {(ends - starts).days} days from {starts:%Y-%m-%d}"


KEY_AND_DATE_RULES = (
    CertificateRule(
        key="weak-key",
        title="A key that is too weak",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_weak_key,
        remedy="Make a new key: RSA of 2048 or 4096 bits, or ECDSA P-256 or P-384.",
        source="C13, T-11, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="unusable-key",
        title="A key for which TLS has no signature",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_unusable_key,
        peers="every TLS peer: the handshake ends before a certificate is looked at",
        remedy="Make a new key: RSA of 2048 or 4096 bits, or ECDSA P-256 or P-384.",
        source="RFC 8446 section 4.2.3, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="large-key",
        title="An RSA key above 4096 bits",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_large_key,
        remedy="Take 4096 bits or fewer: with 8192 a zone may not come up within the handshake timeout.",
        source="C13, B29",
        beyond_plays=True,
    ),
    CertificateRule(
        key="unlisted-key",
        title="A key of a kind that is not on Cisco's list",
        severity=Severity.WARNING,
        roles=BOXES,
        fires=_unlisted_key,
        peers="the Expressway itself",
        remedy="Take RSA with 2048 or 4096 bits, or ECDSA P-256, P-384 or P-521.",
        source="C13",
        beyond_plays=True,
    ),
    CertificateRule(
        key="post-quantum-key",
        title="A key for which few peers are ready",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_post_quantum_key,
        peers="every peer that speaks TLS 1.2 or has an OpenSSL before 3.5, and so every release of Expressway here",
        remedy="Take RSA or ECDSA. Two ends with TLS 1.3 and OpenSSL 3.5 or later can use it between them.",
        source="5.5",
        beyond_plays=True,
    ),
    CertificateRule(
        key="explicit-curve",
        title="A curve that is spelled out",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_explicit_curve,
        peers="OpenSSL, which refuses it (X509_V_ERR 94)",
        remedy="Make a new key on a named curve (openssl: -pkeyopt ec_param_enc:named_curve).",
        source="RFC 5480 section 2.1.1, measured",
    ),
    CertificateRule(
        key="weak-signature",
        title="Signed with SHA-1 or MD5",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_weak_signature,
        remedy="Have it signed with SHA-256.",
        source="5.1",
    ),
    CertificateRule(
        key="expired",
        title="Expired",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_expired,
        remedy="Renew it; where a CA above it expired, put that one's successor in its place on every box.",
        source="B10, T-03",
    ),
    CertificateRule(
        key="not-yet-valid",
        title="Not yet in date",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_not_yet_valid,
        remedy="Check the clock (NTP), then wait, or have it issued anew.",
        source="I24",
    ),
    CertificateRule(
        key="expires-soon",
        title="Expires within 30 days",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_expires_soon,
        remedy="Renew it now, in each store: from X15.5 the server and the client store run out on days of their own. "
        "Where it is a CA above, have it issued by that one's successor.",
        source="O07, C2",
        beyond_plays=True,
    ),
    CertificateRule(
        key="long-lived",
        title="Lasts longer than 200 days",
        severity=Severity.INFO,
        roles=ALL_ROLES,
        fires=_long_lived,
        peers="peers of public CAs only, which issue no such one since 2026-03-15; a private CA may",
        remedy="Nothing, if it is from a private CA. From a public one it is not what it says.",
        source="C6",
    ),
)
"""Rules about keys, signatures and dates."""
