"""From a visit, or one request on it, to its verdict: the judge reads either as a play of one step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.judge import judge
from harness.net.recorder import OUTSIDE
from harness.serve.notes import STEP, Visit
from harness.transcript import (
    ActorCard,
    AlertSeen,
    Closed,
    Closing,
    Decision,
    Direction,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    StepEnded,
    StepStarted,
    Transcript,
)
from harness.verdict import Verdict

CANCELLED = 487
"""The answer to a request that its sender cancelled (RFC 3261 9.2): no refusal."""

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
    """Judge one visit, or one request on it."""
    transcript = transcript_of(visit, setting)
    seen = ConnectionView(transcript, transcript.connections[0]).inspection
    transcript = replace(transcript, tls_version=(seen.version if seen else "") or "")
    return Story(transcript, judge(transcript), visit)


def transcript_of(visit: Visit, setting: Setting) -> Transcript:
    """Return a visit as a play of one step, whose protagonist is whoever came; its TLS version is left open."""
    source = visit.connection.source
    connections = (replace(visit.connection, step=STEP), *visit.inner)
    known = {0, *(each.number for each in connections)}
    before, events = (
        tuple(event for event in told if getattr(event, "connection", 0) in known)
        for told in (visit.background, visit.events)
    )
    ended = events[-1].at if events else visit.began
    step = StepEnded(ended, OUTSIDE, STEP, completed(visit), "")
    return Transcript(
        scenario=setting.name,
        tls_version="",
        network=setting.network,
        started=setting.started,
        actors=(*setting.actors, ActorCard(OUTSIDE, f"the visitor from {source.host}", source.host)),
        events=(*before, StepStarted(visit.began, OUTSIDE, STEP), *events, step),
        connections=connections,
        authorities=setting.authorities,
    )


def completed(visit: Visit) -> bool:
    """Whether nobody refused: a request was answered well; the handshake of a connection held, and it was ended so."""
    if visit.request:
        return visit.status is not None and (visit.status < _LOWEST_REFUSAL or visit.status == CANCELLED)
    own = [event for event in visit.events if getattr(event, "connection", 0) == visit.connection.number]
    return not any(map(_is_refusal, own)) and not _was_dropped(visit, own)


def _is_refusal(event: Event) -> bool:
    match event:
        case HandshakeFailed() | AlertSeen(level=2) | Decision(topic="identity", outcome="unacceptable"):
            return True
        case _:
            return False


def _was_dropped(visit: Visit, own: list[Event]) -> bool:
    """Whether the visitor dropped a finished handshake and asked nothing: so a box refuses a name (domain.md 2.1)."""
    if visit.cut_off or visit.count:
        return False
    drops = (event for event in own if isinstance(event, Closed) and event.direction is Direction.RECEIVED)
    finished = any(isinstance(event, HandshakeFinished) for event in own)
    return finished and any(drop.how is not Closing.CLOSE_NOTIFY for drop in drops)
