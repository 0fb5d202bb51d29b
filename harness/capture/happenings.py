"""What a connection did on the wire, in order, whichever of its two ends recorded it.

The place of the capture is beside the dialler: what it sent is there also where a device behind swallows it, and
the address that it dialled where a firewall translates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from harness.transcript import (
    Closed,
    Closing,
    Connected,
    Connection,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    Event,
)


class Kind(Enum):
    """What happened: the dialler's SYN, the answer to it, data sent, data read, FIN, RST."""

    DIALLED = auto()
    REFUSED = auto()
    ACCEPTED = auto()
    SAID = auto()
    HEARD = auto()
    FINISHED = auto()
    RESET = auto()


@dataclass(frozen=True, slots=True)
class Happening:
    """One of them: when, by which side, and the data that it said or heard."""

    at: float
    kind: Kind
    by_dialler: bool
    data: bytes = b""


def happenings_of(connection: Connection, events: Iterable[Event]) -> list[Happening]:
    """Return all that happened to a connection in the order of time; `events` are those about it."""
    told = tuple(events)
    found = [*_beginning(told), *_data(connection), *_endings(connection, told)]
    return sorted(found, key=lambda happening: happening.at)


def _beginning(events: tuple[Event, ...]) -> Iterator[Happening]:
    dialled = [event.at for event in events if isinstance(event, Dialled)]
    connected = [event.at for event in events if isinstance(event, Connected)]
    yield from (Happening(at, Kind.DIALLED, by_dialler=True) for at in dialled[:1])
    if connected:
        yield Happening(min(connected), Kind.ACCEPTED, by_dialler=False)
    for event in events:
        if isinstance(event, DialFailed) and event.failure is DialFailure.REFUSED:
            yield Happening(event.at, Kind.REFUSED, by_dialler=False)


def _data(connection: Connection) -> Iterator[Happening]:
    """Yield what each end sent and read; what an unknown far end sent is what the other read."""
    alone = len(connection.ends) == 1
    for end in connection.ends:
        for chunk in end.chunks:
            if chunk.direction is Direction.SENT:
                yield Happening(chunk.at, Kind.SAID, not end.listens, chunk.data)
                continue
            if alone:
                yield Happening(chunk.at, Kind.SAID, end.listens, chunk.data)
            yield Happening(chunk.at, Kind.HEARD, not end.listens, chunk.data)


_FLAGS = {Closing.RST: Kind.RESET, Closing.FIN: Kind.FINISHED, Closing.CLOSE_NOTIFY: Kind.FINISHED}


def _endings(connection: Connection, events: tuple[Event, ...]) -> Iterator[Happening]:
    closings = [event for event in events if isinstance(event, Closed)]
    sent = {(event.actor, _FLAGS[event.how]) for event in closings if event.direction is Direction.SENT}
    for event in closings:
        end, kind = connection.end_of(event.actor), _FLAGS[event.how]
        by_dialler = not end.listens if end else event.actor == connection.dialler
        if event.direction is Direction.SENT:
            yield Happening(event.at, kind, by_dialler)
            continue
        far = connection.listener if by_dialler else connection.dialler
        if (far, kind) not in sent:
            yield Happening(event.at, kind, not by_dialler)
        if kind is Kind.FINISHED:
            yield Happening(event.at, kind, by_dialler)
