"""The subtrees of a nameConstraints extension, and how one is told (RFC 5280 section 4.2.1.10)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from harness.x509.der import SEQUENCE, elements, fields, only
from harness.x509.general_names import GeneralName, NameKind, attributes, general_name, string_of

_WORDS: Mapping[NameKind, str] = {
    NameKind.DNS: "dns",
    NameKind.URI: "uri",
    NameKind.EMAIL: "email",
    NameKind.IP_ADDRESS: "ip",
    NameKind.DIRECTORY_NAME: "dirName",
}
_ATTRIBUTES: Mapping[str, str] = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}


@dataclass(frozen=True, slots=True)
class Subtree:
    """One subtree: the name above all that it covers. `bounded` where it has a minimum or maximum of its own.

    RFC 5280 allows neither, and OpenSSL refuses names that meet such a subtree.
    """

    base: GeneralName
    bounded: bool = False

    @property
    def told(self) -> str:
        """The subtree as text, such as `dns:example.com`."""
        word = _WORDS.get(self.base.kind, self.base.kind.called)
        return f"{word}:{told_value(self.base)}"


def subtrees_of(value: bytes) -> tuple[tuple[Subtree, ...], tuple[Subtree, ...]]:
    """Return the permitted and the excluded subtrees; ValueError where the extension is malformed."""
    held = fields(only(value, SEQUENCE), 0xA0, 0xA1)
    permitted, excluded = (
        tuple(_subtree(whole) for _, _, whole in elements(held.get(tag, b""))) for tag in (0xA0, 0xA1)
    )
    return permitted, excluded


def _subtree(whole: bytes) -> Subtree:
    contents = only(whole, SEQUENCE)
    (tag, base, first), *_ = elements(contents)
    limits = fields(contents[len(first) :], 0x80, 0x81)
    return Subtree(general_name(tag, base), bounded=any(limits.get(0x80, b"")) or 0x81 in limits)


def told_value(name: GeneralName) -> str:
    """Return a name's value as text for people."""
    match name.kind:
        case NameKind.DIRECTORY_NAME:
            return told_directory_name(name.value)
        case NameKind.IP_ADDRESS:
            return _told_address(name.value)
        case NameKind.DNS | NameKind.URI | NameKind.EMAIL:
            return name.text
        case _:
            return name.other or name.value[:16].hex()


def told_directory_name(name: bytes) -> str:
    """Return the contents of a Name as people write it: `O=Example, CN=edge`."""
    parts = (
        f"{_ATTRIBUTES.get(identifier, identifier)}={string_of(tag, value) or value.hex()}"
        for identifier, tag, value in attributes(name)
    )
    return ", ".join(parts) or "(empty)"


def _told_address(value: bytes) -> str:
    half = len(value) // 2
    try:
        if len(value) in (4, 16):
            return str(ipaddress.ip_address(value))
        network, mask = value[:half], int.from_bytes(value[half:])
        return str(ipaddress.ip_network((network, f"{mask:b}".count("1"))))
    except ValueError:
        return value.hex()
