"""Certificates for the tests of names and paths, made without harness.pki: every fault is one argument."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CLIENT, SERVER = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"
ANY, SIP_DOMAIN = "2.5.29.37.0", "1.3.6.1.5.5.7.3.20"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Forged:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def forge(
    name: str = "",
    *,
    by: Forged | None = None,
    ca: bool | None = None,
    path_length: int | None = None,
    sans: Sequence[str] = (),
    extended: Sequence[str] | None = None,
    usages: Sequence[str] | None = None,
    starts: datetime = NOW - timedelta(days=10),
    ends: datetime = NOW + timedelta(days=90),
    key: Key | None = None,
    permitted: Sequence[str] = (),
    excluded: Sequence[str] = (),
    identifiers: bool = True,
) -> Forged:
    """Return a certificate. `sans` are written "dns:…", "uri:…", "ip:…", "email:…", "srv:…"."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
    )
    for extension, critical in _extensions(ca, path_length, sans, extended, usages, permitted, excluded):
        builder = builder.add_extension(extension, critical)
    issuer = by.key if by else key
    if identifiers:
        subject_identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())
        builder = builder.add_extension(subject_identifier, critical=False).add_extension(authority, critical=False)
    return Forged(builder.sign(issuer, hashes.SHA256()), key)


def _extensions(
    ca: bool | None,
    path_length: int | None,
    sans: Sequence[str],
    extended: Sequence[str] | None,
    usages: Sequence[str] | None,
    permitted: Sequence[str],
    excluded: Sequence[str],
) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if ca is not None:
        found.append((x509.BasicConstraints(ca=ca, path_length=path_length), True))
    if sans:
        found.append((x509.SubjectAlternativeName([general_name(san) for san in sans]), False))
    if extended is not None:
        found.append((x509.ExtendedKeyUsage([ObjectIdentifier(oid) for oid in extended]), False))
    if usages is not None:
        found.append((key_usage(usages), True))
    if permitted or excluded:
        subtrees = ([general_name(name) for name in names] or None for names in (permitted, excluded))
        found.append((x509.NameConstraints(*subtrees), True))
    return found


def general_name(text: str) -> x509.GeneralName:
    kind, _, value = text.partition(":")
    match kind:
        case "dns":
            return x509.DNSName(value)
        case "uri":
            return x509.UniformResourceIdentifier(value)
        case "email":
            return x509.RFC822Name(value)
        case "ip" if "/" in value:
            return x509.IPAddress(ipaddress.ip_network(value))
        case "ip":
            return x509.IPAddress(ipaddress.ip_address(value))
        case _:
            encoded = value.encode("ascii")
            return x509.OtherName(ObjectIdentifier("1.3.6.1.5.5.7.8.7"), bytes([0x16, len(encoded)]) + encoded)


def key_usage(usages: Sequence[str]) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in usages for usage in every})


def root(name: str = "Test Root", **how: object) -> Forged:
    return forge(name, ca=True, **how)  # type: ignore[arg-type]
