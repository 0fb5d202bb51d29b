"""Writes pcapng, the file format of Wireshark (draft-ietf-opsawg-pcapng), with the TLS secrets before all packets.

Blocks are little-endian. Secrets must come first: with those at the end tshark 4.0 decrypts nothing (measured).
No library that is kept does it in pure Python: python-pcapng (2022) knows no Decryption Secrets Block, scapy is
GPL-2.0-only, pycapng is a binary for some platforms.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SECTION_HEADER, _INTERFACE, _PACKET, _SECRETS = 0x0A0D0D0A, 1, 6, 10
_BYTE_ORDER, _VERSION, _UNKNOWN_LENGTH = 0x1A2B3C4D, (1, 0), -1
_RAW_IP = 101
"""LINKTYPE_RAW: each packet begins with its IPv4 or IPv6 header."""
_TLS_KEY_LOG = 0x544C534B
_COMMENT, _APPLICATION, _NAME, _DESCRIPTION, _RESOLUTION = 1, 4, 2, 3, 9
_NANOSECONDS = b"\x09"
_LONGEST_OPTION = 0xFFFF - 3
_LAST_TIME = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Interface:
    """Where packets were seen: a name for filters, and what it stands for."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Packet:
    """One IP packet, seen `at` nanoseconds after the beginning of 1970 on the interface number `interface`, from 0."""

    at: int
    interface: int
    data: bytes
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What a file says of itself: a comment for people, and the program that wrote it."""

    comment: str
    program: str


def pcapng_file(section: Section, interfaces: Sequence[Interface], packets: Iterable[Packet], secrets: bytes) -> bytes:
    """Return a whole file: one section, the `secrets` (lines of the NSS key-log format), interfaces, packets.

    Times outside the 64 bits of the format come out as its first or last one; texts are cut to the 64 KiB that an
    option may have.
    """
    return b"".join(_blocks(section, interfaces, packets, secrets))


def _blocks(
    section: Section, interfaces: Sequence[Interface], packets: Iterable[Packet], secrets: bytes
) -> Iterator[bytes]:
    head = struct.pack("<IHHq", _BYTE_ORDER, *_VERSION, _UNKNOWN_LENGTH)
    told = _options({_COMMENT: _text(section.comment), _APPLICATION: _text(section.program)})
    yield _block(_SECTION_HEADER, head + told)
    if secrets:
        yield _block(_SECRETS, struct.pack("<II", _TLS_KEY_LOG, len(secrets)) + _padded(secrets))
    for each in interfaces:
        named = {_NAME: _text(each.name), _DESCRIPTION: _text(each.description), _RESOLUTION: _NANOSECONDS}
        yield _block(_INTERFACE, struct.pack("<HHI", _RAW_IP, 0, 0) + _options(named))
    for packet in packets:
        yield _packet(packet)


def _packet(packet: Packet) -> bytes:
    at, length = min(max(packet.at, 0), _LAST_TIME), len(packet.data)
    head = struct.pack("<IIIII", packet.interface, at >> 32, at & 0xFFFFFFFF, length, length)
    return _block(_PACKET, head + _padded(packet.data) + _options({_COMMENT: _text(packet.comment)}))


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _options(options: dict[int, bytes]) -> bytes:
    """Return the options that say something, closed by the end of options; nothing where none does."""
    written = [struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options.items() if value]
    return b"".join([*written, b"\0\0\0\0"]) if written else b""


def _text(text: str) -> bytes:
    """Return text as UTF-8 of an option's length, cut between two characters."""
    return text.encode("utf-8", "replace")[:_LONGEST_OPTION].decode("utf-8", "ignore").encode("utf-8")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
