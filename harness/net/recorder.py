"""The recorder: what every link and actor of a play writes its observations to. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace

from harness.transcript import Address, Connection, End, Event, Oddity, StepEnded, StepStarted

SET_UP = "set-up"

MOST_EVENTS = 100_000
"""Events of one play; the longest honest one has some hundred."""

OUTSIDE = "outside"
"""Who dialled where it was nobody of the lab."""

_TICK = 1e-6


@dataclass
class _Attempt:
    """A connection while it lives: who, where, when; and a way to ask each end what it saw."""

    dialler: str
    listener: str
    source: Address
    target: Address
    protocol: str
    step: str
    reached: Address | None = None
    ends: list[Callable[[], End]] = field(default_factory=list)


class Recorder:
    """Collects the events of one play and pairs the two ends of each connection.

    `clock` gives seconds on any scale; the first reading is zero. `tapped_bytes` are the most wire
    bytes that each end of a connection keeps.
    """

    tapped_bytes = 4 << 20

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._last = 0.0
        self._attempts: dict[int, _Attempt] = {}
        self._opened = 0
        self._by_source: dict[Address, int] = {}
        self._is_full = False
        self.events: list[Event] = []
        self.step = SET_UP

    def elapsed(self) -> float:
        """Seconds since the play began, for whoever reckons with them: how long an answer is kept, say."""
        return self._clock() - self._began

    def now(self) -> float:
        """Seconds since the play began, for what is noted: each reading is later than the one before it.

        A virtual clock stands still while the actors work. Without the microsecond the times of a play in memory
        would not say what came first.
        """
        self._last = max(self.elapsed(), self._last + _TICK)
        return self._last

    def note(self, event: Event) -> None:
        """Write one event down; past the limit only where steps begin and end, so that a flood fills no memory."""
        if len(self.events) < MOST_EVENTS or isinstance(event, StepStarted | StepEnded):
            self.events.append(event)
        elif not self._is_full:
            self._is_full = True
            self.events.append(Oddity(event.at, event.actor, 0, f"more than {MOST_EVENTS} events; the rest is lost"))

    def begin_step(self, actor: str, step: str) -> None:
        """From here on, new connections belong to `step`."""
        self.step = step
        self.note(StepStarted(self.now(), actor, step))

    def end_step(self, actor: str, step: str, detail: str, *, completed: bool) -> None:
        """Write down what the step's protagonist got."""
        self.note(StepEnded(self.now(), actor, step, completed, detail))

    def dialling(self, dialler: str, target: Address, protocol: str) -> int:
        """Open the record of a connection that `dialler` is about to attempt; return its number."""
        return self._open(_Attempt(dialler, "", Address("", 0), target, protocol, self.step))

    def _open(self, attempt: _Attempt) -> int:
        self._opened += 1
        self._attempts[self._opened] = attempt
        return self._opened

    def bound(self, number: int, source: Address) -> None:
        """Note the address from which connection `number` is dialled."""
        self._attempts[number].source = source
        self._by_source[source] = number

    def accepted(self, listener: str, source: Address, target: Address, protocol: str) -> int:
        """Return the number of the connection that `listener` accepted, opening a record for a stranger."""
        number = self._by_source.pop(source, None)
        if number is None:
            return self._open(_Attempt(OUTSIDE, listener, source, target, protocol, self.step))
        attempt = self._attempts[number]
        attempt.listener = listener
        attempt.reached = None if target == attempt.target else target
        return number

    def taken(self, number: int, listener: str) -> None:
        """Note who took connection `number` where the far end is not ours and cannot say so itself."""
        self._attempts[number].listener = listener

    def keep(self, number: int, end: Callable[[], End]) -> None:
        """Remember how to ask one end of connection `number` what it saw."""
        if number in self._attempts:
            self._attempts[number].ends.append(end)

    def hand_over(self, number: int, key: Hashable) -> None:
        """Take note that a request leaves on connection `number` for whatever this task works for."""

    def handed_back(self, number: int, key: Hashable) -> None:
        """Take note that a request that left on connection `number` is over."""

    def take_up(self, number: int, key: Hashable, request: str) -> None:
        """Take note that this task begins to work for a request on connection `number`.

        `request` says what is asked, empty where no answer is due. One that goes on needs it; a play has one story.
        """

    def lost(self, actor: str, number: int, what: str) -> None:
        """Take note that the wire bytes of an end are no longer kept, and why."""
        self.note(Oddity(self.now(), actor, number, what))

    def heard(self, number: int) -> None:
        """Take note that connection `number` was kept alive."""

    def looked_up(self, place: tuple[Address, Address], transport: str, question: str, outcome: str) -> None:
        """Take note that a stranger asked a name server: from where and at which address. A play has no strangers."""

    def served(self, number: int) -> None:
        """Take note that the listener is done with connection `number`. A play keeps it for the end."""

    def broke(self, number: int, error: Exception) -> None:  # noqa: ARG002  # a recorder that goes on needs it
        """Take note of an error of our own on connection `number`: a play ends with it."""
        raise error

    def let_go(self, number: int) -> Connection:
        """Return what is known of a connection and forget it: what is noted of its ends from now on is lost."""
        attempt = self._attempts.pop(number)
        self._by_source.pop(attempt.source, None)
        return _told(number, attempt)

    def connection(self, number: int) -> Connection:
        """Return what is known so far of a connection that was not let go."""
        return _told(number, self._attempts[number])

    def outline(self, number: int) -> Connection:
        """Return who is at the ends of a connection that was not let go, without what they saw."""
        return _told(number, replace(self._attempts[number], ends=[]))

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection that was not let go, with both its ends, the dialler's first."""
        return tuple(_told(number, attempt) for number, attempt in self._attempts.items())


def _told(number: int, attempt: _Attempt) -> Connection:
    return Connection(
        number=number,
        dialler=attempt.dialler,
        listener=attempt.listener,
        source=attempt.source,
        target=attempt.target,
        protocol=attempt.protocol,
        step=attempt.step,
        ends=tuple(sorted((end() for end in attempt.ends), key=lambda end: end.listens)),
        reached=attempt.reached,
    )
