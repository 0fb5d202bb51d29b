"""Whom a refuser asked about a certificate, and what came of it: the status of the certificate, and its days.

Asking is a connection of its own, on which no step hangs; what came of it is on record as decisions of the refuser.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.evidence import Evidence
from harness.transcript import Decision
from harness.x509.status import Pointers, pointers_of

TOPIC, ASKING = "revocation", "asking"
_PROTOCOL = "http"


@dataclass(frozen=True, slots=True)
class Days:
    """From when to when a list or a response counts; no end where it names none."""

    since: datetime
    until: datetime | None

    def hold(self, at: datetime) -> bool:
        """Whether it counts at a time."""
        return self.since <= at and (self.until is None or at <= self.until)


def told_of_sources(evidence: Evidence) -> list[Decision]:
    """Return what the refuser put on record about sources on this connection, in order."""
    decided = evidence.view.events(Decision, evidence.by) if evidence.view else []
    return [decision for decision in decided if decision.topic == TOPIC]


def source_asked(evidence: Evidence) -> tuple[str, str]:
    """Return the kind of the last source that was asked (`staple`, `ocsp`, `crl`) and its URL, empty where none was."""
    asked = [each.facts["source"] for each in told_of_sources(evidence) if each.facts.get("source")]
    kind, _, url = asked[-1].partition(" ") if asked else ("", "", "")
    return kind, url


def answer_of_source(evidence: Evidence) -> Decision | None:
    """Return what came of the last question, None where nothing has yet."""
    answers = [each for each in told_of_sources(evidence) if each.outcome != ASKING]
    return answers[-1] if answers else None


def days_of_source(evidence: Evidence) -> Days | None:
    """Return for what days the answer was that did not count, None where that is not on record."""
    answer = answer_of_source(evidence)
    try:
        since = datetime.fromisoformat(answer.facts["since"]) if answer else None
        until = datetime.fromisoformat(answer.facts["until"]) if answer and "until" in answer.facts else None
    except (KeyError, ValueError):
        return None
    dated = since is not None and since.tzinfo is not None and (until is None or until.tzinfo is not None)
    return Days(since, until) if since is not None and dated else None


def named_sources(evidence: Evidence) -> Pointers | None:
    """Return where the refused certificate says that its status can be had, None where no certificate was seen."""
    chain = evidence.chain_of(evidence.refused)
    return pointers_of(chain[0]) if chain else None


def question_was_swallowed(evidence: Evidence) -> bool:
    """Whether the last connection that the refuser dialled to a source lost what it said (row M19)."""
    every = evidence.transcript.connections
    asked = [each for each in every if each.protocol == _PROTOCOL and each.dialler == evidence.by]
    return bool(asked) and ConnectionView(evidence.transcript, asked[-1]).swallowed
