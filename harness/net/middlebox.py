"""A device in the path that cuts a connection with a reset to both ends, each in the other's name (trap X9)."""

from __future__ import annotations

from harness.net.network import ByteStream, StreamResetError

FLIGHTS = {"reset-after-client-hello": 1, "reset-after-handshake": 3}
"""After which of the dialler's flights it cuts: the ClientHello is the first, its Finished goes with the second."""


class CutStream:
    """The dialler's stream through such a device.

    It passes the allowed flights on, waits for what the listener says to the last of them, keeps that for itself
    and resets both ends.
    """

    def __init__(self, stream: ByteStream, flights: int) -> None:
        self._stream = stream
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

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""
        self._stream.finish()

    def close(self) -> None:
        """Give the connection up."""
        self._stream.close()

    def reset(self) -> None:
        """Give the connection up with an RST."""
        self._stream.reset()
