"""A certificate's fields as their bytes: what a path check compares, and a library's reading must not decide.

Also whether one certificate was signed by another's key, with a weak signature too.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from harness.x509.der import (
    BIT_STRING,
    BOOLEAN,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    dotted,
    elements,
    members,
    only,
)
from harness.x509.general_names import canonical

_VERSION, _EXTENSIONS = 0xA0, 0xA3
MAX_EXTENSIONS = 1000
"""Extensions that are looked at; real certificates have about ten."""


@dataclass(frozen=True, slots=True)
class EncodedExtension:
    """One extension: its dotted identifier, whether it is critical, and the DER that it holds."""

    identifier: str
    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class EncodedCertificate:
    """The fields of a TBSCertificate (RFC 5280 section 4.1.2).

    `version` counts from 1. `serial`, `issuer` and `subject` are contents of their elements. `signed_as` is the
    algorithm (dotted) inside what is signed, and `algorithms_agree` says whether the one beside the signature is the
    same. `key_algorithm` is dotted, `key_parameters` a whole element or empty, `key` the bits of the public key.
    """

    version: int
    serial: bytes
    issuer: bytes
    subject: bytes
    signed_as: str
    algorithms_agree: bool
    key_algorithm: str
    key_parameters: bytes
    key: bytes
    extensions: tuple[EncodedExtension, ...] = ()

    def extension(self, identifier: str) -> EncodedExtension | None:
        """Return the first extension of that dotted identifier, None where there is none."""
        return next((each for each in self.extensions if each.identifier == identifier), None)


@lru_cache(maxsize=1024)
def encoded(der: bytes) -> EncodedCertificate:
    """Return the fields of a certificate (DER); ValueError where its frame or a name cannot be."""
    try:
        certificate = _encoded(der)
        canonical(certificate.subject), canonical(certificate.issuer)
    except (IndexError, StopIteration) as error:
        raise ValueError("a field of the certificate is missing") from error
    return certificate


def _encoded(der: bytes) -> EncodedCertificate:
    signed, algorithm, *_ = elements(only(der, SEQUENCE))
    parts = list(elements(signed[1]))
    version = parts.pop(0)[1] if parts[0][0] == _VERSION else b""
    serial, signed_as, issuer, _, subject, key = parts[:6]
    key_algorithm, key_bits = list(elements(key[1]))[:2]
    identifier, *parameters = elements(key_algorithm[1])
    return EncodedCertificate(
        version=only(version, INTEGER)[-1] + 1 if version else 1,
        serial=serial[1],
        issuer=issuer[1],
        subject=subject[1],
        signed_as=dotted(only(signed_as[1], OBJECT_IDENTIFIER)),
        algorithms_agree=signed_as[2] == algorithm[2],
        key_algorithm=dotted(identifier[1]),
        key_parameters=parameters[0][2] if parameters else b"",
        key=key_bits[1][1:] if key_bits[0] == BIT_STRING else b"",
        extensions=_extensions([contents for tag, contents, _ in parts[6:] if tag == _EXTENSIONS]),
    )


def _extensions(held: list[bytes]) -> tuple[EncodedExtension, ...]:
    wholes = [whole for contents in held for _, _, whole in elements(only(contents, SEQUENCE))]
    if len(wholes) > MAX_EXTENSIONS:
        raise ValueError(f"it has more than {MAX_EXTENSIONS} extensions")
    return tuple(map(_extension, wholes))


def _extension(whole: bytes) -> EncodedExtension:
    (_, identifier), *flag, (kind, value) = members(whole)
    if kind != OCTET_STRING or len(flag) > 1 or any(tag != BOOLEAN for tag, _ in flag):
        raise ValueError("an extension is malformed")
    return EncodedExtension(dotted(identifier), any(any(contents) for _, contents in flag), value)


@lru_cache(maxsize=4096)
def is_signed_by(certificate: bytes, issuer: bytes) -> bool:
    """Return whether the key of `issuer` signed `certificate` (both DER); names are not compared.

    False for bytes that are no certificates, for algorithms that nobody here knows, and where the algorithm inside
    what is signed is not the one beside the signature (RFC 5280 section 4.1.1.2; OpenSSL: X509_V_ERR 7).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # read_certificate tells of oddities; here only the answer counts
        try:
            if not encoded(certificate).algorithms_agree:
                return False
            _check(x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer))
        except Exception:  # InvalidSignature, or whatever a stranger's bytes bring about
            return False
    return True


def _check(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Raise where the signature does not fit.

    Not verify_directly_issued_by: it refuses SHA-1 and MD5 (measured; architecture.md, "Certificates"), and an
    explainer has to tell a weak signature from a wrong one.
    """
    key, algorithm = issuer.public_key(), certificate.signature_hash_algorithm
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    match key:
        case rsa.RSAPublicKey() if algorithm:
            padded = certificate.signature_algorithm_parameters
            scheme = padded if isinstance(padded, padding.PSS) else padding.PKCS1v15()
            key.verify(signature, signed, scheme, algorithm)
        case ec.EllipticCurvePublicKey() if algorithm:
            key.verify(signature, signed, ec.ECDSA(algorithm))
        case _:
            certificate.verify_directly_issued_by(issuer)
