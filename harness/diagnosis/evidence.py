"""What one step of a play comes to: where it stopped, who refused whom, and what bears on the cause.

Theory. A step hangs on one connection, or on a decision that kept it from reaching anybody: the hinge, which
`harness.diagnosis.decisive` finds. Where the story stopped on a connection follows from what each end of it saw, in the
order in which a story can stop: no TCP; the dialler's handshake failed; it finished but the listener's did not
(TLS 1.3, trap X8); both finished and one end then refused the name; else SIP. Of a connection of which only one
end is ours, the other end's view is inferred from what reached us, and some stories cannot be told apart: the
causes say so.

Everything expensive (decoding the handshake, explaining the chain) is a cached property, computed when a rule
asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import dropwhile

from harness.diagnosis.connection_view import NETWORK, ConnectionView, Seen
from harness.diagnosis.decisive import LOCATE, OBSTACLE_STAGES, decisive_connection, obstacle_of
from harness.diagnosis.listeners import open_ports
from harness.diagnosis.sip_heads import CHALLENGES, calls_nonce_stale, carries_credentials, status_of
from harness.tls.inspector import Inspection, Undecrypted
from harness.transcript import (
    ClientCertificate,
    Decision,
    Direction,
    Event,
    HandshakeFailed,
    HttpSeen,
    SipSeen,
    Transcript,
    VerifyFailed,
)
from harness.verdict import Stage
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.name_policy import judge_names
from harness.x509.near_miss import NearMiss
from harness.x509.path import PathExplanation, explain_path

MRA_CLIENTS = {"jabber", "mra-phone"}
"""The actors that come in by Mobile and Remote Access."""

TRIAL = "trial"
"""The topic of the decision by which a probe says what an attempt shows to a port of real gear."""

_USUAL_SERVICES = {5061: "TLS", 5062: "mutual TLS"}
_LOWEST_REFUSAL = 300
_NAME_SERVER = "name-server"
_ASIDE = "http"
"""Connections on which somebody asks about a certificate: what came of them is a decision, and no step hangs on one."""
"""Credentials in SIP are those of Digest; Basic is none (RFC 3261 section 22)."""
_PARTS = {"Expressway-E": "expressway-e", "Expressway-C": "expressway-c"}


@dataclass(frozen=True)
class Evidence:
    """One step with the connection on which it hung (None: it never dialled), or the decision that stopped it."""

    transcript: Transcript
    step: str
    actor: str
    completed: bool
    view: ConnectionView | None
    events: tuple[Event, ...]
    obstacle: Decision | None = None

    # --- where and who ---

    @cached_property
    def stage(self) -> Stage | None:
        """Where the step stopped; None where it completed."""
        if self.completed:
            return None
        if self.obstacle is not None:
            return OBSTACLE_STAGES[self.obstacle.topic]
        return (self.view.stage if self.view else None) or Stage.SIP

    @cached_property
    def by(self) -> str:
        """The actor that refused, empty where nobody did."""
        if self.stage is None:
            return ""
        if self.obstacle is not None:
            return _NAME_SERVER if self.obstacle.topic == LOCATE else self.obstacle.actor
        if self.view is not None and self.stage is not Stage.SIP:
            return self.view.refuser
        if self.view is not None and self.view.lost:
            return NETWORK
        return self._who_answered_no

    @cached_property
    def refused(self) -> str:
        """The actor that was refused."""
        if self.stage is None:
            return ""
        if self.obstacle is not None:
            return self.obstacle.actor if self.obstacle.topic == LOCATE else self.actor
        if self.view is not None and self.by == NETWORK:
            return self.view.connection.dialler
        if self.view is None or self.stage is Stage.SIP:
            return self.actor
        return self.view.other(self.by)

    @cached_property
    def _who_answered_no(self) -> str:
        """Who sent the final refusal first, or got the request last where nobody answered.

        Who reset the connection because the message was too long refused it before anybody could say so.
        """
        if (cut := self.decision("message-size", "refused")) is not None:
            return cut.actor
        for event in self.events:
            if not isinstance(event, SipSeen | HttpSeen) or event.direction is not Direction.SENT:
                continue
            if (status_of(event) or 0) >= _LOWEST_REFUSAL and not is_challenge(event, self.events):
                return event.actor
        heard = [e for e in self.events if isinstance(e, SipSeen) and e.direction is Direction.RECEIVED]
        takers = [event.actor for event in heard if status_of(event) is None]
        return takers[-1] if takers else self._far_end or self.listener or self.actor

    @cached_property
    def _far_end(self) -> str:
        """The end of the connection that is not ours, where that of the protagonist alone is."""
        alone = self.view is not None and self.one_sided and self.view.connection.end_of(self.actor) is not None
        return self.view.other(self.actor) if self.view and alone else ""

    @cached_property
    def status(self) -> int | None:
        """The last final status that the protagonist received, None where there was none."""
        messages = (event for event in self.events if isinstance(event, SipSeen | HttpSeen))
        heard = [status_of(message) for message in messages if self._hears(message)]
        final = [status for status in heard if status is not None and status >= 200]
        return final[-1] if final else None

    def _hears(self, event: SipSeen | HttpSeen) -> bool:
        """Whether the protagonist got a message; where its end is not ours, what was sent to it counts."""
        if event.connection in self._visits:
            return event.direction is Direction.SENT
        return event.actor == self.actor and event.direction is Direction.RECEIVED

    @cached_property
    def credentials_given(self) -> bool:
        """Whether a request carried credentials, and the last answer did not call only their nonce stale."""
        messages = [event for event in self.events if isinstance(event, SipSeen | HttpSeen)]
        last = next((each for each in reversed(messages) if self._hears(each) and status_of(each)), None)
        return any(map(carries_credentials, messages)) and not (isinstance(last, SipSeen) and calls_nonce_stale(last))

    @cached_property
    def _visits(self) -> frozenset[int]:
        """The protagonist's connections of which only the far end is ours."""
        views = (ConnectionView(self.transcript, each) for each in self.transcript.connections)
        return frozenset(v.connection.number for v in views if v.visited and v.connection.dialler == self.actor)

    @cached_property
    def alert(self) -> int | None:
        """The number of the fatal alert, None where none was seen."""
        alert = self.view.fatal_alert if self.view else None
        return alert[1] if alert else None

    @cached_property
    def listener(self) -> str:
        """The listener of the connection."""
        return self.view.listener if self.view else ""

    @cached_property
    def dialler(self) -> str:
        """The dialler of the connection."""
        return self.view.connection.dialler if self.view else ""

    @cached_property
    def port(self) -> int:
        """The port that was dialled, 0 where none was."""
        return self.view.connection.target.port if self.view else 0

    @cached_property
    def reached_port(self) -> int:
        """The port at which the listener took the connection: another than `port` where a firewall translates."""
        reached = self.view.connection.reached if self.view else None
        return reached.port if reached else self.port

    @cached_property
    def translated(self) -> bool:
        """Whether a firewall led the connection to another port than was dialled."""
        return self.reached_port != self.port

    def part_of(self, actor: str) -> str:
        """Return the part that an actor plays: `expressway-e` for every node of the edge, else its name."""
        roles = {card.name: card.role for card in self.transcript.actors}
        return _PARTS.get(roles.get(actor, "").partition(" ")[0], actor)

    @cached_property
    def failure(self) -> str:
        """The reason word of the listener's handshake failure, else of the dialler's, else empty."""
        failed = self.failed(self.listener) or self.failed(self.dialler)
        return failed.reason if failed else ""

    @cached_property
    def protocol(self) -> str:
        """What is spoken on the connection, empty where there is none."""
        return self.view.connection.protocol if self.view else ""

    def told(self, kind: type[Seen], actor: str = "") -> list[Seen]:
        """Return the events of one kind on the connection, of one actor or of all; none where there is none."""
        return self.view.events(kind, actor) if self.view else []

    def failed(self, actor: str) -> HandshakeFailed | None:
        """Return how the handshake of that end failed, None where it did not."""
        return self.view.failed(actor) if self.view else None

    @cached_property
    def one_sided(self) -> bool:
        """Whether only one end of the connection is ours."""
        return self.view is not None and len(self.view.connection.ends) == 1

    # --- what was decided ---

    def decision(self, topic: str, *outcomes: str) -> Decision | None:
        """Return the step's first decision on a topic, with one of these outcomes where any are given."""
        for event in self.events:
            if isinstance(event, Decision) and event.topic == topic and event.outcome in (outcomes or {event.outcome}):
                return event
        return None

    @cached_property
    def service(self) -> str:
        """What the listener calls the dialled port (`TLS`, `mutual TLS`), empty if it never said.

        Real gear says nothing that is recorded here: its port number then speaks, as Expressway has it by default.
        """
        usual = _USUAL_SERVICES.get(self.reached_port, "") if self.one_sided else ""
        return open_ports(self.transcript, self.listener).get(self.reached_port, usual)

    # --- certificates ---

    @cached_property
    def time(self) -> datetime:
        """When it happened, by the lab's clock."""
        return datetime.fromisoformat(self.transcript.started)

    @cached_property
    def inspection(self) -> Inspection | None:
        """Every TLS message of the connection."""
        return self.view.inspection if self.view else None

    @cached_property
    def is_sealed(self) -> bool:
        """Whether no key opens the handshake of TLS 1.3, so that what it shows of certificates was not seen."""
        seen = self.inspection
        if seen is None or seen.version != "1.3" or seen.server_chain is not None:
            return False
        return any(item.content == "application_data" for item in seen.of_kind(Undecrypted))

    def chain_of(self, actor: str) -> tuple[bytes, ...] | None:
        """Return the chain (DER) that an end presented: () for an empty one, None where none was seen."""
        if self.inspection is None:
            return None
        return self.inspection.server_chain if actor == self.listener else self.inspection.client_chain

    @cached_property
    def owner(self) -> str:
        """Who lives at the address that was dialled, empty where nobody does."""
        hosts = {card.host: card.name for card in self.transcript.actors}
        return hosts.get(self.view.connection.target.host, "") if self.view else ""

    @cached_property
    def foreign_leaf(self) -> tuple[bytes, bytes] | None:
        """The leaf that the dialler saw and the one that the dialled actor presents there, where they differ.

        None where they are the same, or where the actor's own was not seen on any connection to that address.
        """
        shown, genuine = self.chain_of(self.listener), self._genuine_chain
        return (shown[0], genuine[0]) if shown and genuine and shown[0] != genuine[0] else None

    @cached_property
    def _genuine_chain(self) -> tuple[bytes, ...] | None:
        """What the actor at the dialled address presented there to somebody else, while another one took this."""
        if self.view is None or self.owner in {"", self.listener}:
            return None
        target = self.view.connection.target
        others = (each for each in self.transcript.connections if each.target == target and each.listener == self.owner)
        seen = (ConnectionView(self.transcript, each).inspection for each in others)
        return next((inspection.server_chain for inspection in seen if inspection and inspection.server_chain), None)

    @cached_property
    def requested(self) -> ClientCertificate | None:
        """What the listener does about client certificates, None where that is not known."""
        end = self.view.listener_end if self.view else None
        if end is not None:
            return end.certificate_request
        asked = self.inspection is not None and self.inspection.certificate_request is not None
        return ClientCertificate.REQUIRED if asked else None

    @cached_property
    def empty_client_certificate(self) -> bool:
        """Whether the listener asked and the client had nothing to show."""
        if self.requested in {None, ClientCertificate.NONE} or self.view is None:
            return False
        return not self.chain_of(self.dialler) and self.chain_of(self.listener) is not None

    @cached_property
    def verify(self) -> VerifyFailed | None:
        """The refuser's objection to the peer's chain, None where it had none or it is not ours."""
        objections = self.told(VerifyFailed, self.by)
        return next((objection for objection in objections if not objection.overridden), None)

    @cached_property
    def presented(self) -> CertificateFacts | None:
        """The leaf of the refused end, None where it presented none."""
        chain = self.chain_of(self.refused)
        return read_certificate(chain[0]) if chain else None

    @cached_property
    def path(self) -> PathExplanation | None:
        """Why the refuser's anchors do not carry the refused end's chain, None where no chain was seen."""
        chain = self.chain_of(self.refused)
        return self.explained(chain) if chain and self.view is not None else None

    def explained(self, chain: tuple[bytes, ...]) -> PathExplanation:
        """Return why the refuser's anchors carry a chain (DER, leaf first) of the refused end, or do not."""
        end = self.view.connection.end_of(self.by) if self.view else None
        return explain_path(
            chain,
            trusted=end.trusted if end else (),
            known_authorities=self.transcript.authorities if end else (),
            purpose="server" if self.refused == self.listener else "client",
            at=self.time,
        )

    @cached_property
    def expected_names(self) -> tuple[str, ...]:
        """The names that the refuser looked for, else those that either end looked for."""
        if self.view is None:
            return ()
        ends = sorted(self.view.connection.ends, key=lambda end: end.actor != self.by)
        return next((end.expected_names for end in ends if end.expected_names), ())

    @cached_property
    def near_miss(self) -> NearMiss | None:
        """The name that nearly matched, None where none did or no certificate was presented."""
        if self.presented is None or not self.expected_names:
            return None
        decided = self.decision("zone-match") or self.decision("identity")
        policy = decided.facts.get("policy", "") if decided else ""
        return judge_names(self.presented, self.expected_names, policy=policy or "expressway").nearest_miss

    def name_checks(self) -> Iterator[tuple[tuple[str, ...], CertificateFacts]]:
        """Yield (names looked for, leaf looked at) of each end that looked for names, the refuser's first."""
        ends = self.view.connection.ends if self.view else ()
        for end in sorted(ends, key=lambda end: end.actor != self.by):
            chain = self.chain_of(self.view.other(end.actor)) if self.view else None
            if end.expected_names and chain:
                yield end.expected_names, read_certificate(chain[0])


# --- From a transcript to evidence -----------------------------------------------------------------------


def evidence_of(transcript: Transcript) -> Iterator[Evidence]:
    """Yield the evidence of each step, in the order of the play."""
    asides = {connection.number for connection in transcript.connections if connection.protocol == _ASIDE}
    for step, actor, completed, told in _steps(transcript):
        events = tuple(event for event in told if getattr(event, "connection", 0) not in asides)
        here = [c for c in transcript.connections if c.step == step and c.number not in asides]
        views = [ConnectionView(transcript, connection) for connection in here]
        view = decisive_connection(views, completed=completed)
        obstacle = None if completed else obstacle_of(events, view)
        yield Evidence(transcript, step, actor, completed, None if obstacle else view, events, obstacle)


def _steps(transcript: Transcript) -> Iterator[tuple[str, str, bool, tuple[Event, ...]]]:
    events: list[Event] = []
    for event in transcript.events:
        match event.kind:
            case "step-started":
                events = []
            case "step-ended":
                yield event.step, event.actor, event.completed, tuple(events)
                events = []
            case _:
                events.append(event)


def is_challenge(event: SipSeen | HttpSeen, events: tuple[Event, ...]) -> bool:
    """Whether a 401 or 407 was answered with credentials, so that it refused nothing.

    `events` are those of the step, in order; their times do not tell, since in memory they are often equal.
    """
    if status_of(event) not in CHALLENGES:
        return False
    later = dropwhile(lambda each: each is not event, events)
    return any(isinstance(each, SipSeen) and carries_credentials(each) for each in later)
