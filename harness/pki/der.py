"""Just enough DER to take a certificate apart and put it together again (X.690 section 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SEQUENCE: Final = 0x30
SET: Final = 0x31
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag (low numbers only), what it contains, and all of its bytes."""

    tag: int
    content: bytes
    whole: bytes


def elements(data: bytes) -> tuple[Element, ...]:
    """Return the elements that `data` is made of; ValueError where it is not made of whole ones."""
    found: list[Element] = []
    at = 0
    while at < len(data):
        start, (begin, end) = at, _extent(data, at)
        found.append(Element(data[start], data[begin:end], data[start:end]))
        at = end
    return tuple(found)


def element(tag: int, content: bytes) -> bytes:
    """Return one element; contents of 128 bytes and more take the long form of the length."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def dotted(identifier: bytes) -> str:
    """Return the content of an OBJECT IDENTIFIER as people write it, `2.5.29.17` (X.690 section 8.19)."""
    arcs, arc = [], 0
    for octet in identifier:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2) if arcs else 0
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:]))) if arcs else ""


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the element at `at` begins and ends."""
    if at + 2 > len(data):
        raise ValueError("an element ends before its length")
    size, begin = data[at + 1], at + 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 0 < octets <= 4 or begin + octets > len(data):
            raise ValueError("the length of an element is out of bounds")
        size, begin = int.from_bytes(data[begin : begin + octets]), begin + octets
    if begin + size > len(data):
        raise ValueError("an element is longer than its frame")
    return begin, begin + size
