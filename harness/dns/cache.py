"""Answers kept for as long as they may be, the denials too: a record that was added late stays unseen (row V-04)."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.dns.records import Answer, Outcome, Question

MAX_ENTRIES = 1000
"""Answers; one more and the one that was kept first is forgotten."""

KEPT = (Outcome.FOUND, Outcome.NO_NAME, Outcome.NO_RECORD)
"""The outcomes that are facts about a zone (RFC 2308); of failures nothing is kept."""


class AnswerCache:
    """What an asker was told, by question and client subnet. Times are seconds on any clock that does not go back."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Question, str], tuple[Answer, float]] = {}

    def find(self, question: Question, client_subnet: str, now: float) -> Answer | None:
        """Return the answer that is still good, its `ttl` being the seconds that are left, or None."""
        answer, until = self._kept.get((question, client_subnet), (None, now))
        if answer is None or until <= now:
            return None
        return replace(answer, ttl=math.ceil(until - now))

    def keep(self, answer: Answer, client_subnet: str, now: float) -> None:
        """Keep an answer for its `ttl`, in place of an older one; those of other outcomes are not kept."""
        if answer.outcome not in KEPT or answer.ttl <= 0:
            return
        self._kept.pop((answer.question, client_subnet), None)
        self._kept[answer.question, client_subnet] = (answer, now + answer.ttl)
        if len(self._kept) > MAX_ENTRIES:
            del self._kept[next(iter(self._kept))]
