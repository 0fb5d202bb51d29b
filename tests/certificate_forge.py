"""Certificates for the rules, made without harness.pki: each departure from a sound one is an argument."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SERVER, CLIENT, ANY, SIP_DOMAIN = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.3.6.1.5.5.7.3.20"
HOST = "edge.example.com"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | mldsa.MLDSA65PrivateKey


@dataclass(frozen=True)
class Forged:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@cache
def key_of(kind: str) -> Key:
    """Return one key a kind, the same each time: `rsa-2048`, `p256`, `ed25519`; `p256-…` are different ones."""
    match kind.split("-"):
        case ["rsa", bits]:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
        case ["ed25519"]:
            return ed25519.Ed25519PrivateKey.generate()
        case ["mldsa"]:
            return mldsa.MLDSA65PrivateKey.generate()
        case ["p224"]:
            return ec.generate_private_key(ec.SECP224R1())
        case _:
            return ec.generate_private_key(ec.SECP256R1())


def forge(
    *,
    name: str | None = HOST,
    sans: Sequence[str] = (HOST,),
    by: Forged | None = None,
    key: str = "p256",
    ca: bool = False,
    path_length: int | None = None,
    extended: Sequence[str] | None = (SERVER, CLIENT),
    usages: Sequence[str] = ("digital_signature",),
    begins: datetime = NOW - 10 * DAY,
    ends: datetime = NOW + 90 * DAY,
    crls: Sequence[str] = ("http://crl.ca.example/1.crl",),
    ocsp: Sequence[str] = (),
    more: Sequence[x509.ExtensionType] = (),
    critical: Sequence[x509.ExtensionType] = (),
    attributes: Mapping[str, str] | None = None,
    more_names: Sequence[x509.GeneralName] = (),
) -> Forged:
    """Return a certificate issued by `by`, or by itself."""
    own = key_of(key)
    named = {NameOID.COMMON_NAME.dotted_string: name or "", **(attributes or {})}
    subject = x509.Name([x509.NameAttribute(ObjectIdentifier(kind), text) for kind, text in named.items() if text])
    issuer = by.certificate.subject if by else subject
    signer = by.key if by else own
    builder = x509.CertificateBuilder(issuer, subject, own.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    extensions = [
        (x509.BasicConstraints(ca, path_length), True),
        (_key_usage(usages), True),
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
        *((extension, False) for extension in (*_wanted(sans, more_names, extended, crls, ocsp), *more)),
        *((extension, True) for extension in critical),
    ]
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    return Forged(
        builder.sign(
            signer, None if isinstance(signer, ed25519.Ed25519PrivateKey | mldsa.MLDSA65PrivateKey) else hashes.SHA256()
        ),
        own,
    )


def authority(name: str, *, by: Forged | None = None, extended: Sequence[str] | None = None, **how: object) -> Forged:
    """Return a CA with a key of its own."""
    sound: dict[str, object] = {"sans": (), "crls": (), "ca": True, "usages": ("key_cert_sign", "crl_sign")}
    dates = {"begins": NOW - 500 * DAY, "ends": NOW + 1500 * DAY}
    return forge(name=name, by=by, key=f"p256-{name}", extended=extended, **sound | dates | how)  # type: ignore[arg-type]


def _wanted(
    sans: Sequence[str],
    more_names: Sequence[x509.GeneralName],
    extended: Sequence[str] | None,
    crls: Sequence[str],
    ocsp: Sequence[str],
) -> list[x509.ExtensionType]:
    found: list[x509.ExtensionType] = []
    if sans or more_names:
        found.append(x509.SubjectAlternativeName([*map(_general_name, sans), *more_names]))
    if extended is not None:
        found.append(x509.ExtendedKeyUsage([ObjectIdentifier(oid) for oid in extended]))
    if crls:
        names = [x509.UniformResourceIdentifier(url) for url in crls]
        found.append(x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)]))
    if ocsp:
        method = AuthorityInformationAccessOID.OCSP
        places = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for url in ocsp]
        found.append(x509.AuthorityInformationAccess(places))
    return found


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _key_usage(usages: Sequence[str]) -> x509.KeyUsage:
    plain = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every = (*plain, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{usage: usage in usages for usage in every})
