"""Files without PEM: DER, PKCS#7 (RFC 2315) and PKCS#12 (RFC 7292).

How long a password would be stretched before it opens a file: a limit on work that a file asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs7, pkcs12

from harness.x509.der import OCTET_STRING, Element, whole_elements
from harness.x509.files.contents import ISSUED_ANEW, NEEDS_PASSWORD, Contents
from harness.x509.found_certificate import IllFormedError, read_found, without_panic

MAX_ITERATIONS: Final = 10_000_000
"""A few seconds of work; what programs write is 2048 to 600000."""

TOO_MUCH: Final = ("it asks for too much work", f"encrypt it with at most {MAX_ITERATIONS} iterations")
"""What is said of a file that asks for more, and what to do next."""

_INTEGER, _CONSTRUCTED, _DEPTH = 0x02, 0x20, 24


def asks_too_much(data: bytes) -> bool:
    """Return whether DER in `data` names more than `MAX_ITERATIONS` for one password.

    In each of the schemes (RFC 7292 appendix C and section 4, RFC 8018 appendix A.2, RFC 7914 section 7) that is
    the INTEGER behind the OCTET STRING of the salt.
    """
    return any(each > MAX_ITERATIONS for each in _iterations(data, 0))


def _iterations(data: bytes, depth: int) -> Iterator[int]:
    members = _members(data)
    for before, after in pairwise(members):
        if (before.tag, after.tag) == (OCTET_STRING, _INTEGER):
            yield int.from_bytes(after.content[:16])
    for member in members:
        if depth < _DEPTH and (member.tag & _CONSTRUCTED or member.tag == OCTET_STRING):
            yield from _iterations(member.content, depth + 1)


def _members(data: bytes) -> tuple[Element, ...]:
    try:
        return whole_elements(data)
    except ValueError:  # encrypted, or not DER
        return ()


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
