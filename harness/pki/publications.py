"""What CAs from elsewhere publish: who speaks at the URLs that their certificates name (RFC 5280 section 5, RFC 6960).

A certificate that somebody brings names the CRL, the responder and the issuer's certificate of a CA that is not in
the lab. Where its look-alike has these URLs too, the look-alike of the CA speaks there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID

from harness.x509.found_certificate import read_found

VALIDATION_HOST: Final = "validation.lab.example"
VALIDATION_PORT: Final = 8080
"""Where all CAs of the lab publish their CRLs and answer OCSP: one host, plain HTTP (RFC 5280 section 8)."""

LIST_SUFFIX: Final = ".crl"
RESPONDER_PREFIX: Final = "/ocsp/"


def list_path(authority: str) -> str:
    """Return the path of a CA's list, by the CA's name."""
    return f"/{_slug(authority)}{LIST_SUFFIX}"


def responder_path(authority: str) -> str:
    """Return the path of a CA's OCSP responder, by the CA's name."""
    return f"{RESPONDER_PREFIX}{_slug(authority)}"


def _slug(authority: str) -> str:
    return authority.replace(" ", "-")


def _url(path: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(f"http://{VALIDATION_HOST}:{VALIDATION_PORT}{path}")


def _list_pointer(authority: str) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([_url(list_path(authority))], None, None, None)
    return x509.CRLDistributionPoints([point])


def _responder_pointer(authority: str) -> x509.AuthorityInformationAccess:
    method = AuthorityInformationAccessOID.OCSP
    return x509.AuthorityInformationAccess([x509.AccessDescription(method, _url(responder_path(authority)))])


Pointer = Callable[[str], x509.CRLDistributionPoints | x509.AuthorityInformationAccess]

SOURCES: Final[dict[str, Pointer]] = {"crl": _list_pointer, "ocsp": _responder_pointer}
"""From the name of the issuing CA to the extension that names its source (RFC 5280 sections 4.2.1.13, 4.2.2.1)."""


HTTP_PORT = 80


class Kind(StrEnum):
    """What lies at a URL: a CRL, an OCSP responder, or the certificate of the issuer."""

    LIST = "crl"
    RESPONDER = "ocsp"
    ISSUER = "issuer"


@dataclass(frozen=True, slots=True)
class CopiedAuthority:
    """The look-alike of a CA: its certificate (DER) and its key; `name` is the same for all of one subject and key."""

    name: str
    certificate: bytes
    key: CertificateIssuerPrivateKeyTypes = field(repr=False, compare=False)


def copied_authority(subject: bytes, certificate: bytes, key: CertificateIssuerPrivateKeyTypes) -> CopiedAuthority:
    """Return the look-alike of a CA whose Name (DER) is `subject`; cross-signed ones are one CA."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return CopiedAuthority(sha256(subject + public).hexdigest(), certificate, key)


@dataclass(frozen=True, slots=True)
class Location:
    """Where an http URL leads: host (lower case, without brackets), port, and the target of the request."""

    host: str
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class Publication:
    """One URL in a certificate of this `serial_number`, and the CA that issued it and speaks there."""

    kind: Kind
    location: Location
    authority: CopiedAuthority
    serial_number: int


def location_of(url: str) -> Location | None:
    """Return where a URL leads; None for what is no http URL, which no verifier of the lab follows."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or HTTP_PORT
    except ValueError:
        return None
    if parts.scheme != "http" or not host:
        return None
    return Location(host, port, parts._replace(scheme="", netloc="", fragment="").geturl() or "/")


class Publications:
    """Everything that is published so far."""

    def __init__(self) -> None:
        self._all: dict[Publication, None] = {}

    def add(self, kind: Kind, url: str, certificate: bytes, authority: CopiedAuthority) -> bool:
        """Let the CA that issued a certificate (DER) speak at a URL in it; False where that is no http URL."""
        location = location_of(url)
        if location is not None:
            serial_number = read_found(certificate).certificate.serial_number
            self._all[Publication(kind, location, authority, serial_number)] = None
        return location is not None

    def authorities_at(self, kind: Kind, host: str, target: str) -> tuple[CopiedAuthority, ...]:
        """Return who speaks at a place: several may share a responder, one CA has a list."""
        found = (each for each in self._all if each.kind is kind)
        at = (each.authority for each in found if (each.location.host, each.location.target) == (host, target))
        return tuple({each.name: each for each in at}.values())

    def authorities(self) -> Iterator[CopiedAuthority]:
        """Yield each CA that publishes something."""
        yield from dict.fromkeys(each.authority for each in self._all)

    def issued_by(self, authority: CopiedAuthority) -> frozenset[int]:
        """Return the serial numbers of the certificates that a CA issued."""
        return frozenset(each.serial_number for each in self._all if each.authority.name == authority.name)

    def has_host(self, host: str) -> bool:
        """Whether something is published at a host."""
        return host in self.hosts()

    def hosts(self) -> Iterator[str]:
        """Yield each host once."""
        yield from dict.fromkeys(each.location.host for each in self._all)

    def ports(self) -> Iterator[int]:
        """Yield each port once."""
        yield from dict.fromkeys(each.location.port for each in self._all)
