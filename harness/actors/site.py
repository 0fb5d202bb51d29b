"""What an actor stands on: its name and address, the network, and the recorder that it tells everything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import trio

from harness.actors.tls_profiles import TlsProfiles
from harness.errors import LabError
from harness.lab.actors import ACTORS
from harness.lab.directory import Directory
from harness.lab.settings import Lab
from harness.lab.settings.network import FirewallRule
from harness.net.hello_editor import EditedHello
from harness.net.link import Link
from harness.net.middlebox import FLIGHTS, CutStream, SwallowingStream
from harness.net.network import ByteStream, DialError, Listener, Network
from harness.net.recorder import Recorder
from harness.net.sip_link import OnViolation, Serve, SipLink
from harness.sip.identifiers import Identifiers
from harness.transcript import Address, Decision, DialFailed, DialFailure, Dialled

Welcome = Callable[[Link], Awaitable[None]]

CONNECT_SECONDS = 10.0
"""Expressway's TCP connect timeout (domain.md 3.1), used by everybody who has no setting of his own."""

FIREWALL = "firewall"
"""The actor that takes what a firewall rule intercepts; no rule is for its own connections."""


@dataclass
class Stage:
    """What all actors of one lab share.

    `intercepted` is the firewall's connection tracking: by the source address of each connection that it took.
    `listening` are the addresses at which some actor listens.
    """

    lab: Lab
    directory: Directory
    network: Network
    recorder: Recorder
    tls_profiles: TlsProfiles
    nursery: trio.Nursery
    intercepted: dict[Address, Intercepted] = field(default_factory=dict)
    listening: set[Address] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Intercepted:
    """Where a connection was dialled that the firewall took, and what is spoken there."""

    target: Address
    protocol: str


class Site:
    """One actor's place on the stage."""

    def __init__(self, stage: Stage, actor: str) -> None:
        self.stage = stage
        self.actor = actor
        self.host = stage.directory.address_of(actor)
        self.identifiers = Identifiers(actor)
        kind = "expressway-e" if actor in stage.lab.nodes else actor
        self.software = ACTORS[kind].software_on(stage.lab.release)

    async def listen(self, port: int, welcome: Welcome, *, service: str, protocol: str = "sip", **facts: str) -> None:
        """Listen on `port`; `welcome` gets each connection in a task of its own. LabError if it cannot be.

        What this actor calls the port is put on record: so it is known of every port whether somebody listens there.
        """
        address = Address(self.host, port)
        if address in self.stage.listening:
            raise LabError(f"{self.actor} listens on port {port} twice: give one of the two another port.")
        self.stage.listening.add(address)
        listener = await self.stage.network.listen(address)
        self.stage.nursery.start_soon(self._serve, listener, address, welcome, protocol)
        self.decide(0, "listener", service, port=str(port), **facts)

    async def _serve(self, listener: Listener, address: Address, welcome: Welcome, protocol: str) -> None:
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    stream, source = await listener.accept()
                    number = self.stage.recorder.accepted(self.actor, source, address, protocol)
                    link = self._link(stream, number, source, listens=True)
                    link.port = address.port
                    nursery.start_soon(self._receive, link, welcome)
        finally:
            listener.close()

    async def _receive(self, link: Link, welcome: Welcome) -> None:
        try:
            await welcome(link)
        except Exception as error:  # what becomes of it is the recorder's to say
            self.stage.recorder.broke(link.number, error)
        finally:
            link.drop()
            self.stage.recorder.served(link.number)

    async def dial(
        self, host: str, port: int, *, within: float = CONNECT_SECONDS, protocol: str = "sip"
    ) -> Link | None:
        """Connect to `host`:`port`; None when no TCP connection came about, which is then on record."""
        link = await self.attempt(host, port, within=within, protocol=protocol)
        return link if isinstance(link, Link) else None

    async def attempt(
        self, host: str, port: int, *, within: float = CONNECT_SECONDS, protocol: str = "sip"
    ) -> Link | DialFailed:
        """Connect to `host`:`port`; the event of the failure, which is then on record, where that did not succeed."""
        recorder, target = self.stage.recorder, Address(host, port)
        number = recorder.dialling(self.actor, target, protocol)
        recorder.note(Dialled(recorder.now(), self.actor, number))
        try:
            stream = await self._pass_firewall(number, target, within, protocol)
        except DialError as error:
            failed = DialFailed(recorder.now(), self.actor, number, error.failure)
            recorder.note(failed)
            return failed
        return self._link(stream, number, target, listens=False)

    async def _pass_firewall(self, number: int, target: Address, within: float, protocol: str) -> ByteStream:
        """Connect through whatever stands in the path; DialError where nothing comes of it."""
        rule = self._rule_for(target)
        action = "drop" if self.stage.directory.is_dead(target.host) else rule.action if rule else ""
        match action:
            case "drop":
                self.stage.recorder.bound(number, Address(self.host, 0))
                await trio.sleep(within)
                raise DialError(DialFailure.TIMED_OUT)
            case "refuse":
                self.stage.recorder.bound(number, Address(self.host, 0))
                await trio.lowlevel.checkpoint()
                raise DialError(DialFailure.REFUSED)
            case "translate":
                target = Address(target.host, rule.to_port or target.port) if rule else target
        led = Intercepted(target, protocol) if action == "intercept" else None
        if led:
            target = Address(self.stage.directory.address_of(FIREWALL), target.port)
        bound = partial(self._leave, number, led)
        stream = await self.stage.network.dial(self.host, target, within=within, bound=bound)
        if action == "swallow":
            return SwallowingStream(stream)
        if action == "take-tls-1.3-out-of-the-hello":
            return EditedHello(stream)
        return CutStream(stream, FLIGHTS[action]) if action in FLIGHTS else stream

    def _leave(self, number: int, led: Intercepted | None, source: Address) -> None:
        """Note the address from which a connection leaves, before its SYN does."""
        self.stage.recorder.bound(number, source)
        if led is not None:
            self.stage.intercepted[source] = led

    def _rule_for(self, target: Address) -> FirewallRule | None:
        if self.actor == FIREWALL:
            return None
        to = self.stage.directory.actor_at(target.host)
        rules = self.stage.lab.firewall.rules
        return next((rule for rule in rules if rule.fits(self.actor, to, target.port)), None)

    def _link(self, stream: ByteStream, number: int, peer: Address, *, listens: bool) -> Link:
        recorder = self.stage.recorder
        link = Link(stream, recorder, actor=self.actor, number=number, listens=listens, peer=peer)
        link.clock = self.stage.tls_profiles.clock()
        return link

    def speak_sip(self, link: Link, serve: Serve) -> SipLink:
        """Start SIP on a link that this actor dialled; it runs until the link ends."""
        sip = SipLink(link, self.stage.recorder, serve, speaks_first=True, software=self.software)
        self.stage.nursery.start_soon(sip.run)
        return sip

    def sip_link(
        self, link: Link, serve: Serve, *, max_message: int = 32768, on_violation: OnViolation | None = None
    ) -> SipLink:
        """Return SIP on a link that this actor was dialled on; `run` speaks it."""
        recorder, software = self.stage.recorder, self.software
        return SipLink(link, recorder, serve, max_message=max_message, on_violation=on_violation, software=software)

    def decide(self, connection: int, topic: str, outcome: str, **facts: str) -> None:
        """Put a decision of this actor on record; underscores in fact names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in facts.items()}
        recorder = self.stage.recorder
        recorder.note(Decision(recorder.now(), self.actor, connection, topic, outcome, named))
