"""The alert with which a Java server refuses in TLS 1.3, opened by another library's key derivation."""

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from harness.tls.sealing import plain_alert, sealed_alert

FATAL, ALERT = 2, 21


def derived(secret: bytes, label: bytes, length: int, digest: hashes.HashAlgorithm) -> bytes:
    full = b"tls13 " + label
    information = struct.pack("!HB", length, len(full)) + full + b"\x00"
    return HKDFExpand(digest, length, information).derive(secret)


@pytest.mark.parametrize(
    ("suite", "aead", "digest", "key_length"),
    [
        ("TLS_AES_128_GCM_SHA256", AESGCM, hashes.SHA256(), 16),
        ("TLS_AES_256_GCM_SHA384", AESGCM, hashes.SHA384(), 32),
        ("TLS_CHACHA20_POLY1305_SHA256", ChaCha20Poly1305, hashes.SHA256(), 32),
    ],
)
@given(secret=st.binary(min_size=32, max_size=48), number=st.integers(0, 255))
def test_a_sealed_alert_opens_as_the_first_record_of_a_server(
    suite: str,
    aead: type[AESGCM | ChaCha20Poly1305],
    digest: hashes.HashAlgorithm,
    key_length: int,
    secret: bytes,
    number: int,
) -> None:
    record = sealed_alert(suite, secret, number)
    header, body = record[:5], record[5:]
    assert struct.unpack("!BHH", header) == (23, 0x0303, len(body))
    key, nonce = derived(secret, b"key", key_length, digest), derived(secret, b"iv", 12, digest)
    assert aead(key).decrypt(nonce, body, header) == bytes([FATAL, number, ALERT])


@pytest.mark.parametrize(("version", "on_the_wire"), [("1.0", 1), ("1.1", 2), ("1.2", 3)])
def test_an_alert_in_clear_is_seven_bytes_long(version: str, on_the_wire: int) -> None:
    assert plain_alert(version, 46) == bytes([ALERT, 3, on_the_wire, 0, 2, FATAL, 46])
