"""How a name says that it belongs to a look-alike: byte for byte the model's, but for one attribute."""

from __future__ import annotations

import hashlib
from typing import Final

from harness.pki.der import OBJECT_IDENTIFIER, SEQUENCE, SET, Element, element, elements
from harness.pki.names import COMMON_NAME_LIMIT

MARK: Final = "TEST ONLY"
_LOOK_ALIKE: Final = "TEST ONLY look-alike"
_COMMON_NAME, _ORGANIZATIONAL_UNIT = bytes.fromhex("550403"), bytes.fromhex("55040b")
_UTF8_STRING: Final = 0x0C
_ENCODINGS: Final = {
    0x0C: "utf-8",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
"""Tags of the string types of a DirectoryString, and how each writes its letters (RFC 5280 section 4.1.2.4)."""


def marked_authority(name: bytes) -> bytes:
    """Return the Name (DER) of a look-alike CA: the model's with TEST ONLY before its common name.

    A name without a common name gets one at its end. What grows too long is cut, and its end is a digest of
    the whole, so that two names never become one.
    """
    parts = [part.whole for part in _parts(name)]
    marked = [_marked_part(part) for part in _parts(name)]
    return element(SEQUENCE, b"".join(marked if marked != parts else [*parts, _part(_COMMON_NAME, _LOOK_ALIKE)]))


def marked_self_signed(name: bytes) -> bytes:
    """Return the Name (DER) of a look-alike that signs itself: the names that peers match stay as they are.

    Its issuer has to be its subject, so the mark is an organizational unit at the end of both.
    """
    return element(SEQUENCE, elements(name)[0].content + _part(_ORGANIZATIONAL_UNIT, _LOOK_ALIKE))


def _parts(name: bytes) -> tuple[Element, ...]:
    return elements(elements(name)[0].content)


def _marked_part(part: Element) -> bytes:
    return element(SET, b"".join(_marked_attribute(attribute) for attribute in elements(part.content)))


def _marked_attribute(attribute: Element) -> bytes:
    kind, value = elements(attribute.content)
    if kind.content != _COMMON_NAME or value.tag not in _ENCODINGS:
        return attribute.whole
    encoding = _ENCODINGS[value.tag]
    text = _fitting(f"{MARK} {value.content.decode(encoding, 'replace')}")
    return element(SEQUENCE, kind.whole + element(value.tag, text.encode(encoding, "replace")))


def _fitting(text: str) -> str:
    if len(text) <= COMMON_NAME_LIMIT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{text[: COMMON_NAME_LIMIT - 9]} {digest}"


def _part(kind: bytes, text: str) -> bytes:
    attribute = element(OBJECT_IDENTIFIER, kind) + element(_UTF8_STRING, text.encode("ascii"))
    return element(SET, element(SEQUENCE, attribute))
