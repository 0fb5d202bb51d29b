"""One certificate as plain values: what is readable becomes a fact, what is not becomes a sentence."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from harness.x509.encoded import EncodedCertificate, encoded
from harness.x509.extensions import READERS, SUBJECT_ALTERNATIVE_NAME, odd_names
from harness.x509.general_names import canonical
from harness.x509.keys import EXPLICIT, key_called

T = TypeVar("T")

MAX_CERTIFICATE_BYTES = 100 * 1024
"""Larger ones are not looked into: OpenSSL's own limit for a whole certificate message (measured default)."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What one certificate says.

    `subject` and `issuer` are RFC 4514 text; `sha256`, `serial` and the key identifiers lower-case hex;
    `version` is 1 or 3, 0 where unreadable. `common_names` are those of the subject. `dns_names`, `uris`, `srv_names`,
    `ip_addresses` and `emails` are those of the subject alternative names; `has_san_extension` says that there is such
    an extension. `has_basic_constraints` and `is_ca` are what the extension basicConstraints says. `self_issued`: its
    subject and issuer are one name. `signature_hash` is the hash of the signature. `subject_key_identifier` and
    `authority_key_identifier` are empty where there are none.
    `extended_key_usage` and `key_usage` are None where the extension is absent, which is a different thing
    from empty (RFC 5280 section 4.2.1.12); unknown usages stay dotted. `path_length` is None where nothing
    limits it. `permitted_names` and `excluded_names` are name constraints such as `dns:example.com`.
    `key` reads "ECDSA P-256" or "RSA 2048". `crl_urls` and `ocsp_urls` say where revocation can be asked about,
    `issuer_urls` where the certificate of its CA lies (RFC 5280 sections 4.2.1.13 and 4.2.2.1). `problems` has a
    sentence for every part that could not be read; that part keeps the value of an absent one.
    """

    sha256: str
    version: int = 0
    subject: str = ""
    issuer: str = ""
    serial: str = ""
    common_names: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    srv_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    has_san_extension: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    extended_key_usage: tuple[str, ...] | None = None
    key_usage: tuple[str, ...] | None = None
    has_basic_constraints: bool = False
    is_ca: bool = False
    path_length: int | None = None
    permitted_names: tuple[str, ...] = ()
    excluded_names: tuple[str, ...] = ()
    key: str = ""
    signature_hash: str = ""
    self_issued: bool = False
    subject_key_identifier: str = ""
    authority_key_identifier: str = ""
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether it is a certificate at all; parts of it may be unreadable all the same (see `problems`)."""
        return self.version != 0

    @property
    def label(self) -> str:
        """What a person calls it: its first common name, else its first DNS name, its subject, or its first URI."""
        names = (*self.common_names, *self.dns_names, *filter(None, [self.subject]), *self.uris)
        nameless = "a certificate without a name" if self.readable else "an unreadable certificate"
        return next(iter(names), nameless)


@lru_cache(maxsize=1024)
def read_certificate(der: bytes) -> CertificateFacts:
    """Return what `der` says; never raises, also for bytes that are no certificate (see `problems`)."""
    fingerprint = hashlib.sha256(der).hexdigest()
    if len(der) > MAX_CERTIFICATE_BYTES:
        return CertificateFacts(fingerprint, problems=(f"{len(der)} bytes are too many for a certificate",))
    reading = _Reading()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")  # cryptography warns of what it will refuse one day: a finding, not noise
        certificate = reading.attempt("certificate", lambda: x509.load_der_x509_certificate(der), None)
        fields = certificate and reading.attempt("certificate", lambda: encoded(der), None)
        values = _values(certificate, fields, reading) if certificate and fields else {}
    problems = dict.fromkeys((*reading.problems, *(_one_line(warning.message) for warning in caught)))
    return CertificateFacts(fingerprint, **values, problems=tuple(problems))


class _Reading:
    """Collects a sentence for each part that could not be read."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def attempt(self, part: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` gives, or `otherwise` and a problem that names the part."""
        try:
            return read()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # any kind, a panic of the library too: the bytes are a stranger's
            self.problems.append(f"the {part} could not be read: {_one_line(error)}")
            return otherwise


def _one_line(error: object) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]


def _values(certificate: x509.Certificate, fields: EncodedCertificate, reading: _Reading) -> dict[str, Any]:
    values = {
        field: reading.attempt(part, partial(read, certificate), otherwise) for field, part, read, otherwise in _PARTS
    }
    self_issued = canonical(fields.subject) == canonical(fields.issuer)
    key = reading.attempt("public key", partial(_key, certificate, fields), "")
    return values | {"self_issued": self_issued, "key": key} | _extension_values(fields, reading)


def _extension_values(fields: EncodedCertificate, reading: _Reading) -> dict[str, Any]:
    values: dict[str, Any] = {}
    met: set[str] = set()
    for extension in fields.extensions:
        name, read = READERS.get(extension.identifier, ("", None))
        if read and extension.identifier in met:
            reading.problems.append(f"the {name} extension occurs twice; the first one is shown")
        elif read:
            values |= {"has_san_extension": True} if name == "subjectAltName" else {}
            values |= reading.attempt(f"{name} extension", partial(read, extension.value), dict[str, Any]())
        if extension.identifier == SUBJECT_ALTERNATIVE_NAME and extension.identifier not in met:
            with suppress(ValueError, IndexError):  # told above
                reading.problems += (f"in the {name} {oddity}" for oddity in odd_names(extension.value))
        met.add(extension.identifier)
    return values


def _common_names(certificate: x509.Certificate) -> tuple[str, ...]:
    values = (attribute.value for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME))
    return tuple(value if isinstance(value, str) else value.decode("latin-1") for value in values)


def _key(certificate: x509.Certificate, fields: EncodedCertificate) -> str:
    called = key_called(fields)
    if called != EXPLICIT:
        with suppress(UnsupportedAlgorithm):  # a kind that has a name all the same
            certificate.public_key()
    return called


def _signature_hash(certificate: x509.Certificate) -> str:
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name if algorithm else ""


_PARTS: tuple[tuple[str, str, Callable[[x509.Certificate], Any], Any], ...] = (
    ("version", "version", lambda one: one.version.value + 1, 0),
    ("subject", "subject", lambda one: one.subject.rfc4514_string(), ""),
    ("issuer", "issuer", lambda one: one.issuer.rfc4514_string(), ""),
    ("serial", "serial number", lambda one: f"{one.serial_number:x}", ""),
    ("common_names", "subject", _common_names, ()),
    ("not_before", "start date", lambda one: one.not_valid_before_utc, None),
    ("not_after", "end date", lambda one: one.not_valid_after_utc, None),
    ("signature_hash", "signature algorithm", _signature_hash, ""),
)
"""Field of the facts, the part of the certificate behind it, how to read it, and its value if unreadable."""
