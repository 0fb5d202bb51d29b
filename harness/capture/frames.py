"""IP packets with a TCP segment or a UDP datagram in them, checksums included (RFC 9293, 768, 791, 8200)."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import TypeAlias

from harness.transcript import Address

LONGEST_DATAGRAM = 65_507
"""Octets that UDP carries over IPv4."""

_TCP, _UDP = 6, 17
_HOPS = 64
_DO_NOT_FRAGMENT = 0x4000
_WINDOW = 0xFFFF
_SEGMENT, _SCALE = 1460, 7
_SYN_OPTIONS = struct.pack(">BBHBBBB", 2, 4, _SEGMENT, 3, 3, _SCALE, 0)
"""Maximum segment size and window scale, so that a long flight fits into the window."""

LONGEST_SEGMENT = _SEGMENT
"""Octets of data in one segment, as on an Ethernet."""

_Host: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Flag(IntFlag):
    """The control bits of a TCP segment."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10


@dataclass(frozen=True, slots=True)
class Flow:
    """From which address and port to which."""

    source: Address
    target: Address


@dataclass(frozen=True, slots=True)
class Segment:
    """The changing part of a TCP segment: sequence number, acknowledged up to, flags, data."""

    sequence: int
    acknowledged: int
    flags: Flag
    data: bytes = b""


def tcp_packet(flow: Flow, segment: Segment) -> bytes:
    """Return an IP packet with that segment."""
    options = _SYN_OPTIONS if segment.flags & Flag.SYN else b""
    header = struct.pack(
        ">HHIIBBHHH",
        flow.source.port & 0xFFFF,
        flow.target.port & 0xFFFF,
        segment.sequence & 0xFFFFFFFF,
        segment.acknowledged & 0xFFFFFFFF,
        (20 + len(options)) // 4 << 4,
        segment.flags,
        _WINDOW,
        0,
        0,
    )
    return _ip_packet(flow, _TCP, header + options + segment.data, checksum_at=16)


def udp_packet(flow: Flow, data: bytes) -> bytes:
    """Return an IP packet with a datagram of at most LONGEST_DATAGRAM octets; ValueError for more."""
    if len(data) > LONGEST_DATAGRAM:
        raise ValueError(f"{len(data)} octets are more than a datagram carries")
    ports = flow.source.port & 0xFFFF, flow.target.port & 0xFFFF
    return _ip_packet(flow, _UDP, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data, checksum_at=6)


def _ip_packet(flow: Flow, protocol: int, payload: bytes, *, checksum_at: int) -> bytes:
    source, target = _hosts(flow)
    pseudo = source.packed + target.packed + struct.pack(">II", len(payload), protocol)
    checksum = _checksum(pseudo + payload)
    if protocol == _UDP:
        checksum = checksum or 0xFFFF  # zero would say that there is none
    payload = payload[:checksum_at] + struct.pack(">H", checksum) + payload[checksum_at + 2 :]
    if target.version == 6:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, _HOPS) + source.packed + target.packed + payload
    return _ipv4_header(source, target, protocol, len(payload)) + payload


def _ipv4_header(source: _Host, target: _Host, protocol: int, length: int) -> bytes:
    start = struct.pack(">BBHHHBB", 0x45, 0, 20 + length, 0, _DO_NOT_FRAGMENT, _HOPS, protocol)
    hosts = source.packed + target.packed
    return start + struct.pack(">H", _checksum(start + b"\0\0" + hosts)) + hosts


def _hosts(flow: Flow) -> tuple[_Host, _Host]:
    """Return both ends in one version of IP, an end without an address as the unspecified one."""
    hosts = [_host(flow.source.host), _host(flow.target.host)]
    version = max((host.version for host in hosts if host is not None), default=4)
    nowhere: _Host = ipaddress.IPv6Address(0) if version == 6 else ipaddress.IPv4Address(0)
    source, target = (host if host is not None and host.version == version else nowhere for host in hosts)
    return source, target


def _host(text: str) -> _Host | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data[: len(data) & ~1]))
    if len(data) % 2:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
