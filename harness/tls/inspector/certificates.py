"""Decoding the messages about certificates, whose shape changed with TLS 1.2 and again with 1.3."""

from __future__ import annotations

import warnings
import zlib

from cryptography import x509

from harness.tls.inspector.hellos import extensions, signature_algorithms
from harness.tls.inspector.items import Certificate, CertificateRequest, CertificateVerify, Handshake, Stamp
from harness.tls.inspector.registry_names import CERTIFICATE_TYPE_NAMES, COMPRESSION_NAMES, scheme_name, scheme_names
from harness.tls.inspector.wire import DecodeError, Reader

LONGEST_CERTIFICATE_MESSAGE = 2**18
_CERTIFICATE_AUTHORITIES = 47
_WITHOUT_SCHEMES = {"ssl3", "1.0", "1.1"}


def certificate(stamp: Stamp, body: bytes, version: str) -> Certificate:
    """Decode a chain (RFC 8446 section 4.4.2, RFC 5246 section 7.4.2)."""
    reader = Reader(body)
    if version == "1.3":
        reader.vector(1)  # certificate_request_context
    entries = reader.inside(3)
    reader.finish()
    chain = []
    while entries:
        chain.append(entries.vector(3))
        if version == "1.3":
            entries.vector(2)  # the entry's extensions: OCSP staple, SCTs
    return Certificate(*stamp, tuple(chain))


def compressed_certificate(stamp: Stamp, body: bytes, version: str) -> Certificate | Handshake:
    """Decode a compressed chain (RFC 8879 section 4): zlib is read, other algorithms are only named."""
    reader = Reader(body)
    algorithm, announced, compressed = reader.number(2), reader.number(3), reader.vector(3)
    reader.finish()
    name = COMPRESSION_NAMES.get(algorithm, f"0x{algorithm:04x}")
    if name != "zlib":
        return Handshake(*stamp, f"compressed_certificate ({name})", len(body))
    if announced > LONGEST_CERTIFICATE_MESSAGE:
        raise DecodeError(f"{announced} bytes of certificates announced")
    return certificate(stamp, _inflated(compressed, announced), version)


def _inflated(compressed: bytes, announced: int) -> bytes:
    try:
        plain = zlib.decompressobj().decompress(compressed, announced + 1)
    except zlib.error as error:
        raise DecodeError("not zlib data") from error
    if len(plain) != announced:
        raise DecodeError(f"{announced} bytes of certificates announced, others found")
    return plain


def certificate_request(stamp: Stamp, body: bytes, version: str) -> CertificateRequest:
    """Decode a request for a client certificate (RFC 8446 section 4.3.2, RFC 5246 section 7.4.4)."""
    reader = Reader(body)
    if version == "1.3":
        reader.vector(1)  # certificate_request_context
        asked = extensions(reader)
        reader.finish()
        names = Reader(asked.get(_CERTIFICATE_AUTHORITIES, b"\x00\x00"))
        return CertificateRequest(*stamp, _authorities(names), (), signature_algorithms(asked))
    types = tuple(CERTIFICATE_TYPE_NAMES.get(number, f"0x{number:02x}") for number in reader.vector(1))
    schemes = () if version in _WITHOUT_SCHEMES else scheme_names(reader.inside(2).numbers(2))
    authorities = _authorities(reader)
    reader.finish()
    return CertificateRequest(*stamp, authorities, types, schemes)


def _authorities(reader: Reader) -> tuple[str, ...]:
    return tuple(_distinguished_name(der) for der in reader.inside(2).vectors(2))


def _distinguished_name(der: bytes) -> str:
    """RFC 4514 text; a name that cannot be read becomes `#` and hex, that RFC's own escape (section 2.4)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a country of three letters is the sender's business
        try:
            return x509.Name.from_bytes(der).rfc4514_string()
        except (ValueError, TypeError):  # TypeError: a BIT STRING as common name (measured)
            return f"#{der.hex()}"


def certificate_verify(stamp: Stamp, body: bytes, version: str) -> CertificateVerify:
    """Decode a proof of the private key; before TLS 1.2 it does not say by which scheme."""
    reader = Reader(body)
    scheme = None if version in _WITHOUT_SCHEMES else scheme_name(reader.number(2))
    reader.vector(2)
    reader.finish()
    return CertificateVerify(*stamp, scheme)
