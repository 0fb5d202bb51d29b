"""TCP connections out of segments: who dialled whom, what each said in order, and how each ended.

A second SYN with another sequence number on the same four addresses and ports begins another connection. Of one whose
SYN is not in the capture, whoever has the lower port is taken for the listener until somebody knows better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from harness.packets.limits import Limits, Remarks
from harness.packets.segments import ACK, FIN, RST, Segment
from harness.packets.stream import Gap, Stream
from harness.transcript import Address

_CONNECTIONS_LEFT_OUT = "there are more connections than are kept: later ones were left out"
_LATER = 200_000_000
"""Nanoseconds after which a SYN that comes again was sent again, and not captured twice."""
_OVERHEAD = 128
"""What a piece of data costs besides its bytes, about."""
_BYTES_LEFT_OUT = "all connections together hold more bytes than are kept: later ones were left out"


class Kind(Enum):
    """What was seen of a connection.

    SYN, the same again later, the dialler's first ACK, SYN with ACK, data, lost data, data beyond the limit, FIN, RST.
    """

    SYN = auto()
    SYN_AGAIN = auto()
    ACK = auto()
    SYN_ACK = auto()
    DATA = auto()
    GAP = auto()
    LEFT_OUT = auto()
    FIN = auto()
    RST = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """One of them: when in nanoseconds after the beginning of 1970, by which end, and the data.

    `size` is how many bytes a gap or the data beyond the limit have.
    """

    at: int
    kind: Kind
    by_dialler: bool
    data: bytes = b""
    size: int = 0


@dataclass(frozen=True, slots=True)
class TcpConnection:
    """One TCP connection as it was captured; `began` says that its SYN, or the answer to it, is in the capture."""

    dialler: Address
    listener: Address
    began: bool
    seen: tuple[Seen, ...]
    interface: str = ""

    def turned(self) -> TcpConnection:
        """Return it with its ends exchanged, where somebody knows better who dialled."""
        seen = tuple(Seen(each.at, each.kind, not each.by_dialler, each.data, each.size) for each in self.seen)
        return TcpConnection(self.listener, self.dialler, self.began, seen, self.interface)


@dataclass
class _Half:
    """What one end sent. `kept` counts the bytes that were kept, `ends` is the place of its FIN.

    `acknowledged` is the place up to which the other end has it: more than is here means that the capture lost bytes.
    """

    stream: Stream
    initial: int | None = None
    kept: int = 0
    ends: int | None = None
    finished: bool = False
    reset: bool = False
    acknowledged: int = 0


@dataclass
class _Open:
    """A connection while it is read. `halves` are by whether the dialler sent them."""

    dialler: Address
    listener: Address
    interface: str
    halves: dict[bool, _Half]
    began: bool = False
    seen: list[Seen] = field(default_factory=list)
    last: int = 0
    acknowledges: bool = False

    def half_of(self, sender: Address) -> bool:
        return sender == self.dialler


class Connections:
    """Sorts segments into connections."""

    def __init__(self, limits: Limits, remarks: Remarks) -> None:
        self._limits = limits
        self._remarks = remarks
        self._open: dict[frozenset[Address], _Open] = {}
        self._over: list[_Open] = []
        self._kept = 0
        self._waits = 0

    def add(self, segment: Segment, at: int, interface: str = "") -> None:
        """Take the next segment of the capture."""
        if (found := self._connection(segment, interface)) is None:
            return
        found.last = at
        by_dialler = found.half_of(segment.source)
        half = found.halves[by_dialler]
        if segment.begins or segment.answers:
            self._greeting(found, segment, at, by_dialler=by_dialler)
        elif segment.flags & ACK and not segment.flags & RST:
            half.stream.begin(segment.sequence + _is_keep_alive(segment))
            other = found.halves[not by_dialler]
            other.stream.begin(segment.acknowledged)
            other.acknowledged = max(other.acknowledged, other.stream.place_of(segment.acknowledged))
            if by_dialler and not found.acknowledges:
                found.acknowledges = True
                found.seen.append(Seen(at, Kind.ACK, by_dialler))
        self._data(found, segment, at, by_dialler=by_dialler)
        self._endings(found, segment, at, by_dialler=by_dialler)

    def end(self) -> Iterator[TcpConnection]:
        """Yield every connection, in the order in which they began."""
        for each in self._open.values():
            self._close(each)
        self._open.clear()
        for each in sorted(self._over, key=lambda one: one.seen[0].at if one.seen else 0):
            if each.seen:
                yield TcpConnection(each.dialler, each.listener, each.began, tuple(each.seen), each.interface)

    # --- which connection ---

    def _connection(self, segment: Segment, interface: str) -> _Open | None:
        key = _key(segment)
        found = self._open.get(key)
        if found is not None and _is_another(found, segment):
            self._close(found)
            found = None
        if found is None:
            if len(self._open) + len(self._over) >= self._limits.connections:
                self._remarks.add(_CONNECTIONS_LEFT_OUT)
                return None
            self._open.pop(key, None)
            found = self._open[key] = self._new(segment, interface)
        return found

    def _new(self, segment: Segment, interface: str) -> _Open:
        dialler, listener = segment.source, segment.target
        if segment.answers or (not segment.begins and dialler.port < listener.port):
            dialler, listener = listener, dialler
        halves = {side: _Half(Stream(self._limits.waiting)) for side in (True, False)}
        return _Open(dialler, listener, interface, halves)

    # --- what it says ---

    def _greeting(self, found: _Open, segment: Segment, at: int, *, by_dialler: bool) -> None:
        half = found.halves[by_dialler]
        if half.initial is not None:
            if segment.begins and at - found.seen[0].at >= _LATER:
                found.seen.append(Seen(at, Kind.SYN_AGAIN, by_dialler))
            return
        half.initial = segment.sequence
        half.stream.begin(segment.sequence + 1)
        found.began = True
        found.seen.append(Seen(at, Kind.SYN if segment.begins else Kind.SYN_ACK, by_dialler))
        if segment.answers:
            found.halves[not by_dialler].stream.begin(segment.acknowledged)

    def _data(self, found: _Open, segment: Segment, at: int, *, by_dialler: bool) -> None:
        if not segment.data and not segment.missing:
            return
        stream = found.halves[by_dialler].stream
        begins = segment.sequence + (1 if segment.begins or segment.answers else 0)
        before = stream.waits
        self._take(found, stream.add(begins, segment.data, segment.missing), at, by_dialler=by_dialler)
        self._waits += stream.waits - before
        if self._waits > self._limits.kept:
            self._waits -= stream.waits
            self._take(found, stream.end(), at, by_dialler=by_dialler)

    def _endings(self, found: _Open, segment: Segment, at: int, *, by_dialler: bool) -> None:
        half = found.halves[by_dialler]
        if segment.flags & FIN and half.ends is None:
            half.stream.begin(segment.sequence)
            half.ends = half.stream.place_of(segment.sequence) + len(segment.data) + segment.missing
        self._finish(found, at, by_dialler=by_dialler)
        if segment.flags & RST and not half.reset:
            half.reset = True
            found.seen.append(Seen(at, Kind.RST, by_dialler))

    def _finish(self, found: _Open, at: int, *, by_dialler: bool) -> None:
        half = found.halves[by_dialler]
        if half.ends is not None and not half.finished and half.stream.reached(half.ends):
            half.finished = True
            found.seen.append(Seen(at, Kind.FIN, by_dialler))

    def _close(self, found: _Open) -> None:
        for by_dialler, half in found.halves.items():
            self._waits -= half.stream.waits
            self._take(found, half.stream.end(), found.last, by_dialler=by_dialler)
            if (missing := half.stream.short_of(half.acknowledged)) > 1:  # one may be a FIN that is not here
                found.seen.append(Seen(found.last, Kind.GAP, by_dialler, size=missing))
            if half.ends is not None and not half.finished:
                half.finished = True
                found.seen.append(Seen(found.last, Kind.FIN, by_dialler))
        self._over.append(found)

    def _take(self, found: _Open, pieces: Iterable[bytes | Gap], at: int, *, by_dialler: bool) -> None:
        half = found.halves[by_dialler]
        for piece in pieces:
            if isinstance(piece, Gap):
                found.seen.append(Seen(at, Kind.GAP, by_dialler, size=piece.size))
                continue
            room = self._room(half)
            kept, left = piece[:room], len(piece) - room
            half.kept += len(kept)
            if kept:
                self._kept += len(kept) + _OVERHEAD
                found.seen.append(Seen(at, Kind.DATA, by_dialler, kept))
            if left > 0:
                self._leave_out(found, at, left, by_dialler=by_dialler)

    def _room(self, half: _Half) -> int:
        if self._kept >= self._limits.kept:
            self._remarks.add(_BYTES_LEFT_OUT)
        return max(0, min(self._limits.stream - half.kept, self._limits.kept - self._kept))

    @staticmethod
    def _leave_out(found: _Open, at: int, size: int, *, by_dialler: bool) -> None:
        """Count data beyond the limit, in one entry as long as nothing else is seen between."""
        last = found.seen[-1] if found.seen else None
        if last is not None and last.kind is Kind.LEFT_OUT and last.by_dialler == by_dialler:
            found.seen[-1] = Seen(last.at, Kind.LEFT_OUT, by_dialler, size=last.size + size)
        else:
            found.seen.append(Seen(at, Kind.LEFT_OUT, by_dialler, size=size))


def _key(segment: Segment) -> frozenset[Address]:
    return frozenset((segment.source, segment.target))


def _is_keep_alive(segment: Segment) -> bool:
    """Whether the first segment of a sender may be a keep-alive: one byte of no meaning before the next (RFC 9293)."""
    return len(segment.data) == 1 and segment.data == b"\0"


def _is_another(found: _Open, segment: Segment) -> bool:
    """Whether a SYN begins another connection on the same addresses and ports."""
    if not segment.begins:
        return False
    known = found.halves[found.half_of(segment.source)].initial
    return known != segment.sequence if known is not None else bool(found.seen)
