"""From profiles and blueprints to certificates: the one module that builds X.509."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.pki.blueprint import Blueprint
from harness.pki.catalogue import EXTENDED_KEY_USAGES, KEY_USAGES, AuthorityProfile
from harness.pki.certificate_names import Names
from harness.pki.keys import KEY_TYPES, SIGNATURES, PrivateKey
from harness.pki.publications import SOURCES
from harness.pki.validity import Validity

ORGANIZATION: Final = "sip-mtls TEST ONLY"
"""The O of every subject, so that nobody mistakes a certificate of the lab for a real one."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA: its certificate (DER), its private key, and its name.

    The name is the catalogue's; a flawed CA that was grafted elsewhere adds the CAs above it,
    `ordinary-leaf under private-issuing under private-root`.
    """

    name: str
    certificate: bytes
    key: PrivateKey = field(repr=False)


def found_authority(
    name: str,
    profile: AuthorityProfile,
    issuer: Authority | None,
    now: datetime,
    key: PrivateKey | None = None,
) -> Authority:
    """Return a new CA signed by `issuer`, or a root where that is None.

    `now` is an aware time. `key` is the key of another CA that it shares; None makes one.
    """
    key = key or KEY_TYPES[profile.key_type]()
    builder = _unsigned(profile.common_name, key, issuer)
    builder = _dated(builder, profile.validity, now)
    builder = _constrained(builder, profile.is_authority, profile.path_length)
    builder = _usable_for(builder, _authority_usages(profile), profile.extended_key_usage)
    if profile.permitted_names:
        permitted = [x509.DNSName(name) for name in profile.permitted_names]
        builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    return Authority(name, _signed(builder, issuer.key if issuer else key), key)


def issue_leaf(drawn: Blueprint, issuer: Authority | None, now: datetime) -> tuple[bytes, PrivateKey]:
    """Return a new leaf (DER) and its key, signed by `issuer`, or by itself where that is None."""
    key = KEY_TYPES[drawn.key_type]()
    builder = _unsigned(drawn.names.common_name, key, issuer)
    builder = _dated(builder, drawn.validity, now)
    builder = _constrained(builder, is_authority=False, path_length=None)
    builder = _usable_for(builder, drawn.key_usage, drawn.extended_key_usage)
    alternatives = _alternative_names(drawn.names)
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    if issuer:
        for source in drawn.revocation:
            builder = builder.add_extension(SOURCES[source](issuer.name), critical=False)
    signing_key = issuer.key if issuer else key
    return SIGNATURES[drawn.signature](_signed(builder, signing_key), signing_key), key


def _unsigned(common_name: str, key: PrivateKey, issuer: Authority | None) -> x509.CertificateBuilder:
    """Return a builder that says who this is and who vouches for it (RFC 5280 sections 4.1.2 and 4.2.1.1)."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer_subject, issuer_identifier = _identity_of(issuer) if issuer else (subject, identifier)
    authority_identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_identifier)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(identifier, critical=False)
        .add_extension(authority_identifier, critical=False)
    )


def _identity_of(authority: Authority) -> tuple[x509.Name, x509.SubjectKeyIdentifier]:
    certificate = x509.load_der_x509_certificate(authority.certificate)
    return certificate.subject, certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value


def _dated(builder: x509.CertificateBuilder, validity: Validity, now: datetime) -> x509.CertificateBuilder:
    begins, ends = validity.span(now)
    return builder.not_valid_before(begins).not_valid_after(ends)


def _constrained(
    builder: x509.CertificateBuilder, is_authority: bool, path_length: int | None
) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)


def _usable_for(
    builder: x509.CertificateBuilder, usages: tuple[str, ...], purposes: tuple[str, ...]
) -> x509.CertificateBuilder:
    bits = {bit: word in usages for word, bit in KEY_USAGES.items()}
    rest = {"data_encipherment": False, "encipher_only": False, "decipher_only": False}
    builder = builder.add_extension(x509.KeyUsage(**bits, **rest), critical=True)
    if not purposes:
        return builder
    identifiers = [EXTENDED_KEY_USAGES[word] for word in purposes]
    return builder.add_extension(x509.ExtendedKeyUsage(identifiers), critical=False)


def _authority_usages(profile: AuthorityProfile) -> tuple[str, ...]:
    return ("key-cert-sign", "crl-sign") if profile.is_authority else ("digital-signature",)


def _alternative_names(names: Names) -> list[x509.GeneralName]:
    return [
        *(x509.DNSName(name) for name in names.dns_names),
        *(x509.UniformResourceIdentifier(uri) for uri in names.uris),
        *(x509.IPAddress(ip_address(address)) for address in names.ip_addresses),
    ]


def _signed(builder: x509.CertificateBuilder, key: PrivateKey) -> bytes:
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)
