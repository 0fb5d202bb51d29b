"""A whole capture file: connections, datagrams, TLS secrets, and what is to be said of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.packets.classic import classic_frames
from harness.packets.connections import Connections, TcpConnection
from harness.packets.frames import CLASSIC_MAGICS, PCAPNG_MAGIC, FilePart, Secrets, refusal
from harness.packets.internet import TCP, UDP, Internet
from harness.packets.limits import Limits, Remarks
from harness.packets.links import ip_packet
from harness.packets.sections import section_parts
from harness.packets.segments import Datagram, datagram_of, segment_of
from harness.packets.source import Source

_LOOK_UP = 4096
"""Packets between two questions whether to go on."""
_LATEST = 253_402_300_799 * 10**9
"""The end of the year 9999, in nanoseconds after the beginning of 1970: no calendar of Python goes on."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What a capture holds.

    `packets` counts all that were read. `began` and `ended` are the times of the first and of the last in nanoseconds
    after the beginning of 1970, None where there is none. `secrets` are the key logs in the file, `remarks` sentences
    about what was left out, cut off or not understood.
    """

    packets: int
    began: int | None
    ended: int | None
    connections: tuple[TcpConnection, ...]
    datagrams: tuple[Datagram, ...]
    secrets: bytes
    remarks: tuple[str, ...]


def _everything(_: Datagram) -> bool:
    return True


def _always() -> bool:
    return True


def read_capture(
    read: Callable[[int], bytes],
    limits: Limits | None = None,
    *,
    wanted: Callable[[Datagram], bool] = _everything,
    goes_on: Callable[[], bool] = _always,
) -> Capture:
    """Read a capture as a stream; NotACaptureError where its first bytes are those of none.

    `read(size)` gives at most `size` bytes of the file, and none at its end. `wanted` chooses the datagrams that are
    kept, since media has many. `goes_on` is asked from time to time; where it says no, the rest is not read. Whatever
    is wrong with the file behind its first bytes is a remark.
    """
    limits = limits or Limits()
    remarks = Remarks()
    source = Source(read)
    reading = _Reading(limits, remarks, wanted)
    for part in _parts(source, limits, remarks):
        reading.add(part)
        if reading.packets % _LOOK_UP == 0 and not goes_on():
            remarks.add("the time for reading was over: the rest of the file was not read")
            break
    if source.damage:
        remarks.add(source.damage)
    return reading.capture()


def _parts(source: Source, limits: Limits, remarks: Remarks) -> Iterator[FilePart]:
    magic = source.peek(8)
    if magic[:4] in CLASSIC_MAGICS:
        return classic_frames(source, limits, remarks)
    if magic[:4] == PCAPNG_MAGIC:
        return section_parts(source, limits, remarks)
    raise refusal(magic)


class _Reading:
    def __init__(self, limits: Limits, remarks: Remarks, wanted: Callable[[Datagram], bool]) -> None:
        self._limits = limits
        self._remarks = remarks
        self._wanted = wanted
        self._internet = Internet(limits, remarks)
        self._connections = Connections(limits, remarks)
        self._datagrams: list[Datagram] = []
        self._secrets = bytearray()
        self._began: int | None = None
        self._ended: int | None = None
        self.packets = 0

    def add(self, part: FilePart) -> None:
        """Take the next part of the file."""
        if isinstance(part, Secrets):
            self._add_secrets(part.text)
            return
        self.packets += 1
        if part.at > _LATEST:
            self._remarks.add("a packet has a time after the year 9999: it was left out")
            return
        self._began = part.at if self._began is None else min(self._began, part.at)
        self._ended = part.at if self._ended is None else max(self._ended, part.at)
        packet = ip_packet(part.link, part.data, self._remarks)
        if not packet:
            return
        is_cut = part.length > len(part.data)
        if is_cut:
            self._remarks.add("packets are cut short: capture whole ones (snap length 0)")
        parcel = self._internet.parcel(packet, is_cut=is_cut)
        if parcel is None:
            return
        if parcel.protocol == TCP and (segment := segment_of(parcel)) is not None:
            self._connections.add(segment, part.at, part.interface)
        elif parcel.protocol == UDP and (datagram := datagram_of(parcel, part.at, part.interface)) is not None:
            self._add_datagram(datagram)

    def _add_datagram(self, datagram: Datagram) -> None:
        if not self._wanted(datagram):
            return
        if len(self._datagrams) >= self._limits.datagrams:
            self._remarks.add("there are more datagrams than are kept: later ones were left out")
            return
        self._datagrams.append(datagram)

    def _add_secrets(self, text: bytes) -> None:
        if len(self._secrets) + len(text) > self._limits.secrets:
            self._remarks.add("the file holds more secrets than are kept: later ones were left out")
            return
        self._secrets += text + b"\n"

    def capture(self) -> Capture:
        """Return what was read."""
        self._internet.end()
        connections = tuple(self._connections.end())
        return Capture(
            self.packets,
            self._began,
            self._ended,
            connections,
            tuple(self._datagrams),
            bytes(self._secrets),
            self._remarks.sentences,
        )
