"""Alert records written by hand: in clear, or sealed as the first record of a TLS 1.3 server."""

from __future__ import annotations

import hmac
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

_ALERT, _APPLICATION_DATA, _FATAL = 21, 23, 2
_TAG_LENGTH = 16
_WIRE_VERSIONS = {"1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0303}
_SUITES: dict[str, tuple[type[AESGCM | ChaCha20Poly1305], str, int]] = {
    "TLS_AES_128_GCM_SHA256": (AESGCM, "sha256", 16),
    "TLS_AES_256_GCM_SHA384": (AESGCM, "sha384", 32),
    "TLS_CHACHA20_POLY1305_SHA256": (ChaCha20Poly1305, "sha256", 32),
}


def plain_alert(version: str, number: int) -> bytes:
    """Return a fatal alert in clear (RFC 5246 section 7.2; RFC 8446 section 5.1 keeps the number of TLS 1.2)."""
    return struct.pack("!BHHBB", _ALERT, _WIRE_VERSIONS[version], 2, _FATAL, number)


def sealed_alert(suite: str, secret: bytes, number: int) -> bytes:
    """Return a fatal alert as record number 0 under a TLS 1.3 traffic secret (RFC 8446 sections 5.2, 7.3)."""
    aead, digest, key_length = _SUITES[suite]
    inner = bytes([_FATAL, number, _ALERT])
    header = struct.pack("!BHH", _APPLICATION_DATA, 0x0303, len(inner) + _TAG_LENGTH)
    key = expand_label(secret, "key", key_length, digest)
    nonce = expand_label(secret, "iv", 12, digest)  # record number 0 leaves it as it is
    return header + aead(key).encrypt(nonce, inner, header)


def expand_label(secret: bytes, label: str, length: int, digest: str) -> bytes:
    """HKDF-Expand-Label of RFC 8446 section 7.1, for one block of output and an empty context."""
    full = b"tls13 " + label.encode("ascii")
    information = struct.pack("!HB", length, len(full)) + full + b"\x00"
    return hmac.digest(secret, information + b"\x01", digest)[:length]
