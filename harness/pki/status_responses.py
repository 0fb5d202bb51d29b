"""What a CA's OCSP responder answers (RFC 6960), sound or faulty on purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from harness.pki.revocation import GARBAGE, REASON, RESPONSES, SOUND, Publication, Register, digest_for, revocation_date
from harness.x509.der import whole_elements


@dataclass(frozen=True, slots=True)
class CertificateId:
    """Of which certificate a request speaks (CertID, RFC 6960 section 4.1.1)."""

    algorithm: HashAlgorithm
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int


def answer_request(register: Register, request: bytes, state: str = SOUND) -> bytes:
    """Return the response (DER) to an OCSP request (DER), in a state of `RESPONSES`.

    What cannot be read gets `malformedRequest`. A request about the certificate of another CA gets `unauthorized`, and
    so does one by SHA-256 where the responder knows SHA-1 alone (RFC 5019 section 2.2.3).
    """
    publication = RESPONSES[state]
    if publication.garbage:
        return GARBAGE
    asked = _read(request)
    if asked is None:
        return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    knows_hash = not publication.sha1_only or asked.algorithm.name == "sha1"
    if not knows_hash or not _is_about(asked, register):
        return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    return _response(register, asked, publication)


def register_meant(registers: Sequence[Register], request: bytes) -> Register:
    """Return the register of the CA that an OCSP request (DER) asks about, the first where it is none of them.

    Several CAs share a responder.
    """
    asked = _read(request)
    return next((each for each in registers if asked is not None and _is_about(asked, each)), registers[0])


def make_staple(register: Register, serial_number: int, state: str = SOUND) -> bytes:
    """Return the response that a holder staples to its certificate, in a state of `RESPONSES`; empty for garbage.

    OpenSSL sends no staple that is no response (measured), and a responder that cannot read requests gave none.
    """
    publication = RESPONSES[state]
    if publication.garbage or publication.sha1_only:
        return b""
    return _response(register, _certificate_id(register, serial_number, SHA256()), publication)


def _is_about(asked: CertificateId, register: Register) -> bool:
    return asked == _certificate_id(register, asked.serial_number, asked.algorithm)


def _read(request: bytes) -> CertificateId | None:
    try:
        asked = ocsp.load_der_ocsp_request(request)
        names = asked.issuer_name_hash, asked.issuer_key_hash
        return CertificateId(asked.hash_algorithm, *names, asked.serial_number)
    except Exception:  # ValueError, UnsupportedAlgorithm, or whatever a stranger's bytes bring about
        return None


def _certificate_id(register: Register, serial_number: int, algorithm: HashAlgorithm) -> CertificateId:
    issuer = x509.load_der_x509_certificate(register.authority.certificate)
    information = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    _, bits = whole_elements(whole_elements(information)[0].content)
    unused_bits_and_key = bits.content
    hashed = (issuer.subject.public_bytes(), unused_bits_and_key[1:])
    name, key = (hashlib.new(algorithm.name, each).digest() for each in hashed)
    return CertificateId(algorithm, name, key, serial_number)


def _response(register: Register, about: CertificateId, publication: Publication) -> bytes:
    begins, ends = publication.dates(register.now)
    known = about.serial_number in register.issued and not publication.forgets
    revoked = known and about.serial_number in register.revoked
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        about.issuer_name_hash,
        about.issuer_key_hash,
        about.serial_number,
        about.algorithm,
        cert_status=status if known else ocsp.OCSPCertStatus.UNKNOWN,
        this_update=begins,
        next_update=ends,
        revocation_time=revocation_date(register.now) if revoked else None,
        revocation_reason=REASON if revoked else None,
    )
    key = publication.key(register.authority)
    issuer = x509.load_der_x509_certificate(register.authority.certificate)
    signer = _namesake(issuer, key) if publication.strange_key else issuer
    signed = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, signer).sign(key, digest_for(key))
    return signed.public_bytes(Encoding.DER)


def _namesake(authority: x509.Certificate, key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    """Return a certificate in the name of a CA for another key: cryptography signs with none that does not fit."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(authority.subject)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(authority.serial_number)
        .not_valid_before(authority.not_valid_before_utc)
        .not_valid_after(authority.not_valid_after_utc)
    )
    return builder.sign(key, digest_for(key))


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
