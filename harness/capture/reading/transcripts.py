"""From one captured connection, or one call on it, to a transcript of one step that the judge reads like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from harness.capture.reading.exchanges import Exchange
from harness.capture.reading.line import Line
from harness.capture.reading.lookups import Lookups
from harness.capture.reading.messages import Talk
from harness.capture.reading.spoken import protocol_of
from harness.capture.reading.telling import Names, Told
from harness.capture.reading.who import Party
from harness.transcript import (
    Chunk,
    Connection,
    Direction,
    End,
    Event,
    HttpSeen,
    Oddity,
    SipSeen,
    StepEnded,
    StepStarted,
    Transcript,
)

NETWORK = "capture"
CONNECTION, CALL = "connection", "call"
"""What the one step of a transcript is called."""
_NANOSECONDS = 10**9
_OPENING = {"dialled", "connected", "handshake-finished"}
_TO_THE_OTHER = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT}


@dataclass(frozen=True, slots=True)
class Scene:
    """What the transcripts of one connection have in common: its two parties, and how its end was told."""

    line: Line
    dialler: Party
    listener: Party
    told: Told

    @property
    def names(self) -> Names:
        """How both ends are called."""
        return Names(self.dialler.name, self.listener.name)


class Writer:
    """Writes transcripts of a capture that began `began` nanoseconds after 1970 did."""

    def __init__(self, began: int, lookups: Lookups, decoded: Mapping[int, str]) -> None:
        self._began = began
        self._lookups = lookups
        self._decoded = decoded

    def of_connection(self, scene: Scene) -> Transcript:
        """Return a connection as a play of one step, whose protagonist is the dialler."""
        told, talk = scene.told, scene.line.talk
        if told.completed and _http_refused(talk):
            return self._of_http(scene, asker=not talk.http[-1].by_dialler)
        events = (*told.events, *_messages(talk, scene.names, by_dialler=told.by_dialler))
        seen = self._connection(scene, CONNECTION, by_dialler=told.by_dialler)
        return self._transcript(scene, seen, events, (CONNECTION, scene.dialler.name, told.completed is not False))

    def _of_http(self, scene: Scene, *, asker: bool) -> Transcript:
        """Return a connection whose last answer of HTTP says no, from the end of whoever asked."""
        actor = scene.names.of(dialler=asker)
        opening = [replace(event, actor=actor) for event in scene.told.events if event.kind in _OPENING]
        events = (*opening, *_messages(scene.line.talk, scene.names, by_dialler=asker))
        seen = self._connection(scene, CONNECTION, by_dialler=asker)
        return self._transcript(scene, seen, events, (CONNECTION, actor, False))

    def of_call(self, scene: Scene, exchange: Exchange) -> Transcript:
        """Return a call that failed as a play of one step, from the end of whoever asked."""
        asker = scene.names.of(dialler=exchange.by_dialler)
        opening = [replace(event, actor=asker) for event in scene.told.events if event.kind in _OPENING]
        own = [each for each in scene.line.talk.sip if each.message.headers.get("call-id") == exchange.call_id]
        talk = Talk(scene.line.talk.spoken, tuple(own))
        events = (*opening, *_messages(talk, scene.names, by_dialler=exchange.by_dialler))
        seen = self._connection(scene, CALL, by_dialler=exchange.by_dialler, until=exchange.last)
        return self._transcript(scene, seen, events, (CALL, asker, False))

    def time(self, at: float) -> datetime:
        """Return a moment of the capture by its own clock."""
        whole, rest = divmod(self._began, _NANOSECONDS)
        return datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=rest // 1000, seconds=at)

    def _connection(self, scene: Scene, step: str, *, by_dialler: bool, until: float | None = None) -> Connection:
        line = scene.line
        chunks = tuple(each for each in line.flow.chunks if until is None or each.at <= until)
        seen = End(
            scene.names.of(dialler=by_dialler),
            not by_dialler,
            line.is_tls or scene.told.is_about_tls,
            chunks=chunks if by_dialler else _mirrored(chunks),
            key_log=line.secrets,
        )
        return Connection(
            number=scene.names.number,
            dialler=scene.dialler.name,
            listener=scene.listener.name,
            source=line.source,
            target=line.target,
            protocol=protocol_of(line.target, line.talk.spoken, self._decoded),
            step=step,
            ends=(seen,),
        )

    def _transcript(
        self, scene: Scene, connection: Connection, events: Iterable[Event], step: tuple[str, str, bool]
    ) -> Transcript:
        name, actor, completed = step
        line = scene.line
        told: list[Event] = [*self._asked_before(scene), *events]
        told.sort(key=lambda event: event.at)
        first, last = (told[0].at, told[-1].at) if told else (line.began, line.began)
        whole: tuple[Event, ...] = (StepStarted(first, actor, name), *told, StepEnded(last, actor, name, completed, ""))
        return Transcript(
            scenario=f"{line.source} to {line.target}",
            tls_version=line.course.version if line.course else "",
            network=NETWORK,
            started=self.time(first).isoformat(),
            actors=(scene.dialler.card, scene.listener.card),
            events=tuple(replace(event, at=event.at - first) for event in whole),
            connections=(_since(connection, first),),
        )

    def _asked_before(self, scene: Scene) -> Iterator[Event]:
        line = scene.line
        names = self._lookups.names_of(line.target.host, line.began)
        for seen in self._lookups.before(line.source.host, line.target.host, line.began, names):
            yield replace(seen, actor=scene.dialler.name)


def _messages(talk: Talk, names: Names, *, by_dialler: bool) -> Iterator[Event]:
    """Yield what was said above TLS as one end saw it."""
    actor = names.of(dialler=by_dialler)
    for said in talk.sip:
        yield SipSeen(said.at, actor, names.number, _direction(said.by_dialler, by_dialler), said.raw)
    for heard in talk.http:
        direction = _direction(heard.by_dialler, by_dialler)
        yield HttpSeen(heard.at, actor, names.number, direction, heard.head, heard.scheme)
    last = max([each.at for each in talk.sip] + [each.at for each in talk.http], default=0.0)
    yield from (Oddity(last, actor, names.number, what) for what in talk.odd)


def _direction(sent_by_dialler: bool, seen_by_dialler: bool) -> Direction:
    return Direction.SENT if sent_by_dialler is seen_by_dialler else Direction.RECEIVED


_LOWEST_HTTP_REFUSAL = "4"


def _http_refused(talk: Talk) -> bool:
    """Whether the last that was said in HTTP is an answer that says no."""
    last = talk.http[-1].head if talk.http else ""
    return last.startswith("HTTP ") and last[5:] >= _LOWEST_HTTP_REFUSAL


def _mirrored(chunks: Iterable[Chunk]) -> tuple[Chunk, ...]:
    """Return chunks as the other end has them."""
    return tuple(replace(chunk, direction=_TO_THE_OTHER[chunk.direction]) for chunk in chunks)


def _since(connection: Connection, first: float) -> Connection:
    """Return a connection whose times count from `first`."""
    ends = (
        replace(end, chunks=tuple(replace(chunk, at=chunk.at - first) for chunk in end.chunks))
        for end in connection.ends
    )
    return replace(connection, ends=tuple(ends))
