"""Finding the key for a direction: what was negotiated, and what the key log holds for it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import new as new_digest

from harness.tls.inspector.ciphers import AeadCipher, BlockCipher, RecordCipher, record_cipher
from harness.tls.inspector.key_schedule import KeyLog, RecordKeys, key_block
from harness.tls.inspector.protection import Protection, Shut
from harness.tls.inspector.sealed import BLOCK_LENGTH, AeadKey, BlockKey, TrafficKey

_MASTER_SECRET = "CLIENT_RANDOM"  # noqa: S105 (the key log's label, not a secret)
_WITH_KEY_BLOCK = {"1.0", "1.1", "1.2"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both hellos settled about the records."""

    version: str
    cipher_suite: str
    client_random: bytes
    server_random: bytes
    encrypt_then_mac: bool


def traffic_protection(key_log: KeyLog, agreed: Agreement, label: str) -> Protection:
    """Return the protection under one TLS 1.3 traffic secret, named by its key-log label."""
    secret = key_log.secret(label, agreed.client_random)
    cipher = record_cipher(agreed.cipher_suite)
    if not isinstance(cipher, AeadCipher):
        return _unreadable(agreed)
    return TrafficKey(cipher, secret) if secret else _without(label, agreed)


def block_protection(key_log: KeyLog, agreed: Agreement, *, from_client: bool) -> Protection:
    """Return the protection that a ChangeCipherSpec turns on in TLS 1.2 and below."""
    master = key_log.secret(_MASTER_SECRET, agreed.client_random)
    cipher = record_cipher(agreed.cipher_suite)
    if cipher is None or agreed.version not in _WITH_KEY_BLOCK:
        return _unreadable(agreed)
    if not master:
        return _without(_MASTER_SECRET, agreed)
    keys = _direction_keys(master, agreed, cipher, from_client=from_client)
    match cipher:
        case AeadCipher():
            return AeadKey(cipher, keys)
        case BlockCipher():
            return BlockKey(cipher, keys, encrypt_then_mac=agreed.encrypt_then_mac)


def _direction_keys(master: bytes, agreed: Agreement, cipher: RecordCipher, *, from_client: bool) -> RecordKeys:
    """Cut the key block: both MAC keys, both keys, both IVs, the client's first (RFC 5246 section 6.3)."""
    lengths = (_mac_length(cipher), cipher.key_length, _iv_length(cipher, agreed.version))
    randoms = agreed.server_random + agreed.client_random
    block = key_block(master, randoms, 2 * sum(lengths), agreed.version, cipher.digest)
    parts, start = [], 0
    for length in lengths:
        mine = start if from_client else start + length
        parts.append(block[mine : mine + length])
        start += 2 * length
    return RecordKeys(*parts)


def _mac_length(cipher: RecordCipher) -> int:
    return new_digest(cipher.mac).digest_size if isinstance(cipher, BlockCipher) else 0


def _iv_length(cipher: RecordCipher, version: str) -> int:
    """CBC takes its first IV from the key block in TLS 1.0 alone."""
    if isinstance(cipher, AeadCipher):
        return cipher.fixed_nonce
    return BLOCK_LENGTH if version == "1.0" else 0


def _without(label: str, agreed: Agreement) -> Shut:
    return Shut(agreed.version, f"the key log has no {label} for this connection")


def _unreadable(agreed: Agreement) -> Shut:
    return Shut(agreed.version, f"{agreed.cipher_suite} in version {agreed.version} cannot be read here")
