"""Connections from outside the lab: how many there may be, and for how long they may be idle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from harness.net.network import ByteStream
from harness.transcript import Address

_SWEEP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections at each port and in all; seconds after which an idle one is closed.

    `patience` are the seconds for which one that has not got as far as a reply keeps its place against newcomers.
    """

    each_port: int = 128
    in_all: int = 512
    idle: float = 1800.0
    patience: float = 1.0


class GuestStream:
    """A connection from outside. `put_out` resets it; `noticed` is told why, in words for the record.

    It `converses` once it has replied to something that we said, which silence, garbage and half a handshake never do.
    """

    def __init__(self, stream: ByteStream, door: Address, noticed: Callable[[str], None]) -> None:
        self.door = door
        self.converses = False
        self.heard_at = trio.current_time()
        self.gone: Callable[[], None] = lambda: None
        self._was_spoken_to = False
        self._stream = stream
        self._noticed = noticed

    async def send(self, data: bytes) -> None:
        """Send all of `data`; raise StreamResetError when the peer is gone."""
        self._was_spoken_to = True
        await self._stream.send(data)

    async def receive(self) -> bytes:
        """Return the next bytes, empty at the peer's FIN; raise StreamResetError at its RST."""
        data = await self._stream.receive()
        self.converses |= bool(data) and self._was_spoken_to
        self.heard_at = trio.current_time()
        return data

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""
        self._stream.finish()

    def close(self) -> None:
        """Give the connection up, in good order where it still can be."""
        self._stream.close()
        self.gone()

    def reset(self) -> None:
        """Give the connection up with an RST."""
        self._stream.reset()
        self.gone()

    def put_out(self, why: str) -> None:
        """Make whoever serves the connection find it reset."""
        self._noticed(why)
        self._stream.reset()


@dataclass
class Guests:
    """Everybody who is connected from outside; `turned_away` counts those for whom there was no place."""

    limits: Limits = field(default_factory=Limits)
    turned_away: int = 0
    _present: dict[GuestStream, object] = field(default_factory=dict)
    _departed: trio.Event = field(default_factory=trio.Event)

    def admit(
        self, stream: ByteStream, door: Address, host: object, noticed: Callable[[str], None]
    ) -> GuestStream | None:
        """Return the stream as a guest of `host`, None where it was reset because no place is left."""
        if self._is_full(door) and not self._make_room(door):
            self.turned_away += 1
            stream.reset()
            return None
        guest = GuestStream(stream, door, noticed)
        guest.gone = lambda: self._forget(guest)
        self._present[guest] = host
        return guest

    async def departure_of_all(self, host: object) -> None:
        """Wait until `host` has no guests, or no more of them."""
        while any(one is host for one in self._present.values()):
            await self._departed.wait()

    def _forget(self, guest: GuestStream) -> None:
        self._present.pop(guest, None)
        self._departed.set()
        self._departed = trio.Event()

    def _is_full(self, door: Address) -> bool:
        here = sum(guest.door == door for guest in self._present)
        return here >= self.limits.each_port or len(self._present) >= self.limits.in_all

    def _make_room(self, door: Address) -> bool:
        """Put out the one that came first of those that do not converse; False where there is none to put out."""
        before = trio.current_time() - self.limits.patience
        crowded = sum(guest.door == door for guest in self._present) >= self.limits.each_port
        idle = (guest for guest in self._present if not guest.converses and guest.heard_at <= before)
        oldest = next((guest for guest in idle if guest.door == door or not crowded), None)
        if oldest is None:
            return False
        self._forget(oldest)
        oldest.put_out("had nothing to say, and somebody else needed its place")
        return True

    async def put_out_the_idle(self) -> None:
        """Close whoever has said nothing for too long, for ever."""
        while True:
            await trio.sleep(min(_SWEEP_SECONDS, self.limits.idle / 2))
            before = trio.current_time() - self.limits.idle
            for guest in [guest for guest in self._present if guest.heard_at < before]:
                self._forget(guest)
                guest.put_out(f"idle for {self.limits.idle:g} s")
