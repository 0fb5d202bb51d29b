"""A capture as stories: one for each connection, and one for each call that was refused or not answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from harness.capture.reading.datagrams import conversations
from harness.capture.reading.exchanges import Exchange, failed
from harness.capture.reading.line import Line
from harness.capture.reading.lookups import Lookups
from harness.capture.reading.secrets import KeyTable
from harness.capture.reading.spoken import Spoken
from harness.capture.reading.telling import (
    Names,
    Told,
    tell_clear,
    tell_dial,
    tell_middle,
    tell_not_tls,
    tell_silence,
    tell_tls,
)
from harness.capture.reading.transcripts import CALL, CONNECTION, Scene, Writer
from harness.capture.reading.who import Roles, name_of
from harness.packets.capture import Capture
from harness.transcript import Address, Transcript

_NANOSECONDS = 10**9
_NOT_TLS = {Spoken.SIP, Spoken.HTTP, Spoken.OTHER}


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user says of a capture: what ports speak (`tls`, `sip`, `http`), and which host is which part.

    `titles` are what people call the parts.
    """

    decoded: Mapping[int, str]
    who: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A connection or a call of a capture, to be judged.

    `number` counts the connections of the capture, from 1; `kind` is `connection` or `call`. `began` is its beginning
    by the clock of whoever captured. `is_open` says why it is not known what became of it, empty where that is known.
    `name` is that by which the listener was found, or of its certificate, empty where there is none.
    `remarks` are sentences about what this capture cannot show of it. `asked` is the request line of a call, `call_id`
    its name. `requests` counts the SIP and HTTP requests of a connection. `is_sealed` says that something was said
    inside TLS which no key opens, `is_udp` that these are datagrams between two addresses and no connection.
    """

    number: int
    kind: str
    source: Address
    target: Address
    began: datetime
    transcript: Transcript
    name: str = ""
    is_open: str = ""
    remarks: tuple[str, ...] = ()
    asked: str = ""
    call_id: str = ""
    requests: int = 0
    is_sealed: bool = False
    is_udp: bool = False


@dataclass(frozen=True, slots=True)
class Stories:
    """What a capture tells: its stories, by the beginning of their connections, and the names that led nowhere.

    `opened` counts the connections that keys of the given logs open; `sealed` those that would need some.
    """

    stories: tuple[Story, ...]
    dead_ends: tuple[str, ...]
    opened: int
    sealed: int


def stories_of(capture: Capture, keys: KeyTable, hints: Hints) -> Stories:
    """Return what a capture tells."""
    began = capture.began or 0
    lookups = Lookups(capture.datagrams, began)
    lines = [Line(each, began, keys, hints.decoded) for each in capture.connections]
    lines += [Line(each, began, keys, hints.decoded, is_udp=True) for each in conversations(capture.datagrams)]
    lines.sort(key=lambda line: line.began)
    roles = Roles(hints.who, hints.titles)
    for line in lines:
        roles.learn(line.end(lookups, dialler=side) for side in (True, False))
    over_at = ((capture.ended or began) - began) / _NANOSECONDS
    stories = _Telling(lines, lookups, roles, hints, began, over_at).stories()
    opened = sum(bool(line.secrets) for line in lines)
    sealed = sum(line.is_sealed for line in lines)
    return Stories(tuple(stories), tuple(lookups.dead_ends()), opened, sealed)


class _Telling:
    def __init__(  # what the stories of one capture have in common
        self, lines: list[Line], lookups: Lookups, roles: Roles, hints: Hints, began: int, over_at: float
    ) -> None:
        self._lines = lines
        self._lookups = lookups
        self._roles = roles
        self._decoded = hints.decoded
        self._over_at = over_at
        self._writer = Writer(began, lookups, hints.decoded)
        self._tls_ports = {line.target for line in lines if line.listener_speaks_tls}

    def stories(self) -> Iterator[Story]:
        """Yield the story of each connection, then those of the calls that failed on it."""
        deepest = self._failed_calls()
        for number, line in enumerate(self._lines, 1):
            if not line.is_worth_telling:
                continue
            scene = self._scene(line)
            calls = [exchange for where, exchange in deepest.values() if where == number]
            if scene.told.completed is False:
                calls = [exchange for exchange in calls if exchange.status is not None]
            if not calls or not scene.told.completed:
                yield self._of_connection(number, scene)
            for exchange in calls:
                yield self._of_call(number, self._scene(line, dialler_calls=exchange.by_dialler), exchange)

    def _scene(self, line: Line, *, dialler_calls: bool = True) -> Scene:
        ends = (line.end(self._lookups, dialler=side) for side in (True, False))
        dialler, listener = self._roles.parties(*ends, dialler_calls=dialler_calls)
        return Scene(line, dialler, listener, self._told(line, Names(dialler.name, listener.name)))

    def _told(self, line: Line, names: Names) -> Told:
        flow, firsts = line.flow, line.firsts
        if line.is_udp:
            return Told(True, (), completed=True)
        if line.begins_in_the_middle or (flow.lost and firsts[True] is Spoken.NOTHING):
            return tell_middle(flow, names)
        if line.was_not_answered:
            return tell_dial(flow, names, over_at=self._over_at)
        if line.course is not None:
            if firsts[True] in _NOT_TLS or firsts[False] in _NOT_TLS:
                return tell_not_tls(flow, names, dialler_speaks_tls=firsts[True] is Spoken.TLS)
            return tell_tls(flow, line.course, names, over_at=self._over_at)
        if line.was_meant_for_tls:
            return tell_silence(flow, names, over_at=self._over_at)
        speaks_tls = line.target in self._tls_ports or self._decoded.get(line.target.port) == Spoken.TLS
        if speaks_tls and firsts[False] is Spoken.NOTHING and flow.closure is not None:
            return tell_not_tls(flow, names, dialler_speaks_tls=False)
        return tell_clear(flow, names, by_dialler=True)

    def _failed_calls(self) -> Mapping[str, tuple[int, Exchange]]:
        """Return by Call-ID the number of the connection on which a failed request was answered first, and it.

        A call that goes through several boxes shows the same answer on every hop; whoever gave it did so first. One
        whose first hop went well went well.
        """
        asked: dict[str, list[tuple[int, Exchange]]] = {}
        broken: dict[str, list[tuple[int, Exchange]]] = {}
        for number, line in enumerate(self._lines, 1):
            over_at = line.flow.closure.at + _LONG_AGO if line.flow.closure else self._over_at
            for each in line.exchanges:
                asked.setdefault(each.call_id, []).append((number, each))
            for each in failed(line.exchanges, over_at):
                if each.status is None and line.flow.lost:
                    continue  # the answer may be what the capture lost
                broken.setdefault(each.call_id, []).append((number, each))
        return {call_id: _first_answer(told) for call_id, told in broken.items() if _is_broken(told, asked[call_id])}

    def _of_connection(self, number: int, scene: Scene) -> Story:
        line = scene.line
        asks = [each for each in line.talk.http if not each.head.startswith("HTTP ")]
        return self._story(
            number, scene, CONNECTION, self._writer.of_connection(scene), len(line.exchanges) + len(asks)
        )

    def _of_call(self, number: int, scene: Scene, exchange: Exchange) -> Story:
        return self._story(number, scene, CALL, self._writer.of_call(scene, exchange), 1, exchange)

    def _story(  # the parts of one value
        self,
        number: int,
        scene: Scene,
        kind: str,
        transcript: Transcript,
        requests: int,
        exchange: Exchange | None = None,
    ) -> Story:
        line = scene.line
        return Story(
            number=number,
            kind=kind,
            source=line.source,
            target=line.target,
            began=self._writer.time(exchange.asked_at if exchange else line.began),
            transcript=transcript,
            name=name_of(line.end(self._lookups, dialler=False)),
            is_open=scene.told.open_because if exchange is None else "",
            remarks=(*_remarks(line), *(self._meanwhile(line, exchange) if exchange else ())),
            asked=exchange.line if exchange else "",
            call_id=exchange.call_id if exchange else "",
            requests=requests,
            is_sealed=line.is_shut,
            is_udp=line.is_udp,
        )

    def _meanwhile(self, line: Line, exchange: Exchange) -> Iterator[str]:
        """Say what whoever was asked dialled and asked DNS then: there the reason may lie."""
        if line.source.host == line.target.host:
            return
        host = (line.target if exchange.by_dialler else line.source).host
        until = exchange.answered_at if exchange.answered_at is not None else self._over_at
        for number, other in enumerate(self._lines, 1):
            if other.source.host == host and exchange.asked_at <= other.began <= until and other.is_worth_telling:
                yield f"After that request, {host} dialled {other.target}: that is connection {number}."
        for told in self._lookups.dead_ends(asker=host, since=exchange.asked_at, until=until):
            yield f"After that request, {told}"


_LONG_AGO = 1e9
"""Seconds: on a connection that was closed nobody waits for an answer any more."""


def _is_broken(broken: list[tuple[int, Exchange]], asked: list[tuple[int, Exchange]]) -> bool:
    """Whether what failed was the request of the first hop too."""
    first = min(asked, key=lambda pair: pair[1].asked_at)[0]
    return any(number == first for number, _ in broken)


def _first_answer(broken: list[tuple[int, Exchange]]) -> tuple[int, Exchange]:
    """Return whichever was answered first; where none was, the one that was asked last: there it got stuck."""
    answered = [pair for pair in broken if pair[1].answered_at is not None]
    if answered:
        return min(answered, key=lambda pair: pair[1].answered_at or 0.0)
    return max(broken, key=lambda pair: pair[1].asked_at)


def _remarks(line: Line) -> Iterator[str]:
    yield from line.flow.lost
    if line.is_udp:
        yield "This is UDP: a request or an answer that is missing may have been lost on its way."
    course = line.course
    if course is None:
        return
    if course.version == "1.3" and not line.secrets:
        yield (
            "TLS 1.3 without keys: certificates, alerts and messages are sealed. Shown are who spoke, when, how much, "
            "and who closed. --keys opens it."
        )
    elif line.is_shut and not line.secrets:
        yield f"TLS {course.version} without keys: the handshake is in clear, what was said inside is sealed."
    elif line.is_shut:
        yield "The keys at hand do not open what was said inside."
