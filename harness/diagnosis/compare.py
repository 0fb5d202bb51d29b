"""Whether a verdict meets an expectation, and whether it differs from its control."""

from __future__ import annotations

from collections.abc import Iterator

from harness.scenario.expectations import NO_ALERT
from harness.scenario.model import Expectation, StepExpectation
from harness.tls.alerts import alert_name
from harness.transcript import Transcript
from harness.verdict import StepVerdict, Verdict


def mismatches(expected: Expectation, verdict: Verdict, transcript: Transcript) -> tuple[str, ...]:
    """Return every way in which the verdict is not what was expected, as sentences; empty where it is."""
    return tuple(_mismatches(expected, verdict, transcript))


def outcome_differs(one: Verdict, other: Verdict) -> bool:
    """Whether two plays came to different ends: another cause or warning, or a step that led elsewhere."""
    return _outcome(one) != _outcome(other)


def _outcome(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.cause,
        verdict.warnings,
        *((step.step, step.stopped_at, step.by, step.reached) for step in verdict.steps),
    )


def _mismatches(expected: Expectation, verdict: Verdict, transcript: Transcript) -> Iterator[str]:
    got = {step.step: step for step in verdict.steps}
    for name, wanted in expected.steps.items():
        step = got.get(name)
        if step is None:
            yield f"{name}: the play never came to this step"
        else:
            yield from _step_mismatches(name, wanted, step, transcript)
    if verdict.cause != expected.cause:
        yield f"cause: expected {expected.cause}, got {verdict.cause}"
    for text in expected.warnings:
        if not any(text in warning for warning in verdict.warnings):
            yield f"warnings: none says {text!r}"


def _step_mismatches(name: str, wanted: StepExpectation, got: StepVerdict, transcript: Transcript) -> Iterator[str]:
    for what, expected, actual in (
        ("stopped-at", wanted.stopped_at or "nowhere", got.stopped_at.value if got.stopped_at else "nowhere"),
        ("by", wanted.by, got.by),
        ("alert", _alert(wanted.alert), _alert(NO_ALERT if got.alert is None else got.alert)),
        ("status", wanted.status, got.status),
        ("closing", wanted.closing, got.closing),
        ("reached", wanted.reached, got.reached),
        ("connections", wanted.connections, sum(c.step == name for c in transcript.connections)),
    ):
        if expected is not None and expected != actual:
            yield f"{name}: {what}: expected {expected}, got {actual or 'none'}"


def _alert(number: int | None) -> str | None:
    if number is None:
        return None
    return "none" if number == NO_ALERT else f"{number} {alert_name(number)}"
