"""What every network offers: byte streams that tell FIN from RST, listeners, and dialling from an address."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from harness.transcript import Address, DialFailure


class StreamResetError(Exception):
    """The peer reset the connection. Caught inside `net`; above it, it is an observation."""


class DialError(Exception):
    """No TCP connection came about. Caught inside `net`; above it, it is an observation."""

    def __init__(self, failure: DialFailure) -> None:
        self.failure = failure
        super().__init__(failure.value)


class ByteStream(Protocol):
    """One TCP connection, or what stands for one in memory."""

    async def send(self, data: bytes) -> None:
        """Send all of `data`; raise StreamResetError when the peer is gone.

        Of a call that is cancelled the stream keeps what it has not sent, and sends it before anything else: half a
        TLS record would spoil every one that follows.
        """

    async def receive(self) -> bytes:
        """Return the next bytes, empty at the peer's FIN; raise StreamResetError at its RST."""

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""

    def close(self) -> None:
        """Give the connection up, cleanly where that is still possible."""

    def reset(self) -> None:
        """Give the connection up with an RST."""


class Listener(Protocol):
    """A listening port."""

    async def accept(self) -> tuple[ByteStream, Address]:
        """Return the next connection and the address that it came from."""

    def close(self) -> None:
        """Stop listening."""


class DatagramPort(Protocol):
    """A UDP port."""

    async def send(self, data: bytes, to: Address) -> None:
        """Send one datagram; one that cannot be delivered is lost."""

    async def receive(self) -> tuple[bytes, Address]:
        """Return the next datagram and the address that it came from."""

    def close(self) -> None:
        """Give the port up."""


class Network(Protocol):
    """Where a lab lives."""

    @property
    def name(self) -> str:
        """`loopback` or `memory`."""

    def block(self) -> AbstractContextManager[str]:
        """Claim the first three octets of a free block of addresses, for as long as the context lasts."""

    async def listen(self, address: Address) -> Listener:
        """Listen at `address`; LabError where that cannot be."""

    async def dial(
        self, source: str, target: Address, *, within: float, bound: Callable[[Address], None]
    ) -> ByteStream:
        """Connect from the host `source` to `target` within `within` seconds; raise DialError.

        `bound` is told the address from which the SYN will leave, before it leaves, so that a listener in
        the same process can know whom it accepts.
        """

    async def open_datagrams(self, address: Address) -> DatagramPort:
        """Open a UDP port, any free one where `address` has port 0; LabError where that cannot be."""
