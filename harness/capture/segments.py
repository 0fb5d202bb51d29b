"""From what happened on a connection to the TCP segments that carried it, sequence numbers and all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.capture.frames import LONGEST_SEGMENT, Flag, Flow, Segment, tcp_packet
from harness.capture.happenings import Happening, Kind


@dataclass(slots=True)
class _Side:
    """One side's half of the connection: octets that it sent, of the other's octets those that it read."""

    flow: Flow
    watched: bool
    sent: int = 0
    heard: int = 0
    acknowledged: int = 0
    finished: bool = False


class TcpWriter:
    """Writes one connection; sequence numbers of both sides begin at 0.

    `watched` says of the dialler and of the listener whether we know what it read: of one that is not ours we
    take it that it read all when it speaks.
    """

    def __init__(self, flow: Flow, *, dialler_is_watched: bool, listener_is_watched: bool) -> None:
        self._dialler = _Side(flow, dialler_is_watched)
        self._listener = _Side(Flow(flow.target, flow.source), listener_is_watched)
        self._dialled = self._accepted = False

    def packets(self, happenings: Iterable[Happening]) -> Iterator[tuple[float, bytes]]:
        """Yield (time, IP packet) for what happened, in that order; what cannot be, a forged file's, yields nothing."""
        for happening in happenings:
            write = _WRITERS[happening.kind]
            for packet in write(self, happening):
                yield happening.at, packet

    def dial(self, _happening: Happening) -> Iterator[bytes]:
        """Write the SYN, once."""
        if not self._dialled:
            self._dialled = True
            yield tcp_packet(self._dialler.flow, Segment(0, 0, Flag.SYN))

    def refuse(self, happening: Happening) -> Iterator[bytes]:
        """Write the RST that answers the SYN."""
        yield from self.dial(happening)
        if not self._accepted:
            yield tcp_packet(self._listener.flow, Segment(0, 1, Flag.RST | Flag.ACK))

    def accept(self, happening: Happening) -> Iterator[bytes]:
        """Write what is left of the three-way handshake."""
        yield from self.dial(happening)
        if not self._accepted:
            self._accepted = True
            yield tcp_packet(self._listener.flow, Segment(0, 1, Flag.SYN | Flag.ACK))
            yield tcp_packet(self._dialler.flow, Segment(1, 1, Flag.ACK))

    def say(self, happening: Happening) -> Iterator[bytes]:
        """Write data, in segments of the longest size; none after a FIN of that side."""
        yield from self.accept(happening)
        me, data = self._sides(happening)[0], happening.data
        for start in range(0, 0 if me.finished else len(data), LONGEST_SEGMENT):
            piece = data[start : start + LONGEST_SEGMENT]
            push = Flag.PSH if start + len(piece) == len(data) else Flag(0)
            yield self._segment(happening, Flag.ACK | push, piece)
            me.sent += len(piece)

    def hear(self, happening: Happening) -> Iterator[bytes]:
        """Write the acknowledgement of data that was read."""
        yield from self.accept(happening)
        me, other = self._sides(happening)
        me.heard = min(me.heard + len(happening.data), other.sent)
        yield from self._acknowledgement(happening)

    def finish(self, happening: Happening) -> Iterator[bytes]:
        """Write a FIN, once for each side; the second one is acknowledged."""
        yield from self.accept(happening)
        me, other = self._sides(happening)
        if not me.finished:
            yield self._segment(happening, Flag.FIN | Flag.ACK)
            me.finished = True
            if other.finished:
                yield from self._acknowledgement(Happening(happening.at, Kind.HEARD, not happening.by_dialler))

    def reset(self, happening: Happening) -> Iterator[bytes]:
        """Write an RST."""
        yield from self.accept(happening)
        yield self._segment(happening, Flag.RST | Flag.ACK)

    def _acknowledgement(self, happening: Happening) -> Iterator[bytes]:
        """Write an ACK where it says something new."""
        me, other = self._sides(happening)
        if self._acknowledged(me, other) > me.acknowledged:
            yield self._segment(happening, Flag.ACK)

    def _segment(self, happening: Happening, flags: Flag, data: bytes = b"") -> bytes:
        me, other = self._sides(happening)
        me.acknowledged = self._acknowledged(me, other)
        return tcp_packet(me.flow, Segment(1 + me.sent + me.finished, me.acknowledged, flags, data))

    def _acknowledged(self, me: _Side, other: _Side) -> int:
        heard = me.heard if me.watched else other.sent
        return 1 + heard + (other.finished and heard == other.sent)

    def _sides(self, happening: Happening) -> tuple[_Side, _Side]:
        both = self._dialler, self._listener
        return both if happening.by_dialler else both[::-1]


_WRITERS: Mapping[Kind, Callable[[TcpWriter, Happening], Iterator[bytes]]] = {
    Kind.DIALLED: TcpWriter.dial,
    Kind.REFUSED: TcpWriter.refuse,
    Kind.ACCEPTED: TcpWriter.accept,
    Kind.SAID: TcpWriter.say,
    Kind.HEARD: TcpWriter.hear,
    Kind.FINISHED: TcpWriter.finish,
    Kind.RESET: TcpWriter.reset,
}
