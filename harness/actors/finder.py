"""From a name to a connection: the walk through DNS, and the next target where one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from harness.actors.site import CONNECT_SECONDS, Site
from harness.dns.destination import Destination, read_destination
from harness.dns.locate import Finding, Located, Policy, Target, Walking, locate
from harness.dns.records import Answer, Question
from harness.lab.directory import moved
from harness.net.link import Link
from harness.net.resolver import Resolver
from harness.transcript import Address, DialFailed

Secure = Callable[[Link, Target], Awaitable[bool]]
"""Brings a fresh connection to where its protocol can be spoken; False where it could not be."""


class Decide(Protocol):
    """Puts a decision on record, as `Site.decide` does."""

    def __call__(self, connection: int, topic: str, outcome: str, **facts: str) -> None:
        """Note one decision."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How an actor goes on from one target to the next.

    `within` are the seconds for a SYN. With `failover_on_tls_error` a TLS failure before any SIP byte leads to the
    next target as a transport failure does (trap X15); a refusal that comes later never does.
    """

    within: float = CONNECT_SECONDS
    failover_on_tls_error: bool = True


class Finder:
    """One actor's way from names to connections."""

    def __init__(self, site: Site) -> None:
        stage = site.stage
        server = Address(stage.directory.address_of("name-server"), stage.lab.name_server.port)
        self._site = site
        self._resolver = Resolver(stage.network, stage.recorder, actor=site.actor, host=site.host, server=server)
        self._chance = Random(f"{stage.lab.seed} {site.actor}")  # noqa: S311  # the same story again, no secret

    async def ask(self, question: Question) -> Answer:
        """Ask the name server one question."""
        return await self._resolver.ask(question)

    async def find(self, written: str | Destination, policy: Policy, client_subnet: str = "") -> Located:
        """Walk from a destination to its targets; every step of the walk is put on record.

        Addresses of the home block in a written destination are those of the lab, wherever it lives.
        """
        try:
            destination = self._read(written) if isinstance(written, str) else written
        except ValueError as error:
            finding = Finding("no-records", str(error), None, None)
            told = {"destination": str(written), "behaviour": policy.behaviour.value}
            self._site.decide(0, "locate", finding.kind, text=finding.text, **told)
            return Located((), finding, ())
        walk = locate(destination, policy, lambda most: self._chance.randint(0, most))
        located, _ = await self.drive(walk, client_subnet)
        put_on_record(self._site.decide, destination, policy, located)
        return located

    async def drive(self, walk: Walking, client_subnet: str = "") -> tuple[Located, dict[Question, Answer]]:
        """Answer a walk's questions by the name server; return what it came to, and the answers."""
        answers: dict[Question, Answer] = {}
        try:
            question = next(walk)
            while True:
                answers[question] = await self._resolver.ask(question, client_subnet)
                question = walk.send(answers[question])
        except StopIteration as stop:
            return stop.value, answers

    def _read(self, written: str) -> Destination:
        return read_destination(moved(written, self._site.stage.directory.block))

    async def reach(
        self, located: Located, secure: Secure, patience: Patience, *, protocol: str = "sip"
    ) -> Link | None:
        """Try the targets in their order; None where none of them could be brought to speak."""
        left = list(located.targets)
        while left:
            target = left.pop(0)
            link = await self._site.attempt(target.address, target.port, within=patience.within, protocol=protocol)
            if isinstance(link, Link) and await secure(link, target):
                return link
            why = link.failure.value if isinstance(link, DialFailed) else "handshake"
            number = link.connection if isinstance(link, DialFailed) else link.number
            goes_on = why != "handshake" or patience.failover_on_tls_error
            if len(located.targets) > 1:
                outcome = "no-target-left" if not left else "next-target" if goes_on else "gave-up"
                following = _named_after(target, left[0]) if left else "none"
                told = {"failed": _named(target), "why": why, "next": following, "seconds": f"{patience.within:g}"}
                self._site.decide(number, "failover", outcome, **told)
            if not goes_on:
                break
        return None


def put_on_record(decide: Decide, destination: Destination, policy: Policy, located: Located) -> None:
    """Tell every step of a walk, and what it came to."""
    told = {"destination": destination.written, "behaviour": policy.behaviour.value}
    for note in located.notes:
        decide(0, "locate-note", note.kind, text=note.text, **note.facts)
    if located.finding is not None:
        decide(0, "locate", located.finding.kind, text=located.finding.text, **told)
    elif not destination.is_address:
        decide(0, "locate", "found", targets=", ".join(map(spoken, located.targets)), **told)


def _named(target: Target) -> str:
    return f"{target.host}:{target.port}"


def _named_after(failed: Target, target: Target) -> str:
    return "its next address" if _named(failed) == _named(target) else _named(target)


def spoken(target: Target) -> str:
    """Return a target as people write it: transport, address, and where SRV led through, name and weights."""
    place = f"{target.transport} {Address(target.address, target.port)}"
    if target.priority is None:
        return place if target.host == target.address else f"{place} ({target.host})"
    return f"{place} ({target.host}, {target.priority}/{target.weight})"
