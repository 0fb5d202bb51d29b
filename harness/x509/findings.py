"""What a check of a chain can find, one link with the circumstances in which it is judged, and what is too weak.

The strength that is asked for is that of OpenSSL's security level 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from harness.x509.certificate import CertificateFacts
from harness.x509.chain import Chain, Link
from harness.x509.encoded import EncodedCertificate, encoded
from harness.x509.keys import LEVELS, highest_level, key_security, signature_security


class FindingKind(StrEnum):
    """What may be found about a chain. Stable words: verdicts and causes refer to them."""

    NOTHING_SENT = "nothing-sent"
    UNREADABLE = "unreadable"
    MISSING_INTERMEDIATE = "missing-intermediate"
    UNKNOWN_ROOT = "unknown-root"
    ONLY_INTERMEDIATE_TRUSTED = "only-intermediate-trusted"
    CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT = "chain-incomplete-or-unknown-root"
    SELF_SIGNED_LEAF = "self-signed-leaf"
    ROOT_SENT = "root-sent"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_EKU = "wrong-eku"
    KEY_USAGE = "key-usage"
    CRITICAL_EXTENSION = "critical-extension"
    MALFORMED_EXTENSION = "malformed-extension"
    REPEATED_EXTENSION = "repeated-extension"
    PROXY_CERTIFICATE = "proxy-certificate"
    EXPLICIT_CURVE = "explicit-curve"
    UNDECIDED = "undecided"
    NOT_A_CA = "not-a-ca"
    PATH_LENGTH = "path-length"
    NAME_CONSTRAINTS = "name-constraints"
    BAD_SIGNATURE = "bad-signature"
    WEAK_SIGNATURE = "weak-signature"
    WEAK_KEY = "weak-key"
    WRONG_ORDER = "wrong-order"
    EXTRA_CERTIFICATES = "extra-certificates"


@dataclass(frozen=True, slots=True)
class PathFinding:
    """One finding about a chain.

    `depth` is 0 for the leaf and counts towards the root; None where the whole chain is meant. `verify_code`
    is the X509_V_ERR number with which OpenSSL refuses for this reason (measured, OpenSSL 4.0.3 at security
    level 2), 0 where it does not refuse or has no number for it. `detail` is a stable word of a kind that has
    several: of WRONG_EKU `server-auth-only`, `client-auth-only`, `any-eku-only`, `sip-domain-only`,
    `other-eku` or `restricted-intermediate`. UNDECIDED means that nobody here can tell, and counts as refused.
    """

    kind: FindingKind
    depth: int | None
    sentence: str
    verify_code: int = 0
    detail: str = ""

    @property
    def fatal(self) -> bool:
        """Whether OpenSSL refuses the chain for it."""
        return self.verify_code != 0 or self.kind in (FindingKind.NOTHING_SENT, FindingKind.UNREADABLE)


Purpose: TypeAlias = Literal["client", "server"]
"""The TLS role in which a certificate is presented."""


@dataclass(frozen=True, slots=True)
class Position:
    """One link at its depth in a chain, with the circumstances in which it is judged."""

    chain: Chain
    depth: int
    purpose: Purpose | None
    at: datetime

    @property
    def link(self) -> Link:
        """The certificate at this depth."""
        return self.chain.links[self.depth]

    @property
    def facts(self) -> CertificateFacts:
        """What it says."""
        return self.link.facts

    @property
    def encoded(self) -> EncodedCertificate:
        """Its fields as bytes."""
        return encoded(self.link.der)

    @property
    def is_top(self) -> bool:
        """Whether the chain ends here."""
        return self.depth == len(self.chain.links) - 1

    def finding(self, kind: FindingKind, sentence: str, code: int, detail: str = "") -> PathFinding:
        """Return a finding about this link; `sentence` goes on from its name."""
        return PathFinding(kind, self.depth, f"{self.link.called} {sentence}", code, detail)


SECURITY_LEVEL = 2
"""OpenSSL's default since 3.2, and Debian's before: 112 bits (measured with 4.0.3)."""

_LEAF_KEY, _AUTHORITY_KEY, _SIGNATURE = 66, 67, 68


def leaf_key_strength(here: Position) -> Iterator[PathFinding]:
    """Yield what is wrong with the leaf's key; OpenSSL asks that before it builds a chain."""
    if here.depth == 0:
        yield from _key(here, _LEAF_KEY)


def authority_key_strength(here: Position) -> Iterator[PathFinding]:
    """Yield what is wrong with the key of an authority."""
    if here.depth:
        yield from _key(here, _AUTHORITY_KEY)


def signature_strength(here: Position) -> Iterator[PathFinding]:
    """Yield what is wrong with the algorithm that signed a link; that of the last one is never used."""
    bits = signature_security(here.encoded, here.facts.signature_hash)
    if here.is_top or bits >= LEVELS[SECURITY_LEVEL]:
        return
    if bits:
        sentence = (
            f"was signed with {here.facts.signature_hash.upper()}, which nobody should accept any more; {_taken(bits)}"
        )
    else:
        sentence = f"was signed with an algorithm that nobody here knows ({here.encoded.signed_as})"
    yield here.finding(FindingKind.WEAK_SIGNATURE, sentence, _SIGNATURE)


def _key(here: Position, code: int) -> Iterator[PathFinding]:
    bits = key_security(here.encoded) if here.facts.key else 0
    if bits >= LEVELS[SECURITY_LEVEL]:
        return
    if not bits:
        sentence = f"has a key that cannot be read or weighed ({here.encoded.key_algorithm}), so OpenSSL refuses it"
    else:
        sentence = f"has a key too weak for TLS today: {here.facts.key}, {bits} bits of security; {_taken(bits)}"
    yield here.finding(FindingKind.WEAK_KEY, sentence, code)


def _taken(bits: int) -> str:
    return f"OpenSSL takes it at security level {highest_level(bits)} at most, and its default is {SECURITY_LEVEL}"
