"""The dialogs that one element takes part in, found by what a request says and by the connection that brought it.

A request belongs to a dialog by its Call-ID and both tags (RFC 3261 12.2.2). The connection counts too: who has seen
the tags of a call, on the wire or in a log, must not end it from a connection of their own. A dialog leaves the table
by its outcome (`end`), with one of its connections (`lose`, which tells what was lost), after `SILENCE` without a
request, and where the table is full: then the connection with the most dialogs loses the one that was not used for the
longest time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from harness.sip.address import tag_of
from harness.sip.dialog import DialogId
from harness.sip.message import Request

SILENCE = 43_200.0
"""Seconds without a request after which a dialog is forgotten. Half a day: no call must end by it."""

MOST = 8192
"""Dialogs at a time, at one element."""

T = TypeVar("T")


class Place(NamedTuple):
    """Where a request of a dialog arrives: on which connection, with which Call-ID, From tag and To tag."""

    connection: Hashable
    call_id: str
    from_tag: str
    to_tag: str

    @classmethod
    def of(cls, connection: Hashable, request: Request) -> Place:
        """Return the place at which a request arrived."""
        headers = request.headers
        return cls(connection, headers.get("call-id") or "", tag_of(headers.get("from")), tag_of(headers.get("to")))

    @classmethod
    def in_dialog(cls, connection: Hashable, known: DialogId) -> Place:
        """Return the place at which the other end's requests of a dialog arrive."""
        return cls(connection, known.call_id, known.remote_tag, known.local_tag)

    def across(self, connection: Hashable) -> Place:
        """Return where requests of the other end arrive: on its connection, with the tags changed over."""
        return Place(connection, self.call_id, self.to_tag, self.from_tag)


@dataclass(slots=True, eq=False)
class _Entry(Generic[T]):
    """One dialog: what each of its places leads to, and when it was last used. The first place owns it."""

    leads: Mapping[Place, T]
    used: float

    @property
    def owner(self) -> Hashable:
        return next(iter(self.leads)).connection


class DialogTable(Generic[T]):
    """Leads from a place to what the element keeps for that end of the dialog. Times are seconds on any clock.

    Every dialog has one place at a user agent, and two at whatever stands between the ends.
    """

    def __init__(self, *, most: int = MOST, silence: float = SILENCE) -> None:
        self._most = most
        self._silence = silence
        self._entries: dict[Place, _Entry[T]] = {}
        self._by_use: dict[_Entry[T], None] = {}
        self._owned: dict[Hashable, dict[_Entry[T], None]] = {}
        self._touching: dict[Hashable, dict[_Entry[T], None]] = {}

    def __len__(self) -> int:
        return len(self._by_use)

    def add(self, leads: Mapping[Place, T], now: float) -> None:
        """Remember a dialog; one that has a place of it already gives way. The first place is the caller's."""
        for place in leads:
            self.end(place)
        self._forget_the_silent(now)
        if len(self._by_use) >= self._most:
            self._make_room()
        entry = _Entry(dict(leads), now)
        self._entries.update(dict.fromkeys(entry.leads, entry))
        self._by_use[entry] = None
        self._owned.setdefault(entry.owner, {})[entry] = None
        for place in entry.leads:
            self._touching.setdefault(place.connection, {})[entry] = None

    def find(self, place: Place, now: float) -> T | None:
        """Return what a place leads to, None where no dialog has it; a dialog that is found counts as used."""
        self._forget_the_silent(now)
        entry = self._entries.get(place)
        if entry is None:
            return None
        entry.used = now
        for order in (self._by_use, self._owned[entry.owner]):
            del order[entry]
            order[entry] = None
        return entry.leads[place]

    def touches(self, connection: Hashable) -> bool:
        """Whether a dialog goes over a connection."""
        return connection in self._touching

    def end(self, place: Place) -> None:
        """Forget the dialog that has this place, if there is one."""
        entry = self._entries.get(place)
        if entry is not None:
            self._forget(entry)

    def lose(self, connection: Hashable) -> list[T]:
        """Forget every dialog of a connection that is over; return what its places there led to."""
        lost = tuple(self._touching.get(connection, ()))
        for entry in lost:
            self._forget(entry)
        return [to for entry in lost for place, to in entry.leads.items() if place.connection == connection]

    def _forget_the_silent(self, now: float) -> None:
        while self._by_use and (oldest := next(iter(self._by_use))).used < now - self._silence:
            self._forget(oldest)

    def _make_room(self) -> None:
        busiest = max(self._owned.values(), key=len)
        self._forget(next(iter(busiest)))

    def _forget(self, entry: _Entry[T]) -> None:
        del self._by_use[entry]
        _take_out(self._owned, entry.owner, entry)
        for place in entry.leads:
            del self._entries[place]
            _take_out(self._touching, place.connection, entry)


def _take_out(index: dict[Hashable, dict[_Entry[T], None]], key: Hashable, entry: _Entry[T]) -> None:
    held = index.get(key, {})
    held.pop(entry, None)
    if not held:
        index.pop(key, None)
