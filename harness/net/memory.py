"""The in-memory network: the same actors without sockets, for trio's virtual clock.

With `trio.run(..., clock=trio.testing.MockClock(autojump_threshold=0))` a 32-second SIP timer takes
milliseconds. Real sockets must never run under that clock: it fires their time-outs early.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trio

from harness.errors import LabError
from harness.net.network import ByteStream, DatagramPort, DialError, Listener, StreamResetError
from harness.transcript import Address, DialFailure

_PIECES_IN_FLIGHT = 64
_BACKLOG = 128
_BLOCK = "127.64.0"
_FIRST_EPHEMERAL_PORT = 25000  # Expressway's outbound range begins here (domain.md 3.1)


@dataclass
class _Wire:
    """One direction of a connection."""

    sender: trio.MemorySendChannel[bytes]
    receiver: trio.MemoryReceiveChannel[bytes]
    was_reset: bool = False


def _wire() -> _Wire:
    return _Wire(*trio.open_memory_channel[bytes](_PIECES_IN_FLIGHT))


class MemoryStream:
    """One end of an in-memory connection, with TCP's ways of ending."""

    def __init__(self, outward: _Wire, inward: _Wire) -> None:
        self._outward = outward
        self._inward = inward
        self._unsent = deque[bytes]()

    async def send(self, data: bytes) -> None:
        """Send all of `data`; raise StreamResetError when the peer is gone. What a cancelled call left goes first."""
        if data:  # an empty piece would be read as a FIN
            self._unsent.append(data)
        try:
            while self._unsent:
                await self._outward.sender.send(self._unsent[0])
                self._unsent.popleft()
        except trio.Cancelled:
            self._send_what_fits()
            raise
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise StreamResetError from error

    def _send_what_fits(self) -> None:
        """Send as a kernel does, which takes at once what it has room for."""
        with suppress(trio.WouldBlock, trio.BrokenResourceError, trio.ClosedResourceError):
            while self._unsent:
                self._outward.sender.send_nowait(self._unsent[0])
                self._unsent.popleft()

    async def receive(self) -> bytes:
        """Return the next bytes, empty at the peer's FIN; raise StreamResetError at its RST."""
        try:
            return await self._inward.receiver.receive()
        except trio.EndOfChannel:
            if self._inward.was_reset:
                raise StreamResetError from None
            return b""
        except trio.ClosedResourceError as error:
            raise StreamResetError from error

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""
        self._outward.sender.close()

    def close(self) -> None:
        """Give the connection up: with a FIN, or as the kernel does with an RST where unread bytes are left."""
        if self._inward.receiver.statistics().current_buffer_used:
            self._outward.was_reset = True
        self._outward.sender.close()
        self._inward.receiver.close()

    def reset(self) -> None:
        """Give the connection up with an RST."""
        self._outward.was_reset = True
        self.close()


def memory_stream_pair() -> tuple[MemoryStream, MemoryStream]:
    """Return the two ends of a fresh in-memory connection."""
    one_way, other_way = _wire(), _wire()
    return MemoryStream(one_way, other_way), MemoryStream(other_way, one_way)


@dataclass
class _MemoryListener:
    network: MemoryNetwork
    address: Address
    arrivals: trio.MemoryReceiveChannel[tuple[ByteStream, Address]]

    async def accept(self) -> tuple[ByteStream, Address]:
        return await self.arrivals.receive()

    def close(self) -> None:
        self.network.forget(self.address)
        self.arrivals.close()


@dataclass
class _MemoryPort:
    network: MemoryNetwork
    address: Address
    arrivals: trio.MemoryReceiveChannel[tuple[bytes, Address]]

    async def send(self, data: bytes, to: Address) -> None:
        await trio.lowlevel.checkpoint()
        self.network.deliver(data, self.address, to)

    async def receive(self) -> tuple[bytes, Address]:
        return await self.arrivals.receive()

    def close(self) -> None:
        self.network.forget_port(self.address)
        self.arrivals.close()


@dataclass
class MemoryNetwork:
    """Listeners by address; everything else refuses the SYN."""

    name: str = "memory"
    _mailboxes: dict[Address, trio.MemorySendChannel[tuple[bytes, Address]]] = field(default_factory=dict)
    _doors: dict[Address, trio.MemorySendChannel[tuple[ByteStream, Address]]] = field(default_factory=dict)
    _ports: itertools.count[int] = field(default_factory=lambda: itertools.count(_FIRST_EPHEMERAL_PORT))

    @contextmanager
    def block(self) -> Iterator[str]:
        """Give the one block there is: nobody else lives in this memory."""
        yield _BLOCK

    async def listen(self, address: Address) -> Listener:
        """Listen at `address`; LabError where somebody does already."""
        if address in self._doors:
            raise LabError(f"{address} is listened on twice: give one of the two listeners another port")
        await trio.lowlevel.checkpoint()
        door, arrivals = trio.open_memory_channel[tuple[ByteStream, Address]](_BACKLOG)
        self._doors[address] = door
        return _MemoryListener(self, address, arrivals)

    def forget(self, address: Address) -> None:
        """Refuse SYNs to `address` from now on."""
        self._doors.pop(address, None)

    async def dial(
        self, source: str, target: Address, *, within: float, bound: Callable[[Address], None]
    ) -> ByteStream:
        """Connect from the host `source` to `target`; raise DialError."""
        here = Address(source, next(self._ports))
        bound(here)
        door = self._doors.get(target)
        near, far = memory_stream_pair()
        try:
            with trio.fail_after(within):
                await trio.lowlevel.checkpoint()
                if door is None:
                    raise DialError(DialFailure.REFUSED)
                await door.send((far, here))
        except trio.TooSlowError as error:
            raise DialError(DialFailure.TIMED_OUT) from error
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise DialError(DialFailure.REFUSED) from error
        return near

    async def open_datagrams(self, address: Address) -> DatagramPort:
        """Open a UDP port; LabError where somebody has it already."""
        await trio.lowlevel.checkpoint()
        here = address if address.port else Address(address.host, next(self._ports))
        if here in self._mailboxes:
            raise LabError(f"UDP port {here} is opened twice: give one of the two another number")
        mailbox, arrivals = trio.open_memory_channel[tuple[bytes, Address]](_BACKLOG)
        self._mailboxes[here] = mailbox
        return _MemoryPort(self, here, arrivals)

    def deliver(self, data: bytes, source: Address, to: Address) -> None:
        """Put a datagram into a mailbox; it is lost where there is none or it is full."""
        with suppress(KeyError, trio.WouldBlock, trio.BrokenResourceError):
            self._mailboxes[to].send_nowait((data, source))

    def forget_port(self, address: Address) -> None:
        """Lose what is sent to `address` from now on."""
        self._mailboxes.pop(address, None)
