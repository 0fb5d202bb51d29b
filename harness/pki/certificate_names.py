"""The names that a certificate carries, and the ways in which faults change them.

The *first name* is the one that peers look for: the first dNSName, or the common name where there is none.
A change that hides it rewrites the common name too, because Expressway also matches on that (trap X1).

How a name says that it belongs to a look-alike: byte for byte the model's, but for one attribute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final

from harness.x509.der import OBJECT_IDENTIFIER, SEQUENCE, SET, Element, element, whole_elements

COMMON_NAME_LIMIT: Final = 64
"""Octets in a common name: ub-common-name of RFC 5280 appendix A.1, counted in UTF-8 as cryptography does."""


@dataclass(frozen=True, slots=True)
class Names:
    """Common name and subject alternative names. Without any of the latter there is no such extension."""

    common_name: str
    dns_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The name that peers look for."""
        return self.dns_names[0] if self.dns_names else self.common_name


def _only(name: str) -> Names:
    return Names(name, (name,))


def _common_name_only(names: Names) -> Names:
    return Names(names.first)


def _first_only_in_common_name(names: Names) -> Names:
    others = tuple(name for name in names.dns_names if name != names.first)
    return replace(names, common_name=names.first, dns_names=others or (f"not-{names.first}",))


def _wildcard(names: Names) -> Names:
    parent = names.first.partition(".")[2]
    if not parent:
        raise ValueError(f"'{names.first}' has no parent domain for a wildcard")
    return _only(f"*.{parent}")


def _sip_uris(names: Names) -> Names:
    hosts = names.dns_names or (names.first,)
    return replace(names, dns_names=(), uris=tuple(f"sip:{host}" for host in hosts))


def _everywhere(spell: Callable[[str], str]) -> Callable[[Names], Names]:
    def change(names: Names) -> Names:
        spelt = tuple(spell(name) for name in names.dns_names)
        return replace(names, common_name=spell(names.common_name), dns_names=spelt)

    return change


NAME_CHANGES: Final[dict[str, Callable[[Names], Names]]] = {
    "common-name-only": _common_name_only,
    "first-name-only-in-common-name": _first_only_in_common_name,
    "wildcard": _wildcard,
    "sip-uris-instead": _sip_uris,
    "someone-else": lambda names: _only("someone-else.example"),  # noqa: ARG005 - one shape for the table
    "first-name-as-prefix": lambda names: _only(f"{names.first}.evil.example"),
    "trailing-dot": _everywhere(lambda name: f"{name}."),
    "upper-case": _everywhere(str.upper),
}
"""What the word after `names:` in certs/faults.yaml does; raises ValueError where that makes no sense."""


def impossibilities(names: Names) -> list[tuple[str, str]]:
    """Return why these names cannot stand in a certificate, each with what to write instead."""
    short = f"write 1 to {COMMON_NAME_LIMIT} octets of UTF-8, one for each letter of ASCII"
    ascii_only = "write ASCII, and foreign letters as xn--"
    numeric = "write it like 192.0.2.1 or 2001:db8::1"
    alternatives = (*names.dns_names, *names.uris)
    return [
        *((f"{name!r} cannot be a common name", short) for name in (names.common_name,) if not _is_short(name)),
        *((f"{name!r} cannot be an alternative name", ascii_only) for name in alternatives if not _is_ascii(name)),
        *((f"{text!r} is not an IP address", numeric) for text in names.ip_addresses if not _is_address(text)),
    ]


def _is_short(name: str) -> bool:
    return name.isprintable() and 0 < len(name.encode()) <= COMMON_NAME_LIMIT


def _is_ascii(name: str) -> bool:
    return bool(name) and name.isascii() and name.isprintable()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


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
    return element(SEQUENCE, whole_elements(name)[0].content + _part(_ORGANIZATIONAL_UNIT, _LOOK_ALIKE))


def _parts(name: bytes) -> tuple[Element, ...]:
    return whole_elements(whole_elements(name)[0].content)


def _marked_part(part: Element) -> bytes:
    return element(SET, b"".join(_marked_attribute(attribute) for attribute in whole_elements(part.content)))


def _marked_attribute(attribute: Element) -> bytes:
    kind, value = whole_elements(attribute.content)
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
