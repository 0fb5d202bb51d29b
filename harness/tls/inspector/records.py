"""The record layer: one direction's bytes cut into records (RFC 8446 section 5.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
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
    spoken = [piece for piece in pieces if piece.data]
    return _Framer(spoken, from_client=from_client).run() if spoken else deque()


class _Framer:
    def __init__(self, spoken: Sequence[Piece], *, from_client: bool) -> None:
        self._spoken = spoken
        self._from_client = from_client
        self._framed: deque[Framed] = deque()
        self._buffer = bytearray()
        self._offset = 0
        self._stopped = False

    def run(self) -> deque[Framed]:
        for piece in self._spoken:
            self._buffer += piece.data
            while len(self._buffer) >= _HEADER_LENGTH and self._cut(piece):
                pass
            if self._stopped:
                break
        else:
            self._end()
        return self._framed

    def _cut(self, piece: Piece) -> bool:
        """Take one record off the buffer; False where it is not whole yet, or none."""
        header = bytes(self._buffer[:_HEADER_LENGTH])
        if not _plausible(header):
            return self._refuse(piece)
        end = _HEADER_LENGTH + int.from_bytes(header[3:], "big")
        if len(self._buffer) < end:
            return False
        payload = bytes(self._buffer[_HEADER_LENGTH:end])
        self._framed.append(Record(piece.order, piece.at, self._offset, header[0], header, payload))
        del self._buffer[:end]
        self._offset += end
        return True

    def _refuse(self, piece: Piece) -> bool:
        """Stop at a header that is none; what never was TLS waits until its first bytes are together."""
        if self._offset:
            self._break_off(piece, f"no TLS record begins with {self._buffer[:_HEADER_LENGTH].hex(' ')}")
        elif len(self._buffer) >= FIRST_BYTES_KEPT:
            self._not_tls()
        return False

    def _end(self) -> None:
        beginning = bytes(self._buffer[:_HEADER_LENGTH])
        if beginning and not self._offset and not _plausible(beginning):
            self._not_tls()
        elif beginning:
            what = f"the bytes end inside a record, {len(self._buffer)} bytes after it began"
            self._break_off(self._spoken[-1], what)

    def _not_tls(self) -> None:
        piece, first = self._spoken[0], bytes(self._buffer[:FIRST_BYTES_KEPT])
        self._stop(piece, NotTls(*self._stamp(piece), first))

    def _break_off(self, piece: Piece, what: str) -> None:
        self._stop(piece, Malformed(*self._stamp(piece), what, self._offset))

    def _stamp(self, piece: Piece) -> Stamp:
        return Stamp(piece.at, self._from_client, encrypted=False)

    def _stop(self, piece: Piece, item: NotTls | Malformed) -> None:
        self._stopped = True
        self._framed.append(Stop(piece.order, item))


def _plausible(header: bytes) -> bool:
    """Whether a record may begin like this; `header` may be cut short by the end of the bytes."""
    length = int.from_bytes(header[3:], "big") if len(header) == _HEADER_LENGTH else 0
    return header[0] in _CONTENT_TYPES and header[1:2] in {b"", b"\x03"} and length <= LONGEST_RECORD
