"""Signatures that no CA may make any more, made by hand.

cryptography refuses to build a certificate with a SHA-1 signature but still signs bytes with SHA-1
(measured). So the certificate is built with SHA-256, both AlgorithmIdentifiers in its DER are exchanged and
the to-be-signed part is signed again (RFC 5280 section 4.1.1; libraries.md 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1

from harness.pki.keys import PrivateKey

_SEQUENCE, _BIT_STRING = 0x30, 0x03
_RSA_WITH_SHA1: Final = bytes.fromhex("300d06092a864886f70d0101050500")
_ECDSA_WITH_SHA1: Final = bytes.fromhex("300906072a8648ce3d0401")


def _element(tag: int, content: bytes) -> bytes:
    """Return one DER element; lengths of 128 and more take the long form (X.690 section 8.1.3)."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _members(element: bytes) -> list[bytes]:
    """Return the elements inside one constructed DER element that cryptography itself has written."""
    content, members = _content(element), []
    while content:
        size = len(content) - len(_after(content))
        members.append(content[:size])
        content = content[size:]
    return members


def _header(element: bytes) -> tuple[int, int]:
    """Return the sizes in bytes of an element's header and of its content."""
    if element[1] < 0x80:
        return 2, element[1]
    end = 2 + (element[1] & 0x7F)
    return end, int.from_bytes(element[2:end], "big")


def _content(element: bytes) -> bytes:
    header, size = _header(element)
    return element[header : header + size]


def _after(element: bytes) -> bytes:
    return element[sum(_header(element)) :]


def _sign(key: PrivateKey, data: bytes) -> bytes:
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), SHA1())  # noqa: S303 - the weakness is the purpose
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(SHA1()))  # noqa: S303 - the weakness is the purpose


def resign_with_sha1(certificate: bytes, issuer_key: PrivateKey) -> bytes:
    """Return the certificate (DER) with its issuer's SHA-1 signature in the place of the one it has."""
    algorithm = _RSA_WITH_SHA1 if isinstance(issuer_key, rsa.RSAPrivateKey) else _ECDSA_WITH_SHA1
    to_be_signed, _, _ = _members(certificate)
    version, serial, _, *rest = _members(to_be_signed)
    to_be_signed = _element(_SEQUENCE, b"".join((version, serial, algorithm, *rest)))
    signature = _element(_BIT_STRING, b"\x00" + _sign(issuer_key, to_be_signed))
    return _element(_SEQUENCE, to_be_signed + algorithm + signature)


def _as_signed(certificate: bytes, issuer_key: PrivateKey) -> bytes:  # noqa: ARG001 - one shape for the table
    return certificate


SIGNATURES: Final[dict[str, Callable[[bytes, PrivateKey], bytes]]] = {
    "sha256": _as_signed,
    "sha1": resign_with_sha1,
}
"""What happens to a certificate (DER) that was signed with SHA-256, by the name of the wanted hash."""
