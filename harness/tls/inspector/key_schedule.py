"""From key-log lines to record keys: HKDF in TLS 1.3, the PRF in TLS 1.2 and below."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import new as new_digest

from harness.tls.sealing import expand_label


class KeyLog:
    """The secrets in lines of the NSS key-log format; comments and lines that are none are passed over."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._secrets: dict[tuple[str, bytes], bytes] = {}
        for line in lines:
            self._add(line.split())

    def _add(self, words: list[str]) -> None:
        try:
            label, random, secret = words[0], bytes.fromhex(words[1]), bytes.fromhex(words[2])
        except (ValueError, IndexError):
            return
        self._secrets[label, random] = secret

    def secret(self, label: str, client_random: bytes) -> bytes | None:
        """Return the secret that the log holds under this label for this connection, None without one."""
        return self._secrets.get((label, client_random))


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """One direction's keys; `mac_key` is empty with AEAD suites, `iv` with explicit IVs."""

    mac_key: bytes
    key: bytes
    iv: bytes


def traffic_keys(secret: bytes, digest: str, key_length: int) -> RecordKeys:
    """Derive a TLS 1.3 direction's keys (RFC 8446 section 7.3)."""
    return RecordKeys(
        mac_key=b"",
        key=expand_label(secret, "key", key_length, digest),
        iv=expand_label(secret, "iv", 12, digest),
    )


def next_secret(secret: bytes, digest: str) -> bytes:
    """Return the traffic secret that follows a KeyUpdate (RFC 8446 section 7.2)."""
    return expand_label(secret, "traffic upd", new_digest(digest).digest_size, digest)


def key_block(master: bytes, randoms: bytes, length: int, version: str, digest: str) -> bytes:
    """Expand the master secret (RFC 5246 section 6.3); `randoms` are the server's and then the client's."""
    return _pseudo_random(master, b"key expansion" + randoms, length, version, digest)


def _pseudo_random(secret: bytes, seed: bytes, length: int, version: str, digest: str) -> bytes:
    """Run the PRF: RFC 5246 section 5, before TLS 1.2 MD5 and SHA-1 mixed (RFC 2246 section 5)."""
    if version == "1.2":
        return _stretched(secret, seed, length, digest)
    half = (len(secret) + 1) // 2
    left = _stretched(secret[:half], seed, length, "md5")
    right = _stretched(secret[-half:], seed, length, "sha1")
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def _stretched(secret: bytes, seed: bytes, length: int, digest: str) -> bytes:
    output = bytearray()
    link = seed
    while len(output) < length:
        link = hmac.digest(secret, link, digest)
        output += hmac.digest(secret, link + seed, digest)
    return bytes(output[:length])
