"""The acceptance: every shipped scenario, at each TLS version, on both networks, with its control."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from catalogue_plays import Outcomes, Played, played
from shipped_library import LIBRARY, SCENARIOS

from harness.capture.saved import load_transcript, save_transcript
from harness.diagnosis.explain import MESSAGE_ROWS, explain
from harness.diagnosis.explain.row import By, Guess
from harness.diagnosis.judge import judge
from harness.report.expressway_log import expressway_log
from harness.report.outcome import PlayOutcome
from harness.run.suite import Order, run_suite
from harness.scenario.model import Scenario
from harness.verdict import Explanation, Stage, Verdict

__all__ = ["played"]

SHIPPED = list(SCENARIOS.values())
PLAYS = [(scenario.name, version) for scenario in SHIPPED for version in scenario.tls_versions]

ROWS = (
    *(f"B{number:02}" for number in (*range(1, 29), 30)),
    *(f"M{number:02}" for number in range(1, 26)),
    *(f"I{number:02}" for number in (*range(1, 36), 37)),
    *(f"O{number:02}" for number in (*range(1, 15), 17, 18)),
    *(f"D{number:02}" for number in range(1, 16)),
    *(f"G{number:02}" for number in range(1, 8)),
    *(f"T-{number:02}" for number in range(1, 16)),
    *(f"V-{number:02}" for number in range(1, 11)),
)
"""The rows of domain.md's catalogue that this harness promises to play."""


@pytest.fixture(scope="module")
def on_memory(played: Played) -> Outcomes:
    return played("memory")


@pytest.fixture(scope="module")
def on_loopback(played: Played) -> Outcomes:
    return played("loopback")


every_play = pytest.mark.parametrize(("name", "version"), PLAYS, ids=[f"{name}-{version}" for name, version in PLAYS])


def told(verdict: Verdict) -> Verdict:
    """What a verdict says, apart from where it was played and from how each end puts it into words."""
    steps = tuple(replace(step, ends=()) for step in verdict.steps)
    return replace(verdict, network="", steps=steps)


@every_play
def test_a_play_in_memory_comes_to_what_its_scenario_expects(on_memory: Outcomes, name: str, version: str) -> None:
    assert on_memory[name, version].mismatches == ()


@every_play
def test_a_play_over_real_sockets_comes_to_the_same(
    on_memory: Outcomes, on_loopback: Outcomes, name: str, version: str
) -> None:
    assert on_loopback[name, version].mismatches == ()
    assert told(on_loopback[name, version].verdict) == told(on_memory[name, version].verdict)


@every_play
def test_without_its_fault_the_story_ends_otherwise(
    on_memory: Outcomes, on_loopback: Outcomes, name: str, version: str
) -> None:
    expected = None if on_memory[name, version].scenario.control is None else True

    assert on_memory[name, version].control_differs is expected
    assert on_loopback[name, version].control_differs is expected


@every_play
def test_a_saved_transcript_is_judged_as_the_live_play_was(on_loopback: Outcomes, name: str, version: str) -> None:
    outcome = on_loopback[name, version]

    loaded = load_transcript(save_transcript(outcome.transcript))

    assert loaded == outcome.transcript
    assert judge(loaded) == outcome.verdict


def test_every_play_has_ends_that_tell_what_they_saw(on_loopback: Outcomes) -> None:
    mute = [
        f"{play}: {step.step}"
        for play, outcome in on_loopback.items()
        for step in outcome.verdict.steps
        if step.stopped_at is not None and not any(end.saw for end in step.ends)
    ]

    assert mute == []


def test_every_promised_row_is_played() -> None:
    assert set(ROWS) - {scenario.row for scenario in SHIPPED} == set()
    assert len(PLAYS) >= 100


def test_a_scenario_without_control_is_a_healthy_story() -> None:
    baselines = [scenario for scenario in SHIPPED if scenario.control is None]

    assert baselines
    assert all(not scenario.change for scenario in baselines)
    assert {expectation.cause for s in baselines for expectation in s.expectations.values()} == {"none"}


def test_nothing_is_left_of_a_run(on_loopback: Outcomes) -> None:
    """Sockets and files are counted around one more run, in which most stories of the lab happen."""
    assert on_loopback
    before, threads = _open_files(), threading.active_count()

    outcomes = run_suite(LIBRARY, Order(tuple(_some()), ("1.3",), "loopback"), lambda _: None)

    gc.collect()
    assert outcomes
    assert _open_files() == before
    assert threading.active_count() == threads


def _some() -> Iterator[Scenario]:
    names = {"I01", "I04", "I06", "B02", "B17", "M02", "O01", "O09"}
    yield from (scenario for scenario in SHIPPED if scenario.row in names)


def _open_files() -> int:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system has no /proc/self/fd to count open files in")
    return sum(1 for _ in folder.iterdir())


# --- what people paste leads back to the cause ---


def _refused_by(outcome: PlayOutcome) -> By:
    """Which end of the decisive connection refused."""
    stopped = outcome.verdict.stopped
    assert stopped is not None
    assert stopped.connection is not None
    return By.SERVER if stopped.by == outcome.transcript.connection(stopped.connection).listener else By.CLIENT


def test_every_alert_of_every_play_is_explained_by_stage_cause_and_who_sent_it(on_memory: Outcomes) -> None:
    rows = {row.key: row for row in MESSAGE_ROWS}
    alerted = [
        (rows[f"alert-{step.alert}"], _refused_by(outcome), step.stopped_at, outcome.verdict.cause)
        for outcome in on_memory.values()
        if (step := outcome.verdict.stopped) is not None and step.alert is not None
    ]

    unexplained = {
        (row.key, side.name, stage, cause)
        for row, side, stage, cause in alerted
        if cause not in _named(row.guesses, side) or stage not in row.stages
    }

    assert len(alerted) > 100
    assert unexplained == set(), "name the cause in harness/diagnosis/explain/alert_meanings.py"


def _named(guesses: Iterable[Guess], side: By) -> set[str]:
    return {key for guess in guesses if guess.by in {side, By.EITHER} for key in guess.causes}


SILENT_IN_THE_LOG = {"tls-on-plaintext-port"}
"""A plain port writes nothing of TLS."""


def test_the_log_of_every_refusal_below_sip_names_the_cause(on_memory: Outcomes) -> None:
    refused = [outcome for outcome in on_memory.values() if _stands_in_the_log(outcome)]

    unexplained = {
        outcome.verdict.cause: outcome.scenario.name
        for outcome in refused
        if outcome.verdict.cause not in {each.cause for read in _read_log(outcome) for each in read.candidates}
    }

    assert len(refused) > 100
    assert set(unexplained) == SILENT_IN_THE_LOG


def _stands_in_the_log(outcome: PlayOutcome) -> bool:
    """Whether an Expressway was an end of the SIP connection on which TLS came to nothing."""
    stopped, transcript = outcome.verdict.stopped, outcome.transcript
    if stopped is None or stopped.connection is None:
        return False
    connection = transcript.connection(stopped.connection)
    boxes = {card.name for card in transcript.actors if card.role.startswith("Expressway-")}
    below_sip = stopped.stopped_at in {Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY}
    return below_sip and connection.protocol == "sip" and bool({connection.dialler, connection.listener} & boxes)


def _read_log(outcome: PlayOutcome) -> tuple[Explanation, ...]:
    reading = explain(expressway_log(outcome.transcript))
    assert reading.unknown == 0
    return reading.explanations
