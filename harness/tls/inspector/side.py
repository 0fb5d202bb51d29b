"""One direction while it is read: what waits, what lies over it, and the items that came out."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from harness.tls.inspector.items import Item, Malformed, Stamp, Undecrypted
from harness.tls.inspector.messages import MessageBuffer
from harness.tls.inspector.protection import Clear, Protection
from harness.tls.inspector.records import ContentType, Framed, Record
from harness.tls.inspector.wire import DecodeError

MOST_ITEMS = 100_000


class Side:
    """One end's words. `items` pairs each with the number of the chunk that completed it."""

    def __init__(self, waiting: deque[Framed], *, from_client: bool) -> None:
        self.waiting = waiting
        self.from_client = from_client
        self.protection: Protection = Clear()
        self.messages = MessageBuffer()
        self.opened = False
        self.finished = False
        self.items: list[tuple[int, Item]] = []
        self._shut: tuple[int, Undecrypted] | None = None
        self._latest: Record | None = None

    def begin(self, record: Record) -> bool:
        """Take up a record; True where it is sealed, DecodeError where there were too many things before."""
        self._latest = record
        if len(self.items) >= MOST_ITEMS:
            raise DecodeError(f"more than {MOST_ITEMS} items in one direction")
        return self.protection.covers(record.content)

    def add(self, order: int, item: Item) -> None:
        """Add an item that the chunk `order` completed."""
        self._close_run()
        self.items.append((order, item))

    def leave_shut(self, record: Record, why: str) -> None:
        """Count a record that no key opens, together with its like before it."""
        content = ContentType(record.content).name.lower()
        if self._shut is None or (self._shut[1].content, self._shut[1].why) != (content, why):
            self._close_run()
            stamp = Stamp(record.at, self.from_client, encrypted=True)
            self._shut = (record.order, Undecrypted(*stamp, content, 0, 0, why))
        order, run = self._shut
        self._shut = (order, replace(run, records=run.records + 1, length=run.length + len(record.payload)))

    def stop(self, record: Record, what: str) -> None:
        """Give up on this direction at `record`."""
        stamp = Stamp(record.at, self.from_client, encrypted=self.protection.covers(record.content))
        self.add(record.order, Malformed(*stamp, what, record.offset))
        self.waiting.clear()

    def end(self) -> None:
        """Settle what is still open when no record is left."""
        self._close_run()
        if self.messages.pending and self._latest and not self._malformed():
            pending = self.messages.pending
            self.stop(self._latest, f"the bytes end inside a handshake message, {pending} bytes after it began")

    def _malformed(self) -> bool:
        return bool(self.items) and isinstance(self.items[-1][1], Malformed)

    def _close_run(self) -> None:
        if self._shut:
            self.items.append(self._shut)
            self._shut = None
