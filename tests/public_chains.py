"""Certificates as public and private CAs shape them: CRL and OCSP addresses, policies, timestamps, cross-signing.

Nothing here is a copy of anybody's certificate; the keys are made for the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NOW = datetime.now(UTC).replace(microsecond=0)
BOTH, SERVER = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH), (ExtendedKeyUsageOID.SERVER_AUTH,)
TIMESTAMPS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
DOMAIN_VALIDATED = x509.PolicyInformation(ObjectIdentifier("2.23.140.1.2.1"), None)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
LeafKey = Key | dsa.DSAPrivateKey


def a_key(kind: str = "ecdsa") -> Key:
    """Return a fresh key, `ecdsa` P-256 or `rsa` of 2048 bits."""
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Pointers:
    """The addresses that a CA puts into what it issues; none where empty."""

    lists: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()

    def extensions(self) -> Iterable[x509.ExtensionType]:
        """Yield CRL distribution points and authority information access as they stand in a certificate."""
        if self.lists:
            yield x509.CRLDistributionPoints([x509.DistributionPoint(list(map(_uri, self.lists)), None, None, None)])
        access = [(AuthorityInformationAccessOID.OCSP, url) for url in self.responders]
        access += [(AuthorityInformationAccessOID.CA_ISSUERS, url) for url in self.issuers]
        if access:
            yield x509.AuthorityInformationAccess([x509.AccessDescription(kind, _uri(url)) for kind, url in access])


def _uri(url: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(url)


@dataclass(frozen=True)
class PublicCa:
    """A CA: what it is called, its key and certificate, the CAs above it, and the addresses in what it issues."""

    name: x509.Name
    key: Key = field(repr=False)
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()
    points: Pointers = Pointers()

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Its certificate and those above it (DER), the root last."""
        return tuple(each.public_bytes(Encoding.DER) for each in (self.certificate, *self.above))

    def ca(self, common_name: str, points: Pointers = Pointers(), *, key: Key | None = None) -> PublicCa:
        """Return a CA below this one; with the `key` and name of another one it is cross-signed."""
        key = key or a_key()
        name = _name(common_name, self.name)
        certificate = _signed(name, key, self, _authority_extensions(), days=1800)
        return PublicCa(name, key, certificate, (self.certificate, *self.above), points)

    def issue(
        self,
        *names: str,
        usages: Sequence[ObjectIdentifier] = BOTH,
        common_name: str | None = None,
        key: str | LeafKey = "ecdsa",
        days: float = 199,
        uris: Sequence[str] = (),
    ) -> bytes:
        """Return a leaf (DER) as public CAs shape it; an empty common name leaves it out. `key`: see `a_key`."""
        named = names[0] if common_name is None else common_name
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, named)] if named else [])
        held = [
            (x509.SubjectAlternativeName([*map(x509.DNSName, names), *map(_uri, uris)]), not named),
            (x509.ExtendedKeyUsage(usages), False),
            (x509.CertificatePolicies([DOMAIN_VALIDATED]), False),
            (x509.UnrecognizedExtension(TIMESTAMPS, _timestamps()), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
        ]
        made = _signed(subject, a_key(key) if isinstance(key, str) else key, self, held, days=days)
        return made.public_bytes(Encoding.DER)


def root(common_name: str, organisation: str, *, key: str = "rsa", points: Pointers = Pointers()) -> PublicCa:
    """Return a root CA."""
    own = a_key(key)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    blank = PublicCa(name, own, None)  # type: ignore[arg-type]  # it signs itself
    return replace(blank, certificate=_signed(name, own, blank, _authority_extensions(), days=7300), points=points)


def _timestamps() -> bytes:
    """Return a list of one signed certificate timestamp by a log that nobody knows (RFC 6962 section 3.3)."""
    version, log, moment, no_extensions, algorithm = b"\0", b"\x07" * 32, b"\0" * 8, b"\0\0", b"\x04\x03"
    timestamp = version + log + moment + no_extensions + algorithm + b"\0\x08" + b"\x30" * 8
    entry = len(timestamp).to_bytes(2) + timestamp
    held = len(entry).to_bytes(2) + entry
    return bytes((0x04, len(held))) + held


def _name(common_name: str, issuer: x509.Name) -> x509.Name:
    return x509.Name([*list(issuer)[:1], x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority_extensions() -> list[tuple[x509.ExtensionType, bool]]:
    signing = dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True)
    rest = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    usage = x509.KeyUsage(**signing, **dict.fromkeys((*rest, "decipher_only"), False))
    return [(x509.BasicConstraints(ca=True, path_length=None), True), (usage, True)]


def _signed(
    name: x509.Name,
    key: LeafKey,
    issuer: PublicCa,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
    *,
    days: float,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    pointing = [(each, False) for each in issuer.points.extensions()] if name != issuer.name else []
    for extension, critical in (*extensions, *pointing):
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key, SHA256())
