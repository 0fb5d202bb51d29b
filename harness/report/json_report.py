"""A run as JSON, for programs: a stable shape, sorted, the same for the same outcomes.

The outermost object has `schema` (its name and version), `summary` (`asked`, `played`, `met`, `not_met`,
`not_played`) and `plays`. A play has `scenario`, `row`, `family`, `title`, `tls_version`, `network`,
`seconds`, `as_of` (the day to which the lab was set, empty for today); `expectation` (`met`, `mismatches`);
`verdict` with every field of `harness.verdict.Verdict` and `completed`; and `control` (`cause`, `differs`), null
for a baseline. A step has `alert_name` and `completed` besides its own fields; its `reached` is the actor at the
far end, empty where there was none. `lost` names the plays whose lab could not be set up (`scenario`,
`tls_version`, `network`, `reason`); they are among `not_played`.

New keys may come within a version; keys go or change their meaning with a new version only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from harness.report.outcome import LostPlay, PlayOutcome
from harness.tls.alerts import alert_name
from harness.verdict import StepVerdict, Verdict

SCHEMA = "sip-mtls run"
VERSION = 1


def run_as_json(outcomes: Iterable[PlayOutcome], *, asked: int, lost: Iterable[LostPlay] = ()) -> str:
    """Return a run as JSON text in ASCII; `asked` is how many plays were to be played, `lost` which could not be."""
    plays = sorted(outcomes, key=in_order)
    document = {
        "schema": {"name": SCHEMA, "version": VERSION},
        "summary": _summary(plays, asked),
        "plays": [_play(outcome) for outcome in plays],
        "lost": [_lost(play) for play in sorted(lost, key=lambda play: (play.scenario.name, play.tls_version))],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def in_order(outcome: PlayOutcome) -> tuple[str, str, str]:
    """Return the key by which reports sort plays: scenario id, TLS version, network."""
    verdict = outcome.verdict
    return outcome.scenario.name, verdict.tls_version, verdict.network


def _summary(plays: list[PlayOutcome], asked: int) -> dict[str, int]:
    met = sum(outcome.met for outcome in plays)
    return {
        "asked": asked,
        "played": len(plays),
        "met": met,
        "not_met": len(plays) - met,
        "not_played": asked - len(plays),
    }


def _play(outcome: PlayOutcome) -> dict[str, Any]:
    scenario, verdict = outcome.scenario, outcome.verdict
    return {
        "scenario": scenario.name,
        "row": scenario.row,
        "family": scenario.family,
        "title": scenario.title,
        "tls_version": verdict.tls_version,
        "network": verdict.network,
        "seconds": round(outcome.seconds, 3),
        "as_of": outcome.transcript.as_of,
        "expectation": {"met": outcome.met, "mismatches": list(outcome.mismatches)},
        "verdict": _verdict(verdict),
        "control": _control(outcome),
    }


def _lost(play: LostPlay) -> dict[str, str]:
    return {
        "scenario": play.scenario.name,
        "tls_version": play.tls_version,
        "network": play.network,
        "reason": play.reason,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    steps = [_step(step) for step in verdict.steps]
    return {**asdict(verdict), "steps": steps, "completed": verdict.stopped is None}


def _step(step: StepVerdict) -> dict[str, Any]:
    name = None if step.alert is None else alert_name(step.alert)
    return {**asdict(step), "alert_name": name, "completed": step.ok}


def _control(outcome: PlayOutcome) -> dict[str, Any] | None:
    if outcome.control is None:
        return None
    return {"cause": outcome.control.cause, "differs": outcome.control_differs}
