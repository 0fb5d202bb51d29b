"""A judged capture as JSON, for programs. `sip-mtls schema capture` prints its schema, made from the classes here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from harness.report.captured import JudgedCapture, JudgedStory
from harness.report.json_report import VerdictDocument, verdict_document
from harness.report.json_text import as_json
from harness.report.ladder import Arrow, Heading, ladder_of


@dataclass(frozen=True, slots=True)
class CaptureSchema:
    """Which shape this is: its `name`, and its `version`, which rises where a key goes or changes its meaning."""

    name: Literal["sip-mtls capture"] = "sip-mtls capture"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class PartyDocument:
    """One end of a connection.

    `name` is what the verdict calls it: a part of the lab, `caller` or `called`. `role` is that for people. `address`
    and `port` are those of the packets. `host_name` is that by which a listener was found, or that of its certificate,
    empty where there is none.
    """

    name: str
    role: str
    address: str
    port: int
    host_name: str


@dataclass(frozen=True, slots=True)
class RungDocument:
    """One row of a ladder.

    `at` is when, by the clock of whoever captured. `sender` and `receiver` are names of parties or `name-server`; they
    are the same where something happened inside one of them. `layer` is `DNS`, `TCP`, `TLS`, `HTTP` or `SIP`. `text`
    says what it was, `encrypted` whether it went under a key.
    """

    at: datetime
    sender: str
    receiver: str
    layer: str
    text: str
    encrypted: bool


@dataclass(frozen=True, slots=True)
class StoryDocument:
    """A connection of a capture, or a call on it that failed.

    `connection` counts the connections of the capture, from 1. `kind` is `connection` or `call`. `began` is when it
    did. `dialler` and `listener` are its ends; `transport` is `tcp`, or `udp`, whose dialler is whoever spoke first.
    `tls_version` is what was agreed, empty for nothing. `outcome` is `stood` where nobody refused, `stopped` where
    somebody did, `open` where the capture does not show what became of it; `open_because` says why. `requests` counts
    those of SIP and HTTP that could be read. `is_sealed` says that something was said inside TLS which no key opens, so
    that nobody knows how that went. `asked` is the request line of a call, `call_id` its name. `remarks` say what this
    capture cannot show. `verdict` is that of the judge, None where it is open. `ladder` is what crossed the wire.
    """

    connection: int
    kind: Literal["connection", "call"]
    began: datetime
    dialler: PartyDocument
    listener: PartyDocument
    transport: Literal["tcp", "udp"]
    tls_version: str
    outcome: Literal["stood", "stopped", "open"]
    open_because: str
    requests: int
    is_sealed: bool
    asked: str
    call_id: str
    remarks: tuple[str, ...]
    verdict: VerdictDocument | None
    ladder: tuple[RungDocument, ...]


@dataclass(frozen=True, slots=True)
class CaptureDocument:
    """A capture, judged.

    `schema` names this shape. `file` is the file, `packets` counts those that were read, `began` is the time of the
    first, None where there is none. `remarks` say what was left out or could not be read. `dead_ends` are names that
    were asked for and led to no address. `stories` are the connections, in the order of their beginning, each followed
    by the calls on it that failed.
    """

    schema: CaptureSchema
    file: str
    packets: int
    began: datetime | None
    remarks: tuple[str, ...]
    dead_ends: tuple[str, ...]
    stories: tuple[StoryDocument, ...]


def capture_as_json(judged: JudgedCapture) -> str:
    """Return a judged capture as JSON text in ASCII."""
    return as_json(
        CaptureDocument(
            schema=CaptureSchema(),
            file=judged.file,
            packets=judged.packets,
            began=judged.began,
            remarks=judged.remarks,
            dead_ends=judged.dead_ends,
            stories=tuple(map(_story, judged.stories)),
        )
    )


def _story(judged: JudgedStory) -> StoryDocument:
    story = judged.story
    (connection,) = story.transcript.connections
    roles = {card.name: card.role for card in story.transcript.actors}
    ends = (
        PartyDocument(name, roles.get(name, name), address.host, address.port, host_name)
        for name, address, host_name in (
            (connection.dialler, story.source, ""),
            (connection.listener, story.target, story.name),
        )
    )
    dialler, listener = ends
    return StoryDocument(
        connection=story.number,
        kind="call" if story.asked else "connection",
        began=story.began,
        dialler=dialler,
        listener=listener,
        transport="udp" if story.is_udp else "tcp",
        tls_version=story.transcript.tls_version,
        outcome=judged.outcome,  # type: ignore[arg-type]  # one of the three words
        open_because=story.is_open,
        requests=story.requests,
        is_sealed=story.is_sealed,
        asked=story.asked,
        call_id=story.call_id,
        remarks=story.remarks,
        verdict=None if story.is_open else verdict_document(judged.verdict),
        ladder=tuple(_rungs(judged)),
    )


def _rungs(judged: JudgedStory) -> Iterator[RungDocument]:
    began = datetime.fromisoformat(judged.story.transcript.started)
    for mark in ladder_of(judged.story.transcript, judged.verdict).marks:
        if isinstance(mark, Heading):
            continue
        at = began + timedelta(seconds=mark.at)
        if isinstance(mark, Arrow):
            text = mark.label.replace("\u00a0", " ")
            yield RungDocument(at, mark.sender, mark.receiver, mark.layer.value, text, mark.encrypted)
        else:
            yield RungDocument(at, mark.actor, mark.actor, "TLS", mark.text.replace("\u00a0", " "), encrypted=False)
