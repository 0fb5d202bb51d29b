"""A run as JSON, for programs: a stable shape, sorted, the same for the same outcomes.

`sip-mtls schema run` prints its schema, which is made from the classes here. New keys may come within a version; keys
go or change their meaning with a new version only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from harness.report.json_text import as_json, values_of
from harness.report.outcome import LostPlay, PlayOutcome
from harness.tls.alerts import alert_name
from harness.verdict import StepVerdict, Verdict


@dataclass(frozen=True, slots=True)
class RunSchema:
    """Which shape this is: its `name`, and its `version`, which rises where a key goes or changes its meaning."""

    name: Literal["sip-mtls run"] = "sip-mtls run"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Counts of plays.

    `asked` is how many were to be played, `played` how many were, `met` how many of those came out as expected,
    `not_met` the others; `not_played` are those whose lab could not be set up, or that came after an interrupt.
    """

    asked: int
    played: int
    met: int
    not_met: int
    not_played: int


@dataclass(frozen=True, slots=True)
class ExpectationDocument:
    """Whether a play came out as its scenario says: `met`, and in `mismatches` a sentence for what did not."""

    met: bool
    mismatches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlDocument:
    """The same play without its fault: `cause` is what it came to, `differs` whether that is something else."""

    cause: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDocument(StepVerdict):
    """How one step of the play went.

    `alert_name` is the name of the alert (RFC 8446 section 6.2), None where there was none. `completed` says that it
    did not stop.
    """

    alert_name: str | None
    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictDocument(Verdict):
    """The judge's answer to one play. `steps` are in their order. `completed` says that no step stopped."""

    steps: tuple[StepDocument, ...]
    completed: bool


@dataclass(frozen=True, slots=True)
class PlayDocument:
    """One scenario, played once in one TLS version.

    `scenario` is its id, `row` its row of the catalogue, empty where it has none; `family` is the folder that it lies
    in, `title` its title. `tls_version` is what the TLS clients of the lab offered at most, `network` where it ran:
    `loopback` or `memory`. `seconds` is how long it took. `as_of` is the day to which the lab was set, empty for today.
    `expectation` says whether it came out as expected, `verdict` how it came out. `control` is what the play without
    its fault came to, None for a baseline.
    """

    scenario: str
    row: str
    family: str
    title: str
    tls_version: str
    network: str
    seconds: float
    as_of: str
    expectation: ExpectationDocument
    verdict: VerdictDocument
    control: ControlDocument | None


@dataclass(frozen=True, slots=True)
class LostDocument:
    """A play whose lab could not be set up, and the `reason`; `scenario`, `tls_version` and `network` name it."""

    scenario: str
    tls_version: str
    network: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunDocument:
    """Plays of scenarios, and how they came out.

    `schema` names this shape. `summary` counts the plays. `plays` are sorted by scenario, TLS version and network.
    `lost` are plays whose lab could not be set up; they are among those that were not played.
    """

    schema: RunSchema
    summary: RunSummary
    plays: tuple[PlayDocument, ...]
    lost: tuple[LostDocument, ...]


def run_as_json(outcomes: Iterable[PlayOutcome], *, asked: int, lost: Iterable[LostPlay] = ()) -> str:
    """Return a run as JSON text in ASCII; `asked` is how many plays were to be played, `lost` which could not be."""
    plays = sorted(outcomes, key=in_order)
    document = RunDocument(
        schema=RunSchema(),
        summary=_summary(plays, asked),
        plays=tuple(map(_play, plays)),
        lost=tuple(
            LostDocument(play.scenario.name, play.tls_version, play.network, play.reason)
            for play in sorted(lost, key=lambda play: (play.scenario.name, play.tls_version))
        ),
    )
    return as_json(document, sort_keys=True)


def in_order(outcome: PlayOutcome) -> tuple[str, str, str]:
    """Return the key by which reports sort plays: scenario id, TLS version, network."""
    verdict = outcome.verdict
    return outcome.scenario.name, verdict.tls_version, verdict.network


def _summary(plays: list[PlayOutcome], asked: int) -> RunSummary:
    met = sum(outcome.met for outcome in plays)
    return RunSummary(asked, len(plays), met, not_met=len(plays) - met, not_played=asked - len(plays))


def _play(outcome: PlayOutcome) -> PlayDocument:
    scenario, verdict, control = outcome.scenario, outcome.verdict, outcome.control
    return PlayDocument(
        scenario=scenario.name,
        row=scenario.row,
        family=scenario.family,
        title=scenario.title,
        tls_version=verdict.tls_version,
        network=verdict.network,
        seconds=round(outcome.seconds, 3),
        as_of=outcome.transcript.as_of,
        expectation=ExpectationDocument(outcome.met, tuple(outcome.mismatches)),
        verdict=verdict_document(verdict),
        control=None if control is None else ControlDocument(control.cause, bool(outcome.control_differs)),
    )


def verdict_document(verdict: Verdict) -> VerdictDocument:
    """Return a verdict as documents have it."""
    steps = tuple(map(_step, verdict.steps))
    return VerdictDocument(**values_of(verdict) | {"steps": steps, "completed": verdict.stopped is None})


def _step(step: StepVerdict) -> StepDocument:
    name = None if step.alert is None else alert_name(step.alert)
    return StepDocument(**values_of(step), alert_name=name, completed=step.ok)
