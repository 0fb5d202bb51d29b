"""The workbench of the cast's tests: the healthy lab with some settings changed, and visitors from outside."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

import pytest
import trio
from shipped_library import LIBRARY
from trio.testing import MockClock

from harness.lab.changes import changed
from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.net.memory import MemoryNetwork
from harness.net.network import Network
from harness.net.recorder import Recorder
from harness.net.sip_link import Inquiry, SipLink
from harness.pki import LeafOrder
from harness.run.play import OpenLab, open_lab
from harness.sip.building import request
from harness.sip.message import Request, Response
from harness.tls.profile import TlsProfile
from harness.transcript import Address, Direction, Event, SipSeen

EDGE_PORT, MUTUAL_PORT = 5061, 5062
NewNetwork: TypeAlias = Callable[[], Network]
_BRANCHES = itertools.count(1)


def on_virtual_time(main: Callable[..., Awaitable[Any]], **settings: Any) -> Any:
    """Run a test under a clock that jumps as soon as all wait; never with sockets (architecture.md, "Virtual time")."""
    return trio.run(main, **settings | {"clock": MockClock(autojump_threshold=0)})


MEMORY = pytest.param(MemoryNetwork, marks=pytest.mark.trio(run=on_virtual_time), id="memory")
LOOPBACK = pytest.param(LoopbackNetwork, id="loopback")
each_network = pytest.mark.parametrize("new_network", [MEMORY, LOOPBACK])
virtual_time = pytest.mark.trio(run=on_virtual_time)


@cache
def wearing(role: str, *faults: str) -> TlsProfile:
    """Return how a visitor with that certificate behaves; it trusts the public root."""
    worn = LIBRARY.lab_pki.issue(LeafOrder(role, faults=faults))
    trusted = (LIBRARY.lab_pki.certificate_of("public-root"),)
    return TlsProfile(chain=worn.sent, private_key=worn.private_key, trusted=trusted)


NOBODY = replace(wearing("b2b-peer"), chain=(), private_key=b"")


@dataclass
class Visit:
    """A lab that is open, and the way in for somebody from outside."""

    lab: OpenLab
    network: Network

    @property
    def edge(self) -> str:
        return self.lab.directory.address_of("expressway-e")

    async def dial(self, port: int) -> Link:
        """Open a TCP connection to Expressway-E from an address that nobody in the lab has."""
        return await self.dial_at("expressway-e", port)

    async def dial_at(self, actor: str, port: int) -> Link:
        """Open a TCP connection to an actor from an address that nobody in the lab has."""
        target, recorder = Address(self.lab.directory.address_of(actor), port), Recorder(trio.current_time)
        source = f"{self.lab.directory.block}.99"
        stream = await self.network.dial(source, target, within=5, bound=lambda _: None)
        number = recorder.dialling("visitor", target, "sip")
        return Link(stream, recorder, actor="visitor", number=number, listens=False, peer=target)

    @asynccontextmanager
    async def speaking(self, port: int, profile: TlsProfile) -> AsyncIterator[Visitor]:
        """Shake hands and speak SIP for as long as the block lasts."""
        link = await self.dial(port)
        assert await link.secure(profile)
        async with trio.open_nursery() as nursery:
            sip = SipLink(link, link._recorder, _refuse_to_serve)
            await nursery.start(sip.run)
            yield Visitor(sip)
            await sip.close()
            nursery.cancel_scope.cancel()

    def events(self, actor: str, kind: type[Event]) -> list[Any]:
        """Return the events of that kind which an actor noted, in order."""
        return [event for event in self.lab.recorder.events
                if isinstance(event, kind) and event.actor == actor]  # fmt: skip

    def heard_by(self, actor: str, start: bytes) -> list[str]:
        """Return the messages that reached an actor and begin so, as text."""
        seen = self.events(actor, SipSeen)
        return [event.message.decode() for event in seen
                if event.direction is Direction.RECEIVED and event.message.startswith(start)]  # fmt: skip


@dataclass
class Visitor:
    """Somebody outside who speaks SIP."""

    sip: SipLink

    async def ask(self, asked: Request) -> Response | None:
        """Return the final response, None where none came."""
        async with self.sip.ask(asked) as responses:
            final = [response async for response in responses if not response.is_provisional]
        return final[-1] if final else None


async def _refuse_to_serve(inquiry: Inquiry) -> None:
    raise AssertionError(f"nobody asked this visitor for a {inquiry.request.method}")


@asynccontextmanager
async def visiting(
    network: Network, change: Mapping[str, Any] | None = None, *, tls: str = "1.3"
) -> AsyncIterator[Visit]:
    """Open the healthy lab with the settings of `change` replaced."""
    async with open_lab(changed(LIBRARY.healthy, change or {}), LIBRARY.lab_pki, network, tls_version=tls) as opened:
        yield Visit(opened, network)


def asking(
    method: str,
    uri: str,
    *,
    caller: str = "bob@peer.example",
    routes: tuple[str, ...] = (),
    to_tag: str = "",
    more: tuple[tuple[str, str], ...] = (),
) -> Request:
    """Return a request as a visitor would send it."""
    number = next(_BRANCHES)
    headers = [
        ("Via", f"SIP/2.0/TLS visitor.example;branch=z9hG4bK{number}"),
        *(("Route", route) for route in routes),
        ("From", f"<sip:{caller}>;tag={number}"),
        ("To", f"<{uri}>" + (f";tag={to_tag}" if to_tag else "")),
        ("Call-ID", f"{number}@visitor.example"),
        ("CSeq", f"1 {method}"),
        ("Contact", f"<sip:{caller}>"),
        *more,
    ]
    return request(method, uri, headers=headers)
