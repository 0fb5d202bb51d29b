"""What worked here and fails elsewhere, or works for a bad reason: one table, walked for every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.judge.evidence import Evidence
from harness.judge.words import label
from harness.transcript import Decision, VerifyFailed

_PURPOSE = 26
_MANY_ATTEMPTS = 2


def warnings_of(evidence: Evidence) -> Iterator[str]:
    """Yield the warnings of one step."""
    for rule in _RULES:
        text = rule(evidence)
        if text:
            yield text


def _overridden(evidence: Evidence) -> VerifyFailed | None:
    return next((e for e in evidence.events if isinstance(e, VerifyFailed) and e.overridden), None)


def _verify_off(evidence: Evidence) -> str:
    objection = _overridden(evidence)
    if objection is None or objection.code == _PURPOSE:
        return ""
    return (
        f"{label(evidence, objection.actor)} does not verify here and took a certificate that it would refuse "
        f"({objection.text}): encrypted, but to whom?"
    )


def _eku_check_off(evidence: Evidence) -> str:
    objection = _overridden(evidence)
    if objection is None or objection.code != _PURPOSE:
        return ""
    return "EKU checking is Off: a certificate without the right key usage was accepted (X29)."


def _only_by_common_name(evidence: Evidence) -> str:
    for event in evidence.events:
        if isinstance(event, Decision) and event.outcome in {"matched", "accepted"} and event.facts.get("warnings"):
            return event.facts["warnings"]
    return ""


def _tries_again(evidence: Evidence) -> str:
    attempts = sum(c.step == evidence.step and c.dialler == evidence.actor for c in evidence.transcript.connections)
    if evidence.completed or attempts < _MANY_ATTEMPTS:
        return ""
    return (
        f"{label(evidence, evidence.actor)} tried {attempts} times; on a real Expressway automated protection "
        "may block its address, and then nothing answers any more (X30)."
    )


def _traversal_down(evidence: Evidence) -> str:
    for event in evidence.transcript.events:
        if isinstance(event, Decision) and event.topic == "traversal-zone" and event.outcome == "failed":
            return f"the traversal zone {event.facts['zone']} is down too: see set-up in the transcript."
    return ""


_RULES: tuple[Callable[[Evidence], str], ...] = (
    _verify_off,
    _eku_check_off,
    _only_by_common_name,
    _tries_again,
    _traversal_down,
)
