"""Keys and signatures that are too weak for OpenSSL's security level 2, and the level that still takes them."""

from __future__ import annotations

from collections.abc import Iterator

from harness.identity.findings import FindingKind, PathFinding
from harness.identity.keys import LEVELS, highest_level, key_security, signature_security
from harness.identity.position import Position

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
