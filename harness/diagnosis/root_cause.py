"""Root cause and consequence: a step that found a zone or a tunnel down was stopped by what stopped that link.

Traversal zones and SSH tunnels are dialled before the play, by Expressway-C. A call that finds one of them down ends in
SIP, and says nothing of the reason. The attempt at the link does: it is looked at as a step of its own, and its cause
is that of the story. What the story's step shows then is the consequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.decisive import decisive_connection, obstacle_of
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.listeners import open_ports
from harness.diagnosis.sip_heads import request_in
from harness.transcript import Connection, Decision, Event, StepEnded
from harness.verdict import Stage

ZONE, TUNNEL = "traversal-zone", "ssh-tunnel"
"""The topics of the decisions by which Expressway-C says what became of a link that it dialled."""

MRA_ZONE, CALL_ZONE = "CollaborationEdgeZone", "HybridCallTraversal"
_SERVICES = {MRA_ZONE: "UC traversal", CALL_ZONE: "traversal", TUNNEL: "SSH tunnel"}
SET_UP = "set-up"
"""The step before the play, in which zones and tunnels come up."""

_EDGE, _CLIENT = "expressway-e", "expressway-c"
_UP, _MISSED = {"active", "up"}, "missing"


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A link that a step needed and that was down.

    `key` is the zone's name or `ssh-tunnel`; `attempt` the latest attempt at it, None where none is on record.
    """

    key: str
    attempt: Evidence | None

    @property
    def name(self) -> str:
        """The link, in the middle of a sentence."""
        return "the SSH tunnel" if self.key == TUNNEL else f"the traversal zone {self.key}"


def broken_link(evidence: Evidence) -> BrokenLink | None:
    """Return the link between the Expressways for lack of which a step ended in SIP, None where it lacked none."""
    if evidence.stage is not Stage.SIP or evidence.obstacle is not None:
        return None
    for key in _needed(evidence):
        attempts = _attempts(evidence, key)
        if any(attempt.completed for attempt in attempts):
            continue
        told = (attempt for attempt in attempts if attempt.view or attempt.obstacle)
        if attempts or key == TUNNEL or _SERVICES[key] in open_ports(evidence.transcript, evidence.by).values():
            return BrokenLink(key, next(told, None))
    return None


def mra_is_off(evidence: Evidence) -> bool:
    """Whether a registration found an edge that has no UC traversal zone at all, by its own list of open ports."""
    if evidence.stage is not Stage.SIP or evidence.obstacle is not None or MRA_ZONE not in _needed(evidence):
        return False
    opened = open_ports(evidence.transcript, evidence.by)
    return bool(opened) and _SERVICES[MRA_ZONE] not in opened.values()


def _needed(evidence: Evidence) -> tuple[str, ...]:
    """Return the links that whoever answered no needed for this request, in the order in which they come up."""
    if evidence.decision(TUNNEL, _MISSED) is not None:
        return MRA_ZONE, TUNNEL
    part = evidence.part_of(evidence.by)
    own = [event for event in evidence.events if event.actor == evidence.by]
    if part == _EDGE and any(request_in(event, "REGISTER") for event in own):
        return (MRA_ZONE,)
    chosen = {event.outcome for event in own if isinstance(event, Decision) and event.topic == "search-rule"}
    return (CALL_ZONE,) if part in {_EDGE, _CLIENT} and "traversal-zone" in chosen else ()


def _attempts(evidence: Evidence, key: str) -> list[Evidence]:
    """Return the latest attempt with each peer before the step ended; with the edge that answered no, if there is one.

    Where Expressway-C's side is not on record, the edge shows who came to the port of the link.
    """
    latest = dict(_told_by_client(evidence, key)) or _seen_by_edge(evidence, key)
    own = [attempt for attempt in latest.values() if attempt.listener in {"", evidence.by}]
    return own if own and evidence.part_of(evidence.by) == _EDGE else list(latest.values())


def _told_by_client(evidence: Evidence, key: str) -> Iterator[tuple[str, Evidence]]:
    """Yield the peer of each attempt at a link and the attempt, as Expressway-C has them on record."""
    stretch: list[Event] = []
    for event in takewhile(lambda each: not _ends(each, evidence), evidence.transcript.events):
        stretch.append(event)
        if isinstance(event, Decision) and event.topic in {ZONE, TUNNEL} and event.outcome != _MISSED:
            if event.facts.get("zone", TUNNEL) == key:
                dialled = {_number(each) for each in stretch if each.kind == "dialled" and each.actor == event.actor}
                connections = [each for each in evidence.transcript.connections if each.number in dialled]
                attempt = _as_step(evidence, connections, stretch, completed=event.outcome in _UP)
                yield event.facts.get("peer", ""), attempt
            stretch = []


def _ends(event: Event, evidence: Evidence) -> bool:
    return isinstance(event, StepEnded) and event.step == evidence.step


def _seen_by_edge(evidence: Evidence, key: str) -> dict[str, Evidence]:
    transcript, opened = evidence.transcript, open_ports(evidence.transcript, evidence.by)
    reached = [
        each
        for each in transcript.connections
        if each.listener == evidence.by and opened.get(each.target.port) == _SERVICES[key]
    ]
    if not reached:
        return {}
    stands = ConnectionView(transcript, reached[-1]).stage is None
    return {"": _as_step(evidence, reached[-1:], transcript.events, completed=stands)}


def _as_step(
    evidence: Evidence, connections: Sequence[Connection], events: Sequence[Event], *, completed: bool
) -> Evidence:
    """Return an attempt at a link as a step of Expressway-C, with the events that concern it."""
    views = [ConnectionView(evidence.transcript, each) for each in connections]
    concerned = {0, *(each.number for each in connections)}
    own = tuple(event for event in events if _number(event) in concerned)
    view = decisive_connection(views, completed=completed)
    obstacle = None if completed else obstacle_of(own, view)
    step = connections[-1].step if connections else SET_UP
    return Evidence(evidence.transcript, step, _CLIENT, completed, None if obstacle else view, own, obstacle)


def _number(event: Event) -> int:
    return getattr(event, "connection", 0)
