"""The recorder of a served lab: it tells of each request when it is answered, of each connection when it ends.

Theory. A play keeps everything for its end; a lab that stands for weeks must not. What is noted of a visit (a
connection from outside) is kept with it, and what is done for one request with that request, also on connections that
the lab dialled itself: the trace says for which request a task works (`harness.net.trace`). So a request is explained
by what it caused and by nothing else, however many there are at the time. All of it is let go when the request is
answered or the connection is over.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from harness.diagnosis.sip_heads import status_of
from harness.net.recorder import OUTSIDE, Recorder
from harness.net.trace import Trace, current, follow
from harness.serve.notes import STEP, Asked, Here, Lookup, Notes, Visit, in_time
from harness.serve.set_up import Background
from harness.transcript import (
    Address,
    Closed,
    Connection,
    Decision,
    DialFailed,
    Direction,
    Event,
    HandshakeFinished,
    HttpSeen,
    Oddity,
    SipSeen,
)

_MOST_ASKED, _MOST_ASKED_IN_ALL = 32, 512
_MOST_HANDED_OVER = 4096
_LOWEST_FINAL = 200

Heard = Callable[[tuple[Address, Address], bool], None]
"""Is told of a whole message from outside: from where, to which port, and whether it asks something."""


class Journal(Recorder):
    """Takes down what happens in one generation of a served lab; `ended` is told of each visit when it is over.

    `bugs` counts errors of our own.
    """

    tapped_bytes = 256 << 10

    def __init__(
        self, clock: Callable[[], float], ended: Callable[[Visit | Lookup], None], heard: Heard = lambda *_: None
    ) -> None:
        super().__init__(clock)
        self._ended = ended
        self._heard = heard
        self.bugs = 0
        self._untold = 0
        self._visits: dict[int, Here] = {}
        self._traces: dict[int, Trace] = {}
        self._handed_over: dict[tuple[int, Hashable], Trace] = {}
        self._asked = 0
        self._background = Background()

    @property
    def standing(self) -> tuple[Decision, ...]:
        """What the actors said of their ports, and the alarms that they raised."""
        return self._background.standing

    def count_untold(self) -> int:
        """Return of how many requests nothing was told since the last call, because too many came at a time."""
        told, self._untold = self._untold, 0
        return told

    def kept(self) -> dict[str, int]:
        """Return how much is kept of what: of visits, requests and connections that are not over, and no more."""
        return {
            "visits": len(self._visits),
            "requests": self._asked,
            "traces": len(self._traces),
            "handed over": len(self._handed_over),
            "connections": len(self._attempts),
        }

    # --- events ---

    def note(self, event: Event) -> None:
        """Write one event down with the request or the visit for which it happened; without one it is let go."""
        number = getattr(event, "connection", 0)
        here = self._visits.get(number)
        speaks = isinstance(event, SipSeen | HttpSeen | Decision)
        trace = current()
        notes = here if here is not None and not speaks else self._story_of(trace)
        if notes is not None:
            notes.add(event)
        elif trace is None and here is None:
            self._background.add(event)
        if here is None and isinstance(event, DialFailed | Closed):
            self._let_go_undelivered(number)
        elif here is not None and isinstance(event, SipSeen | HttpSeen):
            self._exchanged(number, here, event)

    def _story_of(self, trace: Trace | None) -> Notes | None:
        """Return the notes of a trace, None where what it meant is over."""
        here = self._visits.get(trace.connection) if trace else None
        if here is None or trace is None or trace.request is None:
            return here
        return here.asked.get(trace.request)

    def _exchanged(self, number: int, here: Here, event: SipSeen | HttpSeen) -> None:
        """Follow the talk with a visitor: a message from it is a sign of life, a final answer ends a request."""
        trace, status = current(), status_of(event)
        if event.direction is Direction.RECEIVED:
            self._heard(here.place, status is None)
        elif trace is not None and trace.connection == number and (status or 0) >= _LOWEST_FINAL:
            self._answered(number, here, trace.request, status)

    def _answered(self, number: int, here: Here, key: Hashable, status: int | None) -> None:
        asked = here.asked.pop(key, None)
        here.status = status or here.status
        if asked is not None:
            self._asked -= 1
            self._ended(self._request(number, here, asked, status))

    # --- requests ---

    def take_up(self, number: int, key: Hashable, request: str) -> None:
        """Work for a request from outside from now on, or for the one that had an actor of the lab send this one."""
        here = self._visits.get(number)
        if here is None:
            follow(self._handed_over.pop((number, key), None))
            return
        follow(Trace(number, key))
        if request and key not in here.asked:
            here.count += 1
            if len(here.asked) < _MOST_ASKED and self._asked < _MOST_ASKED_IN_ALL:
                here.asked[key] = Asked(self.now(), line=request)
                self._asked += 1
            else:
                self._untold += 1

    def hand_over(self, number: int, key: Hashable) -> None:
        """Remember for what a request left; those that nobody takes up are forgotten, the oldest first."""
        trace = current()
        if trace is not None and number not in self._visits:
            self._handed_over[number, key] = trace
            if len(self._handed_over) > _MOST_HANDED_OVER:
                del self._handed_over[next(iter(self._handed_over))]

    def handed_back(self, number: int, key: Hashable) -> None:
        """Forget for what a request left that is over: whoever got it was nobody of the lab."""
        self._handed_over.pop((number, key), None)

    def lost(self, actor: str, number: int, what: str) -> None:
        """Say nothing of bytes that are not kept: the requests on a long connection were told one by one."""

    def heard(self, number: int) -> None:
        """Note that a visitor keeps its connection alive."""
        here = self._visits.get(number)
        if here is not None:
            self._heard(here.place, False)

    def looked_up(self, place: tuple[Address, Address], transport: str, question: str, outcome: str) -> None:
        """Tell of a question to the name server."""
        if transport == "tcp":
            self._heard(place, bool(question))
        self._ended(Lookup(*place, transport, question, outcome))

    # --- connections ---

    def dialling(self, dialler: str, target: Address, protocol: str) -> int:
        """Open the record of a connection that `dialler` is about to attempt, for what this task works."""
        number = super().dialling(dialler, target, protocol)
        trace = current()
        story = self._story_of(trace)
        if trace is not None and story is not None:
            self._traces[number] = trace
            story.dials(number)
        elif trace is None:
            self._background.dials(number)
        return number

    def accepted(self, listener: str, source: Address, target: Address, protocol: str) -> int:
        """Return the number of the connection that `listener` accepted; a stranger's is a visit."""
        number = super().accepted(listener, source, target, protocol)
        if self._attempts[number].dialler == OUTSIDE:
            self._visits[number] = Here(self.now(), place=(source, target))
            follow(Trace(number))
        else:
            follow(self._traces.get(number))
        return number

    def let_go(self, number: int) -> Connection:
        """Return what is known of a connection and forget it, but for the request for which it was dialled."""
        connection = super().let_go(number)
        self._background.let_go(connection)
        story = self._story_of(self._traces.pop(number, None))
        if story is not None and number in story.dialled:
            story.dialled[number] = connection
        return connection

    def _let_go_undelivered(self, number: int) -> None:
        """Let go of a connection that no listener of the lab will ever be done with."""
        attempt = self._attempts.get(number)
        if attempt is not None and not attempt.listener:
            self.let_go(number)

    def broke(self, number: int, error: Exception) -> None:
        """Keep an error of our own to the connection on which it happened; one visitor must not end the lab."""
        here = self._visits.get(number) or self._story_of(self._traces.get(number))
        if here is not None:
            listener = self._attempts[number].listener
            told = f"sip-mtls has a bug: {type(error).__name__}: {error}"
            here.latest.append(Oddity(self.now(), listener, number, told))
        self.bugs += 1

    def cut_off(self, source: Address, why: str) -> None:
        """Note that a visitor had to go."""
        for here in self._visits.values():
            if here.place[0] == source:
                here.cut_off = why

    # --- what is told ---

    def served(self, number: int) -> None:
        """Let go of a connection with which its listener is done, and tell of it where it was a visit."""
        here = self._visits.get(number)
        if here is None:
            self.let_go(number)
            return
        for key in tuple(here.asked):
            self._answered(number, here, key, None)
        del self._visits[number]
        self._ended(self._visit(self.let_go(number), here, is_over=True))

    def staying(self, seconds: float) -> list[Visit]:
        """Return the visits that have lasted so long and are not over, each once: the next call leaves them out."""
        before = self.now() - seconds
        found = {number: here for number, here in self._visits.items() if here.began <= before and not here.told}
        staying = [self._visit(self.connection(number), here, is_over=False) for number, here in found.items()]
        for here in found.values():
            here.told = True
        return staying

    def _visit(self, connection: Connection, here: Here, *, is_over: bool) -> Visit:
        return Visit(
            connection,
            here.began,
            in_time(here.events),
            self._inner(connection.number, here),
            self._background.events,
            count=here.count,
            status=here.status,
            is_over=is_over,
            cut_off=here.cut_off,
            stayed=here.told,
        )

    def _request(self, number: int, here: Here, asked: Asked, status: int | None) -> Visit:
        """Return what is told of a request; of its connection only how that began is looked into again."""
        here.outline = here.outline or _before_talk(self.connection(number), here)
        return Visit(
            here.outline,
            here.began,
            in_time(here.events, asked.events),
            self._inner(number, asked),
            self._background.events,
            request=asked.line,
            count=1,
            status=status,
            cut_off=here.cut_off,
        )

    def _inner(self, visit: int, notes: Notes) -> tuple[Connection, ...]:
        """Return the lab's own connections on which a story happened: dialled for it, or standing before."""
        ours = {n: ended or (self.connection(n) if n in self._attempts else None) for n, ended in notes.dialled.items()}
        numbers = {getattr(event, "connection", 0) for event in notes.events} - {visit, *notes.dialled}
        beside = [self.outline(number) for number in sorted(numbers) if number in self._attempts]
        links = [each for each in self._background.connections(self._alive) if each.number not in numbers]
        return (*(replace(each, step=STEP) for each in ours.values() if each), *beside, *links)

    def _alive(self, number: int) -> Connection | None:
        return self.connection(number) if number in self._attempts else None


def _before_talk(connection: Connection, here: Here) -> Connection:
    """Return a connection without the bytes that followed its handshake."""
    until = next((event.at for event in here.first if isinstance(event, HandshakeFinished)), 0.0)
    ends = (replace(end, chunks=tuple(chunk for chunk in end.chunks if chunk.at <= until)) for end in connection.ends)
    return replace(connection, ends=tuple(ends))
