"""IPv4 and IPv6: who sends what to whom, fragments put together (RFC 791, 8200). Checksums are not looked at.

A capture on the sending machine has wrong checksums, because the network card computes them later.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address

from harness.packets.limits import Limits, Remarks

TCP, UDP = 6, 17
_EXTENSIONS = {0, 43, 60}
"""Headers of IPv6 that say their own length in units of 8 bytes: hop-by-hop, routing, destination options."""
_FRAGMENT, _AUTHENTICATION = 44, 51
_MOST_EXTENSIONS = 16
_LONGEST = 65_535 + 40
_V4_HEADER, _V6_HEADER = 20, 40
_MORE = 0x2000

_Key = tuple[bytes, bytes, int, int]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What an IP packet carries: hosts as text, the number of the protocol, the bytes.

    `missing` is how many bytes of it were on the wire and not captured.
    """

    source: str
    target: str
    protocol: int
    data: bytes
    missing: int = 0


@dataclass
class _Pieces:
    data: dict[int, bytes] = field(default_factory=dict)
    total: int | None = None

    def whole(self) -> bytes | None:
        """Return the payload where every piece is there; of two that overlap the earlier one counts."""
        if self.total is None:
            return None
        made = bytearray()
        for begin, piece in sorted(self.data.items()):
            if begin > len(made):
                return None
            made += piece[len(made) - begin :]
        return bytes(made[: self.total]) if len(made) >= self.total else None


class Internet:
    """Reads IP packets one after the other, and remembers fragments."""

    def __init__(self, limits: Limits, remarks: Remarks) -> None:
        self._limits = limits
        self._remarks = remarks
        self._pieces: dict[_Key, _Pieces] = {}

    def parcel(self, packet: bytes, *, is_cut: bool = False) -> Parcel | None:
        """Return what a packet carries; None where it is none, or a fragment whose others are still missing.

        `is_cut` says that the capture holds only the beginning of it.
        """
        version = packet[0] >> 4 if packet else 0
        try:
            return self._v4(packet, is_cut=is_cut) if version == 4 else self._v6(packet, is_cut=is_cut)
        except struct.error:
            self._remarks.add("a packet ends inside its IP header: it was left out")
            return None

    def end(self) -> None:
        """Say what stayed incomplete."""
        for _ in self._pieces:
            self._remarks.add("an IP packet came in fragments, and some of them are not in the capture")
        self._pieces.clear()

    def _v4(self, packet: bytes, *, is_cut: bool) -> Parcel | None:
        first, total, number, offset, protocol = struct.unpack_from(">BxHHHxB", packet)
        header = (first & 0x0F) * 4
        if len(packet) < _V4_HEADER or header < _V4_HEADER or len(packet) < header:
            raise struct.error
        # a length of 0 is that of a packet which the network card will cut (segmentation offload)
        end = total if total >= header else len(packet)
        data = packet[header:end]
        missing = max(0, end - len(packet)) if is_cut or end > len(packet) else 0
        hosts = packet[12:16], packet[16:20]
        place = (offset & 0x1FFF) * 8
        if place or offset & _MORE:
            whole = self._joined((*hosts, number, protocol), place, data, last=not offset & _MORE)
            return None if whole is None else _parcel(*hosts, protocol, whole, 0)
        return _parcel(*hosts, protocol, data, missing)

    def _v6(self, packet: bytes, *, is_cut: bool) -> Parcel | None:
        length, protocol = struct.unpack_from(">HB", packet, 4)
        if len(packet) < _V6_HEADER:
            raise struct.error
        hosts = packet[8:24], packet[24:40]
        end = _V6_HEADER + length if length else len(packet)
        data = packet[_V6_HEADER:end]
        missing = max(0, end - len(packet)) if is_cut or end > len(packet) else 0
        for _ in range(_MOST_EXTENSIONS):
            if protocol in _EXTENSIONS:
                following, size = struct.unpack_from(">BB", data)
                protocol, data = following, data[size * 8 + 8 :]
            elif protocol == _AUTHENTICATION:
                following, size = struct.unpack_from(">BB", data)
                protocol, data = following, data[size * 4 + 8 :]
            elif protocol == _FRAGMENT:
                following, offset, number = struct.unpack_from(">BxHI", data)
                place, is_last = offset & 0xFFF8, not offset & 1
                whole: bytes | None = data[8:]
                if place or not is_last:
                    whole = self._joined((*hosts, number, following), place, data[8:], last=is_last)
                if whole is None:
                    return None
                protocol, data = following, whole
            else:
                break
        return _parcel(*hosts, protocol, data, missing)

    def _joined(self, key: _Key, place: int, data: bytes, *, last: bool) -> bytes | None:
        """Remember a fragment; return the whole payload once it is there."""
        if place + len(data) > _LONGEST:
            self._remarks.add("a fragment lies beyond the end of any IP packet: it was left out")
            return None
        pieces = self._pieces.get(key)
        if pieces is None:
            if len(self._pieces) >= self._limits.fragments:
                self._remarks.add("an IP packet came in fragments, and some of them are not in the capture")
                del self._pieces[next(iter(self._pieces))]
            pieces = self._pieces[key] = _Pieces()
        pieces.data.setdefault(place, data)
        if last and pieces.total is None:
            pieces.total = place + len(data)
        whole = pieces.whole()
        if whole is not None:
            del self._pieces[key]
        return whole


def _parcel(source: bytes, target: bytes, protocol: int, data: bytes, missing: int) -> Parcel:
    return Parcel(_host(source), _host(target), protocol, data, missing)


@lru_cache(maxsize=4096)
def _host(packed: bytes) -> str:
    return str(ip_address(packed))
