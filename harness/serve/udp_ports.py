"""UDP ports that stay open while the settings behind them change: the newest reading of the settings answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from harness.net.network import DatagramPort, Network
from harness.transcript import Address

_WAITING = 128
_ASKERS = 1024

Datagram = tuple[bytes, Address]


@dataclass(eq=False)
class _UdpPort:
    """A UDP port, and one more where it is published; the newest generation that opened it gets what comes.

    `came_by` is the port by which an asker came last, and its answers leave; the askers of longest ago are forgotten.
    """

    ports: list[DatagramPort]
    boxes: dict[object, trio.MemorySendChannel[Datagram]] = field(default_factory=dict)
    came_by: dict[Address, DatagramPort] = field(default_factory=dict)

    def take(self, datagram: Datagram, port: DatagramPort) -> None:
        """Hand a datagram on; it is lost where nobody keeps up."""
        box = next(reversed(self.boxes.values()), None)
        if box is not None and box.statistics().current_buffer_used < _WAITING:
            self.came_by.pop(datagram[1], None)
            self.came_by[datagram[1]] = port
            if len(self.came_by) > _ASKERS:
                self.came_by.pop(next(iter(self.came_by)))
            box.send_nowait(datagram)


@dataclass(eq=False)
class _UdpShare:
    """One generation's share in a UDP port."""

    udp_port: _UdpPort
    generation: object
    arrivals: trio.MemoryReceiveChannel[Datagram]

    async def send(self, data: bytes, to: Address) -> None:
        port = self.udp_port.came_by.get(to, self.udp_port.ports[0])
        await port.send(data, to)

    async def receive(self) -> Datagram:
        return await self.arrivals.receive()

    def close(self) -> None:
        self.udp_port.boxes.pop(self.generation, None)
        self.arrivals.close()


class UdpPorts:
    """Every UDP port of a served lab; `publish` is one more address at which all of them are opened, empty for none."""

    def __init__(self, network: Network, nursery: trio.Nursery, *, publish: str = "") -> None:
        self._network = network
        self._nursery = nursery
        self._publish = publish
        self._udp_ports: dict[Address, _UdpPort] = {}

    async def mailbox(self, generation: object, address: Address) -> DatagramPort:
        """Return a generation's share in a UDP port; LabError where that cannot be opened."""
        udp_port = self._udp_ports.get(address)
        if udp_port is None:
            places = [address, *([Address(self._publish, address.port)] if self._publish else [])]
            udp_port = _UdpPort([await self._network.open_datagrams(place) for place in places])
            self._udp_ports[address] = udp_port
            for port in udp_port.ports:
                self._nursery.start_soon(self._attend, udp_port, port)
        box, arrivals = trio.open_memory_channel[Datagram](_WAITING)
        udp_port.boxes[generation] = box
        return _UdpShare(udp_port, generation, arrivals)

    @staticmethod
    async def _attend(udp_port: _UdpPort, port: DatagramPort) -> None:
        try:
            while True:
                udp_port.take(await port.receive(), port)
        finally:
            port.close()
