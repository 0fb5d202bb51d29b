"""TCP segments and UDP datagrams out of what IP carried (RFC 9293 section 3.1, RFC 768)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from harness.packets.internet import Parcel
from harness.transcript import Address

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
_SHORTEST_HEADER = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """One TCP segment: who to whom, sequence number, acknowledged up to, flags, data.

    `missing` is how many bytes of data were on the wire behind `data` and not captured.
    """

    source: Address
    target: Address
    sequence: int
    acknowledged: int
    flags: int
    data: bytes
    missing: int = 0

    @property
    def begins(self) -> bool:
        """Whether it is a dialler's SYN."""
        return bool(self.flags & SYN) and not self.flags & ACK

    @property
    def answers(self) -> bool:
        """Whether it is a listener's SYN with ACK."""
        return bool(self.flags & SYN) and bool(self.flags & ACK)


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram: when in nanoseconds after the beginning of 1970, who to whom, its bytes, where it was seen."""

    at: int
    source: Address
    target: Address
    data: bytes
    interface: str = ""


def segment_of(parcel: Parcel) -> Segment | None:
    """Return the TCP segment in an IP packet, None where its header is not whole or makes no sense."""
    data = parcel.data
    if len(data) < _SHORTEST_HEADER:
        return None
    source, target, sequence, acknowledged, offset, flags = struct.unpack_from(">HHIIBB", data)
    header = (offset >> 4) * 4
    if header < _SHORTEST_HEADER:
        return None
    ends = Address(parcel.source, source), Address(parcel.target, target)
    missing = parcel.missing - max(0, header - len(data))
    return Segment(*ends, sequence, acknowledged if flags & ACK else 0, flags, data[header:], max(0, missing))


def datagram_of(parcel: Parcel, at: int, interface: str) -> Datagram | None:
    """Return the UDP datagram in an IP packet, None where it is not whole."""
    if len(parcel.data) < 8 or parcel.missing:
        return None
    source, target, length = struct.unpack_from(">HHH", parcel.data)
    data = parcel.data[8 : max(8, length)] if length else parcel.data[8:]
    return Datagram(at, Address(parcel.source, source), Address(parcel.target, target), data, interface)
