"""Reading TLS's presentation language (RFC 8446 section 3) from bytes that nobody has vouched for."""

from __future__ import annotations

from collections.abc import Iterator


class DecodeError(Exception):
    """The lengths do not add up. Never leaves the inspector: it becomes a `Malformed` item."""


class Reader:
    """Takes numbers and vectors from the front of some bytes; DecodeError where they run out."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return self._position < len(self._data)

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes."""
        start, end = self._position, self._position + length
        if end > len(self._data):
            raise DecodeError(f"{length} bytes announced, {len(self._data) - start} there")
        self._position = end
        return self._data[start:end]

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._data) - self._position)

    def number(self, width: int) -> int:
        """Return the next `width` bytes as a number."""
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        """Return a vector's content; its length stands before it in `width` bytes."""
        return self.take(self.number(width))

    def inside(self, width: int) -> Reader:
        """Return a reader over a vector's content."""
        return Reader(self.vector(width))

    def numbers(self, width: int) -> Iterator[int]:
        """Yield numbers of `width` bytes until nothing is left."""
        while self:
            yield self.number(width)

    def vectors(self, width: int) -> Iterator[bytes]:
        """Yield vectors with lengths of `width` bytes until nothing is left."""
        while self:
            yield self.vector(width)

    def finish(self) -> None:
        """Raise DecodeError where something is left."""
        if self:
            raise DecodeError(f"{len(self._data) - self._position} bytes too many")
