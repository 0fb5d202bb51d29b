"""From a visit to its verdict: the judge reads a visit as a play of one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.judge.connection_view import ConnectionView, status_of
from harness.judge.judge import judge
from harness.net.recorder import OUTSIDE
from harness.serve.journal import Visit
from harness.transcript import (
    ActorCard,
    AlertSeen,
    Connection,
    Decision,
    Direction,
    Event,
    HandshakeFailed,
    HttpSeen,
    SipSeen,
    StepEnded,
    StepStarted,
    Transcript,
)
from harness.verdict import Verdict

STEP = "visit"
_LOWEST_REFUSAL = 300


@dataclass(frozen=True, slots=True)
class Setting:
    """What all visits to one reading of the settings have in common; see `Transcript` for the words."""

    name: str
    network: str
    started: str
    actors: tuple[ActorCard, ...]
    authorities: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A visit as a transcript, and what the judge says of it."""

    transcript: Transcript
    verdict: Verdict
    visit: Visit


def judged(visit: Visit, setting: Setting) -> Story:
    """Judge one visit."""
    transcript = transcript_of(visit, setting)
    seen = ConnectionView(transcript, transcript.connections[0]).inspection
    transcript = replace(transcript, tls_version=(seen.version if seen else "") or "")
    return Story(transcript, judge(transcript), visit)


def transcript_of(visit: Visit, setting: Setting) -> Transcript:
    """Return a visit as a play of one step, whose protagonist is whoever came; its TLS version is left open."""
    source, events = visit.connection.source, visit.events
    ended = events[-1].at if events else visit.began
    step = StepEnded(ended, OUTSIDE, STEP, completed(events, visit.connection), "")
    return Transcript(
        scenario=setting.name,
        tls_version="",
        network=setting.network,
        started=setting.started,
        actors=(*setting.actors, ActorCard(OUTSIDE, f"the visitor from {source.host}", source.host)),
        events=(*visit.standing, StepStarted(visit.began, OUTSIDE, STEP), *events, step),
        connections=tuple(replace(each, step=STEP) for each in (visit.connection, *visit.inner)),
        authorities=setting.authorities,
    )


def completed(events: tuple[Event, ...], connection: Connection) -> bool:
    """Whether nobody refused: the handshake held, and the last request was answered well, if there was one."""
    own = [event for event in events if getattr(event, "connection", 0) == connection.number]
    status = _last_answer(own)
    return not any(map(_is_refusal, own)) and (status is None or status < _LOWEST_REFUSAL)


def _is_refusal(event: Event) -> bool:
    match event:
        case HandshakeFailed() | AlertSeen(level=2) | Decision(topic="identity", outcome="unacceptable"):
            return True
        case _:
            return False


def answered(visit: Visit) -> int | None:
    """Return the last final status that the visitor was given, None where it asked nothing."""
    number = visit.connection.number
    return _last_answer(event for event in visit.events if getattr(event, "connection", 0) == number)


def _last_answer(events: Iterable[Event]) -> int | None:
    sent = (event for event in events if isinstance(event, SipSeen | HttpSeen) and event.direction is Direction.SENT)
    final = [status for event in sent if (status := status_of(event)) is not None and status >= 200]
    return final[-1] if final else None
