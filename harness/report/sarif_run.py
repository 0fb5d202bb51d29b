"""A run as SARIF: a result for each play that did not come to what its scenario expects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.report.json_report import in_order
from harness.report.outcome import LostPlay, PlayOutcome
from harness.report.sarif import SarifResult, SarifRule, sarif_log

LineOf = Callable[[PlayOutcome], int]
"""Tells the line of the scenario file on which an expectation stands, 0 where that is not known."""


def run_as_sarif(
    outcomes: Sequence[PlayOutcome],
    rules: Sequence[SarifRule],
    line_of: LineOf,
    *,
    asked: int,
    lost: Sequence[LostPlay] = (),
) -> str:
    """Return a run as SARIF text; `rules` are the causes that a verdict can name, under their keys.

    A result's rule is the cause that the judge found, so what happened, not what was expected. Plays that were asked
    for and did not take place are no results: the run says that it did not come to its end, and which are missing.
    """
    missed = [outcome for outcome in sorted(outcomes, key=in_order) if not outcome.met]
    left = asked - len(outcomes) - len(lost)
    interrupted = f"{left} of {asked} plays were not played: somebody interrupted the run"
    missing = [*map(str, lost), *([interrupted] if left else [])]
    return sarif_log(rules, [_result(outcome, line_of(outcome)) for outcome in missed], missing)


def _result(outcome: PlayOutcome, line: int) -> SarifResult:
    scenario, verdict = outcome.scenario, outcome.verdict
    head = f"{scenario.name} (TLS {verdict.tls_version}): {scenario.title}"
    message = "\n".join([head, *outcome.mismatches, f"Cause: {verdict.cause}. {verdict.diagnosis}"])
    return SarifResult(verdict.cause, "error", message, scenario.file, line, (scenario.name, verdict.tls_version))
