"""Files without PEM: DER, PKCS#7 (RFC 2315) and PKCS#12 (RFC 7292)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs7, pkcs12

from harness.pki.found_certificate import IllFormedError, read_found
from harness.pki.holdings.contents import ISSUED_ANEW, NEEDS_PASSWORD, Contents
from harness.pki.holdings.stretching import TOO_MUCH, asks_too_much
from harness.pki.panics import without_panic

FORMATS: Final = "give PEM, DER, PKCS#7 (.p7b) or PKCS#12 (.p12, .pfx)"


def take_binary(contents: Contents, data: bytes) -> None:
    """Take a file without PEM; the first byte inside the outer SEQUENCE tells which of the formats it is."""
    header = 2 if data[1:2] < b"\x81" else 2 + (data[1] & 0x7F)
    match (data[:1], data[header : header + 1]):
        case (b"\x30", b"\x30"):
            _take_der(contents, data)
        case (b"\x30", b"\x06"):
            _take_pkcs7(contents, data)
        case (b"\x30", b"\x02"):
            _take_pkcs12(contents, data)
        case _:
            contents.refuse(0, "this is no format of certificates", FORMATS)


def _take_der(contents: Contents, data: bytes) -> None:
    try:
        contents.certificates.append(read_found(data))
    except ValueError as error:
        what, hint = ("a damaged certificate", "export it again, in DER or PEM")
        if isinstance(error, IllFormedError):
            what, hint = f"a certificate, but {error}", ISSUED_ANEW
        if _can(lambda: x509.load_der_x509_csr(data)):
            what, hint = "a certificate request, the question to a CA", "give the certificate that the CA answered with"
        elif _can(lambda: load_der_private_key(data, None), otherwise=TypeError):
            what, hint = "an encrypted private key", "give the certificate with it, in PEM or PKCS#12"
        contents.refuse(0, f"this is {what}", hint)


def _take_pkcs7(contents: Contents, data: bytes) -> None:
    try:
        contents.take(without_panic(lambda: pkcs7.load_der_pkcs7_certificates(data)))
    except Exception:  # any kind: the bytes are a stranger's
        contents.refuse(0, "the PKCS#7 file holds no certificates that can be read", "export it again, or give PEM")


def _take_pkcs12(contents: Contents, data: bytes) -> None:
    if asks_too_much(data):
        contents.refuse(0, *TOO_MUCH)
        return
    passwords = (None, b"") if contents.password is None else (contents.password,)
    opened = next(filter(None, (_opened(data, password) for password in passwords)), None)
    if opened:
        contents.take([each.certificate for each in (opened.cert, *opened.additional_certs) if each])
        contents.keys += [opened.key] if opened.key else []
    elif _can(lambda: load_der_private_key(data, None)):
        contents.refuse(0, "this is a private key alone", "give the certificate with it, in PEM or PKCS#12")
    elif contents.password is None:
        contents.refuse(0, "the PKCS#12 file needs a password, or is damaged", NEEDS_PASSWORD)
    else:
        contents.refuse(0, "the password does not open the PKCS#12 file, or it is damaged", NEEDS_PASSWORD)


def _opened(data: bytes, password: bytes | None) -> pkcs12.PKCS12KeyAndCertificates | None:
    try:
        return without_panic(lambda: pkcs12.load_pkcs12(data, password))
    except Exception:  # any kind: a wrong password decrypts to anything
        return None


def _can(load: Callable[[], object], otherwise: type[Exception] | None = None) -> bool:
    """Return whether it loads, or fails in the way that tells as much."""
    try:
        without_panic(load)
    except Exception as error:  # any kind: the bytes are a stranger's
        return otherwise is not None and isinstance(error, otherwise)
    return True
