"""Causal order: nothing before what it followed from, nothing twice, nothing left out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_stories import STORIES, story

from harness.report.ladder import draw_ladder
from harness.report.ladder.causal_order import Moment, in_causal_order
from harness.transcript import Event, StepEnded, StepStarted

GRAPHS = st.lists(st.lists(st.integers(0, 12), max_size=3), max_size=12).map(
    lambda causes: [Moment(name, tuple(after), (name,)) for name, after in enumerate(causes)]
)


@given(GRAPHS)
def test_every_moment_is_told_exactly_once_even_in_a_circle(moments: list[Moment]) -> None:
    assert sorted(map(str, in_causal_order(moments))) == sorted(str(moment.name) for moment in moments)


@given(GRAPHS)
def test_no_moment_comes_before_its_causes(moments: list[Moment]) -> None:
    without_circles = [
        replace(moment, after=tuple(cause for cause in moment.after if cause < moment.name))  # type: ignore[operator]
        for moment in moments
    ]
    told = in_causal_order(without_circles)
    for moment in without_circles:
        assert all(told.index(cause) < told.index(moment.name) for cause in moment.after)


@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_order_of_writing_down_does_not_matter(moments: list[Moment], chance: random.Random) -> None:
    without_circles = [
        replace(moment, after=tuple(cause for cause in moment.after if cause < moment.name))  # type: ignore[operator]
        for moment in moments
    ]
    shuffled = chance.sample(without_circles, len(without_circles))
    assert in_causal_order(shuffled) == in_causal_order(without_circles)


def test_the_consequence_of_the_last_thing_comes_first() -> None:
    moments = [
        Moment("first answer", (), (0,)),
        Moment("second answer", ("first answer",), (1,)),
        Moment("first answer passed on", ("first answer",), (0,)),
    ]
    assert in_causal_order(moments) == ["first answer", "first answer passed on", "second answer"]


@pytest.mark.parametrize("name", STORIES)
def test_two_runs_that_differ_by_chance_alone_are_told_alike(name: str) -> None:
    play = story(name)
    told = draw_ladder(play)
    for seed in range(5):
        events = _interleaved_otherwise(play.events, random.Random(seed))  # noqa: S311  # no secret
        assert draw_ladder(replace(play, events=events)) == told


def _interleaved_otherwise(events: tuple[Event, ...], chance: random.Random) -> tuple[Event, ...]:
    """Swap neighbours that belong to different actors and no step boundary, as a scheduler might."""
    shuffled = list(events)
    for place in range(len(shuffled) - 1):
        pair = shuffled[place : place + 2]
        fixed = any(isinstance(event, StepStarted | StepEnded) for event in pair)
        if not fixed and pair[0].actor != pair[1].actor and chance.random() < 0.5:
            shuffled[place : place + 2] = reversed(pair)
    return tuple(shuffled)
