"""Records and messages written by hand, for what no OpenSSL end would send."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from harness.tls.sealing import expand_label

ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
CLIENT_HELLO = 1


def record(content: int, payload: bytes) -> bytes:
    """One record as it stands on the wire."""
    return struct.pack("!BHH", content, 0x0303, len(payload)) + payload


def message(kind: int, body: bytes) -> bytes:
    """One handshake message."""
    return bytes([kind]) + vector(3, body)


def vector(width: int, content: bytes) -> bytes:
    """Some bytes with their length before them."""
    return len(content).to_bytes(width, "big") + content


def client_hello(suites: Sequence[int], extensions: Mapping[int, bytes]) -> bytes:
    """The record of a ClientHello with these cipher suites and extensions."""
    block = b"".join(struct.pack("!H", number) + vector(2, body) for number, body in extensions.items())
    offered = b"".join(struct.pack("!H", suite) for suite in suites)
    body = b"\x03\x03" + bytes(32) + vector(1, b"") + vector(2, offered) + vector(1, b"\x00") + vector(2, block)
    return record(HANDSHAKE, message(CLIENT_HELLO, body))


def with_early_data(hello: bytes) -> bytes:
    """The record of a ClientHello, with the early_data extension added as its last one."""
    body = hello[9:]
    block_length = int.from_bytes(body[_start_of_extensions(body) :][:2], "big")
    start = _start_of_extensions(body)
    longer = body[:start] + vector(2, body[start + 2 :][:block_length] + b"\x00\x2a\x00\x00")
    return record(HANDSHAKE, message(CLIENT_HELLO, longer))


def _start_of_extensions(body: bytes) -> int:
    position = 34
    position += 1 + body[position]
    position += 2 + int.from_bytes(body[position : position + 2], "big")
    return position + 1 + body[position]


def sealed(secret: bytes, sequence: int, content: int, data: bytes) -> bytes:
    """A TLS 1.3 record under a traffic secret of TLS_AES_128_GCM_SHA256."""
    inner = data + bytes([content])
    header = struct.pack("!BHH", APPLICATION_DATA, 0x0303, len(inner) + 16)
    iv = int.from_bytes(expand_label(secret, "iv", 12, "sha256"), "big")
    key = AESGCM(expand_label(secret, "key", 16, "sha256"))
    return header + key.encrypt((iv ^ sequence).to_bytes(12, "big"), inner, header)
