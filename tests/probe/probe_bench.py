"""The workbench of the probe's tests: ports that speak as a test wants, a lab that is open, and a probe of either."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from address_blocks import own_block
from shipped_library import LIBRARY

from harness.lab.changes import changed
from harness.net.loopback import LoopbackNetwork
from harness.pki import LeafOrder
from harness.probe.credentials import ProbeCredentials, stranger
from harness.probe.probing import Probe, ProbeOrder, probe
from harness.probe.roles import ROLES
from harness.probe.target import read_target
from harness.run.play import OpenLab, open_lab

PUBLIC_ROOT = LIBRARY.lab_pki.certificate_of("public-root")
HOST = f"{own_block()}.30"
BOTH_VERSIONS = ("1.2", "1.3")
WITHIN = 1.0
"""Seconds that a probe of these tests gives each part; a local end that means to answer takes milliseconds."""


@cache
def kit() -> ProbeCredentials:
    """What the probes carry: no certificate of their own, a stranger's, and the lab's public root to trust."""
    chain, key = stranger(datetime.now(UTC))
    return ProbeCredentials((PUBLIC_ROOT,), "the lab's root", stranger=chain, stranger_key=key)


def wearing(role: str, *faults: str) -> ProbeCredentials:
    worn = LIBRARY.lab_pki.issue(LeafOrder(role, faults=faults))
    return replace(kit(), own=worn.sent, own_key=worn.private_key)


async def probed(target: object, role: str = "probe", carried: ProbeCredentials | None = None, **options: Any) -> Probe:
    """Probe a target as a role, quickly."""
    order = ProbeOrder(
        destination=read_target(str(target), ROLES[role]),
        role=ROLES[role],
        kit=carried or kit(),
        started=datetime.now(UTC),
        **{"within": WITHIN, "pace": 0.0, **options},
    )
    return await probe(order)


@asynccontextmanager
async def laboratory(change: dict[str, Any] | None = None) -> AsyncIterator[OpenLab]:
    """Keep a lab open on loopback, with a change to the healthy one."""
    async with open_lab(changed(LIBRARY.healthy, change or {}), LIBRARY.lab_pki, LoopbackNetwork()) as opened:
        yield opened
