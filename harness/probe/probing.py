"""A probe from beginning to end: the name, the port, the transcript, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

import trio

from harness.actors.finder import put_on_record
from harness.diagnosis.judge import judge
from harness.dns.destination import Destination
from harness.dns.locate import Located, Target, locate
from harness.net.named_hosts import OutsideNetwork, is_this_machine
from harness.net.recorder import Recorder
from harness.probe.attempt import TARGET, Pace, Place, Visitor
from harness.probe.card import PortCard, card_of
from harness.probe.credentials import ProbeCredentials
from harness.probe.lookup import Names
from harness.probe.outcomes import Came, Trial
from harness.probe.roles import Role
from harness.probe.sequence import AttemptSequence
from harness.probe.target import policy_of
from harness.transcript import ActorCard, Address, Decision, Transcript
from harness.verdict import Stage, Verdict

_LOOK_UP = "look up"
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ProbeOrder:
    """What is to be probed, and as whom.

    `within` are the seconds for TCP, the handshake and an answer each; `pace` those from one connection to the next
    outside this machine. `names` replaces the names of the role where it is not empty; `server_name` what the
    ClientHello asks for (SNI), which is else the host that was dialled by name. `resolver` is the name server to ask,
    None for the machine's own.
    """

    destination: Destination
    role: Role
    kit: ProbeCredentials
    started: datetime
    within: float = 5.0
    pace: float = 1.0
    names: tuple[str, ...] = ()
    server_name: str = ""
    resolver: Address | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe came to. `card` is None where the name led nowhere.

    `interrupted` says that somebody ended it: what it has not tried is not known.
    """

    order: ProbeOrder
    transcript: Transcript
    verdict: Verdict
    card: PortCard | None
    interrupted: bool = False

    @property
    def let_in(self) -> bool | None:
        """Whether the port answered what the role asked; None where it neither answered nor refused."""
        visits = [step for step in self.verdict.steps if step.step.startswith("visit")]
        if not visits:
            return None if self.interrupted else False
        last = visits[-1]
        if last.stopped_at is Stage.SIP and last.status is None:
            return None
        seen = self.visit
        return None if seen is not None and seen.came is Came.HUNG_UP else last.ok

    @property
    def visit(self) -> Trial | None:
        """The last attempt that did what the role would do."""
        visits = {each.number for each in self.transcript.connections if each.step.startswith("visit")}
        trials = [each for each in (self.card.trials if self.card else ()) if each.connection in visits]
        return trials[-1] if trials else None

    @property
    def was_understood(self) -> bool:
        """Whether what answered spoke what it was asked in; true where nothing did."""
        return self.visit is None or not self.visit.foreign

    @property
    def trusts_port(self) -> bool | None:
        """Whether the role would trust the port's chain; None where it has no anchors, or saw no chain."""
        path = self.card.path if self.card else None
        return path.accepted if path and self.order.kit.anchors else None

    @property
    def knows_port(self) -> bool | None:
        """Whether one of the names is in the port's certificate by Expressway's rule; None where none was given."""
        said = self.card.opinions if self.card else ()
        return said[0].accepted if said else None

    @property
    def accepts_port(self) -> bool | None:
        """Whether the role would trust the chain and find a name; None where one holds and the other is not known."""
        known = {self.trusts_port, self.knows_port}
        return False if False in known else None if None in known else True

    @property
    def gets_through(self) -> bool:
        """Whether the role could work here: it is let in, every time, understood, and would itself accept the port.

        What nobody can say is no yes.
        """
        content = not self.order.role.verifies or self.accepts_port is True
        steady = self.card is None or (self.card.reliability is None and not self.card.turned_away)
        return self.let_in is True and self.was_understood and content and steady


async def probe(order: ProbeOrder, warn: Warn = lambda _: None) -> Probe:
    """Probe one target; `warn` gets the address before anything is sent to a host that is not this machine.

    LabError where this machine has no way to any name server.
    """
    recorder = Recorder(trio.current_time)
    network = OutsideNetwork()
    located = await _locate(order, network, recorder)
    places = tuple(_place(order, target) for target in located.targets)
    for place in places:
        network.permit(place.address.host)

    def snapshot() -> Transcript:
        return _transcript(order, recorder, places)

    interrupted = False
    if places:
        outside = [place.address for place in places if not is_this_machine(place.address.host)]
        if outside:
            warn(str(outside[0]))
        pace = Pace(order.pace if outside else 0.0)
        visitor = Visitor(network, recorder, actor=order.role.name, kit=order.kit, within=order.within, pace=pace)
        sequence = AttemptSequence(visitor, recorder, snapshot, actor=order.role.name, kit=order.kit)
        try:
            await sequence.run(places)
        except* KeyboardInterrupt:
            interrupted = True
    transcript = snapshot()
    return Probe(order, transcript, judge(transcript), card_of(transcript), interrupted)


async def _locate(order: ProbeOrder, network: OutsideNetwork, recorder: Recorder) -> Located:
    """Walk from the destination to places; where it leads nowhere, that is a step of its own."""
    actor, destination, policy = order.role.name, order.destination, policy_of(order.role)
    chance = Random()  # noqa: S311  # which SRV record of equal priority, no secret

    def decide(connection: int, topic: str, outcome: str, **facts: str) -> None:
        recorder.note(Decision(recorder.now(), actor, connection, topic, outcome, facts))

    if not destination.is_address:
        recorder.begin_step(actor, _LOOK_UP)
    names = Names(network, recorder, actor, order.resolver)
    located = await names.drive(locate(destination, policy, lambda most: chance.randint(0, most)))
    put_on_record(decide, destination, policy, located)
    if not destination.is_address:
        count, found = len(located.targets), located.finding is None
        detail = f"{count} address{'es' if count > 1 else ''}" if found else "no address"
        recorder.end_step(actor, _LOOK_UP, detail, completed=found)
    return located


def _place(order: ProbeOrder, target: Target) -> Place:
    address, name = Address(target.address, target.port), order.destination.host
    if order.destination.is_address:
        return Place(address, name, order.server_name, order.names)
    return Place(address, name, order.server_name or target.host, order.names or order.role.names(name, target.host))


def _transcript(order: ProbeOrder, recorder: Recorder, places: tuple[Place, ...]) -> Transcript:
    name = order.destination.host
    far = tuple(ActorCard(TARGET, name, host) for host in dict.fromkeys(place.address.host for place in places))
    return Transcript(
        scenario=f"probe of {order.destination.written}",
        tls_version="1.3",
        network=OutsideNetwork.name,
        started=order.started.isoformat(timespec="seconds"),
        actors=(ActorCard(order.role.name, order.role.title, ""), *far),
        events=tuple(recorder.events),
        connections=recorder.connections(),
    )
