"""One direction of a TCP connection put in order: loss, retransmission, overlap, keep-alives, reordering.

Of bytes that came twice the first ones count. A keep-alive repeats the byte before the next one, so it is old and
says nothing. A hole stays open until the missing bytes come; where they never do, it is closed by a gap: bytes that the
receiver may have got and the capture did not.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = 1 << 32
_HALF = 1 << 31
_OVERHEAD = 64
"""What a waiting piece costs besides its bytes, about."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that are not in the capture, `size` of them."""

    size: int


class Stream:
    """The bytes of one sender. Places are counted from its first byte, whatever its initial sequence number."""

    def __init__(self, waiting_limit: int) -> None:
        self._limit = waiting_limit
        self._base: int | None = None
        self._next = 0
        self._waiting: list[tuple[int, bytes]] = []
        self._waits = 0

    @property
    def begun(self) -> bool:
        """Whether the place of its next byte is known."""
        return self._base is not None

    @property
    def waits(self) -> int:
        """About how much memory the bytes take that wait for others before them."""
        return self._waits

    def begin(self, sequence: int) -> None:
        """Take `sequence` as that of the next byte, unless one is known."""
        if self._base is None:
            self._base = sequence

    def place_of(self, sequence: int) -> int:
        """Return where a sequence number lies, which wraps at 32 bits: the place nearest to the next byte."""
        ahead = (sequence - (self._base or 0) - self._next + _HALF) % _SPACE - _HALF
        return self._next + ahead

    def reached(self, place: int) -> bool:
        """Whether every byte before a place was given out."""
        return self._next >= place

    def short_of(self, place: int) -> int:
        """Return how many bytes before a place were not given out."""
        return max(0, place - self._next)

    def add(self, sequence: int, data: bytes, missing: int = 0) -> Iterator[bytes | Gap]:
        """Take a segment, and give out what is in order now. `missing` bytes behind `data` were not captured."""
        self.begin(sequence)
        begin = self.place_of(sequence)
        if data and begin + len(data) > self._next:
            if begin <= self._next:
                yield self._given(data[self._next - begin :])
            else:
                insort(self._waiting, (begin, data))
                self._waits += len(data) + _OVERHEAD
            yield from self._due()
        if missing and begin + len(data) == self._next:
            yield self._passed(missing)
            yield from self._due()
        while self._waits > self._limit:
            yield from self._over_the_hole()

    def end(self) -> Iterator[bytes | Gap]:
        """Give out what still waits, with a gap for each hole."""
        while self._waiting:
            yield from self._over_the_hole()

    def _given(self, data: bytes) -> bytes:
        self._next += len(data)
        return data

    def _passed(self, size: int) -> Gap:
        self._next += size
        return Gap(size)

    def _due(self) -> Iterator[bytes]:
        while self._waiting and self._waiting[0][0] <= self._next:
            begin, data = self._waiting.pop(0)
            self._waits -= len(data) + _OVERHEAD
            if begin + len(data) > self._next:
                yield self._given(data[self._next - begin :])

    def _over_the_hole(self) -> Iterator[bytes | Gap]:
        yield self._passed(self._waiting[0][0] - self._next)
        yield from self._due()
