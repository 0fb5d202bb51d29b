"""The lab's names alone: its name server on a network, without the rest of the cast."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

import trio

from harness.actors.finder import Finder
from harness.actors.name_server import NameServer, Served
from harness.actors.site import Site, Stage
from harness.actors.tls_profiles import TlsProfiles
from harness.lab.directory import directory_of
from harness.lab.settings import Lab
from harness.net.network import Network
from harness.net.recorder import Recorder
from harness.pki.lab_pki import LabPki
from harness.transcript import Address

_ASKER = "b2b-peer"
"""Who asks where nobody in particular does: somebody outside."""


@dataclass
class OpenNames:
    """A name server that answers, and a finder that asks it."""

    address: Address
    finder: Finder


@asynccontextmanager
async def open_names(
    lab: Lab, lab_pki: LabPki, network: Network, *, block: str = "", watch: Callable[[Served], None] | None = None
) -> AsyncIterator[OpenNames]:
    """Keep the lab's name server open while the context lasts; LabError where its port cannot be had."""
    with nullcontext(block) if block else network.block() as claimed:
        async with trio.open_nursery() as nursery:
            recorder = Recorder(trio.current_time)
            directory = directory_of(lab, claimed)
            stage = Stage(lab, directory, network, recorder, TlsProfiles(lab_pki, "1.3"), nursery)
            server = NameServer(stage, watch)
            await server.start()
            yield OpenNames(server.address, Finder(Site(stage, _ASKER)))
            nursery.cancel_scope.cancel()
