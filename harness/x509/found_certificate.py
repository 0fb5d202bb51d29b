"""A certificate that somebody else made, as far as this package has to understand it to put it in its place.

A stranger's bytes may make the Rust code beneath cryptography panic, which Python does not see as an Exception.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from harness.x509.structure import CertificateParts, dissect

_LABEL_LIMIT, _PROBLEMS = 64, 8


@dataclass(frozen=True, slots=True, eq=False)
class FoundCertificate:
    """One certificate that can be loaded, though parts of it may be unreadable (see `problems`).

    `subject` and `issuer` compare as RFC 5280 section 7.1 compares names. `public_key` is None and `key_bytes`
    (SubjectPublicKeyInfo) as found where the key is of a kind that cannot be used. Key identifiers are empty
    where the certificate has none.
    """

    der: bytes
    anatomy: CertificateParts
    certificate: x509.Certificate
    subject: Hashable
    issuer: Hashable
    public_key: CertificatePublicKeyTypes | None
    key_bytes: bytes
    is_authority: bool
    subject_key_identifier: bytes
    authority_key_identifier: bytes
    label: str
    problems: tuple[str, ...]


class IllFormedError(ValueError):
    """It has the frame of a certificate, and a part that cannot be read; the message says which, from its verb on."""


_PARTS = (
    ("version", "its version is neither 1 nor 3"),
    ("serial", "its serial number is not well encoded"),
    ("validity", "its dates are not written as RFC 5280 section 4.1.2.5 wants them"),
    ("extensions", "its extensions are not well encoded"),
)
"""Words of the library's complaint, and what is said instead."""


def _ill_formed(der: bytes, complaint: str) -> IllFormedError | None:
    try:
        dissect(der)
    except (ValueError, IndexError, StopIteration):
        return None
    said = (said for word, said in _PARTS if word in complaint.lower())
    return IllFormedError(next(said, "a part of it is not well encoded"))


@lru_cache(maxsize=2048)
def read_found(der: bytes) -> FoundCertificate:
    """Return the certificate in `der`; ValueError with a short reason where there is none, an IllFormedError too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what cryptography will refuse one day: today it is a certificate
        try:
            certificate = without_panic(lambda: x509.load_der_x509_certificate(der))
        except Exception as error:  # any kind: the bytes are a stranger's
            raise _ill_formed(der, str(error)) or ValueError("it does not hold a certificate") from error
        return _read(der, dissect(der), certificate)


def _read(der: bytes, anatomy: CertificateParts, certificate: x509.Certificate) -> FoundCertificate:
    values, problems = _extension_values(certificate, anatomy)
    public_key = _public_key(certificate)
    constraints = values.get(x509.BasicConstraints)
    subject_identifier, authority_identifier = (
        values.get(kind) for kind in (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
    )
    return FoundCertificate(
        der=der,
        anatomy=anatomy,
        certificate=certificate,
        subject=_comparable(certificate, "subject", anatomy.subject),
        issuer=_comparable(certificate, "issuer", anatomy.issuer),
        public_key=public_key,
        key_bytes=_key_bytes(public_key) if public_key else anatomy.public_key,
        is_authority=constraints is not None and constraints.ca,
        subject_key_identifier=subject_identifier.digest if subject_identifier else b"",
        authority_key_identifier=(authority_identifier.key_identifier or b"") if authority_identifier else b"",
        label=_label(certificate, values),
        problems=problems,
    )


def signature_fits(child: FoundCertificate, issuer: FoundCertificate) -> bool | None:
    """Return whether the key of `issuer` made the signature on `child`, None where nobody here can tell."""
    certificate = child.certificate
    try:
        signature, signed = certificate.signature, certificate.tbs_certificate_bytes
        scheme, digest = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
        match issuer.public_key, scheme:
            case rsa.RSAPublicKey() as key, (padding.PKCS1v15() | padding.PSS()) if digest:
                key.verify(signature, signed, scheme, digest)
            case ec.EllipticCurvePublicKey() as key, ec.ECDSA():
                key.verify(signature, signed, scheme)
            case (ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()) as key, None:
                key.verify(signature, signed)
            case None, _:
                return None
            case _, (padding.PKCS1v15() | padding.PSS() | ec.ECDSA()):
                return False
            case ((rsa.RSAPublicKey() | ec.EllipticCurvePublicKey()), _):
                return False
            case _:  # ML-DSA, DSA: kinds that the library itself matches with the algorithm
                certificate.verify_directly_issued_by(issuer.certificate)
    except InvalidSignature:
        return False
    except Exception:  # an algorithm that cryptography does not know, or bytes that only look like one
        return None
    return True


def _extension_values(
    certificate: x509.Certificate, anatomy: CertificateParts
) -> tuple[dict[type[Any], Any], tuple[str, ...]]:
    """Return the values of the readable extensions by their class, and a sentence for each other one.

    cryptography reads all extensions or none; where it reads none they are tried one at a time.
    """
    try:
        return {type(each.value): each.value for each in certificate.extensions}, ()
    except Exception:  # any kind: the bytes are a stranger's
        return _each_alone(anatomy)


def _each_alone(anatomy: CertificateParts) -> tuple[dict[type[Any], Any], tuple[str, ...]]:
    values: dict[type[Any], Any] = {}
    problems: list[str] = []
    for extension in anatomy.extensions:
        try:
            alone = x509.load_der_x509_certificate(replace(anatomy, extensions=(extension,)).signed(b""))
            values |= {type(each.value): each.value for each in alone.extensions}
        except Exception:  # any kind: the bytes are a stranger's
            problems.append(f"the extension {extension.identifier} cannot be read")
    return values, tuple(problems[:_PROBLEMS] or ["an extension occurs twice"])


def _public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes | None:
    try:
        return certificate.public_key()
    except Exception:  # any kind: the bytes are a stranger's
        return None


def _key_bytes(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _comparable(certificate: x509.Certificate, which: str, encoded: bytes) -> Hashable:
    try:
        name: x509.Name = getattr(certificate, which)
        return tuple(frozenset((each.oid.dotted_string, _folded(each.value)) for each in part) for part in name.rdns)
    except Exception:  # any kind: the bytes are a stranger's
        return encoded


def _folded(value: str | bytes) -> str | bytes:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def _label(certificate: x509.Certificate, values: dict[type[Any], Any]) -> str:
    try:
        named = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        alternatives = values.get(x509.SubjectAlternativeName)
        named += alternatives.get_values_for_type(x509.DNSName) if alternatives else []
        label = next(iter(named), "") or certificate.subject.rfc4514_string()
    except Exception:  # any kind: the bytes are a stranger's
        label = ""
    printable = "".join(letter if letter.isprintable() else "?" for letter in label[:_LABEL_LIMIT])
    return printable or "a certificate without a name"


T = TypeVar("T")


def without_panic(load: Callable[[], T]) -> T:
    """Return what `load` returns; its exceptions pass, and a panic becomes a ValueError.

    Measured with cryptography 50: a PEM key whose DEK-Info has too short an initialisation vector panics.
    """
    try:
        return load()
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # PanicException, which has no name that could be imported
        raise ValueError("the bytes cannot be read") from None
