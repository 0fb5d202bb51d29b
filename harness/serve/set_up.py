"""What happened in a served lab before anybody came: its open ports, its alarms, and how its inner links came up.

A request that finds a zone or the tunnel down was stopped by what stopped that link (`harness.diagnosis.root_cause`).
So the latest attempt at each link is kept, with its connections where it failed. It is bounded by what the lab has.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.diagnosis.root_cause import TUNNEL, ZONE
from harness.serve.notes import Notes, in_time
from harness.transcript import Connection, Decision, Event

_STANDING = {"listener", "alarm", "eku-check"}
_UP = {"active", "up"}
_MOST_STANDING, _MOST_LINKS = 256, 64


class Background:
    """Takes down what is noted for nobody's request."""

    def __init__(self) -> None:
        self._standing: dict[tuple[object, ...], Decision] = {}
        self._attempt = Notes(0.0)
        self._attempts: dict[int, Notes] = {}
        self._links: dict[tuple[str, ...], Notes] = {}

    @property
    def standing(self) -> tuple[Decision, ...]:
        """What the actors said of their ports, and the alarms that they raised."""
        return tuple(self._standing.values())

    @property
    def events(self) -> tuple[Event, ...]:
        """All that is kept, attempt after attempt."""
        return (*self.standing, *(event for link in self._links.values() for event in in_time(link.events)))

    def connections(self, alive: Callable[[int], Connection | None]) -> tuple[Connection, ...]:
        """Return the connections of the attempts that failed; `alive` gives those that were not let go."""
        dialled = [item for link in self._links.values() for item in link.dialled.items()]
        found = [ended or alive(number) for number, ended in dialled]
        return tuple(each for each in found if each is not None)

    def dials(self, number: int) -> None:
        """Remember a connection that was dialled for nobody's request."""
        self._attempt.dials(number)
        self._attempts[number] = self._attempt

    def let_go(self, connection: Connection) -> None:
        """Keep what is known of a connection that is over, where it was part of an attempt that is kept."""
        attempt = self._attempts.pop(connection.number, None)
        if attempt is not None and connection.number in attempt.dialled:
            attempt.dialled[connection.number] = connection

    def add(self, event: Event) -> None:
        """Write one event down."""
        if isinstance(event, Decision) and event.topic in _STANDING:
            if len(self._standing) < _MOST_STANDING:
                self._standing[event.actor, event.topic, event.outcome, *sorted(event.facts.items())] = event
            return
        self._attempts.get(getattr(event, "connection", 0), self._attempt).add(event)
        if isinstance(event, Decision) and event.topic in {ZONE, TUNNEL}:
            self._conclude(event)

    def _conclude(self, decision: Decision) -> None:
        """Keep the attempt at a link that this decision ends; of one that is up, that it is."""
        attempt, self._attempt = self._attempt, Notes(decision.at)
        if decision.outcome in _UP:
            attempt = Notes(decision.at)
            attempt.add(decision)
        key = decision.topic, decision.facts.get("zone", ""), decision.facts.get("peer", "")
        if key in self._links or len(self._links) < _MOST_LINKS:
            self._links[key] = attempt
