"""One event or one flight of a handshake to its marks on the ladder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

from harness.report.ladder import words
from harness.report.ladder.flights import Conversation
from harness.report.ladder.marks import Arrow, Heading, Layer, Mark, Note
from harness.report.ladder.pairing import Crossing, Timeline, other_side
from harness.tls.alerts import FATAL
from harness.transcript import (
    AlertSeen,
    Closed,
    Closing,
    Connected,
    Decision,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    DnsSeen,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    HttpSeen,
    Oddity,
    SealedAlert,
    SipSeen,
    VerifyFailed,
)

_CLOSE_NOTIFY = 0
_NAME_SERVER = "name-server"
_LAYERS = {"sip": Layer.SIP, "http": Layer.HTTP, "alert": Layer.TLS, "closed": Layer.TCP}


class Marker:
    """Knows how each moment is drawn; names are those of `harness.report.ladder.causes`."""

    def __init__(self, timeline: Timeline, conversations: Mapping[int, Conversation], names: Mapping[str, str]) -> None:
        self._timeline = timeline
        self._conversations = conversations
        self._names = names
        self._tcp_events: dict[int, dict[type[Event], int]] = defaultdict(dict)
        for index, event in enumerate(timeline.events):
            if isinstance(event, Dialled | DialFailed | Connected):
                self._tcp_events[event.connection].setdefault(type(event), index)

    def marks(self, name: Hashable) -> Iterator[Mark]:
        """Yield the marks of the moment of that name: none, one or two."""
        match name:
            case ("flight", int(number), int(place)):
                yield self._flight(number, place)
            case ("event", int(index), _):
                event = self._timeline.events[index]
                yield from (_timed(mark, event.at) for mark in self._event(index, event))

    def _flight(self, number: int, place: int) -> Arrow:
        connection, flight = self._timeline.connections[number], self._conversations[number].flights[place]
        sender = connection.dialler if flight.from_client else connection.listener
        receiver = other_side(connection, sender)
        far = connection.end_of(receiver)
        lost = far is not None and far.bytes_received == 0
        label = flight.label + self._loss(receiver, lost)
        found = Arrow(sender, receiver, label, flight.encrypted, lost)
        return replace(found, layer=Layer.TLS, connection=number, chain=flight.chain, at=flight.at)

    def _event(self, index: int, event: Event) -> Iterator[Mark]:
        match event:
            case Dialled() | DialFailed() | Connected():
                yield from self._tcp(index, event)
            case HandshakeFinished(actor=actor, connection=number, version=version):
                yield Note(actor, f"handshake done (TLS {version})", number, done=True)
            case HandshakeFailed(actor=actor, connection=number):
                yield Note(actor, words.failure_words(event), number)
            case VerifyFailed(actor=actor, connection=number):
                yield Note(actor, words.objection_words(event), number)
            case Decision(actor=actor, connection=number):
                yield Note(actor, words.decision_words(event, self._wanted(event)), number)
            case Oddity(actor=actor, connection=number, what=what):
                yield Note(actor, f"odd: {what}", number)
            case DnsSeen():
                yield _dns_arrow(event)
            case SealedAlert():
                yield self._sealed(event)
            case SipSeen() | HttpSeen() | AlertSeen() | Closed():
                yield from self._crossing(index, event)

    def _tcp(self, index: int, event: Dialled | DialFailed | Connected) -> Iterator[Mark]:
        """One arrow for a connection that came up, two where the SYN was refused."""
        connection = self._timeline.connections[event.connection]
        dialler, listener, port = connection.dialler, connection.listener, words.port_words(connection)
        number = event.connection
        kinds = self._tcp_events[event.connection]
        match event:
            case Dialled() if Connected in kinds:
                yield Arrow(dialler, listener, f"TCP connected to port {port}", connection=number)
            case Dialled():
                yield Arrow(dialler, listener, f"SYN to port {port}", connection=number)
            case DialFailed(failure=DialFailure.REFUSED):
                refused = words.NO_CONNECTION[event.failure]
                yield Arrow(listener, dialler, refused, connection=number, ends=True, refuses=True)
            case DialFailed(actor=actor, failure=failure):
                yield Note(actor, words.NO_CONNECTION[failure], number)
            case Connected() if Dialled not in kinds and index == kinds[Connected]:
                yield Arrow(dialler, listener, f"TCP connected to port {port}", connection=number)

    def _crossing(self, index: int, event: Crossing) -> Iterator[Mark]:
        """One arrow: messages where they arrive, alerts and closings where they leave."""
        leaves = isinstance(event, AlertSeen | Closed)
        elsewhere = self._timeline.pairs.sent_as if leaves else self._timeline.pairs.received_as
        if index in elsewhere or (isinstance(event, AlertSeen) and event.number == _CLOSE_NOTIFY):
            return
        if self._is_forged(index, event):
            far_name = self._name(self._far(event))
            yield Note(event.actor, f"an RST came that {far_name} never sent", event.connection)
            return
        far = self._far(event)
        sent = event.direction is Direction.SENT
        sender, receiver = (event.actor, far) if sent else (far, event.actor)
        label = self._label(event, sender, receiver)
        lost = not isinstance(event, Closed) and self._timeline.pairs.is_lost(index, event)
        label += self._loss(receiver, lost)
        crossed = Arrow(sender, receiver, label, self._is_encrypted(event, sender), lost)
        ends, refuses = _ending(event)
        number, layer = event.connection, _LAYERS[event.kind]
        yield replace(crossed, layer=layer, connection=number, ends=ends, refuses=refuses)

    def _sealed(self, event: SealedAlert) -> Arrow:
        far = other_side(self._timeline.connections[event.connection], event.actor)
        sender, receiver = (event.actor, far) if event.direction is Direction.SENT else (far, event.actor)
        label = "a sealed record of the size of an ALERT: nobody reads which"
        return Arrow(sender, receiver, label, encrypted=True, layer=Layer.TLS, connection=event.connection, ends=True)

    def _loss(self, receiver: str, lost: object) -> str:
        return f" - never read by {self._name(receiver)}" if lost else ""

    def _is_forged(self, index: int, event: Crossing) -> bool:
        """Whether an RST arrived from an end that is ours and sent none (domain.md trap X9)."""
        arrived = isinstance(event, Closed) and event.how is Closing.RST
        ours = self._timeline.connections[event.connection].end_of(self._far(event)) is not None
        unpaired = event.direction is Direction.RECEIVED and index not in self._timeline.pairs.sent_as
        return arrived and ours and unpaired

    def _far(self, event: Crossing) -> str:
        return other_side(self._timeline.connections[event.connection], event.actor)

    def _wanted(self, decision: Decision) -> tuple[str, ...]:
        """Return the names that the actor looked for on that connection."""
        connection = self._timeline.connections.get(decision.connection)
        end = connection.end_of(decision.actor) if connection else None
        return end.expected_names if end else ()

    def _label(self, event: Crossing, sender: str, receiver: str) -> str:
        match event:
            case SipSeen(message=message):
                return words.sip_label(message)
            case HttpSeen(head=head):
                return words.http_label(head)
            case AlertSeen():
                return words.alert_label(event, self._name(sender), self._name(receiver))
            case Closed():
                return words.closing_label(event)

    def _is_encrypted(self, event: Crossing, sender: str) -> bool:
        connection = self._timeline.connections[event.connection]
        match event:
            case SipSeen() | HttpSeen():
                end = connection.end_of(sender) or next(iter(connection.ends), None)
                return end is not None and end.tls
            case AlertSeen(number=number):
                told = self._conversations.get(event.connection)
                from_client = sender == connection.dialler
                return told is not None and told.alert_is_encrypted(number, from_client=from_client)
            case Closed():
                return False

    def _name(self, actor: str) -> str:
        return self._names.get(actor, actor)


def _timed(mark: Mark, at: float) -> Mark:
    return mark if isinstance(mark, Heading) else replace(mark, at=at)


def _dns_arrow(event: DnsSeen) -> Arrow:
    """Return a DNS message as an arrow: the asker alone records it, so that it is there once."""
    sent = event.direction is Direction.SENT
    sender, receiver = (event.actor, _NAME_SERVER) if sent else (_NAME_SERVER, event.actor)
    return Arrow(sender, receiver, words.dns_label(event.message, event.transport), layer=Layer.DNS)


def _ending(event: Crossing) -> tuple[bool, bool]:
    """Return whether an event ends what both sides had, and whether it is a refusal."""
    match event:
        case AlertSeen(level=level):
            return level == FATAL, level == FATAL
        case Closed(how=how):
            return True, how is Closing.RST
        case _:
            return False, False
