"""What an OCSP response is worth to somebody who asked about one certificate (RFC 6960). Pure values.

A response counts where a CA or somebody whom it appointed signed it, it is about the certificate in question, and it
is in date. Everything else is as good as no answer, and each reason has its own word.

Also where a certificate says that its status can be had (RFC 5280 sections 4.2.1.13 and 4.2.2.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness.x509.certificate import read_certificate
from harness.x509.encoded import is_signed_by

MOST_BYTES = 65_536
"""The longest response that is looked at."""


class Status(StrEnum):
    """What a response says, or why it says nothing."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    OTHER_CERTIFICATE = "other-certificate"
    BAD_SIGNATURE = "bad-signature"
    UNAUTHORISED_SIGNER = "unauthorised-signer"
    NOT_YET_VALID = "not-yet-valid"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class StatusFinding:
    """A status, and a sentence about it for a person; for what days the response is, where it is not for this one."""

    status: Status
    sentence: str
    since: datetime | None = None
    until: datetime | None = None


def request_about(certificate: bytes, issuer: bytes) -> bytes:
    """Return an OCSP request (DER) about a certificate; it is named by SHA-256, as Expressway does (row T-13)."""
    leaf, authority = x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer)
    built = ocsp.OCSPRequestBuilder().add_certificate(leaf, authority, SHA256()).build()
    return built.public_bytes(Encoding.DER)


def read_response(response: bytes, certificate: bytes, issuer: bytes, at: datetime) -> StatusFinding:
    """Return what a response (DER) says of `certificate` at an aware time; `issuer` is who issued that (both DER)."""
    try:
        read = ocsp.load_der_ocsp_response(response[:MOST_BYTES])
        return _refusal(read) or _misfit(read, certificate, issuer, at) or _said(read)
    except Exception:  # ValueError, UnsupportedAlgorithm, or whatever a stranger's bytes bring about
        return StatusFinding(Status.UNREADABLE, "what the responder sent is no OCSP response")


def _refusal(read: ocsp.OCSPResponse) -> StatusFinding | None:
    if read.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
        return None
    word = read.response_status.name.lower().replace("_", " ")
    return StatusFinding(Status.REFUSED, f"the responder answered the request with '{word}'")


def _misfit(read: ocsp.OCSPResponse, certificate: bytes, issuer: bytes, at: datetime) -> StatusFinding | None:
    """Return why a response does not count, None where it does."""
    if not _is_about(read, certificate, issuer):
        return StatusFinding(Status.OTHER_CERTIFICATE, "the response is about another certificate")
    signer = _signer(read, issuer)
    if signer is None:
        return StatusFinding(Status.UNAUTHORISED_SIGNER, "the CA did not appoint whoever signed the response")
    if not _is_signed(read, signer):
        return StatusFinding(Status.BAD_SIGNATURE, "the signature of the response does not fit the key of the CA")
    since, until = read.this_update_utc, read.next_update_utc
    if since > at:
        return StatusFinding(Status.NOT_YET_VALID, f"the response is dated {since:%Y-%m-%d}, ahead", since, until)
    if until is not None and until < at:
        return StatusFinding(Status.STALE, f"the response ran out on {until:%Y-%m-%d}", since, until)
    return None


def _said(read: ocsp.OCSPResponse) -> StatusFinding:
    match read.certificate_status:
        case ocsp.OCSPCertStatus.GOOD:
            return StatusFinding(Status.GOOD, "the responder says good")
        case ocsp.OCSPCertStatus.REVOKED:
            since = f" since {read.revocation_time_utc:%Y-%m-%d}" if read.revocation_time_utc else ""
            return StatusFinding(Status.REVOKED, f"the responder says revoked{since}")
        case _:
            return StatusFinding(Status.UNKNOWN, "the responder does not know this certificate")


def _is_about(read: ocsp.OCSPResponse, certificate: bytes, issuer: bytes) -> bool:
    leaf, authority = x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer)
    asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, authority, read.hash_algorithm).build()
    mine = (asked.issuer_name_hash, asked.issuer_key_hash, asked.serial_number)
    return mine == (read.issuer_name_hash, read.issuer_key_hash, read.serial_number)


def _signer(read: ocsp.OCSPResponse, issuer: bytes) -> x509.Certificate | None:
    """Return who may have signed: the CA, or whom it appointed by OCSPSigning (RFC 6960 section 4.2.2.2)."""
    authority = x509.load_der_x509_certificate(issuer)
    if _goes_by(read, authority):
        return authority
    appointed = (each for each in read.certificates if _goes_by(read, each) and _may_sign_status(each))
    return next((each for each in appointed if is_signed_by(each.public_bytes(Encoding.DER), issuer)), None)


def _goes_by(read: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    """Whether the responder's identity in the response is that of a certificate: its name, or its key's hash."""
    if read.responder_name is not None:
        return read.responder_name == certificate.subject
    key = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return read.responder_key_hash == key.digest


def _may_sign_status(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _is_signed(read: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), read.signature_hash_algorithm
    try:
        match key:
            case rsa.RSAPublicKey() if digest:
                key.verify(read.signature, read.tbs_response_bytes, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if digest:
                key.verify(read.signature, read.tbs_response_bytes, ec.ECDSA(digest))
            case (
                ed25519.Ed25519PublicKey()
                | ed448.Ed448PublicKey()
                | mldsa.MLDSA44PublicKey()
                | mldsa.MLDSA65PublicKey()
                | mldsa.MLDSA87PublicKey()
            ):
                key.verify(read.signature, read.tbs_response_bytes)
            case _:
                return False
    except Exception:  # InvalidSignature, or whatever a stranger's bytes bring about
        return False
    return True


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where a certificate says that its status can be had, and its issuer's certificate, as URLs."""

    lists: tuple[str, ...]
    responders: tuple[str, ...]
    issuers: tuple[str, ...] = ()


def pointers_of(certificate: bytes) -> Pointers:
    """Return the CRLs, OCSP responders and issuers that a certificate (DER) points to; none where it is unreadable."""
    facts = read_certificate(certificate)
    return Pointers(facts.crl_urls, facts.ocsp_urls, facts.issuer_urls)
