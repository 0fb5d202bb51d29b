"""A cause is the cause of its story, and no longer so where one thing in it is different."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from meeting import BOTH, Meeting
from nearly import ROWS
from nearly.advice import ADVICE
from nearly.advice.row import Advised
from nearly.row import NearMiss, Turn

from harness.diagnosis.causes import CAUSES, cause_keys, conditions
from harness.diagnosis.causes.conditions import Condition
from harness.diagnosis.causes.row import Cause
from harness.diagnosis.judge import judge

CAUSE: dict[str, Cause] = {cause.key: cause for cause in CAUSES}
TURNS = [pytest.param(row, turn, id=f"{row.cause}: {turn.sentence}") for row in ROWS for turn in row.turns]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cause)
def test_a_story_of_a_cause_has_that_cause(row: NearMiss) -> None:
    assert CAUSE[row.cause].applies(row.story.evidence)
    assert judge(row.story.transcript).cause == row.cause


@pytest.mark.parametrize(("row", "turn"), TURNS)
def test_with_one_thing_changed_it_is_another_story(row: NearMiss, turn: Turn) -> None:
    story = row.story.but(**turn.change)

    assert not CAUSE[row.cause].applies(story.evidence)
    assert judge(story.transcript).cause == turn.then


LEFT_OPEN = {
    "certificate-refused", "closed-after-handshake", "cut-in-handshake", "handshake-broken-off",
    "incomplete-or-unknown-chain", "refusal-sealed", "refused-without-server-name", "ssh-tunnel-down", "syn-refused",
    "traversal-zone-down",
}  # fmt: skip
"""Causes that say openly that the evidence does not tell them from others."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cause)
def test_what_cannot_be_told_apart_is_said_with_what_would_tell(row: NearMiss) -> None:
    verdict = judge(row.story.transcript)

    assert CAUSE[row.cause].ambiguous == (row.cause in LEFT_OPEN)
    if row.cause in LEFT_OPEN:
        assert len(verdict.cannot_tell) >= 2
        assert verdict.probe
    elif row.story.seen == BOTH:
        assert verdict.cannot_tell == ()
    assert row.cause not in verdict.cannot_tell


def test_every_cause_has_a_row_with_turns_and_every_turn_changes_one_thing() -> None:
    always_holds = "unexplained"

    assert {row.cause for row in ROWS} == set(cause_keys())
    assert {row.cause for row in ROWS if not row.turns} == {always_holds}
    assert [turn.sentence for row in ROWS for turn in row.turns if len(turn.change) != 1] == []


# --- advice ---


def _remedies(story: Meeting) -> list[str]:
    """What a verdict advises, one line each: action, screen, command."""
    return [f"{each.action} | {each.screen} | {each.command}" for each in judge(story.transcript).remedies]


@pytest.mark.parametrize("advised", ADVICE, ids=lambda advised: advised.words)
def test_advice_is_given_where_it_fits_the_lab(advised: Advised) -> None:
    assert any(advised.words in line for line in _remedies(advised.story))


@pytest.mark.parametrize(
    ("advised", "change"),
    [
        pytest.param(advised, change, id=f"{advised.words}: {sentence}")
        for advised in ADVICE
        for sentence, change in advised.unless
    ],
)
def test_and_not_where_one_thing_in_the_lab_is_different(advised: Advised, change: Mapping[str, Any]) -> None:
    assert not any(advised.words in line for line in _remedies(advised.story.but(**change)))


@pytest.mark.parametrize("name", [name for name, value in vars(conditions).items() if isinstance(value, Condition)])
def test_every_condition_on_a_lab_holds_in_some_story_of_the_table_and_not_in_another(name: str) -> None:
    condition: Condition = getattr(conditions, name)
    stories = (story for row in ADVICE for story in (row.story, *(row.story.but(**change) for _, change in row.unless)))
    found = {condition.holds(story.evidence) for story in stories}

    assert found == ({True} if condition is conditions.ALWAYS else {True, False})
