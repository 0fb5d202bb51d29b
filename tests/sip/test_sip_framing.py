"""What a stream of bytes turns into, however it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.sip.framing import Framed, KeepAlive, MessageFramed, StreamFramer, Unframed, Violation
from harness.sip.message import Request, parse_message

PING = b"\r\n\r\n"
PONG = b"\r\n"


def invite(body: bytes = b"v=0\r\n", length: str | None = None) -> bytes:
    declared = f"Content-Length: {len(body)}\r\n" if length is None else length
    head = f"INVITE sip:bob@b2b.example SIP/2.0\r\nVia: SIP/2.0/TLS a.example;branch=z9hG4bK1\r\n{declared}\r\n"
    return head.encode() + body


def framed(*pieces: bytes, framer: StreamFramer | None = None) -> list[Framed]:
    framer = framer or StreamFramer(65536)
    events: list[Framed] = []
    for piece in pieces:
        framer.feed(piece)
        events += framer.events()
    return events


def wire(events: list[Framed]) -> list[bytes]:
    return [event.message.to_bytes() for event in events if isinstance(event, MessageFramed)]


# Mostly SIP, so that the interesting paths are reached, with noise that may stand anywhere.
FRAGMENTS = st.sampled_from(
    [
        invite(),
        invite(b""),
        invite(b"\r\n\r\n"),
        invite(length=""),
        invite(length="l: 5\r\nContent-Length : 5\r\n"),
        b"OPTIONS sip:a SIP/2.0\n",
        b"SIP/2.0 200 OK\r\n",
        b"Via: x\r\n",
        b"Content-Length: 3\n\nabc",
        b"l: 3\r\n folded\r\n\r\n",
        *(PING, PONG, b"\n", b"\r", b" ", b"\x16\x03\x01", b"x" * 70),
    ]
)
STREAMS = st.lists(FRAGMENTS | st.binary(max_size=6), max_size=8).map(b"".join)


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 400), max_size=12))
def test_any_split_of_the_bytes_gives_the_same_events_as_one_piece(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(places)]
    whole = StreamFramer(120)
    split = StreamFramer(120)
    bytewise = StreamFramer(120)
    expected = framed(stream, framer=whole)
    assert framed(*pieces, framer=split) == expected
    assert framed(*(stream[place : place + 1] for place in range(len(stream))), framer=bytewise) == expected


@given(data=st.binary(max_size=300) | STREAMS)
def test_any_bytes_at_all_give_messages_or_violations_and_never_an_exception(data: bytes) -> None:
    for event in framed(data):
        assert isinstance(event, MessageFramed | KeepAlive | Violation)


@given(stream=STREAMS)
def test_what_was_framed_prints_back_byte_for_byte_and_in_order(stream: bytes) -> None:
    place = 0
    for data in wire(framed(stream)):
        place = stream.index(data, place) + len(data)


@given(stream=STREAMS)
def test_the_framer_and_the_parser_see_the_same_message(stream: bytes) -> None:
    for event in framed(stream):
        if isinstance(event, MessageFramed):
            assert parse_message(event.message.to_bytes()) == event.message


def test_two_messages_in_one_segment_are_two_messages() -> None:
    assert wire(framed(invite() + invite(b"second"))) == [invite(), invite(b"second")]


def test_a_body_may_look_like_the_end_of_a_head() -> None:
    body = b"\r\n\r\nINVITE sip:nobody@x SIP/2.0\r\n\r\n"
    assert wire(framed(invite(body))) == [invite(body)]


def test_two_empty_lines_between_messages_are_a_ping() -> None:
    events = framed(invite() + PING + invite())
    assert events[1] == KeepAlive()
    assert len(wire(events)) == 2


def test_one_empty_line_before_a_message_means_nothing() -> None:
    assert [type(event) for event in framed((PONG + invite()) * 2)] == [MessageFramed, MessageFramed]
    assert [type(event) for event in framed(invite() + PONG)] == [MessageFramed]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (invite(length=""), "no Content-Length on a stream (RFC 3261 18.3)"),
        (invite(length="l: 5\r\nContent-Length: 6\r\n"), "conflicting Content-Length fields"),
        (invite(length="Content-Length: +5\r\n"), "Content-Length is not a number"),
        (invite(length="Content-Length: 99999999999999999999\r\n"), "Content-Length is not a number"),
        (b"GET / HTTP/1.1\r\n", "not a SIP start line: 'GET / HTTP/1.1'"),
        (b"\x16\x03\x01\x02\x00", "no SIP message starts with byte 0x16"),
    ],
)
def test_bytes_whose_end_nobody_can_find_are_a_violation(data: bytes, reason: str) -> None:
    *before, violation = framed(invite() + data)
    assert before == framed(invite())
    assert isinstance(violation, Violation)
    assert (violation.reason, violation.offset) == (reason, len(invite()))


def test_after_a_violation_the_framer_is_dead_and_says_so() -> None:
    framer = StreamFramer(65536)
    (violation,) = framed(b"nonsense\r\n", framer=framer)
    assert framer.violation == violation
    assert framed(invite(), framer=framer) == []
    assert framer.pending == 0


def test_the_largest_message_an_expressway_takes_passes_and_one_byte_more_does_not() -> None:
    head = len(invite(b"x" * 32000)) - 32000
    largest, larger = invite(b"x" * (32768 - head)), invite(b"x" * (32769 - head))
    assert wire(framed(largest, framer=StreamFramer(32768))) == [largest]
    (too_large,) = framed(larger, framer=StreamFramer(32768))
    assert isinstance(too_large, Unframed)
    assert (too_large.reason, too_large.status) == ("a message of 32769 bytes is over the limit", 513)
    assert isinstance(too_large.head, Request)
    assert too_large.head.headers.get("Via") == "SIP/2.0/TLS a.example;branch=z9hG4bK1"


def test_a_message_passes_at_its_limit_and_not_over_it() -> None:
    whole = len(invite())
    assert wire(framed(invite() + invite(b""), framer=StreamFramer(whole))) == [invite(), invite(b"")]
    (too_large,) = framed(invite(), framer=StreamFramer(whole - 1))
    assert isinstance(too_large, Violation)
    assert (too_large.reason, too_large.offset) == (f"a message of {whole} bytes is over the limit", 0)
    head = len(invite(b""))
    assert framed(invite(), framer=StreamFramer(head - 1)) == [
        Unframed(f"a head of more than {head - 1} bytes", 0, status=513)
    ]


@pytest.mark.parametrize("flood", [b"INVITE sip:a SIP/2.0\r\n" + b"X: y\r\n" * 100, b"A" * 1000])
def test_a_head_without_end_is_given_up_at_its_limit(flood: bytes) -> None:
    framer = StreamFramer(200)
    events = framed(*(flood[place : place + 1] for place in range(len(flood))), framer=framer)
    assert events == [Unframed("a head of more than 200 bytes", 0, status=513)]
    assert framer.pending == 0


def test_a_head_is_given_up_as_soon_as_it_cannot_end_in_time() -> None:
    assert framed(b"A" * 199, framer=StreamFramer(200)) == []
    assert framed(b"A" * 200, framer=StreamFramer(200)) == [Unframed("a head of more than 200 bytes", 0, status=513)]


def test_a_stream_that_ends_inside_a_message_leaves_bytes_behind() -> None:
    framer = StreamFramer(65536)
    assert framed(invite()[:-2], framer=framer) == []
    assert framer.pending == len(invite()) - 2


@settings(max_examples=20)
@given(count=st.integers(1, 40))
def test_as_many_messages_come_out_as_went_in(count: int) -> None:
    assert len(wire(framed(invite() * count))) == count
