"""Saved transcripts: exact to the bit, and a wrong file says what, where and what to do."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.capture.saved import MAX_BYTES, load_transcript, save_transcript
from harness.errors import ScenarioError
from harness.transcript import (
    ActorCard,
    Address,
    AlertSeen,
    Chunk,
    ClientCertificate,
    Closed,
    Closing,
    Connected,
    Connection,
    Decision,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    End,
    HandshakeFailed,
    HandshakeFinished,
    HttpSeen,
    Oddity,
    SipSeen,
    StepEnded,
    StepStarted,
    Transcript,
    VerifyFailed,
)

TEXT = st.text(st.characters(codec=None), max_size=12)
TIME = st.floats(0, 1e6)
NUMBER = st.integers(1, 2)
DIRECTION = st.sampled_from(Direction)
BYTES = st.binary(max_size=20)
MANY_BYTES = st.lists(BYTES, max_size=2).map(tuple)
WORDS = st.lists(TEXT, max_size=2).map(tuple)

EVENTS = st.one_of(
    st.builds(StepStarted, TIME, TEXT, TEXT),
    st.builds(StepEnded, TIME, TEXT, TEXT, st.booleans(), TEXT),
    st.builds(Dialled, TIME, TEXT, NUMBER),
    st.builds(DialFailed, TIME, TEXT, NUMBER, st.sampled_from(DialFailure)),
    st.builds(Connected, TIME, TEXT, NUMBER),
    st.builds(HandshakeFinished, TIME, TEXT, NUMBER, TEXT, TEXT),
    st.builds(HandshakeFailed, TIME, TEXT, NUMBER, TEXT, TEXT),
    st.builds(AlertSeen, TIME, TEXT, NUMBER, DIRECTION, st.integers(), st.integers()),
    st.builds(VerifyFailed, TIME, TEXT, NUMBER, st.integers(), st.integers(), TEXT, st.booleans()),
    st.builds(Closed, TIME, TEXT, NUMBER, DIRECTION, st.sampled_from(Closing), TEXT),
    st.builds(SipSeen, TIME, TEXT, NUMBER, DIRECTION, BYTES),
    st.builds(HttpSeen, TIME, TEXT, NUMBER, DIRECTION, TEXT),
    st.builds(Decision, TIME, TEXT, st.integers(0, 2), TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=2)),
    st.builds(Oddity, TIME, TEXT, NUMBER, TEXT),
)
ENDS = st.builds(
    End,
    actor=TEXT,
    listens=st.booleans(),
    tls=st.booleans(),
    certificate_request=st.none() | st.sampled_from(ClientCertificate),
    chunks=st.lists(st.builds(Chunk, TIME, DIRECTION, BYTES), max_size=2).map(tuple),
    key_log=WORDS,
    states=WORDS,
    trusted=MANY_BYTES,
    verified_chain=MANY_BYTES,
    expected_names=WORDS,
)
ADDRESSES = st.builds(Address, TEXT, st.integers(0, 65535))


def _connection(number: int) -> st.SearchStrategy[Connection]:
    ends = st.lists(ENDS, max_size=2).map(tuple)
    return st.builds(Connection, st.just(number), TEXT, TEXT, ADDRESSES, ADDRESSES, TEXT, TEXT, ends)


TRANSCRIPTS = st.builds(
    Transcript,
    scenario=TEXT,
    tls_version=TEXT,
    network=TEXT,
    started=st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    actors=st.lists(st.builds(ActorCard, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    events=st.lists(EVENTS, max_size=6).map(tuple),
    connections=st.tuples(_connection(1), _connection(2)),
    authorities=MANY_BYTES,
    as_of=TEXT,
)
PLAY = Transcript(
    scenario="b2b/b01-one-way-tls",
    tls_version="1.3",
    network="memory",
    started="2026-11-24T05:00:00+00:00",
    actors=(ActorCard("b2b-peer", "B2B peer", "127.0.0.70"),),
    events=(Dialled(0.5, "b2b-peer", 1), DialFailed(0.5, "b2b-peer", 1, DialFailure.REFUSED)),
    connections=(
        Connection(1, "b2b-peer", "", Address("127.0.0.70", 0), Address("127.0.0.10", 5062), "sip", "call", ()),
    ),
    authorities=(b"\x30\x82\xff\xfe",),
)


STEP = {"kind": "step-ended", "at": 1, "actor": "b2b-peer", "step": "call", "completed": True, "detail": ""}
DECISION = {"kind": "decision", "at": 1, "actor": "b2b-peer", "connection": 0, "topic": "x", "outcome": "y"}


@settings(max_examples=50)
@given(TRANSCRIPTS)
def test_what_is_saved_comes_back_exactly(transcript: Transcript) -> None:
    assert load_transcript(save_transcript(transcript)) == transcript


def test_a_certificate_in_the_file_is_plain_base64() -> None:
    saved = json.loads(save_transcript(PLAY))
    assert base64.b64decode(saved["transcript"]["authorities"][0], validate=True) == PLAY.authorities[0]


def _without(key: str) -> Callable[[Any], None]:
    return lambda document: document["transcript"].pop(key)


def _with(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_with("version", value=2), "version 2 of the format"),
        (_with("format", value="pcap"), "not a saved transcript"),
        (_with("transcript", value=[]), "transcript: expected an object, got a list"),
        (_without("events"), "transcript: the key 'events' is missing"),
        (_with("transcript", "started", value="yesterday"), "transcript.started: expected a time with its zone"),
        (_with("transcript", "started", value="2026-11-24T05:00:00"), "expected a time with its zone"),
        (_with("transcript", "colour", value=1), "transcript: unknown key 'colour'"),
        (_with("transcript", "events", 0, "at", value="soon"), "events[0].at: expected a number of seconds"),
        (_with("transcript", "events", 0, "at", value=10**400), "events[0].at: expected a number of seconds"),
        (_with("transcript", "events", 0, "at", value=True), "events[0].at: expected a number of seconds"),
        (_with("transcript", "events", 0, "kind", value="dialed"), "events[0].kind: expected one of"),
        (_with("transcript", "events", 0, "kind", value=["dialled"]), "events[0].kind: expected one of"),
        (_with("transcript", "events", 0, value=None), "events[0]: expected an object"),
        (_with("transcript", "events", 1, "failure", value="lost"), "expected one of refused, timed-out"),
        (_with("transcript", "events", 0, "connection", value=9), "events[0]: there is no connection 9"),
        (_with("transcript", "events", 0, "connection", value=1.5), "connection: expected a whole number"),
        (_with("transcript", "connections", 0, "number", value=0), "the number 0 is not unique and above 0"),
        (_with("transcript", "authorities", value=["!"]), "authorities[0]: expected base64"),
        (_with("transcript", "authorities", value=["é"]), "authorities[0]: expected base64"),
        (_with("transcript", "actors", value="none"), "transcript.actors: expected a list"),
    ],
)
def test_a_spoilt_file_is_refused_at_the_right_place(spoil: Callable[[Any], None], said: str) -> None:
    document = json.loads(save_transcript(PLAY))
    spoil(document)
    with pytest.raises(ScenarioError) as refused:
        load_transcript(json.dumps(document).encode(), file="old.json")
    fault = refused.value.faults[0]
    assert (fault.file, said in fault.message, bool(fault.hint)) == ("old.json", True, True), fault


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"[" * 200_000, "nested far too deeply"),
        (b'{"a": NaN}', "not JSON"),
        (b"9" * 5000, "not JSON"),
        (b"[]", "not a saved transcript"),
        (b" " * (MAX_BYTES + 1), "has more than"),
        (b"[" + b"[]," * 4_000_000 + b"[]]", "more than the 4000000 brackets and commas"),
    ],
    ids=["empty", "not text", "nested", "not a number", "endless number", "a list", "too large", "too many values"],
)
def test_a_file_of_another_kind_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        load_transcript(data)


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_a_transcript_or_a_fault(data: bytes) -> None:
    with pytest.raises(ScenarioError):
        load_transcript(data)


def test_connections_with_one_number_are_refused() -> None:
    document = json.loads(save_transcript(PLAY))
    document["transcript"]["connections"] *= 2
    with pytest.raises(ScenarioError, match="the number 1 is not unique"):
        load_transcript(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t["events"].extend(t["events"][:1] * 20_000), "has more than the 20000 events"),
        (lambda t: t["events"].extend([STEP] * 501), "has more than the 500 steps"),
        (
            lambda t: t["connections"].extend({**t["connections"][0], "number": n} for n in range(2, 2002)),
            "the 2000 conn",
        ),
        (lambda t: t.update(scenario="x" * 2_000_000), "transcript.scenario: a text of more than 1048576 characters"),
        (lambda t: t["events"].extend([{**STEP, "detail": "x" * 10**6}] * 9), "has more than the 8388608 characters"),
        (lambda t: t["events"].append({**DECISION, "facts": {"x" * 2_000_000: ""}}), "a text of more than 1048576"),
    ],
    ids=["events", "steps", "connections", "a long text", "many texts", "a long key"],
)
def test_more_than_any_play_can_write_is_refused(spoil: Callable[[Any], None], said: str) -> None:
    document = json.loads(save_transcript(PLAY))
    spoil(document["transcript"])
    with pytest.raises(ScenarioError, match=said):
        load_transcript(json.dumps(document).encode())


def test_the_bytes_of_connections_are_no_text() -> None:
    end = End("b2b-peer", listens=False, tls=True, chunks=(Chunk(0.0, Direction.SENT, bytes(12 * 2**20)),))
    transcript = replace(PLAY, connections=(replace(PLAY.connections[0], ends=(end,)),))
    assert load_transcript(save_transcript(transcript)) == transcript


@pytest.mark.parametrize("policy", ["EXPRESSWAY", "", "rfc0000"])
def test_a_name_policy_that_nobody_has_is_refused_at_its_place(policy: str) -> None:
    document = json.loads(save_transcript(PLAY))
    document["transcript"]["events"].append({**DECISION, "facts": {"policy": policy}})
    with pytest.raises(ScenarioError, match=r"events\[2\].facts.policy: expected one of expressway, .*, got"):
        load_transcript(json.dumps(document).encode())
