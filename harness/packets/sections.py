"""pcapng (draft-ietf-opsawg-pcapng): sections in either byte order, interfaces, packets, TLS secrets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.packets.frames import PCAPNG_MAGIC, FilePart, Frame, Secrets
from harness.packets.limits import Limits, Remarks
from harness.packets.source import Source

_INTERFACE, _SIMPLE_PACKET, _SECRETS = 1, 3, 10
_PACKETS = {6: "IIIII", 2: "HxxIIII"}
"""The head of an Enhanced Packet Block, and of the Packet Block that it replaced: 20 bytes both."""
_HEAD_LENGTH = 20
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_TLS_KEY_LOG = 0x544C534B
_NAME, _RESOLUTION, _OFFSET = 2, 9, 14
_BINARY = 0x80
_LARGEST_EXPONENT = 60
_NANOSECONDS = 10**9
_SMALLEST_BLOCK = 12
_MOST_INTERFACES = 10_000


@dataclass(frozen=True, slots=True)
class _Interface:
    link: int
    snap: int
    units: int
    """Units of time in a second."""
    offset: int
    name: str

    def nanoseconds(self, high: int, low: int) -> int:
        return self.offset * _NANOSECONDS + (high << 32 | low) * _NANOSECONDS // self.units


@dataclass
class _Section:
    order: str
    interfaces: list[_Interface] = field(default_factory=list)


def section_parts(source: Source, limits: Limits, remarks: Remarks) -> Iterator[FilePart]:
    """Yield packets and secrets of a file that begins with a section header, as far as it goes."""
    section = _Section("<")
    while head := source.peek(_SMALLEST_BLOCK):
        if len(head) < _SMALLEST_BLOCK:
            remarks.add("the file ends inside a block: it was cut off")
            return
        if head[:4] == PCAPNG_MAGIC:
            order = _ORDERS.get(head[8:12], "")
            if not order:
                remarks.add("a section has no byte order that is known: the rest of the file was not read")
                return
            section = _Section(order)
        kind, length = struct.unpack_from(f"{section.order}II", head)
        if length < _SMALLEST_BLOCK or length % 4 or length > limits.block:
            remarks.add("a block has a length that none can have: the rest of the file was not read")
            return
        block = source.take(length)
        if len(block) < length:
            remarks.add("the file ends inside a block: it was cut off")
        yield from _part(section, kind, block[8 : length - 4], remarks)


def _part(section: _Section, kind: int, body: bytes, remarks: Remarks) -> Iterator[FilePart]:
    try:
        if kind == _INTERFACE and len(section.interfaces) < _MOST_INTERFACES:
            section.interfaces.append(_interface(section.order, body))
        elif kind in _PACKETS:
            head = struct.unpack_from(section.order + _PACKETS[kind], body)
            yield _packet(section, body, head)
        elif kind == _SIMPLE_PACKET:
            yield _simple_packet(section, body)
        elif kind == _SECRETS:
            yield from _secrets(section, body)
    except (struct.error, IndexError):
        remarks.add("a block is too short for what it should hold, or names no interface: it was left out")


def _interface(order: str, body: bytes) -> _Interface:
    link, _, snap = struct.unpack_from(f"{order}HHI", body)
    options = dict(_options(order, body[8:]))
    resolution = options.get(_RESOLUTION, b"\x06")[:1] or b"\x06"
    exponent = min(resolution[0] & ~_BINARY, _LARGEST_EXPONENT)
    units = 2**exponent if resolution[0] & _BINARY else 10**exponent
    offset = options.get(_OFFSET, b"")
    seconds = struct.unpack(f"{order}q", offset)[0] if len(offset) == 8 else 0
    return _Interface(link, snap, units, seconds, options.get(_NAME, b"").decode("utf-8", "replace"))


def _options(order: str, data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        code, length = struct.unpack_from(f"{order}HH", data)
        if code == 0:
            return
        yield code, data[4 : 4 + length]
        data = data[4 + length + -length % 4 :]


def _packet(section: _Section, body: bytes, head: tuple[int, ...]) -> Frame:
    number, high, low, captured, length = head
    interface = section.interfaces[number]
    data = body[_HEAD_LENGTH : _HEAD_LENGTH + captured]
    return Frame(interface.nanoseconds(high, low), interface.link, data, max(length, len(data)), interface.name)


def _simple_packet(section: _Section, body: bytes) -> Frame:
    """Read a packet without a time and of the first interface; it may be padded, and cut by that one's snap length."""
    interface = section.interfaces[0]
    (length,) = struct.unpack_from(f"{section.order}I", body)
    captured = min(length, interface.snap or length)
    return Frame(0, interface.link, body[4 : 4 + captured], length, interface.name)


def _secrets(section: _Section, body: bytes) -> Iterator[Secrets]:
    kind, length = struct.unpack_from(f"{section.order}II", body)
    if kind == _TLS_KEY_LOG:
        yield Secrets(body[8 : 8 + length])
