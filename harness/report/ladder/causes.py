"""What each event of a timeline followed from, so that a ladder can tell it in causal order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from harness.report.ladder.causal_order import Moment
from harness.report.ladder.flights import Conversation
from harness.report.ladder.pairing import Timeline
from harness.sip.message import Request, Response, parse_message
from harness.transcript import (
    Connected,
    Decision,
    DialFailed,
    Dialled,
    Direction,
    DnsSeen,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    HttpSeen,
    SipSeen,
)

Name: TypeAlias = tuple[str, int, int]
"""An event is ("event", index, 0), a flight ("flight", connection, place)."""

_TCP = (Dialled, DialFailed, Connected)


def event_name(index: int) -> Name:
    """Return how the event at `index` is called."""
    return "event", index, 0


def flight_name(connection: int, place: int) -> Name:
    """Return how the flight number `place`, from 0, of a connection is called."""
    return "flight", connection, place


def moments_of(stretch: Mapping[int, Event], timeline: Timeline, new: Mapping[int, Conversation]) -> list[Moment]:
    """Return the moments of one stretch of a timeline: its events, by index, and the flights of `new`.

    `new` are the handshakes that are told in this stretch, by connection number.
    """
    return _Causes(stretch, timeline, new).moments()


class _Causes:
    """Walks through the stretch once and remembers what a later event may have followed from."""

    def __init__(self, stretch: Mapping[int, Event], timeline: Timeline, new: Mapping[int, Conversation]) -> None:
        self._stretch, self._timeline, self._new = stretch, timeline, new
        self._before: dict[tuple[str, int], int] = {}
        self._last: dict[str, int] = {}
        self._reason: dict[str, int] = {}
        self._decided: dict[str, int] = {}
        self._heard: dict[tuple[str, object], int] = {}
        self._tcp: dict[int, list[int]] = defaultdict(list)
        self._finished: dict[int, list[int]] = defaultdict(list)
        for index, event in stretch.items():
            if isinstance(event, HandshakeFinished):
                self._finished[event.connection].append(index)

    def moments(self) -> list[Moment]:
        """Return every event and every flight with its causes and rank."""
        moments = [self._event_moment(index, event) for index, event in self._stretch.items()]
        return moments + [moment for number in self._new for moment in self._flight_moments(number)]

    def _event_moment(self, index: int, event: Event) -> Moment:
        causes = tuple(self._causes(index, event))
        self._remember(index, event)
        return Moment(event_name(index), causes, self._rank(index, event))

    def _causes(self, index: int, event: Event) -> Iterator[Name]:
        actor, number = _lane(event)
        if (actor, number) in self._before:
            yield event_name(self._before[actor, number])
        if index in self._timeline.pairs.sent_as:
            yield event_name(self._timeline.pairs.sent_as[index])
        if isinstance(event, _TCP):
            yield from map(event_name, self._tcp[number][:1])
        elif self._tcp[number]:
            yield from self._handshake_causes(number, event)
        if number == 0 and actor in self._last:
            yield event_name(self._last[actor])
        relays = isinstance(event, HttpSeen) and event.direction is Direction.SENT
        if (relays or isinstance(event, Dialled)) and actor in self._reason:
            yield event_name(self._reason[actor])
        if isinstance(event, SipSeen) and event.direction is Direction.SENT:
            reasons = self._heard.get((actor, _transaction(event.message))), self._decided.get(actor)
            yield from (event_name(reason) for reason in reasons if reason is not None)

    def _handshake_causes(self, number: int, event: Event) -> Iterator[Name]:
        """Whatever a side does follows from the flights; in TLS 1.2 the dialler is done after the listener."""
        told = self._new.get(number)
        if told is None:
            return
        early = [place for place, flight in enumerate(told.flights) if not flight.late]
        yield from (flight_name(number, place) for place in early[-1:])
        dialled = event.actor == self._timeline.connections[number].dialler
        if dialled and isinstance(event, HandshakeFinished) and event.version != "1.3":
            finished = self._finished[number]
            yield from (event_name(each) for each in finished if self._stretch[each].actor != event.actor)

    def _remember(self, index: int, event: Event) -> None:
        actor, number = _lane(event)
        self._before[actor, number] = self._last[actor] = index
        match event:
            case Decision() | HandshakeFailed():
                self._reason[actor] = self._decided[actor] = index
            case Dialled() | DialFailed() | Connected():
                self._tcp[number].append(index)
                if isinstance(event, DialFailed):
                    self._decided[actor] = index
            case SipSeen(direction=Direction.RECEIVED, message=message):
                self._reason[actor] = index
                self._heard[actor, _transaction(message)] = index
            case HttpSeen(direction=Direction.RECEIVED) | DnsSeen(direction=Direction.RECEIVED):
                self._reason[actor] = index

    def _rank(self, index: int, event: Event) -> tuple[int, ...]:
        """Arrivals first, then by connection, the dialler's side before the listener's."""
        actor, number = _lane(event)
        connection = self._timeline.connections.get(number)
        listens = connection is not None and actor != connection.dialler
        return int(index not in self._timeline.pairs.sent_as), number, int(listens), index

    def _flight_moments(self, number: int) -> Iterator[Moment]:
        begun = tuple(event_name(index) for index in self._tcp[number])
        done = tuple(event_name(index) for index in self._finished[number])
        for place, flight in enumerate(self._new[number].flights):
            before = (flight_name(number, place - 1),) if place else begun
            yield Moment(flight_name(number, place), before + (done if flight.late else ()), (0, number, 0, place))


def _lane(event: Event) -> tuple[str, int]:
    return event.actor, getattr(event, "connection", 0)


def _transaction(message: bytes) -> tuple[object, ...]:
    """Return what a message keeps while proxies pass it on: Call-ID, CSeq, and its status if it has one."""
    match parse_message(message):
        case Request(headers=headers):
            return headers.get("call-id"), headers.get("cseq"), None
        case Response(headers=headers, status=status):
            return headers.get("call-id"), headers.get("cseq"), status
        case violation:
            return (violation,)
