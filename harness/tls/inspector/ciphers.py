"""What a cipher suite's name says about its records: cipher, key length, MAC and digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305


class Aead(Protocol):
    """What the three AEAD classes of cryptography have in common."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return the plaintext; InvalidTag where key, nonce, data and associated data do not agree."""


@dataclass(frozen=True, slots=True)
class AeadCipher:
    """Authenticated encryption: `sealer` makes it from a key of `key_length` bytes.

    `digest` is the PRF's, or HKDF's in TLS 1.3. `fixed_nonce` counts the bytes of the nonce that TLS 1.2
    takes from the key block: all 12 (RFC 7905), or 4 with the other 8 in the record (RFC 5288, RFC 6655).
    """

    key_length: int
    digest: str
    sealer: Callable[[bytes], Aead]
    tag_length: int = 16
    fixed_nonce: int = 4


@dataclass(frozen=True, slots=True)
class BlockCipher:
    """AES-CBC with HMAC over the digest `mac`; `digest` is the PRF's in TLS 1.2."""

    key_length: int
    digest: str
    mac: str


RecordCipher: TypeAlias = AeadCipher | BlockCipher

_CCM_8 = partial(AESCCM, tag_length=8)

# By the part of the suite's name that follows TLS_ or _WITH_.
_CIPHERS: dict[str, RecordCipher] = {
    "AES_128_GCM_SHA256": AeadCipher(16, "sha256", AESGCM),
    "AES_256_GCM_SHA384": AeadCipher(32, "sha384", AESGCM),
    "CHACHA20_POLY1305_SHA256": AeadCipher(32, "sha256", ChaCha20Poly1305, fixed_nonce=12),
    "AES_128_CCM_SHA256": AeadCipher(16, "sha256", AESCCM),
    "AES_128_CCM_8_SHA256": AeadCipher(16, "sha256", _CCM_8, tag_length=8),
    "AES_128_CCM": AeadCipher(16, "sha256", AESCCM),
    "AES_256_CCM": AeadCipher(32, "sha256", AESCCM),
    "AES_128_CCM_8": AeadCipher(16, "sha256", _CCM_8, tag_length=8),
    "AES_256_CCM_8": AeadCipher(32, "sha256", _CCM_8, tag_length=8),
    "AES_128_CBC_SHA": BlockCipher(16, "sha256", "sha1"),
    "AES_256_CBC_SHA": BlockCipher(32, "sha256", "sha1"),
    "AES_128_CBC_SHA256": BlockCipher(16, "sha256", "sha256"),
    "AES_256_CBC_SHA256": BlockCipher(32, "sha256", "sha256"),
    "AES_256_CBC_SHA384": BlockCipher(32, "sha384", "sha384"),
}


def record_cipher(suite: str) -> RecordCipher | None:
    """Return how this suite seals records; None for one that cannot be read here (RC4, 3DES, Camellia…)."""
    return _CIPHERS.get(suite.rpartition("_WITH_")[2].removeprefix("TLS_"))
