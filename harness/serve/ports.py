"""Ports that stay open while the settings behind them change.

Theory. Every reading of the file puts a cast of its own on stage, a generation. Its actors listen and dial as ever,
on the network that `TcpPorts.network_for` gives them. Behind it each port is opened once and outlives generations:
whoever comes from outside is led to the newest one that is ready, a connection that an actor dialled to its own
generation. So what stands goes on with the settings that it began with, and no SYN is refused while settings change.
A port that the newest generation does not ask for is closed as soon as that is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from math import inf

import trio

from harness.errors import LabError
from harness.net.network import ByteStream, DatagramPort, DialError, Listener, Network
from harness.serve.connections import Clients
from harness.serve.udp_ports import UdpPorts
from harness.transcript import Address, DialFailure

_FARTHER = 10_000
_LAST_PORT = 65_535

Arrival = tuple[ByteStream, Address]
Noticed = Callable[[Address, str], None]
"""Is told of a client, by its address, that had to go, and why."""


@dataclass(eq=False)
class Generation:
    """One reading of the settings; `noticed` is told of its clients that had to go."""

    noticed: Noticed
    ready: bool = False


@dataclass(eq=False)
class _Share:
    """Where one generation takes its connections at one port: a listener for its actor."""

    tcp_port: _TcpPort
    generation: Generation
    inbox: trio.MemorySendChannel[Arrival]
    arrivals: trio.MemoryReceiveChannel[Arrival]

    async def accept(self) -> Arrival:
        return await self.arrivals.receive()

    def close(self) -> None:
        self.tcp_port.shares.pop(self.generation, None)
        while self.arrivals.statistics().current_buffer_used:
            stream, _ = self.arrivals.receive_nowait()
            stream.reset()
        self.arrivals.close()


@dataclass(eq=False)
class _TcpPort:
    """One port: its listeners (the nominal one, and the published one), and the shares behind it, oldest first."""

    address: Address
    scopes: list[trio.CancelScope] = field(default_factory=list)
    shares: dict[Generation, _Share] = field(default_factory=dict)

    def newest(self) -> Generation | None:
        """Return the newest generation that is ready and listens here, None where there is none."""
        return next((each for each in reversed(self.shares) if each.ready), None)


class TcpPorts:
    """Every port of a served lab. `publish` is one more address at which all of them are opened, empty for none.

    `published` maps a port to its place at that address: the same port, or a free one where that is taken. Whoever
    wants the same port as one of the `preferred` ports gives way.
    """

    def __init__(self, network: Network, nursery: trio.Nursery, clients: Clients, *, publish: str = "") -> None:
        self.network = network
        self.clients = clients
        self.published: dict[Address, Address] = {}
        self.preferred: frozenset[Address] = frozenset()
        self._publish = publish
        self._nursery = nursery
        self._tcp_ports: dict[Address, _TcpPort] = {}
        self.udp_ports = UdpPorts(network, nursery, publish=publish)
        self._inside: dict[Address, Generation] = {}

    @property
    def open(self) -> list[Address]:
        """The addresses of all ports."""
        return list(self._tcp_ports)

    def network_for(self, generation: Generation) -> Network:
        """Return the network on which the actors of a generation live."""
        return _GenerationNetwork(self, generation)

    def lead_to(self, generation: Generation) -> None:
        """Lead whoever comes from outside to this generation, and close the ports at which it does not listen."""
        generation.ready = True
        for tcp_port in [tcp_port for tcp_port in self._tcp_ports.values() if generation not in tcp_port.shares]:
            self._shut(tcp_port)

    def leave(self, generation: Generation) -> None:
        """Forget a generation that is over, and shut the ports that only it has opened."""
        self._inside = {source: whose for source, whose in self._inside.items() if whose is not generation}
        for tcp_port in list(self._tcp_ports.values()):
            tcp_port.shares.pop(generation, None)
            if not tcp_port.shares:
                self._shut(tcp_port)

    def _shut(self, tcp_port: _TcpPort) -> None:
        for scope in tcp_port.scopes:
            scope.cancel()
        self._tcp_ports.pop(tcp_port.address, None)
        self.published.pop(tcp_port.address, None)

    # --- listening ---

    async def share(self, generation: Generation, address: Address) -> Listener:
        """Return a generation's listener at a port, which is opened where it is not; LabError where it cannot be."""
        tcp_port = self._tcp_ports.get(address)
        if tcp_port is None:
            tcp_port = _TcpPort(address)
            listeners = [await self.network.listen(address)]
            if self._publish:
                listeners.append(await self._listen_beside(address))
            self._tcp_ports[address] = tcp_port
            for listener in listeners:
                self._nursery.start_soon(self._attend, tcp_port, listener)
        inbox, arrivals = trio.open_memory_channel[Arrival](inf)  # what waits here was let in
        tcp_port.shares[generation] = share = _Share(tcp_port, generation, inbox, arrivals)
        return share

    async def _listen_beside(self, address: Address) -> Listener:
        """Listen at the published address, at the first of the ports 5062, 15062, 25062… that is free."""
        gives_way = address.port in {each.port for each in self.preferred} and address not in self.preferred
        for port in range(address.port + gives_way * _FARTHER, _LAST_PORT, _FARTHER):
            place = Address(self._publish, port)
            try:
                listener = await self.network.listen(place)
            except LabError as error:
                refused = error
            else:
                self.published[address] = place
                return listener
        raise refused

    async def _attend(self, tcp_port: _TcpPort, listener: Listener) -> None:
        try:
            with trio.CancelScope() as scope:
                tcp_port.scopes.append(scope)
                while True:
                    stream, source = await listener.accept()
                    self._lead_in(tcp_port, stream, source)
        finally:
            listener.close()

    def _lead_in(self, tcp_port: _TcpPort, stream: ByteStream, source: Address) -> None:
        generation = self._inside.pop(source, None)
        host = generation or tcp_port.newest()
        share = tcp_port.shares.get(host) if host else None
        if host is None or share is None:
            stream.reset()
            return
        came: ByteStream | None = stream
        if generation is None:
            came = self.clients.admit(stream, (source, tcp_port.address), host, partial(host.noticed, source))
        if came is not None:
            share.inbox.send_nowait((came, source))

    # --- dialling ---

    async def dial(
        self, generation: Generation, source: str, target: Address, within: float, bound: Callable[[Address], None]
    ) -> ByteStream:
        """Connect as an actor of a generation, which the port of its own generation will know again."""
        left: list[Address] = []

        def leaves(here: Address) -> None:
            bound(here)
            if target in self._tcp_ports:
                left.append(here)
                self._inside[here] = generation

        try:
            return await self.network.dial(source, target, within=within, bound=leaves)
        except DialError:
            for here in left:
                self._inside.pop(here, None)
            raise

    def may_dial(self, target: Address) -> bool:
        """Whether actors may connect there: anywhere on loopback, to the lab alone where strangers can come in."""
        return not self._publish or target in self._tcp_ports


@dataclass
class _GenerationNetwork:
    """The network as the actors of one generation see it."""

    tcp_ports: TcpPorts
    generation: Generation

    @property
    def name(self) -> str:
        return self.tcp_ports.network.name

    def block(self) -> AbstractContextManager[str]:
        return self.tcp_ports.network.block()

    async def listen(self, address: Address) -> Listener:
        return await self.tcp_ports.share(self.generation, address)

    async def dial(
        self, source: str, target: Address, *, within: float, bound: Callable[[Address], None]
    ) -> ByteStream:
        if not self.tcp_ports.may_dial(target):
            await trio.lowlevel.checkpoint()
            raise DialError(DialFailure.UNREACHABLE)
        return await self.tcp_ports.dial(self.generation, source, target, within, bound)

    async def open_datagrams(self, address: Address) -> DatagramPort:
        if not address.port:
            return await self.tcp_ports.network.open_datagrams(address)
        return await self.tcp_ports.udp_ports.mailbox(self.generation, address)
