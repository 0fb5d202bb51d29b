"""A device in the path that cuts a connection with a reset to both ends, each in the other's name (trap X9)."""

from __future__ import annotations

from harness.net.network import ByteStream, StreamResetError

FLIGHTS = {"after-client-hello": 1, "after-handshake": 3}
"""After which of the dialler's flights it cuts: the ClientHello is the first, its Finished goes with the second."""


class CutStream:
    """The dialler's stream through such a device."""

    def __init__(self, stream: ByteStream, flights: int) -> None:
        self._stream = stream
        self._flights_left = flights

    async def send(self, data: bytes) -> None:
        """Pass a flight on; cut after the last one that is allowed."""
        self._refuse_when_cut()
        await self._stream.send(data)
        self._flights_left -= 1
        if self._flights_left == 0:
            self._stream.reset()

    async def receive(self) -> bytes:
        """Return the next bytes; StreamResetError once the connection is cut."""
        self._refuse_when_cut()
        return await self._stream.receive()

    def _refuse_when_cut(self) -> None:
        if self._flights_left <= 0:
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
