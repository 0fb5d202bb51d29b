"""From a destination to the targets to dial: RFC 3263, and the way Expressway goes instead (domain.md 1.3).

A walk is a generator: it yields the questions that it wants answered and returns what it found; whoever drives it
owns sockets and time. The first SRV label with records wins and labels after it are not asked, so nobody falls from
TLS to plain TCP because a TLS target is down.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias

from harness.dns.destination import Destination
from harness.dns.journey import Target, Walk, WalkEndedError
from harness.dns.records import Answer, Question
from harness.dns.selection import Draw
from harness.dns.walk_policy import Behaviour, Policy
from harness.dns.walk_steps import Journey, follow
from harness.dns.walk_words import FINDINGS, NOTES, Finding, Note

__all__ = [
    "FINDINGS", "NOTES", "Behaviour", "Finding", "Located", "Note", "Policy", "Target", "Walking", "locate", "run_walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Located:
    """What a walk came to: the targets in the order in which they are to be tried, or why there is none.

    `finding` is None exactly where there is a target. `notes` are the steps of the walk in their order.
    """

    targets: tuple[Target, ...]
    finding: Finding | None
    notes: tuple[Note, ...]


Walking: TypeAlias = Generator[Question, Answer, Located]


def locate(destination: Destination, policy: Policy, draw: Draw) -> Walking:
    """Walk from a destination to targets; yields questions, wants answers, returns `Located`.

    No answer makes it raise. It asks at most `walk.MAX_QUESTIONS` questions and gives at most `walk.MAX_TARGETS`
    targets. `draw` decides between SRV records of one priority (`selection.Draw`).
    """
    walk = Walk(policy.families)
    finding = None
    try:
        yield from follow(Journey(walk, destination, policy, draw, _domain(walk, destination, policy)))
    except WalkEndedError as end:
        finding = None if walk.targets else end.finding
    return Located(tuple(walk.targets), finding, tuple(walk.notes))


def run_walk(walk: Walking, answer: Callable[[Question], Answer]) -> Located:
    """Drive a walk with a function that answers at once."""
    try:
        question = next(walk)
        while True:
            question = walk.send(answer(question))
    except StopIteration as stop:
        located: Located = stop.value
        return located


def _domain(walk: Walk, destination: Destination, policy: Policy) -> str:
    """Return the name to look up: the destination's own, or the one of Modify DNS request."""
    override = policy.override_domain.removesuffix(".").lower()
    if destination.is_address or override in ("", destination.host):
        return destination.host
    text = f"{override} is looked up instead of {destination.host} (Modify DNS request)"
    walk.note("override-domain", text, name=override, instead_of=destination.host)
    return override
