"""SIP and HTTP messages of a captured connection, in clear or out of TLS, each with the time at which it was whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.capture.reading.spoken import Spoken, spoken
from harness.sip.framing import MessageFramed, StreamFramer, Violation
from harness.sip.message import Message, parse_message
from harness.tls.inspector import ApplicationData, Inspection
from harness.transcript import Chunk, Direction

_LONGEST_SIP = 65_536
_LONGEST_HEAD = 65_536
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?=\r\n|$)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
_CREDENTIALS = re.compile(rb"\r\nauthorization:[ \t]*([A-Za-z]{1,20})[ \t]", re.IGNORECASE)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes above TLS: when, by the dialler or not."""

    at: float
    by_dialler: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class SipSaid:
    """One SIP message, byte for byte."""

    at: float
    by_dialler: bool
    raw: bytes
    message: Message


@dataclass(frozen=True, slots=True)
class HttpSaid:
    """The head of one HTTP message as a transcript has it: `GET /path` or `HTTP 401`, and the scheme of credentials."""

    at: float
    by_dialler: bool
    head: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said above TCP or TLS. `spoken` is the protocol; `odd` are sentences about what made no sense."""

    spoken: Spoken
    sip: tuple[SipSaid, ...] = ()
    http: tuple[HttpSaid, ...] = ()
    odd: tuple[str, ...] = ()


def pieces_in_clear(chunks: Iterable[Chunk]) -> list[Piece]:
    """Return what was said without TLS."""
    return [Piece(chunk.at, chunk.direction is Direction.SENT, chunk.data) for chunk in chunks]


def pieces_in_tls(inspection: Inspection) -> list[Piece]:
    """Return what was said above TLS, as far as keys open it."""
    read = (item for item in inspection.of_kind(ApplicationData) if item.data)
    return [Piece(item.at, item.from_client, item.data or b"") for item in read]


def talk_of(pieces: Iterable[Piece], told: Spoken | None = None) -> Talk:
    """Return the messages in what was said; `told` says what it is where its first bytes do not."""
    said = list(pieces)
    firsts = [spoken(b"".join(each.data for each in said if each.by_dialler is side)) for side in (True, False)]
    kind = next((each for each in firsts if each in {Spoken.SIP, Spoken.HTTP}), told or firsts[0])
    odd: list[str] = []
    sip: list[SipSaid] = []
    http: list[HttpSaid] = []
    for side in (True, False):
        own = [each for each in said if each.by_dialler is side]
        if kind is Spoken.SIP:
            sip += _sip(own, odd)
        elif kind is Spoken.HTTP:
            http += _http(own)
    in_time = sorted(sip, key=lambda each: each.at), sorted(http, key=lambda each: each.at)
    return Talk(kind if said else Spoken.NOTHING, tuple(in_time[0]), tuple(in_time[1]), tuple(dict.fromkeys(odd)))


def talk_in_datagrams(pieces: Iterable[Piece]) -> Talk:
    """Return the SIP messages of datagrams: each is one, with or without a Content-Length (RFC 3261 section 18.3)."""
    sip: list[SipSaid] = []
    odd: list[str] = []
    for piece in pieces:
        match parse_message(piece.data):
            case Violation(reason=reason):
                odd.append(f"One datagram is no SIP: {reason}.")
            case message:
                sip.append(SipSaid(piece.at, piece.by_dialler, piece.data, message))
    return Talk(Spoken.SIP, tuple(sip), (), tuple(dict.fromkeys(odd)))


def _sip(own: Iterable[Piece], odd: list[str]) -> Iterator[SipSaid]:
    framer = StreamFramer(_LONGEST_SIP)
    for piece in own:
        framer.feed(piece.data)
        for framed in framer.events():
            match framed:
                case MessageFramed(message=message):
                    yield SipSaid(piece.at, piece.by_dialler, message.to_bytes(), message)
                case Violation(reason=reason):
                    odd.append(f"What one end said is no SIP from some byte on: {reason}.")
                    return


def _http(own: Iterable[Piece]) -> Iterator[HttpSaid]:
    buffer, to_skip = b"", 0
    for piece in own:
        buffer += piece.data
        while buffer:
            passed = min(to_skip, len(buffer))
            buffer, to_skip = buffer[passed:], to_skip - passed
            head, end, rest = buffer.partition(_END_OF_HEAD)
            if not end or len(head) > _LONGEST_HEAD:
                break
            start = head.split(b"\r\n", 1)[0]
            if spoken(start) is not Spoken.HTTP:
                return
            yield _head(piece, start, head)
            if _CHUNKED.search(head):
                return
            length = _LENGTH.search(head)
            buffer, to_skip = rest, int(length[1]) if length else 0
        if len(buffer) > _LONGEST_HEAD:
            return


def _head(piece: Piece, start: bytes, head: bytes) -> HttpSaid:
    """Return a head without credentials, and without the query of its path, which may hold a token."""
    words = start.decode("latin-1").split(" ")
    is_answer = words[0].startswith("HTTP/")
    told = f"HTTP {words[1][:3]}" if is_answer else f"{words[0]} {words[1].partition('?')[0]}"
    scheme = _CREDENTIALS.search(head)
    return HttpSaid(piece.at, piece.by_dialler, told[:_SHOWN], scheme[1].decode("ascii") if scheme else "")
