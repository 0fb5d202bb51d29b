"""From pasted text to what it means: line by line, then what the lines come to together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from harness.diagnosis.causes import CAUSES
from harness.diagnosis.explain.alerts import HEARD
from harness.diagnosis.explain.row import Blame, By, Guess, Kind, MessageRow
from harness.diagnosis.explain.table import MESSAGE_ROWS
from harness.diagnosis.words import filled
from harness.verdict import Candidate, Explanation, Reading, Stage

MOST_CHARACTERS, LONGEST_LINE = 2**19, 2_000
"""What is read of a text and of a line, in characters. The rest is left, and the reading says so."""

_MOST_TOGETHER = 12
_COMMENT = "# "
_SHOWN, _BEFORE = 160, 60
_HEARD = re.compile(HEARD, re.IGNORECASE)
_SERVER = re.compile(
    r"Inbound TLS|bServer=['\"]?true|(?:ssl3_get|tls_process)_client_certificate|SSL_accept|TLS accept:|\btls_accept\b",
    re.IGNORECASE,
)
_CLIENT = re.compile(
    r"Outbound TLS|bServer=['\"]?false|(?:ssl3_get|tls_process)_server_certificate|SSL_connect|TLS connect:|"
    r"\btls_connect\b|SSL handshaking to upstream",
    re.IGNORECASE,
)
"""What shows which end of the connection wrote a line."""

_CAUSE_OF = {cause.key: cause for cause in CAUSES}
_SETTLED_BY = {row.key: row.settled_by for row in MESSAGE_ROWS if row.settled_by}


class _Words(dict[str, str]):
    """Words for templates; a field without one of its own is told by its name."""

    def __missing__(self, key: str) -> str:
        return "N" if "port" in key else "the " + key.replace("_", " ")


_WORDS = _Words({
    "by": "the refuser",
    "refused": "the refused side",
    "dialler": "the caller",
    "listener": "the listener",
    "owner": "who was meant",
})  # fmt: skip
"""What the templates of the causes are filled with here, where no actor has a name."""


def explain(text: str) -> Reading:
    """Return what a pasted text means. Any text at all gives a reading, in time that grows with its length alone."""
    lines = text[:MOST_CHARACTERS].splitlines()
    told: dict[tuple[str, By, Blame], Explanation] = {}
    unknown = 0
    for line in lines:
        row = row_for(line)
        if row is not None:
            by, blame = refuser(row, line)
            known = told.get((row.key, by, blame)) or _explained(row, line, by, blame)
            told[row.key, by, blame] = replace(known, times=known.times + 1)
        elif line.strip() and not line.startswith(_COMMENT):
            unknown += 1
    explanations = tuple(told.values())
    cut = len(text) > MOST_CHARACTERS or any(len(line) > LONGEST_LINE for line in lines)
    return Reading(explanations, _together(explanations), unknown, cut)


def row_for(line: str) -> MessageRow | None:
    """Return the row that claims a line, None where nobody knows it."""
    return _row_for(line[:LONGEST_LINE])


@lru_cache(maxsize=1024)
def _row_for(head: str) -> MessageRow | None:
    lowered = head.lower()
    return next((row for row in MESSAGE_ROWS if row.recognises(head, lowered)), None)


def refuser(row: MessageRow, line: str) -> tuple[By, Blame]:
    """Return which end refused, as far as the line says, and who that is to whoever wrote it.

    An alert in a log was received there; so an `Inbound` error with an alert in it is the dialler's refusal.
    """
    head = line[:LONGEST_LINE]
    blame = Blame.PEER if row.blame is Blame.OPEN and _HEARD.search(head) else row.blame
    writer = By.SERVER if _SERVER.search(head) else By.CLIENT if _CLIENT.search(head) else By.EITHER
    if blame not in {Blame.PEER, Blame.OWN} or row.by is not By.EITHER or writer is By.EITHER:
        return row.by, blame
    return (writer if blame is Blame.OWN else By.CLIENT if writer is By.SERVER else By.SERVER), blame


def _explained(row: MessageRow, line: str, by: By, blame: Blame) -> Explanation:
    late_is_out = by is By.CLIENT
    return Explanation(
        text=_excerpt(row, line),
        key=row.key,
        meaning=row.meaning,
        who=_who(row.kind, by, blame),
        stages=tuple(stage for stage in row.stages if not (late_is_out and stage is Stage.ACCEPTANCE)),
        candidates=tuple(_candidates(row.guesses, by)),
        source=row.source,
        times=0,
    )


def _excerpt(row: MessageRow, line: str) -> str:
    """Return a line, of a long one what lies around the words that were recognised."""
    head = line[:LONGEST_LINE]
    begin = max(row.place_in(head) - _BEFORE, 0) if len(head) > _SHOWN else 0
    end = begin + _SHOWN
    return ("..." if begin else "") + head[begin:end].strip() + ("..." if end < len(line) else "")


def _who(kind: Kind, by: By, blame: Blame) -> str:
    """Say who refused whom, from the point of view of whoever wrote the line."""
    match blame, by:
        case Blame.NOBODY, _:
            return ""
        case Blame.PATH, _:
            return "Something between the two ends, or nothing at all, where the other end should be."
        case Blame.PEER, By.EITHER:
            return "The other side refused, or left, the side that wrote this."
        case Blame.PEER, _:
            return f"The other side, {by.value}, refused the side that wrote this."
        case Blame.OWN, By.EITHER:
            return "The side that wrote this refused the other side."
        case Blame.OWN, _:
            return f"The side that wrote this, {by.value}, refused the other side."
        case _, By.EITHER if kind is Kind.ALERT:
            return "An alert alone does not say who sent it; whoever *received* it was refused."
        case _, By.EITHER:
            return "The message alone does not say who refused whom."
        case _:
            return f"Only {by.value}, can have refused."


def _candidates(guesses: tuple[Guess, ...], by: By) -> Iterator[Candidate]:
    seen = set()
    mixed = by is By.EITHER and any(guess.by is not By.EITHER for guess in guesses)
    for guess in guesses:
        if By.EITHER not in {by, guess.by} and guess.by is not by:
            continue
        side = "" if guess.by in {by, By.EITHER} else f"if {guess.by.value}, refused"
        side = "whoever refused" if mixed and guess.by is By.EITHER else side
        when = "; ".join(part for part in (side, guess.when) if part)
        for key in guess.causes:
            if (key, side) not in seen:
                seen.add((key, side))
                yield candidate(key, when)


def candidate(key: str, when: str = "") -> Candidate:
    """Return a cause of the table as a candidate."""
    cause = _CAUSE_OF[key]
    return Candidate(key, cause.title, when, filled(cause.told_apart_by, _WORDS))


def _together(explanations: tuple[Explanation, ...]) -> tuple[Candidate, ...]:
    """Return the causes that the most kinds of lines name, the likeliest of each line first among equals."""
    present = {each.key for each in explanations}
    ranks: dict[str, list[int]] = {}
    for explanation in explanations:
        if _SETTLED_BY.get(explanation.key) in present:
            continue
        keys = dict.fromkeys(each.cause for each in explanation.candidates)
        for rank, key in enumerate(keys):
            ranks.setdefault(key, []).append(rank)
    ordered = sorted(ranks, key=lambda key: (-len(ranks[key]), min(ranks[key])))
    return tuple(candidate(key) for key in ordered[:_MOST_TOGETHER])
