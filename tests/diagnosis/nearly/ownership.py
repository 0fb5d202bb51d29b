"""The proof of a domain: `harness.diagnosis.causes.ownership`."""

from __future__ import annotations

from typing import Any

from domain_stories import UNPROVEN
from meeting import Meeting, decided

from nearly.row import NearMiss, but, row


def told(topic: str, outcome: str, kind: str) -> dict[str, Any]:
    return {"decisions": (decided("control-hub", topic, outcome, domain="example.com", kind=kind),)}


def _row(topic: str, kind: str, cause: str) -> NearMiss:
    other, other_kind, others_cause = next(each for each in UNPROVEN if each[0] != topic)
    turns = [
        but("nothing was refused", "sip-unanswered", **told(topic, "pending", kind)),
        but("something else was refused", others_cause, **told(other, "refused", other_kind)),
        but("the call went through all the same", "none", completed=True),
    ]
    if kind:
        turns.append(but("the reason is one that nobody knows", "unexplained", **told(topic, "refused", "new")))
    return row(cause, Meeting(**told(topic, "refused", kind)), *turns)


ROWS = tuple(_row(*each) for each in UNPROVEN)
