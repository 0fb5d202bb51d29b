"""One play: a lab put on for one plan, its steps played, its transcript taken down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

import trio

from harness.actors.site import Stage
from harness.actors.tls_profiles import TlsProfiles
from harness.actors.user_agent import Outcome
from harness.lab.directory import Directory, directory_of
from harness.lab.settings import Lab
from harness.net.loopback import LoopbackNetwork
from harness.net.memory import MemoryNetwork
from harness.net.network import Network
from harness.net.recorder import Recorder
from harness.pki.lab_pki import LabPki
from harness.run.cast import Cast
from harness.run.key_log import append_key_log
from harness.scenario.model import Step
from harness.scenario.plan import Plan
from harness.transcript import ActorCard, Transcript

LAST_WORDS_SECONDS = 0.02
"""The play ends when its protagonist knows; how it ended must still reach the other end, as a reset or a FIN."""

STEP_SECONDS = 90.0
"""No step may take longer; the longest honest one waits for a SIP transaction (32 s) and a SYN (10 s)."""

_NETWORKS: Mapping[str, Callable[[], Network]] = {"loopback": LoopbackNetwork, "memory": MemoryNetwork}


@dataclass
class OpenLab:
    """A lab whose listeners are open."""

    cast: Cast
    recorder: Recorder
    directory: Directory

    async def perform(self, step: Step) -> Outcome:
        """Let a step be done, for `STEP_SECONDS` at most; return what its protagonist got."""
        self.recorder.begin_step(step.actor, step.name)
        outcome = Outcome(completed=False, detail="took too long")
        with trio.move_on_after(STEP_SECONDS):
            outcome = await self.cast.perform(step)
        self.recorder.end_step(step.actor, step.name, outcome.detail, completed=outcome.completed)
        return outcome

    def transcript(self, plan: Plan, lab_pki: LabPki, network: str, as_of: str) -> Transcript:
        """Return what was seen so far, as a transcript of `plan`."""
        return Transcript(
            scenario=plan.scenario,
            tls_version=plan.tls_version,
            network=network,
            started=lab_pki.now.isoformat(timespec="seconds"),
            actors=cards_of(self.directory, self.cast.release),
            events=tuple(self.recorder.events),
            connections=self.recorder.connections(),
            authorities=tuple(lab_pki.authorities().values()),
            as_of=as_of,
        )


@asynccontextmanager
async def open_lab(
    lab: Lab,
    lab_pki: LabPki,
    network: Network,
    *,
    tls_version: str = "1.3",
    block: str = "",
    recorder: Recorder | None = None,
) -> AsyncIterator[OpenLab]:
    """Put the cast on and keep it there; everything is over when the block is left.

    `block` are the first three octets of the lab's addresses, by default a free block of its own; `recorder` takes
    everything down, by default all of it for one play. LabError where a listener cannot be opened.
    """
    recorder = recorder or Recorder(trio.current_time)
    with nullcontext(block) if block else network.block() as claimed:
        directory = directory_of(lab, claimed)
        async with trio.open_nursery() as nursery:
            stage = Stage(lab, directory, network, recorder, TlsProfiles(lab_pki, tls_version), nursery)
            cast = Cast(stage)
            await cast.start()
            yield OpenLab(cast, recorder, directory)
            nursery.cancel_scope.cancel()


async def perform(plan: Plan, lab_pki: LabPki, network: Network, *, block: str = "", as_of: str = "") -> Transcript:
    """Play a plan; return what was seen. A peer's refusal is part of it, never an exception.

    `as_of` says that the lab's PKI's time is not the real one, for those who read the transcript. The play's TLS
    secrets go to the file that SSLKEYLOGFILE names; ScenarioError where they cannot.
    """
    async with open_lab(plan.lab, lab_pki, network, tls_version=plan.tls_version, block=block) as opened:
        for step in plan.play:
            await opened.perform(step)
        await trio.sleep(LAST_WORDS_SECONDS)
        transcript = opened.transcript(plan, lab_pki, network.name, as_of)
    append_key_log(transcript)
    return transcript


def new_network(name: str) -> Network:
    """Return a network by its name, `loopback` or `memory`; KeyError for another."""
    return _NETWORKS[name]()


def cards_of(directory: Directory, release: str) -> tuple[ActorCard, ...]:
    """Return who lives in a lab whose Expressways run `release`."""
    return tuple(
        ActorCard(name, role, directory.address_of(name), release if role.startswith("Expressway") else "")
        for name, role in directory.roles.items()
    )
