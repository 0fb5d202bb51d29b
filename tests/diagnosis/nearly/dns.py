"""The walk from a name to an address: `harness.diagnosis.causes.dns`."""

from __future__ import annotations

from typing import Any

from domain_stories import ASKED_IN_VAIN
from meeting import Meeting, decided

from nearly.row import NearMiss, but, row


def walk(outcome: str, topic: str = "locate") -> dict[str, Any]:
    return {"decisions": (decided("webex-cloud", topic, outcome, destination="example.com", text="no such record"),)}


def _row(finding: str, cause: str) -> NearMiss:
    other, others_cause = next((f, c) for f, c in ASKED_IN_VAIN.items() if c != cause)
    return row(
        cause,
        Meeting(**walk(finding)),
        but("the walk found something else", others_cause, **walk(other)),
        but("the walk found an address", "sip-unanswered", **walk("found")),
        but("Control Hub said so of a token", "unexplained", **walk("refused", "ownership")),
        but(
            "a later walk found an address",
            "sip-unanswered",
            decisions=(*walk(finding)["decisions"], *walk("found")["decisions"]),
        ),
    )


ROWS = tuple(_row(finding, cause) for finding, cause in ASKED_IN_VAIN.items())
