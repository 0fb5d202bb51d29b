"""The recorder of a served lab: it tells of visits that stay, of each as it ends, and then lets go of it.

Theory. A play keeps everything for its end; a lab that stands for weeks must not. What is noted of a visit (a
connection from outside) is kept with it, the beginning and the latest part. What is noted of the lab's own connections
goes into one short window, because it says why a visit came to nothing further inside. It is counted as part of a visit
only where nobody else was there at the time: what another visitor caused would explain the wrong story.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from harness.net.recorder import OUTSIDE, Recorder
from harness.transcript import Address, Closed, Connection, Decision, DialFailed, Event, Oddity

_FIRST, _LATEST = 96, 64
_MOST_BYTES = 64 << 10
_WINDOW = 512
_INNER = 16
_MOST_STANDING = 256
_STANDING = {"listener", "alarm", "traversal-zone"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A connection from outside: one that is over, or what there is so far of one that stays.

    `events` are those of the visit in order of time; `inner` are connections that the lab dialled because of it,
    `standing` what its actors had said of their ports and zones before. `put_out` says why it had to go, if it had to.
    """

    connection: Connection
    began: float
    events: tuple[Event, ...]
    inner: tuple[Connection, ...]
    standing: tuple[Decision, ...]
    is_over: bool = True
    put_out: str = ""


@dataclass
class _Notes:
    """What is kept of a visit while it lasts: its beginning, and its latest part."""

    source: Address
    began: float
    alone: bool
    told: bool = False
    put_out: str = ""
    first: list[Event] = field(default_factory=list)
    latest: deque[Event] = field(default_factory=lambda: deque(maxlen=_LATEST))
    held: int = 0

    def add(self, event: Event) -> None:
        """Keep an event; a message that would take too much room is cut."""
        size = len(getattr(event, "message", b""))
        if len(self.first) < _FIRST and self.held + size <= _MOST_BYTES:
            self.first.append(event)
            self.held += size
        elif size <= _MOST_BYTES // _LATEST:
            self.latest.append(event)


class Journal(Recorder):
    """Takes down what happens in one generation of a served lab; `ended` is told of each visit when it is over."""

    tapped_bytes = 256 << 10

    def __init__(self, clock: Callable[[], float], ended: Callable[[Visit], None]) -> None:
        super().__init__(clock)
        self._ended = ended
        self.bugs = 0
        self._visits: dict[int, _Notes] = {}
        self._window: deque[Event] = deque(maxlen=_WINDOW)
        self._inner: deque[Connection] = deque(maxlen=_INNER)
        self._standing: deque[Decision] = deque(maxlen=_MOST_STANDING)

    @property
    def standing(self) -> tuple[Decision, ...]:
        """What the actors said of their ports and zones."""
        return tuple(self._standing)

    def note(self, event: Event) -> None:
        """Write one event down: with its visit, or in the window of what goes on inside."""
        notes = self._visits.get(getattr(event, "connection", 0))
        if notes is not None:
            notes.add(event)
            return
        self._window.append(event)
        match event:
            case Decision(topic=topic) if topic in _STANDING:
                self._standing.append(event)
            case DialFailed() | Closed():
                self._let_go_undelivered(event.connection)

    def _let_go_undelivered(self, number: int) -> None:
        """Let go of a connection that no listener of the lab will ever be done with."""
        attempt = self._attempts.get(number)
        if attempt is not None and not attempt.listener:
            self._inner.append(self.let_go(number))

    def accepted(self, listener: str, source: Address, target: Address, protocol: str) -> int:
        """Return the number of the connection that `listener` accepted; a stranger's is a visit."""
        number = super().accepted(listener, source, target, protocol)
        if self._attempts[number].dialler == OUTSIDE:
            for other in self._visits.values():
                other.alone = False
            self._visits[number] = _Notes(source, self.now(), alone=not self._visits)
        return number

    def broke(self, number: int, error: Exception) -> None:
        """Keep an error of our own to the connection on which it happened; one visitor must not end the lab."""
        notes, listener = self._visits.get(number), self._attempts[number].listener
        told = Oddity(self.now(), listener, number, f"sip-mtls has a bug: {type(error).__name__}: {error}")
        (notes.latest if notes else self._window).append(told)
        self.bugs += 1

    def put_out(self, source: Address, why: str) -> None:
        """Note that a visitor had to go."""
        for notes in self._visits.values():
            if notes.source == source:
                notes.put_out = why

    def served(self, number: int) -> None:
        """Let go of a connection with which its listener is done, and tell of it where it was a visit."""
        notes = self._visits.pop(number, None)
        connection = self.let_go(number)
        if notes is None:
            self._inner.append(connection)
        else:
            self._ended(self._visit(connection, notes))

    def staying(self, seconds: float) -> list[Visit]:
        """Return the visits that have lasted so long and are not over, each once: the next call leaves them out."""
        before = self.now() - seconds
        found = [number for number, notes in self._visits.items() if notes.began <= before and not notes.told]
        for number in found:
            self._visits[number].told = True
        return [self._so_far(number, self._visits[number]) for number in found]

    def _so_far(self, number: int, notes: _Notes) -> Visit:
        events = (*notes.first, *notes.latest)
        return Visit(self.connection(number), notes.began, events, (), self.standing, is_over=False)

    def _visit(self, connection: Connection, notes: _Notes) -> Visit:
        own: list[Event] = [*notes.first, *notes.latest]
        beside = [event for event in self._window if event.at >= notes.began] if notes.alone else []
        inner = self._caused_by(beside) if notes.alone else ()
        events = _in_time(own, beside)
        return Visit(connection, notes.began, events, inner, self.standing, put_out=notes.put_out)

    def _caused_by(self, beside: list[Event]) -> tuple[Connection, ...]:
        """Return the lab's own connections that were dialled in this time, those that failed or ended among them."""
        numbers = {event.connection for event in beside if event.kind in {"dialled", "dial-failed"}}
        ended = {connection.number: connection for connection in self._inner}
        standing = {connection.number: connection for connection in self.connections()}
        return tuple({**ended, **standing}[number] for number in sorted(numbers & ({*ended} | {*standing})))


def _in_time(*told: Iterable[Event]) -> tuple[Event, ...]:
    """Return events in order of time; those of the same moment stay in the order in which they were noted."""
    return tuple(sorted((event for each in told for event in each), key=lambda event: event.at))
