"""Expressway-E's end of the SSH tunnel: what asks for the inside goes in here, and answers come back (L9).

The tunnel is no SSH (see `stand_in`), and what flows through it is HTTP as it is, one request at a time.
"""

from __future__ import annotations

import trio

from harness.actors.https import NO_REPLY, Reply, ServedRequest, ask_https
from harness.actors.stand_in import GREETING
from harness.net.link import Link
from harness.net.recorder import Recorder
from harness.transcript import Address

_PATIENCE = 30.0
_PIECES = 16


class TunnelMouth:
    """One open tunnel. It stands for its link where HTTP is spoken, because one task alone may read from a link."""

    def __init__(self, link: Link, recorder: Recorder) -> None:
        self._link = link
        self._recorder = recorder
        self._turn = trio.Lock()
        self._inward, self._pieces = trio.open_memory_channel[bytes](_PIECES)

    async def run(self) -> None:
        """Tell the dialler that it was accepted, and read until it leaves, or until it speaks unasked."""
        await self._link.send(GREETING)
        with self._inward:
            while (data := await self._link.receive()) and self._turn.locked():
                await self._inward.send(data)
        await self._link.close()

    async def ask(self, request: ServedRequest) -> Reply:
        """Send a request inside; no reply where none came within 30 seconds, and the tunnel is given up then."""
        async with self._turn:
            with trio.move_on_after(_PATIENCE):
                return await ask_https(self, self._recorder, request.target, request.credentials)
            await self._link.finish("a request went unanswered")
            return NO_REPLY

    # --- a link to speak HTTP on ---

    @property
    def actor(self) -> str:
        """Whose end this is."""
        return self._link.actor

    @property
    def number(self) -> int:
        """The number of the connection."""
        return self._link.number

    @property
    def peer(self) -> Address:
        """The address of the other end."""
        return self._link.peer

    async def send(self, data: bytes) -> bool:
        """Send data; False where the tunnel is gone."""
        return await self._link.send(data)

    async def receive(self) -> bytes:
        """Return the next data, empty when the tunnel is over."""
        try:
            return await self._pieces.receive()
        except trio.EndOfChannel:
            return b""
