"""Chains of three for the comparison with OpenSSL: a leaf, the CA that issued it, a trusted root; each odd at will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from x509_forge import NOW
from x509_raw import Extension, Raw, alternatives, authority, common_name, directory, dns, name, tlv

from harness.x509.path import PathExplanation, explain_path

Purpose = Literal["client", "server"]
CLIENT = "1.3.6.1.5.5.7.3.2"
NULL, YES, NO = b"\x05\x00", tlv(0x01, b"\xff"), tlv(0x01, b"\0")
BASIC, USAGE, EXTENDED, SAN, CONSTRAINTS = "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.30"
AUTHORITY_KEY, SUBJECT_KEY, POLICIES, UNKNOWN = "2.5.29.35", "2.5.29.14", "2.5.29.32", "1.3.6.1.4.1.99999.1"
NETSCAPE, PROXY, NO_CHECK, ACCESS = (
    "2.16.840.1.113730.1.1",
    "1.3.6.1.5.5.7.1.14",
    "1.3.6.1.5.5.7.48.1.5",
    "1.3.6.1.5.5.7.1.1",
)


@dataclass(frozen=True)
class Story:
    """A leaf, the CA that issued it, and the trusted root above."""

    leaf: Raw
    issuing: Raw
    root: Raw

    @property
    def sent(self) -> list[bytes]:
        return [self.leaf.made(self.issuing), self.issuing.made(self.root)]

    @property
    def trusted(self) -> list[bytes]:
        return [self.root.made()]

    def explained(self, purpose: Purpose) -> PathExplanation:
        trusted = self.trusted
        return explain_path(self.sent, trusted=trusted, known_authorities=trusted, purpose=purpose, at=NOW)


ROOT = Raw(common_name("Root"), "p256-root", (authority(),), serial=1)
ISSUING = Raw(common_name("Issuing"), "p256-issuing", (authority(),), serial=2)
LEAF = Raw(common_name("edge.example.com"), "p256", (alternatives(dns("edge.example.com")),))


def leaf(*more: Extension, **how: object) -> Story:
    return Story(LEAF.but(extensions=LEAF.extensions + more, **how), ISSUING, ROOT)


def issuing(*more: Extension, **how: object) -> Story:
    return Story(LEAF, ISSUING.but(extensions=ISSUING.extensions + more, **how), ROOT)


def root(*extensions: Extension) -> Story:
    return Story(LEAF, ISSUING, ROOT.but(extensions=extensions))


def instead(*extensions: Extension) -> Story:
    """A leaf with these extensions and no others."""
    return Story(LEAF.but(extensions=extensions), ISSUING, ROOT)


def bound(names: tuple[bytes, ...], *more: Extension, subject: bytes = LEAF.subject) -> Story:
    """A leaf with these alternative names under a CA with these constraints."""
    san = (alternatives(*names),) if names else ()
    return Story(LEAF.but(subject=subject, extensions=san), issuing(*more).issuing, ROOT)


def key_named(keyid: bytes = b"", issuer: bytes = b"", serial: bytes = b"") -> Extension:
    """An authorityKeyIdentifier of those fields that are given."""
    held = (
        tlv(0x80, keyid) if keyid else b"",
        tlv(0xA1, directory(issuer)) if issuer else b"",
        tlv(0x82, serial) if serial else b"",
    )
    return Extension(AUTHORITY_KEY, tlv(0x30, *held))


ORG = name(("2.5.4.10", "Example Org"))
IN_ORG = name(("2.5.4.10", "EXAMPLE   org", 0x13), ("2.5.4.3", "edge"))
IN_OTHER = name(("2.5.4.10", "Other Org"), ("2.5.4.3", "edge"))
ODD_MAIL = name(("1.2.840.113549.1.9.1", "a@example.com"), ("2.5.4.3", "edge"))
GOOD_MAIL = name(("1.2.840.113549.1.9.1", "a@example.com", 0x16), ("2.5.4.3", "edge"))
UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9"
