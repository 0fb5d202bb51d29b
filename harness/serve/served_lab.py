"""The served lab: one generation of actors for each reading of the settings, the newest one at the ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from harness.errors import LabError, ScenarioError
from harness.lab.directory import Directory, directory_of
from harness.lab.settings import Lab
from harness.pki.lab_pki import LabPki
from harness.run.play import cards_of, open_lab
from harness.serve.journal import Journal
from harness.serve.notes import Lookup, Visit
from harness.serve.ports import Generation, TcpPorts
from harness.serve.settings_source import Served
from harness.serve.stories import Setting
from harness.transcript import Address, Decision

MOST_GENERATIONS = 8
"""Readings of the settings that may have visitors at a time: each is a cast of its own."""

STAYS_SECONDS = 2.0
"""After so long a visit is told of before it is over."""

_LOOK_SECONDS = 0.5

Told = Callable[[Visit | Lookup, Setting], None]
"""Is told of each request that was answered, of each visit that is over, and before that of one that stays."""


@dataclass(eq=False)
class Running:
    """One generation that has taken over. `over` is set when another one took its place."""

    served: Served
    directory: Directory
    standing: tuple[Decision, ...]
    over: trio.Event = field(default_factory=trio.Event)


class ServedLab:
    """Keeps a lab open in `block`, and its visitors with the settings under which they came."""

    def __init__(self, lab_pki: LabPki, tcp_ports: TcpPorts, nursery: trio.Nursery, block: str, told: Told) -> None:
        self.current: Running | None = None
        self.generations = 0
        self._lab_pki = lab_pki
        self._tcp_ports = tcp_ports
        self._nursery = nursery
        self._block = block
        self._told = told
        self.journals: list[Journal] = []

    def count_untold(self) -> int:
        """Return of how many requests nothing was told since the last call, because too many came at a time."""
        return sum(journal.count_untold() for journal in self.journals)

    async def switch_to(self, served: Served) -> Running:
        """Put a lab on and lead whoever comes to it from now on.

        ScenarioError or LabError, and all is as before, where that cannot be.
        """
        if self.generations >= MOST_GENERATIONS:
            raise LabError(
                f"{self.generations - 1} earlier readings of the settings still have visitors; wait until they leave."
            )
        try:
            running: Running = await self._nursery.start(self._live, served)
        except* (LabError, ScenarioError) as group:
            raise _first(group) from None
        if self.current is not None:
            self.current.over.set()
        self.current = running
        return running

    async def _live(self, served: Served, *, task_status: trio.TaskStatus[Running]) -> None:
        """Be one generation: until another one takes over and the last visitor has left."""
        journal = Journal(trio.current_time, lambda visit: self._told(visit, setting), self._tcp_ports.clients.heard)
        generation = Generation(journal.cut_off)
        network = self._tcp_ports.network_for(generation)
        self.generations += 1
        self.journals.append(journal)
        self._tcp_ports.preferred = _of_the_edge(served.lab, self._block)
        try:
            async with (
                open_lab(served.lab, self._lab_pki, network, block=self._block, recorder=journal) as opened,
                trio.open_nursery() as nursery,
            ):
                setting = self._setting(served, opened.directory)
                self._tcp_ports.lead_to(generation)
                running = Running(served, opened.directory, journal.standing)
                task_status.started(running)
                nursery.start_soon(self._tell_of_who_stays, journal, setting)
                await running.over.wait()
                await self._tcp_ports.clients.departure_of_all(generation)
                nursery.cancel_scope.cancel()
        finally:
            self.generations -= 1
            self.journals.remove(journal)
            self._tcp_ports.leave(generation)

    async def _tell_of_who_stays(self, journal: Journal, setting: Setting) -> None:
        while True:
            await trio.sleep(_LOOK_SECONDS)
            for visit in journal.staying(STAYS_SECONDS):
                self._told(visit, setting)

    def _setting(self, served: Served, directory: Directory) -> Setting:
        return Setting(
            name=served.name,
            network=self._tcp_ports.network.name,
            started=self._lab_pki.now.isoformat(timespec="seconds"),
            actors=cards_of(directory, served.lab.release),
            authorities=tuple(self._lab_pki.authorities().values()),
        )


def _of_the_edge(lab: Lab, block: str) -> frozenset[Address]:
    """Return the ports whose numbers people know: those of Expressway-E."""
    edge, host = lab.expressway_e, directory_of(lab, block).address_of("expressway-e")
    ports = (edge.sip.tcp_port, edge.sip.tls_port, edge.sip.mutual_tls_port, edge.mra_port)
    return frozenset(Address(host, port) for port in ports)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the one exception that matters: the lab's own nurseries wrap it."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
