"""Opening sealed records: AEAD in TLS 1.3 and 1.2, AES-CBC with HMAC in TLS 1.2 and below.

A record that does not open leaves the count of records as it was. So 0-RTT data, sealed under a key of its
own, passes by without doing harm to what follows (RFC 8446 section 4.2.10).
"""

from __future__ import annotations

import hmac
from hashlib import new as new_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from harness.tls.inspector.ciphers import Aead, AeadCipher, BlockCipher
from harness.tls.inspector.key_schedule import RecordKeys, next_secret, traffic_keys
from harness.tls.inspector.protection import CannotOpenError
from harness.tls.inspector.records import ContentType, Record

BLOCK_LENGTH = 16
_NONCE_LENGTH = 12
_MISFIT = "the secret in the key log does not open it"


class TrafficKey:
    """A TLS 1.3 traffic secret at work (RFC 8446 sections 5.2 and 5.3)."""

    def __init__(self, cipher: AeadCipher, secret: bytes) -> None:
        keys = traffic_keys(secret, cipher.digest, cipher.key_length)
        self._cipher, self._secret, self._iv = cipher, secret, keys.iv
        self._aead = cipher.sealer(keys.key)
        self._sequence = 0

    def covers(self, content: int) -> bool:
        """Application data by name alone."""
        return content == ContentType.APPLICATION_DATA

    def open(self, record: Record) -> tuple[int, bytes]:
        """Open a record and take the true type from behind its text (RFC 8446 section 5.4)."""
        nonce = _xor(self._iv, self._sequence)
        inner = _unsealed(self._aead, nonce, record.payload, record.header).rstrip(b"\x00")
        self._sequence += 1
        if not inner:
            raise CannotOpenError("it holds padding only")
        return inner[-1], inner[:-1]

    def updated(self) -> TrafficKey:
        """Return what follows a KeyUpdate (RFC 8446 section 7.2)."""
        return TrafficKey(self._cipher, next_secret(self._secret, self._cipher.digest))


class AeadKey:
    """An AEAD suite of TLS 1.2: GCM and CCM (RFC 5288, RFC 6655), ChaCha20-Poly1305 (RFC 7905)."""

    def __init__(self, cipher: AeadCipher, keys: RecordKeys) -> None:
        self._cipher, self._iv = cipher, keys.iv
        self._aead = cipher.sealer(keys.key)
        self._sequence = 0

    def covers(self, content: int) -> bool:
        """Everything."""
        del content
        return True

    def open(self, record: Record) -> tuple[int, bytes]:
        """Open a record; GCM and CCM carry half of the nonce in front of it."""
        explicit = _NONCE_LENGTH - self._cipher.fixed_nonce
        nonce = self._iv + record.payload[:explicit] if explicit else _xor(self._iv, self._sequence)
        sealed = record.payload[explicit:]
        associated = _associated(self._sequence, record, len(sealed) - self._cipher.tag_length)
        plain = _unsealed(self._aead, nonce, sealed, associated)
        self._sequence += 1
        return record.content, plain


class BlockKey:
    """AES-CBC with HMAC: implicit IVs in TLS 1.0 (RFC 2246 section 6.2.3.2), explicit ones after it."""

    def __init__(self, cipher: BlockCipher, keys: RecordKeys, *, encrypt_then_mac: bool) -> None:
        self._digest, self._keys = cipher.mac, keys
        self._tag_length = new_digest(cipher.mac).digest_size
        self._encrypt_then_mac = encrypt_then_mac
        self._chained = keys.iv  # empty with explicit IVs
        self._sequence = 0

    def covers(self, content: int) -> bool:
        """Everything."""
        del content
        return True

    def open(self, record: Record) -> tuple[int, bytes]:
        """Decrypt a record and check its MAC, so that a wrong secret shows as one."""
        plain = self._authentic_first(record) if self._encrypt_then_mac else self._authentic_last(record)
        self._sequence += 1
        return record.content, plain

    def _authentic_first(self, record: Record) -> bytes:
        """RFC 7366 section 3: the MAC lies outside, over the ciphertext."""
        sealed = self._without_tag(record, record.payload)
        return _unpadded(self._decrypted(sealed))

    def _authentic_last(self, record: Record) -> bytes:
        """RFC 5246 section 6.2.3.2: the MAC lies inside, before the padding."""
        return self._without_tag(record, _unpadded(self._decrypted(record.payload)))

    def _without_tag(self, record: Record, tagged: bytes) -> bytes:
        text, tag = tagged[: -self._tag_length], tagged[-self._tag_length :]
        associated = _associated(self._sequence, record, len(text))
        if not hmac.compare_digest(hmac.digest(self._keys.mac_key, associated + text, self._digest), tag):
            raise CannotOpenError(_MISFIT)
        return text

    def _decrypted(self, sealed: bytes) -> bytes:
        initial = self._chained or sealed[:BLOCK_LENGTH]
        blocks = sealed if self._chained else sealed[BLOCK_LENGTH:]
        if not blocks or len(blocks) % BLOCK_LENGTH:
            raise CannotOpenError("it is not made of whole cipher blocks")
        decryptor = Cipher(AES(self._keys.key), CBC(initial)).decryptor()
        if self._chained:
            self._chained = blocks[-BLOCK_LENGTH:]
        return decryptor.update(blocks) + decryptor.finalize()


def _xor(iv: bytes, sequence: int) -> bytes:
    return (int.from_bytes(iv, "big") ^ sequence).to_bytes(len(iv), "big")


def _associated(sequence: int, record: Record, length: int) -> bytes:
    """Join the record's number and header as they are authenticated (RFC 5246 section 6.2.3.3)."""
    return sequence.to_bytes(8, "big") + record.header[:3] + max(length, 0).to_bytes(2, "big")


def _unsealed(aead: Aead, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    try:
        return aead.decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError) as error:
        raise CannotOpenError(_MISFIT) from error


def _unpadded(padded: bytes) -> bytes:
    return padded[: -padded[-1] - 1]
