"""How long a password would be stretched before it opens a file: a limit on work that a file asks for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from harness.pki.der import OCTET_STRING, Element, elements

MAX_ITERATIONS: Final = 10_000_000
"""A few seconds of work; what programs write is 2048 to 600000."""

TOO_MUCH: Final = ("it asks for too much work", f"encrypt it with at most {MAX_ITERATIONS} iterations")
"""What is said of a file that asks for more, and what to do next."""

_INTEGER, _CONSTRUCTED, _DEPTH = 0x02, 0x20, 24


def asks_too_much(data: bytes) -> bool:
    """Return whether DER in `data` names more than `MAX_ITERATIONS` for one password.

    In each of the schemes (RFC 7292 appendix C and section 4, RFC 8018 appendix A.2, RFC 7914 section 7) that is
    the INTEGER behind the OCTET STRING of the salt.
    """
    return any(each > MAX_ITERATIONS for each in _iterations(data, 0))


def _iterations(data: bytes, depth: int) -> Iterator[int]:
    members = _members(data)
    for before, after in pairwise(members):
        if (before.tag, after.tag) == (OCTET_STRING, _INTEGER):
            yield int.from_bytes(after.content[:16])
    for member in members:
        if depth < _DEPTH and (member.tag & _CONSTRUCTED or member.tag == OCTET_STRING):
            yield from _iterations(member.content, depth + 1)


def _members(data: bytes) -> tuple[Element, ...]:
    try:
        return elements(data)
    except ValueError:  # encrypted, or not DER
        return ()
