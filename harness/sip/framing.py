"""Messages out of a stream (RFC 3261 18.3, RFC 5626 3.5.1): any split of the bytes gives the same ones.

On a stream a message without Content-Length has no end that anybody could find, so it is a `Violation` like
two lengths that differ; RFC 3261 20.14 demands the header there. After a violation nothing later can be
trusted to start a message: the framer is dead and the connection should be closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from harness.sip.headers import HeaderField
from harness.sip.message import Message, compose, parse_start_line
from harness.sip.scanner import Violation, as_text, content_length, head_end, split_head

__all__ = ["Framed", "KeepAlive", "MessageFramed", "StreamFramer", "Unframed", "Violation"]

_BAD_REQUEST, _TOO_LARGE = 400, 513
_LINES_OF_A_PING = 2


@dataclass(frozen=True, slots=True)
class MessageFramed:
    """One whole message."""

    message: Message


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Two empty lines between messages: the ping of the flow's owner (RFC 5626 3.5.1)."""


@dataclass(frozen=True, slots=True)
class Unframed(Violation):
    """A message whose end nobody can find, or that is too large.

    `head` is the message without its body, None where the head has no end within its limit either; `status` is what a
    request with such a head is answered.
    """

    head: Message | None = None
    status: int = _BAD_REQUEST


Framed: TypeAlias = MessageFramed | KeepAlive | Violation


class StreamFramer:
    """Cuts one direction of a connection into messages and keep-alives.

    `max_message` is in bytes, head and body together (`SipMaxSize` of an Expressway is 32768, domain.md 3.1). It never
    holds more than one message and what was fed since the last
    `events`. Two empty lines between messages are a ping; a single one means nothing (RFC 3261 7.5), since nobody here
    sends pings to which it could be the pong.
    """

    def __init__(self, max_message: int) -> None:
        self._max_message = max_message
        self._empty_lines = 0
        self._buffer = bytearray()
        self._searched = 0
        self._head: _Head | None = None
        self._consumed = 0
        self._start_line_seen = False
        self._violation: Violation | None = None

    @property
    def violation(self) -> Violation | None:
        """The violation that this framer died of, None while it lives."""
        return self._violation

    @property
    def pending(self) -> int:
        """Bytes held of a message that is not whole yet; any at the stream's end: it was cut off."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take bytes as they were read. A dead framer drops them."""
        if self._violation is None:
            self._buffer += data

    def events(self) -> Iterator[Framed]:
        """Yield what is complete. A `Violation` is the last event that a framer ever gives."""
        while self._violation is None and (event := self._next()) is not None:
            if isinstance(event, Violation):
                self._violation = event
                self._buffer.clear()
            yield event

    def give_up(self, reason: str) -> Violation:
        """Take it that the rest of the message never comes; the framer is dead then."""
        head = self._head
        start = compose(head.start, head.fields, body=b"", raw=b"") if head else None
        self._violation = Unframed(reason, self._consumed, start)
        self._buffer.clear()
        return self._violation

    def _next(self) -> Framed | None:
        if self._head is None:
            if (keep_alive := self._keep_alive()) is not None:
                return keep_alive
            head = self._read_head()
            if head is None or isinstance(head, Violation):
                return head
            self._head = head
        return self._read_body(self._head)

    def _keep_alive(self) -> KeepAlive | None:
        while size := _empty_line(self._buffer):
            self._drop(size)
            self._empty_lines += 1
            if self._empty_lines == _LINES_OF_A_PING:
                self._empty_lines = 0
                return KeepAlive()
        return None

    def _read_head(self) -> _Head | Violation | None:
        if self._buffer and not _may_start_a_message(self._buffer[0]):
            return Violation(f"no SIP message starts with byte {self._buffer[0]:#04x}", self._consumed)
        end = head_end(self._buffer, self._searched, self._max_message)
        if end is None:
            if not self._start_line_seen and (refused := self._refuse_start_line()):
                return refused
            # An empty line may straddle what was searched: three bytes of it can be there already.
            self._searched = max(0, len(self._buffer) - 3)
            return self._too_long() if len(self._buffer) >= self._max_message else None
        return self._accept_head(end)

    def _refuse_start_line(self) -> Violation | None:
        end = self._buffer.find(b"\n", self._searched, self._max_message)
        if end < 0:
            return None
        self._start_line_seen = True
        start = parse_start_line(as_text(bytes(self._buffer[:end])))
        return Violation(start.reason, self._consumed) if isinstance(start, Violation) else None

    def _accept_head(self, end: int) -> _Head | Violation:
        start_line, fields = split_head(bytes(self._buffer[:end]))
        start = parse_start_line(start_line)
        if isinstance(start, Violation):
            return Violation(start.reason, self._consumed)
        head = compose(start, fields, body=b"", raw=b"")
        match content_length(fields):
            case None:
                return Unframed("no Content-Length on a stream (RFC 3261 18.3)", self._consumed, head)
            case Violation(reason=reason):
                return Unframed(reason, self._consumed, head)
            case int(length) if end + length > self._max_message:
                reason = f"a message of {end + length} bytes is over the limit"
                return Unframed(reason, self._consumed, head, _TOO_LARGE)
            case int(length):
                return _Head(start, fields, end, end + length)

    def _read_body(self, head: _Head) -> MessageFramed | None:
        if len(self._buffer) < head.stop:
            return None
        raw = bytes(self._buffer[: head.stop])
        self._drop(head.stop)
        self._head, self._start_line_seen, self._empty_lines = None, False, 0
        return MessageFramed(compose(head.start, head.fields, body=raw[head.end :], raw=raw))

    def _too_long(self) -> Violation:
        return Unframed(f"a head of more than {self._max_message} bytes", self._consumed, status=_TOO_LARGE)

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._consumed += size
        self._searched = 0


@dataclass(frozen=True, slots=True)
class _Head:
    """A head that was found; `end` is where its body begins and `stop` where the message ends."""

    start: Message
    fields: tuple[HeaderField, ...]
    end: int
    stop: int


def _may_start_a_message(byte: int) -> bool:
    # Also tells TLS records (0x16) and other binary protocols at once, before a line end is due.
    return 0x20 <= byte < 0x7F or byte in b"\r\t"


def _empty_line(buffer: bytearray) -> int:
    if buffer.startswith(b"\r\n"):
        return 2
    return 1 if buffer.startswith(b"\n") else 0
