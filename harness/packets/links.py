"""Link layers taken off: what IP packet a frame carries (link types of the tcpdump group's list)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.packets.limits import Remarks

_IPV4, _IPV6 = 0x0800, 0x86DD
_TAGS = {0x8100, 0x88A8, 0x9100}
"""VLAN tags of IEEE 802.1Q and 802.1ad, and an older one."""
_PPPOE, _PPP = 0x8864, {0x0021: _IPV4, 0x0057: _IPV6}
_MOST_TAGS = 8
_V4, _V6 = 4, 6


def ip_packet(link: int, frame: bytes, remarks: Remarks) -> bytes:
    """Return the IP packet that a frame carries, empty where it carries none."""
    read = _READERS.get(link)
    if read is None:
        remarks.add(f"packets of link type {link} are not read")
        return b""
    return read(frame)


def _ethernet(frame: bytes) -> bytes:
    return _by_type(int.from_bytes(frame[12:14], "big"), frame[14:])


def _cooked(frame: bytes) -> bytes:
    """Linux's `any` device, SLL: the protocol comes last of 16 bytes."""
    return _by_type(int.from_bytes(frame[14:16], "big"), frame[16:])


def _cooked_2(frame: bytes) -> bytes:
    """SLL2: the protocol comes first of 20 bytes."""
    return _by_type(int.from_bytes(frame[0:2], "big"), frame[20:])


def _null(frame: bytes) -> bytes:
    """BSD loopback: an address family of four bytes in anybody's byte order; IP itself says what it is."""
    return _raw(frame[4:])


def _raw(frame: bytes) -> bytes:
    return frame if frame[:1] and frame[0] >> 4 in {_V4, _V6} else b""


def _by_type(kind: int, rest: bytes) -> bytes:
    for _ in range(_MOST_TAGS):
        if kind in _TAGS:
            kind, rest = int.from_bytes(rest[2:4], "big"), rest[4:]
        elif kind == _PPPOE:
            kind, rest = _PPP.get(int.from_bytes(rest[6:8], "big"), 0), rest[8:]
        else:
            break
    return _raw(rest) if kind in {_IPV4, _IPV6} else b""


_READERS: Mapping[int, Callable[[bytes], bytes]] = {
    0: _null,
    1: _ethernet,
    12: _raw,
    14: _raw,
    101: _raw,
    108: _null,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_2,
}
