"""What each X.509 extension contributes to the facts of a certificate: one table, one reader a row.

Read from the bytes and not by a library: as leniently as OpenSSL decodes them, so that one oddity spoils only itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from harness.x509.der import (
    BOOLEAN,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    bits_of,
    dotted,
    elements,
    fields,
    members,
    only,
)
from harness.x509.general_names import GeneralName, NameKind, check_relative_name, general_name, general_names
from harness.x509.subtrees import subtrees_of

SRV_NAME = "1.3.6.1.5.5.7.8.7"
"""id-on-dnsSRV, the otherName that carries an SRVName (RFC 4985 section 2)."""

EXTENDED_KEY_USAGES: Mapping[str, str] = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.20": "id-kp-sipDomain",
}
"""Names for the extended key usages that matter here; others stay dotted (RFC 5280 4.2.1.12, RFC 5924)."""

KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
"""The bits of keyUsage in their order (RFC 5280 section 4.2.1.3)."""

Values: TypeAlias = dict[str, Any]


def _subject_alternative_name(value: bytes) -> Values:
    names = general_names(only(value, SEQUENCE))
    return {
        "has_san_extension": True,
        "dns_names": _texts(names, NameKind.DNS),
        "uris": _texts(names, NameKind.URI),
        "emails": _texts(names, NameKind.EMAIL),
        "ip_addresses": tuple(
            str(ipaddress.ip_address(name.value))
            for name in names
            if name.kind is NameKind.IP_ADDRESS and not _oddity(name)
        ),
        "srv_names": tuple(_content(name) for name in names if name.other == SRV_NAME),
    }


def _texts(names: tuple[GeneralName, ...], kind: NameKind) -> tuple[str, ...]:
    return tuple(name.text for name in names if name.kind is kind and not _oddity(name))


def odd_names(value: bytes) -> tuple[str, ...]:
    """Return why names in a subjectAltName cannot be read; the others can, and OpenSSL compares those all the same.

    ValueError where the extension itself cannot be read.
    """
    return tuple(dict.fromkeys(filter(None, map(_oddity, general_names(only(value, SEQUENCE))))))


def _oddity(name: GeneralName) -> str:
    """Return what is odd about a name of a kind that is text or an address, empty where nothing is."""
    if name.kind is NameKind.IP_ADDRESS and len(name.value) not in (4, 16):
        return f"an iPAddress has {len(name.value)} bytes"
    is_text = name.kind in (NameKind.DNS, NameKind.URI, NameKind.EMAIL)
    return f"a {name.kind.called} is not ASCII" if is_text and not name.text.isascii() else ""


def _content(name: GeneralName) -> str:
    return next(elements(name.value))[1].decode("ascii", "replace")


def _extended_key_usage(value: bytes) -> Values:
    usages = members(value)
    if any(tag != OBJECT_IDENTIFIER for tag, _ in usages):
        raise ValueError("a usage is no object identifier")
    identifiers = (dotted(contents) for _, contents in usages)
    return {"extended_key_usage": tuple(EXTENDED_KEY_USAGES.get(each, each) for each in identifiers)}


def _key_usage(value: bytes) -> Values:
    bits = bits_of(value)
    if not any(bits):
        raise ValueError("it names no usage")
    return {"key_usage": tuple(name for name, is_set in zip(KEY_USAGES, bits, strict=False) if is_set)}


def _basic_constraints(value: bytes) -> Values:
    held = fields(only(value, SEQUENCE), BOOLEAN, INTEGER)
    flag, length = held.get(BOOLEAN, b"\0"), held.get(INTEGER)
    if len(flag) != 1 or (length is not None and (not length or length[0] & 0x80)):
        raise ValueError("its flag or its path length is none")
    path_length = None if length is None else int.from_bytes(length[:MAX_INTEGER])
    return {"has_basic_constraints": True, "is_ca": flag != b"\0", "path_length": path_length}


MAX_INTEGER = 32
"""Octets of an INTEGER that are read; a path length has one."""


def _subject_key_identifier(value: bytes) -> Values:
    return {"subject_key_identifier": only(value, OCTET_STRING).hex()}


def _authority_key_identifier(value: bytes) -> Values:
    held = fields(only(value, SEQUENCE), 0x80, 0xA1, 0x82)
    general_names(held.get(0xA1, b""))
    return {"authority_key_identifier": held.get(0x80, b"").hex()}


def _name_constraints(value: bytes) -> Values:
    permitted, excluded = subtrees_of(value)
    return {
        "permitted_names": tuple(subtree.told for subtree in permitted),
        "excluded_names": tuple(subtree.told for subtree in excluded),
    }


def _crl_distribution_points(value: bytes) -> Values:
    urls: list[str] = []
    for tag, point in members(value):
        held = fields(point, 0xA0, 0x81, 0xA2)
        if tag != SEQUENCE or not (held.get(0xA0) or held.get(0xA2)):
            raise ValueError("a distribution point names no place")
        place = fields(held.get(0xA0, b""), 0xA0, 0xA1)
        names = general_names(place.get(0xA0, b""))
        check_relative_name(place.get(0xA1, b""))
        general_names(held.get(0xA2, b""))
        urls += [name.text for name in names if name.kind is NameKind.URI]
    return {"crl_urls": tuple(urls)}


_ACCESS = {"1.3.6.1.5.5.7.48.1": "ocsp_urls", "1.3.6.1.5.5.7.48.2": "issuer_urls"}


def _authority_information_access(value: bytes) -> Values:
    found: Values = dict.fromkeys(_ACCESS.values(), ())
    for _, description in members(value):
        (kind, method, _), (tag, contents, _) = elements(description)
        if kind != OBJECT_IDENTIFIER:
            raise ValueError("an access description names no method")
        name, field = general_name(tag, contents), _ACCESS.get(dotted(method), "")
        if field and name.kind is NameKind.URI:
            found[field] += (name.text,)
    return found


Reader: TypeAlias = Callable[[bytes], Values]

SUBJECT_ALTERNATIVE_NAME, NAME_CONSTRAINTS, AUTHORITY_KEY_IDENTIFIER = "2.5.29.17", "2.5.29.30", "2.5.29.35"

READERS: Mapping[str, tuple[str, Reader]] = {
    SUBJECT_ALTERNATIVE_NAME: ("subjectAltName", _subject_alternative_name),
    "2.5.29.37": ("extendedKeyUsage", _extended_key_usage),
    "2.5.29.15": ("keyUsage", _key_usage),
    "2.5.29.19": ("basicConstraints", _basic_constraints),
    "2.5.29.14": ("subjectKeyIdentifier", _subject_key_identifier),
    AUTHORITY_KEY_IDENTIFIER: ("authorityKeyIdentifier", _authority_key_identifier),
    NAME_CONSTRAINTS: ("nameConstraints", _name_constraints),
    "2.5.29.31": ("cRLDistributionPoints", _crl_distribution_points),
    "1.3.6.1.5.5.7.1.1": ("authorityInfoAccess", _authority_information_access),
}
"""Extension by its dotted identifier: its name, and what fills fields of `CertificateFacts` from its value.

Each reader raises ValueError where the value is malformed (RFC 5280 section 4.2.1).
"""
