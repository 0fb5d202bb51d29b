"""Certificates as real CAs make them, made without harness.pki: chains of any key, with what real ones carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pki_bench import NOW

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
Extension = tuple[x509.ExtensionType, bool]
_STAMP = bytes(33) + bytes.fromhex("0000019000000000000004030002aabb")
_STAMPS = bytes([0, len(_STAMP) + 2, 0, len(_STAMP)]) + _STAMP
SCT_LIST = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), bytes([4, len(_STAMPS)]) + _STAMPS)
"""One signed certificate timestamp as RFC 6962 section 3.3 frames it, of no log at all."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Forged:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def key_of(kind: str) -> Key:
    """Return one key a kind, the same each time: `rsa-2048`, `p256`, `ed25519`; `p256-…` are different ones."""
    match kind.split("-"):
        case ["rsa", bits, *_]:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
        case ["ed25519"]:
            return ed25519.Ed25519PrivateKey.generate()
        case ["ed448"]:
            return ed448.Ed448PrivateKey.generate()
        case [curve, *_]:
            return ec.generate_private_key({"p384": ec.SECP384R1(), "p521": ec.SECP521R1()}.get(curve, ec.SECP256R1()))
        case _:
            raise AssertionError(kind)


def name_of(*parts: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(*part) for part in parts])


def forge(
    name: str | x509.Name,
    *,
    by: Forged | None = None,
    key: Key | None = None,
    ca: bool = False,
    path_length: int | None = None,
    more: Sequence[Extension] = (),
    identifiers: bool = True,
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = None,
    pss: bool = False,
) -> Forged:
    """Return a certificate issued by `by`, or by itself."""
    key = key or key_of(f"p256-{name}")
    subject = name if isinstance(name, x509.Name) else name_of((NameOID.COMMON_NAME, name))
    issuer = by.certificate.subject if by else subject
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW - 30 * DAY).not_valid_after(NOW + 90 * DAY)
    extensions: list[Extension] = [(x509.BasicConstraints(ca, path_length), True), *more]
    signer = by.key if by else key
    if identifiers:
        extensions.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
        extensions.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    bare = isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    scheme = padding.PSS(padding.MGF1(digest or hashes.SHA256()), 32) if pss else None
    return Forged(builder.sign(signer, None if bare else digest or hashes.SHA256(), rsa_padding=scheme), key)


def alternatives(*names: str) -> Extension:
    return x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False


def purposes(*identifiers: ObjectIdentifier) -> Extension:
    return x509.ExtendedKeyUsage(identifiers), False


def usages(*set_bits: str) -> Extension:
    plain = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    every = (*plain, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{bit: bit in set_bits for bit in every}), True


def permitted(domain: str) -> Extension:
    return x509.NameConstraints([x509.DNSName(domain)], None), True


PAPERWORK: tuple[Extension, ...] = (
    (
        x509.AuthorityInformationAccess(
            [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.ca.example"))]
        ),
        False,
    ),
    (
        x509.CRLDistributionPoints(
            [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.ca.example/1.crl")], None, None, None)]
        ),
        False,
    ),
    (x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("2.23.140.1.2.2"), None)]), False),
)  # fmt: skip
"""What a public CA writes into each certificate besides names and purposes."""


@dataclass(frozen=True)
class Chain:
    """A leaf, the CA that issued it, and the root."""

    leaf: Forged
    issuing: Forged
    root: Forged

    @property
    def all(self) -> tuple[Forged, ...]:
        return (self.leaf, self.issuing, self.root)


@cache
def chain_of(kind: str = "p256", domain: str = "example.com") -> Chain:
    """Return a chain as a public CA issues one, all of its keys of one kind."""
    both = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
    signing = usages("key_cert_sign", "crl_sign")
    company = ((NameOID.COUNTRY_NAME, "US"), (NameOID.ORGANIZATION_NAME, "Big CA"))
    root_name = name_of(*company, (NameOID.COMMON_NAME, "Big Root"))
    root = forge(root_name, key=key_of(f"{kind}-root"), ca=True, more=[signing])
    below = [signing, purposes(*both), permitted(domain), *PAPERWORK]
    issuing = forge("Big Issuing CA", by=root, key=key_of(f"{kind}-issuing"), ca=True, path_length=0, more=below)
    subject = name_of((NameOID.ORGANIZATION_NAME, "Example, Inc."), (NameOID.COMMON_NAME, f"edge.{domain}"))
    wanted = [usages("digital_signature"), purposes(*both), alternatives(f"edge.{domain}", domain), (SCT_LIST, False)]
    leaf = forge(subject, by=issuing, key=key_of(f"{kind}-leaf-{domain}"), more=[*wanted, *PAPERWORK])
    return Chain(leaf, issuing, root)
