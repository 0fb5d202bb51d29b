"""Just enough DER to take a certificate apart, so that one bad part spoils only itself, and to put it together again.

X.690 section 8.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE, SET = 0x01, 0x02, 0x03, 0x04, 0x06, 0x30, 0x31

MAX_IDENTIFIER = 64
"""Octets of an object identifier; those in use have fewer than 20."""


class Element(NamedTuple):
    """One element: its tag (a low number, as in every certificate), its content, and all of its bytes."""

    tag: int
    content: bytes
    whole: bytes


def elements(data: bytes) -> Iterator[Element]:
    """Yield the DER elements that `data` is made of, as far as somebody asks; ValueError where the bytes end early."""
    at = 0
    while at < len(data):
        start, (length, at) = at, _length(data, at + 1)
        if at + length > len(data):
            raise ValueError("a DER element is longer than its frame")
        yield Element(data[start], data[at : at + length], data[start : at + length])
        at += length


def whole_elements(data: bytes) -> tuple[Element, ...]:
    """Return all elements that `data` is made of; ValueError where it is not made of whole ones."""
    return tuple(elements(data))


def element(tag: int, content: bytes) -> bytes:
    """Return one element; contents of 128 bytes and more take the long form of the length (X.690 section 10.1)."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def only(data: bytes, tag: int) -> bytes:
    """Return the contents of the element with that tag that `data` begins with; ValueError where another stands there.

    What follows it is not looked at, as OpenSSL does not look at it either.
    """
    found = next(elements(data), None)
    if found is None or found[0] != tag:
        raise ValueError(f"an element with the tag 0x{tag:02x} is missing")
    return found[1]


def members(data: bytes, tag: int = SEQUENCE) -> list[tuple[int, bytes]]:
    """Return (tag, contents) of each element inside the one that `data` begins with; ValueError as `only`."""
    return [(kind, contents) for kind, contents, _ in elements(only(data, tag))]


def fields(data: bytes, *known: int) -> dict[int, bytes]:
    """Return the contents of optional elements by their tag, for a frame whose tags come in the order `known`.

    ValueError where another tag, the same one twice or another order is found.
    """
    found = [(tag, contents) for tag, contents, _ in elements(data)]
    places = [known.index(tag) if tag in known else -1 for tag, _ in found]
    if -1 in places or any(later <= earlier for earlier, later in pairwise(places)):
        raise ValueError("an element stands where it may not")
    return dict(found)


def bits_of(data: bytes) -> tuple[bool, ...]:
    """Return the bits of the BIT STRING that `data` begins with, its first one first; ValueError where it is none."""
    contents = only(data, BIT_STRING)
    if not contents or contents[0] > 7 or (len(contents) == 1 and contents[0]):
        raise ValueError("a bit string is malformed")
    count = 8 * (len(contents) - 1) - contents[0]
    return tuple(bool(contents[1 + place // 8] & 0x80 >> place % 8) for place in range(count))


def dotted(identifier: bytes) -> str:
    """Return the contents of an OBJECT IDENTIFIER as people write it, `2.5.29.17`; ValueError where it is none."""
    if not identifier or identifier[-1] & 0x80 or len(identifier) > MAX_IDENTIFIER:
        raise ValueError("an object identifier is cut off, or too long")
    arcs, arc = [], 0
    for octet in identifier:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise ValueError("a DER element ends before its length")
    first, at = data[at], at + 1
    if first < 0x80:
        return first, at
    end = at + (first & 0x7F)
    if first == 0x80 or end - at > 4 or end > len(data):
        raise ValueError("a DER length is out of bounds")
    return int.from_bytes(data[at:end]), end
