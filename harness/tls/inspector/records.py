"""The record layer: one direction's bytes cut into records (RFC 8446 section 5.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from harness.tls.inspector.items import Malformed, NotTls, Stamp


class ContentType(IntEnum):
    """What a record carries (RFC 8446 section 5.1)."""

    CHANGE_CIPHER_SPEC = 20
    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23


# A TLS 1.2 ciphertext may be 2,048 bytes longer than its plaintext (RFC 5246 section 6.2.3).
LONGEST_RECORD = 2**14 + 2048
FIRST_BYTES_KEPT = 64
_HEADER_LENGTH = 5
_CONTENT_TYPES = frozenset(ContentType)


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk of one direction; `order` counts the chunks of the whole connection."""

    order: int
    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stood on the wire. `offset` is its place in this direction's stream."""

    order: int
    at: float
    offset: int
    content: int
    header: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Stop:
    """Why and where the direction could not be cut into records any further."""

    order: int
    item: NotTls | Malformed


Framed: TypeAlias = Record | Stop


def records(pieces: Iterable[Piece], *, from_client: bool) -> deque[Framed]:
    """Cut a direction into records; a `Stop` comes last where the bytes end inside one or are none."""
    framer = _Framer(from_client)
    for piece in pieces:
        framer.feed(piece)
    framer.end()
    return framer.framed


class _Framer:
    def __init__(self, from_client: bool) -> None:
        self.framed: deque[Framed] = deque()
        self._from_client = from_client
        self._buffer = bytearray()
        self._offset = 0
        self._first: Piece | None = None
        self._last: Piece | None = None
        self._stopped = False

    def feed(self, piece: Piece) -> None:
        if not piece.data or self._stopped:
            return
        self._first = self._first or piece
        self._last = piece
        self._buffer += piece.data
        while not self._stopped and len(self._buffer) >= _HEADER_LENGTH and self._cut(piece):
            pass

    def _cut(self, piece: Piece) -> bool:
        """Take one record off the buffer; False where it is not whole yet, or none."""
        header = bytes(self._buffer[:_HEADER_LENGTH])
        if not _plausible(header):
            return self._refuse(piece)
        end = _HEADER_LENGTH + int.from_bytes(header[3:], "big")
        if len(self._buffer) < end:
            return False
        payload = bytes(self._buffer[_HEADER_LENGTH:end])
        self.framed.append(Record(piece.order, piece.at, self._offset, header[0], header, payload))
        del self._buffer[:end]
        self._offset += end
        return True

    def _refuse(self, piece: Piece) -> bool:
        """Stop at a header that is none; what never was TLS waits until its first bytes are together."""
        if self._offset:
            self._stop(piece, f"no TLS record begins with {self._buffer[:_HEADER_LENGTH].hex(' ')}")
        elif len(self._buffer) >= FIRST_BYTES_KEPT:
            self._not_tls()
        return False

    def end(self) -> None:
        if self._stopped or not self._buffer or self._last is None:
            return
        if not self._offset and not _plausible(bytes(self._buffer[:_HEADER_LENGTH])):
            self._not_tls()
        else:
            self._stop(self._last, f"the bytes end inside a record, {len(self._buffer)} bytes after it began")

    def _not_tls(self) -> None:
        if self._first is not None:
            self._stopped = True
            stamp = Stamp(self._first.at, self._from_client, encrypted=False)
            first = bytes(self._buffer[:FIRST_BYTES_KEPT])
            self.framed.append(Stop(self._first.order, NotTls(*stamp, first)))

    def _stop(self, piece: Piece, what: str) -> None:
        self._stopped = True
        stamp = Stamp(piece.at, self._from_client, encrypted=False)
        self.framed.append(Stop(piece.order, Malformed(*stamp, what, self._offset)))


def _plausible(header: bytes) -> bool:
    """Whether a record may begin like this; `header` may be cut short by the end of the bytes."""
    length = int.from_bytes(header[3:], "big") if len(header) == _HEADER_LENGTH else 0
    return header[0] in _CONTENT_TYPES and header[1:2] in {b"", b"\x03"} and length <= LONGEST_RECORD
