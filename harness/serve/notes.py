"""What is kept of a visit, and of a request on it, while it lasts; and what is told of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from harness.transcript import Address, Connection, Event

_FIRST, _LATEST = 96, 64
_MOST_BYTES = 64 << 10
_MOST_DIALLED = 16

STEP = "visit"
"""What a visit is called as a play of one step."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A connection from outside, or one `request` on it: one that is over, or what there is so far of one that stays.

    `request` is its first line without the version, empty where the connection itself is meant; `count` then says how
    many requests it made, and `status` what the last of them was answered, None where it asked nothing or none was.
    `events` are in order of time; `inner` are the lab's own connections on which they happened, those that were dialled
    because of it of step `STEP`; `background` is what happened before anybody came, see `Background`. `cut_off` says
    why it had to go, `stayed` that it was told of before.
    """

    connection: Connection
    began: float
    events: tuple[Event, ...]
    inner: tuple[Connection, ...]
    background: tuple[Event, ...]
    request: str = ""
    count: int = 0
    status: int | None = None
    is_over: bool = True
    cut_off: str = ""
    stayed: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the name server from outside, over `udp` or `tcp`, and what came of it.

    `question` and `outcome` are those of `harness.dns.authority.Reply`; both are empty where a connection over
    TCP ended without any.
    """

    source: Address
    server: Address
    transport: str
    question: str
    outcome: str


@dataclass
class Notes:
    """Events of one story: its beginning, and its latest part."""

    began: float
    first: list[Event] = field(default_factory=list)
    latest: deque[Event] = field(default_factory=lambda: deque(maxlen=_LATEST))
    dialled: dict[int, Connection | None] = field(default_factory=dict)
    held: int = 0

    def add(self, event: Event) -> None:
        """Keep an event; a message that would take too much room is left out."""
        size = len(getattr(event, "message", b""))
        if len(self.first) < _FIRST and self.held + size <= _MOST_BYTES:
            self.first.append(event)
            self.held += size
        elif size <= _MOST_BYTES // _LATEST:
            self.latest.append(event)

    def dials(self, number: int) -> None:
        """Remember a connection that was dialled for this story."""
        if len(self.dialled) < _MOST_DIALLED:
            self.dialled[number] = None

    @property
    def events(self) -> tuple[Event, ...]:
        """All that was kept."""
        return (*self.first, *self.latest)


@dataclass
class Asked(Notes):
    """A request that was not answered yet. `line` is its first line without the version."""

    line: str = ""


@dataclass
class Here(Notes):
    """A visitor who is here: from where and at which port, its open requests, and what was told of it.

    `count` are the requests it made, `status` what the last one was answered. `outline` is its connection as it was
    after the handshake, for its requests.
    """

    place: tuple[Address, Address] = (Address("", 0), Address("", 0))
    asked: dict[Hashable, Asked] = field(default_factory=dict)
    count: int = 0
    status: int | None = None
    told: bool = False
    cut_off: str = ""
    outline: Connection | None = None


def in_time(*told: Iterable[Event]) -> tuple[Event, ...]:
    """Return events in order of time; those of the same moment stay in the order in which they were noted."""
    return tuple(sorted((event for each in told for event in each), key=lambda event: event.at))
