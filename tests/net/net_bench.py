"""The workbench of the wire's tests: both networks, two ends on one connection, certificates to wear."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import trio
from address_blocks import own_block
from trio.testing import MockClock

from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.net.memory import MemoryNetwork
from harness.net.network import ByteStream, Listener, Network
from harness.net.recorder import Recorder
from harness.pki import LabPki, LeafOrder, read_catalogue
from harness.tls.profile import TlsProfile
from harness.transcript import Address, ClientCertificate, Event

BOTH_VERSIONS = ("1.2", "1.3")
NewNetwork: TypeAlias = Callable[[], Network]


def on_virtual_time(main: Callable[..., Awaitable[Any]], **settings: Any) -> Any:
    """Run a test under a clock that jumps as soon as all wait; never with sockets (architecture.md, "Virtual time")."""
    return trio.run(main, **settings | {"clock": MockClock(autojump_threshold=0)})


MEMORY = pytest.param(MemoryNetwork, marks=pytest.mark.trio(run=on_virtual_time), id="memory")
LOOPBACK = pytest.param(LoopbackNetwork, id="loopback")
each_network = pytest.mark.parametrize("new_network", [MEMORY, LOOPBACK])
each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)


# --- addresses: each test process, a fork too, has its own block of 127.0.0.0/8, and each connection its own port ---

_PORTS = itertools.cycle(range(5062, 6062))


def caller_host() -> str:
    return f"{own_block()}.70"


def called_host() -> str:
    return f"{own_block()}.10"


def fresh_address() -> Address:
    return Address(called_host(), next(_PORTS))


# --- certificates ---


@cache
def lab_pki() -> LabPki:
    certs = Path(__file__).parents[2] / "certs"
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(certs.glob("*.yaml"))}
    return LabPki(read_catalogue(texts), datetime.now(UTC))


@cache
def wearing(role: str, *faults: str) -> TlsProfile:
    worn = lab_pki().issue(LeafOrder(role, faults=faults))
    trusted = (lab_pki().certificate_of("public-root"),)
    return TlsProfile(chain=worn.sent, private_key=worn.private_key, trusted=trusted)


def caller(tls: str, *faults: str) -> TlsProfile:
    return replace(wearing("b2b-peer", *faults), versions=(tls, tls))


def nobody(tls: str) -> TlsProfile:
    """Return a caller without a certificate."""
    return replace(caller(tls), chain=(), private_key=b"")


def mutual() -> TlsProfile:
    return replace(wearing("expressway-e"), request=ClientCertificate.REQUIRED)


# --- connections ---


@dataclass
class Pair:
    """Both ends of one connection, and what they told the recorder."""

    caller: Link
    called: Link
    recorder: Recorder

    async def secure(self, client: TlsProfile, server: TlsProfile) -> tuple[bool, bool]:
        """Run both halves of the handshake; return whether each succeeded."""
        done = {}

        async def run(link: Link, profile: TlsProfile) -> None:
            done[link] = await link.secure(profile)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, self.caller, client)
            nursery.start_soon(run, self.called, server)
        return done[self.caller], done[self.called]

    def seen(self, actor: str, kind: type[Event]) -> list[Any]:
        """Return the events of that kind which `actor` noted."""
        return [event for event in self.recorder.events
                if isinstance(event, kind) and event.actor == actor]  # fmt: skip


@asynccontextmanager
async def listening(network: Network) -> AsyncIterator[tuple[Listener, Address]]:
    address = fresh_address()
    listener = await network.listen(address)
    try:
        yield listener, address
    finally:
        listener.close()


@asynccontextmanager
async def streams(network: Network) -> AsyncIterator[tuple[ByteStream, ByteStream]]:
    """Yield the dialler's and the listener's end of a fresh connection."""
    async with listening(network) as (listener, address):
        near = await network.dial(caller_host(), address, within=5, bound=lambda _: None)
        far, _ = await listener.accept()
        try:
            yield near, far
        finally:
            near.close()
            far.close()


@asynccontextmanager
async def pair(network: Network) -> AsyncIterator[Pair]:
    """Yield the two links of a fresh connection."""
    async with streams(network) as (near, far):
        recorder = Recorder(trio.current_time)
        target = Address(called_host(), 5062)
        number = recorder.dialling("caller", target, "sip")
        yield Pair(
            Link(near, recorder, actor="caller", number=number, listens=False, peer=target),
            Link(far, recorder, actor="called", number=number, listens=True, peer=Address(caller_host(), 0)),
            recorder,
        )
