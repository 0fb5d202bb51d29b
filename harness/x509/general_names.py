"""GeneralName and Name as bytes: read without a library's opinion, compared as OpenSSL compares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TypeAlias

from harness.x509.der import BIT_STRING, OBJECT_IDENTIFIER, SEQUENCE, SET, bits_of, dotted, elements, fields, only

CanonicalName: TypeAlias = tuple[tuple[tuple[str, int, bytes], ...], ...]
"""A Name to compare: its RDNs in order, each a sorted tuple of (attribute type, string tag, folded value)."""


class NameKind(IntEnum):
    """The choices of GeneralName by their tag numbers (RFC 5280 section 4.2.1.6)."""

    OTHER_NAME = 0
    EMAIL = 1
    DNS = 2
    X400_ADDRESS = 3
    DIRECTORY_NAME = 4
    EDI_PARTY_NAME = 5
    URI = 6
    IP_ADDRESS = 7
    REGISTERED_ID = 8

    @property
    def called(self) -> str:
        """The name that RFC 5280 gives it."""
        return _CALLED[self]


_CALLED = {
    NameKind.OTHER_NAME: "otherName",
    NameKind.EMAIL: "rfc822Name",
    NameKind.DNS: "dNSName",
    NameKind.X400_ADDRESS: "x400Address",
    NameKind.DIRECTORY_NAME: "directoryName",
    NameKind.EDI_PARTY_NAME: "ediPartyName",
    NameKind.URI: "URI",
    NameKind.IP_ADDRESS: "iPAddress",
    NameKind.REGISTERED_ID: "registeredID",
}
_CONSTRUCTED = {NameKind.OTHER_NAME, NameKind.X400_ADDRESS, NameKind.DIRECTORY_NAME, NameKind.EDI_PARTY_NAME}
_KINDS = {(0xA0 if kind in _CONSTRUCTED else 0x80) | kind: kind for kind in NameKind}


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One name: `value` is what its tag holds, of a directoryName the contents of the Name inside.

    `other` is the dotted type of an otherName, whose value is then the element inside its [0]. `comparable` is False
    for a name out of a subject that OpenSSL cannot compare with constraints.
    """

    kind: NameKind
    value: bytes
    other: str = ""
    comparable: bool = True

    @property
    def text(self) -> str:
        """The value as text, a character a byte where it is not ASCII."""
        return self.value.decode("latin-1")


def general_names(data: bytes) -> tuple[GeneralName, ...]:
    """Return the names in the contents of a GeneralNames; ValueError where one is malformed."""
    return tuple(general_name(tag, contents) for tag, contents, _ in elements(data))


def general_name(tag: int, contents: bytes) -> GeneralName:
    """Return one name from its element; ValueError where it is malformed."""
    kind = _KINDS.get(tag)
    match kind:
        case None:
            raise ValueError(f"a name has the unknown tag 0x{tag:02x}")
        case NameKind.OTHER_NAME:
            held = list(elements(contents))
            if [each for each, _, _ in held] != [OBJECT_IDENTIFIER, 0xA0] or len(list(elements(held[1][1]))) != 1:
                raise ValueError("an otherName is malformed")
            return GeneralName(kind, held[1][1], dotted(held[0][1]))
        case NameKind.DIRECTORY_NAME:
            name = only(contents, SEQUENCE)
            canonical(name)
            return GeneralName(kind, name)
        case NameKind.EDI_PARTY_NAME:
            fields(contents, 0xA0, 0xA1)
        case NameKind.REGISTERED_ID:
            dotted(contents)
    return GeneralName(kind, contents)


def attributes(name: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Yield (attribute type, string tag, value) of the contents of a Name; ValueError where it is malformed."""
    for rdn in _rdns(name):
        yield from rdn


@lru_cache(maxsize=4096)
def canonical(name: bytes) -> CanonicalName:
    """Return the contents of a Name in the form that OpenSSL compares: ASCII letters small, blanks collapsed.

    ValueError where it is malformed.
    """
    return tuple(tuple(sorted(map(_folded, rdn))) for rdn in _rdns(name))


def check_relative_name(contents: bytes) -> None:
    """Raise ValueError where the contents of a RelativeDistinguishedName are malformed."""
    for _, _, whole in elements(contents):
        _attribute(whole)


def _rdns(name: bytes) -> Iterator[list[tuple[str, int, bytes]]]:
    for tag, contents, _ in elements(name):
        if tag != SET:
            raise ValueError("a distinguished name is not made of sets")
        yield [_attribute(each) for _, _, each in elements(contents)]


def _attribute(whole: bytes) -> tuple[str, int, bytes]:
    (kind, identifier, _), (tag, value, element) = _two(only(whole, SEQUENCE))
    if kind != OBJECT_IDENTIFIER:
        raise ValueError("an attribute of a distinguished name has no type")
    if string_of(tag, value) is None if tag in _CODECS else tag not in _COMPARED_AS_BYTES:
        raise ValueError("an attribute of a distinguished name is no string that OpenSSL can read")
    if tag == BIT_STRING:
        bits_of(element)
    return dotted(identifier), tag, value


def _two(data: bytes) -> tuple[tuple[int, bytes, bytes], tuple[int, bytes, bytes]]:
    found = tuple(elements(data))
    if len(found) != 2:
        raise ValueError("an attribute of a distinguished name is not a type and a value")
    return found[0], found[1]


_BMP_STRING = 0x1E
_CODECS = {
    0x0C: "utf-8",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1C: "utf-32-be",
    _BMP_STRING: "utf-16-be",
}
"""Strings that are folded, by tag."""

_COMPARED_AS_BYTES = frozenset({BIT_STRING, 0x07, 0x08, 0x09, 0x0B, 0x0D, 0x0E, 0x0F, 0x12, 0x1D, 0x30})
"""Other tags that OpenSSL 3.0 and 4.0 take; a certificate with any tag but these they cannot read at all (measured)."""

_UTF8_STRING = 0x0C
_BLANKS = re.compile(r"[ \t\n\v\f\r]+")


def _folded(attribute: tuple[str, int, bytes]) -> tuple[str, int, bytes]:
    identifier, tag, value = attribute
    text = string_of(tag, value)
    if text is None:
        return attribute
    small = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    return identifier, _UTF8_STRING, _BLANKS.sub(" ", small).strip(" ").encode()


def string_of(tag: int, value: bytes) -> str | None:
    """Return an ASN.1 string as text, None where it is no string or not well encoded.

    A BMPString has no pairs of surrogates (X.680 section 41.15).
    """
    try:
        text = value.decode(_CODECS[tag])
    except (KeyError, UnicodeDecodeError):
        return None
    return None if tag == _BMP_STRING and any(letter > "\uffff" for letter in text) else text
