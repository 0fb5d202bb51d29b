"""Connections from outside the lab: how many there may be, and for how long they may be silent.

Theory. There is one limit on connections, and it is here: whoever comes while there is no place is reset at once, and
counted. Nobody waits for a place, because a client that waits sees a port that accepts and says nothing. A place is
held by what a client does, not by its bytes: half a handshake, a request that never ends, and silence keep none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from harness.net.network import ByteStream, StreamResetError
from harness.transcript import Address

GAVE_WAY = "gave way"
"""How the reason begins for which a connection had to go that might have stayed elsewhere."""

_SWEEP_SECONDS = 5.0

Place = tuple[Address, Address]
"""From where a connection came, and to which port."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections at each port and in all; seconds after which a silent one is closed, `idle`.

    The other seconds say when a connection must give way where its place is needed: `patience` before it has come to
    a reply (silence, garbage, half a handshake), `unasked` before its first whole request, `quiet` after its last
    message. Whoever keeps a connection alive is heard within 120 s (RFC 5626 section 4.4.1). `unread` is for how long
    it may leave what it is sent unread.
    """

    each_port: int = 128
    in_all: int = 512
    idle: float = 1800.0
    patience: float = 1.0
    unasked: float = 10.0
    quiet: float = 120.0
    unread: float = 60.0


class ClientStream:
    """A connection from outside. `cut_off` resets it; `noticed` is told why, in words for the record.

    It `converses` once it has replied to something that we said, which silence, garbage and half a handshake never do,
    and has `asked` once a whole request came. `heard_at` is when it came, or its last whole message.
    """

    def __init__(self, stream: ByteStream, tcp_port: Address, noticed: Callable[[str], None], *, unread: float) -> None:
        self.tcp_port = tcp_port
        self.converses = False
        self.asked = False
        self.heard_at = trio.current_time()
        self.gone: Callable[[], None] = lambda: None
        self._was_spoken_to = False
        self._stream = stream
        self._noticed = noticed
        self._unread = unread

    async def send(self, data: bytes) -> None:
        """Send all of `data`; raise StreamResetError when the peer is gone, or takes nothing for too long."""
        self._was_spoken_to = True
        with trio.move_on_after(self._unread):
            return await self._stream.send(data)
        self.cut_off(f"read nothing of what it was sent for {self._unread:g} s")
        raise StreamResetError

    async def receive(self) -> bytes:
        """Return the next bytes, empty at the peer's FIN; raise StreamResetError at its RST."""
        data = await self._stream.receive()
        self.converses |= bool(data) and self._was_spoken_to
        return data

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""
        self._stream.finish()

    def close(self) -> None:
        """Give the connection up, cleanly where that is still possible."""
        self._stream.close()
        self.gone()

    def reset(self) -> None:
        """Give the connection up with an RST."""
        self._stream.reset()
        self.gone()

    def cut_off(self, why: str) -> None:
        """Make whoever serves the connection find it reset."""
        self._noticed(why)
        self.reset()


@dataclass
class Clients:
    """Everybody who is connected from outside; `has_turned_away` is set while there is somebody to be counted."""

    limits: Limits = field(default_factory=Limits)
    has_turned_away: trio.Event = field(default_factory=trio.Event)
    _turned_away: Counter[Address] = field(default_factory=Counter)
    _present: dict[Place, tuple[ClientStream, object]] = field(default_factory=dict)
    _departed: trio.Event = field(default_factory=trio.Event)

    @property
    def count(self) -> int:
        """How many are connected."""
        return len(self._present)

    @property
    def turned_away(self) -> int:
        """How many found no place since they were counted last."""
        return self._turned_away.total()

    def admit(
        self, stream: ByteStream, place: Place, host: object, noticed: Callable[[str], None]
    ) -> ByteStream | None:
        """Return the stream as a client of `host`, None where it was reset because no place is left."""
        tcp_port = place[1]
        if self._is_full(tcp_port) and not self._make_room(tcp_port):
            self._turned_away[tcp_port] += 1
            self.has_turned_away.set()
            stream.reset()
            return None
        client = ClientStream(stream, tcp_port, noticed, unread=self.limits.unread)
        client.gone = lambda: self._forget(place, client)
        self._present[place] = client, host
        return client

    def heard(self, place: Place, asked: bool) -> None:
        """Note that a whole message came from a client: a request where it `asked`."""
        client, _ = self._present.get(place, (None, None))
        if client is not None:
            client.heard_at = trio.current_time()
            client.asked |= asked

    def count_turned_away(self) -> Counter[Address]:
        """Return how many were turned away at which port since the last call."""
        told, self._turned_away = self._turned_away, Counter()
        self.has_turned_away = trio.Event()
        return told

    async def departure_of_all(self, host: object) -> None:
        """Wait until `host` has no clients, or no more of them."""
        while any(whose is host for _, whose in self._present.values()):
            await self._departed.wait()

    def _forget(self, place: Place, client: ClientStream) -> None:
        if self._present.get(place, (None,))[0] is client:
            del self._present[place]
            self._departed.set()
            self._departed = trio.Event()

    def _at(self, tcp_port: Address) -> list[ClientStream]:
        return [client for client, _ in self._present.values() if client.tcp_port == tcp_port]

    def _is_full(self, tcp_port: Address) -> bool:
        return len(self._at(tcp_port)) >= self.limits.each_port or len(self._present) >= self.limits.in_all

    def _make_room(self, tcp_port: Address) -> bool:
        """Put out the one that does least, and of these the one longest silent; False where all are busy."""
        crowd = self._at(tcp_port)
        if len(crowd) < self.limits.each_port:
            crowd = [client for client, _ in self._present.values()]
        ranked = [(*self._claim(client), client) for client in crowd]
        giving_way = [(rank, client.heard_at, why, client) for rank, patience, why, client in ranked
                      if client.heard_at <= trio.current_time() - patience]  # fmt: skip
        if not giving_way:
            return False
        _, _, why, client = min(giving_way, key=lambda each: each[:2])
        client.cut_off(f"{GAVE_WAY}: {why}, and somebody else needed its place")
        return True

    def _claim(self, client: ClientStream) -> tuple[int, float, str]:
        """Return how much right a client has to its place, for how many silent seconds, and what it failed to do."""
        limits = self.limits
        if not client.converses:
            return 0, limits.patience, "had nothing to say"
        if not client.asked:
            return 1, limits.unasked, f"asked nothing for {limits.unasked:g} s"
        return 2, limits.quiet, f"was silent for {limits.quiet:g} s"

    async def cut_off_the_idle(self) -> None:
        """Close whoever has said nothing for too long, for ever."""
        while True:
            await trio.sleep(min(_SWEEP_SECONDS, self.limits.idle / 2))
            before = trio.current_time() - self.limits.idle
            for client in [client for client, _ in self._present.values() if client.heard_at < before]:
                client.cut_off(f"idle for {self.limits.idle:g} s")
