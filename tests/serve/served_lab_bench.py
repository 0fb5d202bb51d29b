"""The workbench of the house's tests: a served lab in memory, and visitors of a few lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import trio
from shipped_library import LIBRARY
from trio.testing import MockClock

from harness.net.link import Link
from harness.net.memory import MemoryNetwork
from harness.net.network import ByteStream, StreamResetError
from harness.net.recorder import Recorder
from harness.pki.lab_pki import LabPki
from harness.serve.connections import Clients, Limits
from harness.serve.notes import Lookup, Visit
from harness.serve.ports import TcpPorts
from harness.serve.served_lab import ServedLab
from harness.serve.settings_source import Served, read_served
from harness.serve.stories import Setting, Story, judged
from harness.tls.profile import TlsProfile
from harness.transcript import Address


def on_virtual_time(main: Callable[..., Awaitable[Any]], **settings: Any) -> Any:
    """Run a test under a clock that jumps as soon as everybody waits."""
    return trio.run(main, **settings | {"clock": MockClock(autojump_threshold=0)})


virtual_time = pytest.mark.trio(run=on_virtual_time)

BLOCK = "127.64.0"
EDGE = f"{BLOCK}.10"
VISITOR = "127.0.0.1"


@cache
def lab_pki() -> LabPki:
    return LIBRARY.lab_pki


@cache
def healthy() -> Served:
    return read_served("")


@dataclass
class OpenHouse:
    """A house with its ports, the visits that are over, and those of which it was told while they stayed."""

    network: MemoryNetwork
    served_lab: ServedLab
    tcp_ports: TcpPorts
    visits: list[tuple[Visit, Setting]]
    stays: list[tuple[Visit, Setting]]
    lookups: list[Lookup]

    def stories(self) -> list[Story]:
        """Judge what is over so far."""
        return [judged(visit, setting) for visit, setting in self.visits]

    async def dial(self, port: int, host: str = EDGE) -> ByteStream:
        """Come from outside."""
        return await self.network.dial(VISITOR, Address(host, port), within=5, bound=lambda _: None)

    async def secured(self, port: int, tls: str) -> Link:
        """Come from outside and shake hands, without a certificate."""
        stream = await self.dial(port)
        link = Link(stream, Recorder(trio.current_time), actor="me", number=0, listens=False, peer=Address(EDGE, port))
        await link.secure(TlsProfile(trusted=lab_pki().anchors_of(("public-root",)), versions=(tls, tls)))
        return link


@asynccontextmanager
async def open_house(limits: Limits | None = None, *, judging: bool = True, word: str = "") -> AsyncIterator[OpenHouse]:
    """Open a lab to visitors in memory, by default the healthy one.

    Without `judging` nothing is kept of a visit that is over.
    """
    visits: list[tuple[Visit, Setting]] = []
    stays: list[tuple[Visit, Setting]] = []
    lookups: list[Lookup] = []

    def told(visit: Visit | Lookup, setting: Setting) -> None:
        if isinstance(visit, Lookup):
            lookups.append(visit)
        elif judging:
            (visits if visit.is_over else stays).append((visit, setting))

    async with trio.open_nursery() as nursery:
        network = MemoryNetwork()
        clients = Clients(limits or Limits())
        tcp_ports = TcpPorts(network, nursery, clients)
        nursery.start_soon(clients.cut_off_the_idle)
        served_lab = ServedLab(lab_pki(), tcp_ports, nursery, BLOCK, told)
        await served_lab.switch_to(read_served(word))
        yield OpenHouse(network, served_lab, tcp_ports, visits, stays, lookups)
        nursery.cancel_scope.cancel()


async def until_over(stream: ByteStream) -> None:
    """Read until the lab closes the connection."""
    try:
        while await stream.receive():
            pass
    except StreamResetError:
        pass
    stream.close()
