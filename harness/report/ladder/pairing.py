"""Which sent message is which received one: what crossed the wire is drawn once, what did not is lost."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from harness.transcript import AlertSeen, Closed, Connection, Direction, Event, HttpSeen, SipSeen, Transcript

Crossing: TypeAlias = SipSeen | HttpSeen | AlertSeen | Closed


def other_side(connection: Connection, actor: str) -> str:
    """Return who is at the far end of a connection for `actor`."""
    return connection.listener if actor == connection.dialler else connection.dialler


@dataclass(frozen=True, slots=True)
class Timeline:
    """All events of a transcript, which of them belong together, and its connections by number.

    Every connection has a listener here: the actor at that address, the bare address where there is none.
    """

    events: tuple[Event, ...]
    connections: Mapping[int, Connection]
    pairs: Pairs

    @classmethod
    def of(cls, transcript: Transcript) -> Timeline:
        """Return the timeline of a transcript."""
        hosts = {card.host: card.name for card in transcript.actors}
        connections = {each.number: _with_listener(each, hosts) for each in transcript.connections}
        return cls(transcript.events, connections, Pairs(transcript.events, connections))


def _with_listener(connection: Connection, hosts: Mapping[str, str]) -> Connection:
    target = connection.target
    return replace(connection, listener=connection.listener or hosts.get(target.host) or str(target))


class Pairs:
    """For each event that crossed a connection: its counterpart at the other end, by index in the timeline."""

    def __init__(self, events: Sequence[Event], connections: Mapping[int, Connection]) -> None:
        self._connections = connections
        self.sent_as: dict[int, int] = {}
        self.received_as: dict[int, int] = {}
        self._pair(events)

    def is_lost(self, index: int, event: Crossing) -> bool:
        """Whether a sent message never reached the other end, although that end is ours and would say so."""
        connection = self._connections[event.connection]
        ours = connection.end_of(other_side(connection, event.actor)) is not None
        return ours and event.direction is Direction.SENT and index not in self.received_as

    def _pair(self, events: Sequence[Event]) -> None:
        """Match in the order of the wire; one that was skipped on the way is lost (TCP keeps the order)."""
        waiting: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
        for index, event in enumerate(events):
            if isinstance(event, Crossing) and event.direction is Direction.SENT:
                waiting[*_way(event, event.actor), content(event)].append(index)
        latest: dict[tuple[object, ...], int] = {}
        for index, event in enumerate(events):
            if isinstance(event, Crossing) and event.direction is Direction.RECEIVED:
                way = _way(event, other_side(self._connections[event.connection], event.actor))
                candidates = waiting[*way, content(event)]
                while candidates and candidates[0] < latest.get(way, -1):
                    candidates.popleft()
                if candidates:
                    sent = latest[way] = candidates.popleft()
                    self.sent_as[index], self.received_as[sent] = sent, index


def _way(event: Crossing, sender: str) -> tuple[object, ...]:
    """Return what keeps its order: messages of one kind from one sender on one connection."""
    return event.connection, event.kind, sender


def content(event: Event) -> object:
    """Return what both ends of a crossing have in common."""
    match event:
        case SipSeen(message=message):
            return message
        case HttpSeen(head=head):
            return head
        case AlertSeen(level=level, number=number):
            return level, number
        case _:
            return None
