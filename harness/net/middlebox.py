"""Devices in the path: one that resets both ends, each in the other's name (trap X9), one that swallows bytes (M19)."""

from __future__ import annotations

import trio

from harness.net.network import ByteStream, StreamResetError

FLIGHTS = {"reset-after-client-hello": 1, "reset-after-handshake": 3}
"""After which of the dialler's flights it cuts: the ClientHello is the first, its Finished goes with the second."""


class PassingStream:
    """The dialler's stream through a device that passes everything on as it is; others change one thing of that."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    async def send(self, data: bytes) -> None:
        """Pass data on; StreamResetError where the listener is gone."""
        await self._stream.send(data)

    async def receive(self) -> bytes:
        """Return the next bytes, empty at the listener's FIN; StreamResetError at its RST."""
        return await self._stream.receive()

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""
        self._stream.finish()

    def close(self) -> None:
        """Give the connection up."""
        self._stream.close()

    def reset(self) -> None:
        """Give the connection up with an RST."""
        self._stream.reset()


class CutStream(PassingStream):
    """The dialler's stream through a device that resets both ends.

    It passes the allowed flights on, waits for what the listener says to the last of them, keeps that for itself
    and resets both ends.
    """

    def __init__(self, stream: ByteStream, flights: int) -> None:
        super().__init__(stream)
        self._flights_left = flights
        self._is_cut = False

    async def send(self, data: bytes) -> None:
        """Pass a flight on; StreamResetError once the connection is cut."""
        if self._is_cut:
            raise StreamResetError
        await self._stream.send(data)
        self._flights_left -= 1

    async def receive(self) -> bytes:
        """Return the next bytes; StreamResetError once the connection is cut."""
        if self._is_cut:
            raise StreamResetError
        data = await self._stream.receive()
        if self._flights_left > 0:
            return data
        self._is_cut = True
        self._stream.reset()
        raise StreamResetError


class SwallowingStream(PassingStream):
    """The dialler's stream through a SIP inspection that understands no TLS: what is sent goes nowhere (row M19)."""

    async def send(self, data: bytes) -> None:  # noqa: ARG002  # where it goes is the point
        """Take the bytes, and pass none of them on."""
        await trio.lowlevel.checkpoint()
