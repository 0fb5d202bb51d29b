"""A cause is the cause of its story, and no longer so where one thing in it is different."""

from __future__ import annotations

import pytest
from nearly import ROWS
from nearly.row import NearMiss, Turn

from harness.judge.causes import CAUSES, cause_keys
from harness.judge.causes.row import Cause
from harness.judge.judge import judge

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


def test_every_cause_has_a_row_with_turns_and_every_turn_changes_one_thing() -> None:
    always_holds = "unexplained"

    assert {row.cause for row in ROWS} == set(cause_keys())
    assert {row.cause for row in ROWS if not row.turns} == {always_holds}
    assert [turn.sentence for row in ROWS for turn in row.turns if len(turn.change) != 1] == []
