"""Warnings about calls that went through: an alarm, a second notification, an old version, Control Hub's own words."""

from __future__ import annotations

from collections.abc import Callable

from harness.diagnosis.calls import alarms, times_rung, who_dropped_the_mark
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.words import label

_DOWNGRADED = b"DOWNGRD\x01"
"""How the random ends of an end that speaks TLS 1.3 and was asked for 1.2 (RFC 8446 section 4.1.3)."""


def _alarm(evidence: Evidence) -> str:
    return " ".join(
        f"{label(evidence, raised.actor)} raised alarm {raised.outcome}: {raised.facts.get('text', 'no text')}."
        for raised in alarms(evidence)
    )


def _second_notification(evidence: Evidence) -> str:
    """Say who took call-type=squared away, so that Unified CM rang the caller's cloud once more (I30)."""
    dropper = who_dropped_the_mark(evidence)
    if not dropper or not times_rung(evidence, evidence.actor):
        return ""
    return (
        f"{label(evidence, dropper)} took call-type=squared out of the Contact (SIP parameter preservation is Off): "
        "Unified CM no longer saw where the call came from and rang the Webex app too, which notifies the user twice "
        "(I30)."
    )


def _older_version(evidence: Evidence) -> str:
    """Say that an older version was agreed on than the listener speaks, in a play where the newer one is on offer."""
    hello = evidence.inspection.server_hello if evidence.inspection else None
    offered = evidence.transcript.tls_version
    if not evidence.completed or hello is None or offered != "1.3" or not hello.random.endswith(_DOWNGRADED):
        return ""
    return (
        f"TLS {hello.version} was agreed on, though {label(evidence, evidence.listener)} marks its answer as that of "
        f"an end that speaks TLS 1.3: {label(evidence, evidence.dialler)} did not offer it (I37)."
    )


def _control_hub_says(evidence: Evidence) -> str:
    told = evidence.decision("control-hub-test", "failed")
    facts = {"words": "nothing", "step": "?", **told.facts} if told else {}
    return f'Control Hub says "{facts["words"]}", at the step {facts["step"]}.' if facts else ""


CALL_WARNINGS: tuple[Callable[[Evidence], str], ...] = (
    _alarm,
    _second_notification,
    _older_version,
    _control_hub_says,
)
