"""The judge: a transcript in, a verdict out.

Theory. The judge looks at evidence alone. It does not know what a scenario changed or expects: the same
transcript, saved and loaded, or imported from a capture, gets the same verdict. Three facts are kept apart
(trap X8): that the dialler's handshake finished, that the listener accepted it, and that SIP was answered; in
TLS 1.3 the first says nothing about the second.

The cause is that of the first step that stopped, by the first row of the table of causes that applies to it. Where
that step found a zone or a tunnel down, what stopped that link is the cause, and the rest is its consequence.
Rows are ordered from what is certain to what is open, so that two faults which look alike on the wire get
different causes where anything tells them apart, and else one that says openly what would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from harness.diagnosis.causes import CAUSES, NO_CAUSE
from harness.diagnosis.causes.row import Cause
from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.evidence import Evidence, evidence_of
from harness.diagnosis.root_cause import SET_UP, BrokenLink, broken_link
from harness.diagnosis.undecided import Opening, opening
from harness.diagnosis.warnings import further_fault, warnings_of, warnings_of_ports
from harness.diagnosis.words import end_views, filled, words_of
from harness.transcript import Closed, Direction, SipSeen, Transcript
from harness.verdict import Facts, PolicyOpinion, Remedy, Stage, StepVerdict, Verdict
from harness.x509.name_policy import opinions

_ALTERNATIVE = "Or "
CONSEQUENCE = "{when} So {link} is down, and {by} had no way on and answered {status}."
"""What the step shows that found a link down."""


def judge(transcript: Transcript) -> Verdict:
    """Return the verdict on one play."""
    steps = list(evidence_of(transcript))
    decisive = next((step for step in steps if step.stage is not None), steps[-1] if steps else None)
    broken = broken_link(decisive) if decisive is not None else None
    root = broken.attempt if broken is not None and broken.attempt is not None else decisive
    cause = _cause_of(root)
    words = words_of(root) if root is not None else {}
    left_open = opening(root) if root is not None else None
    names, said = _opinions(root)
    return Verdict(
        scenario=transcript.scenario,
        tls_version=transcript.tls_version,
        network=transcript.network,
        steps=tuple(_step_verdict(step) for step in steps),
        cause=cause.key,
        diagnosis=_diagnosis(cause, words, left_open) + _consequence(decisive, broken),
        remedies=_remedies(cause, root, words),
        warnings=_warnings(steps, root),
        cannot_tell=_cannot_tell(cause, left_open),
        probe=filled(_told_apart_by(cause, left_open), words) if words else "",
        names=names,
        opinions=said,
    )


def _cause_of(evidence: Evidence | None) -> Cause:
    if evidence is None:
        return NO_CAUSE
    return next(cause for cause in CAUSES if cause.applies(evidence))


def _diagnosis(cause: Cause, words: dict[str, str], left_open: Opening | None) -> str:
    caveat = left_open.caveat if left_open and not (cause.ambiguous and left_open.complete) else ""
    return filled(cause.diagnosis + caveat, words) if words else cause.diagnosis


def _consequence(decisive: Evidence | None, broken: BrokenLink | None) -> str:
    """Say what followed from a link that is down, where the step itself shows only that."""
    if decisive is None or broken is None or broken.attempt is None:
        return ""
    step = broken.attempt.step
    when = "That was before the play." if step == SET_UP else f"That was at the step {step}."
    return " " + filled(CONSEQUENCE, {**words_of(decisive), "when": when})


def _warnings(steps: Sequence[Evidence], root: Evidence | None) -> tuple[str, ...]:
    """Return what to heed of each step, and what else is wrong where the cause lies, each thing once."""
    besides = further_fault(root) if root is not None else ""
    said = chain(*map(warnings_of, steps), warnings_of_ports(steps), (besides,))
    return tuple(dict.fromkeys(each for each in said if each))


def _cannot_tell(cause: Cause, left_open: Opening | None) -> tuple[str, ...]:
    by_row = cause.looks_like if cause.ambiguous and not (left_open and left_open.complete) else ()
    besides = left_open.causes if left_open else ()
    return tuple(dict.fromkeys(key for key in (*by_row, *besides) if key != cause.key))


def _told_apart_by(cause: Cause, left_open: Opening | None) -> str:
    if left_open is None:
        return cause.told_apart_by
    by_row = f"{cause.told_apart_by} " if cause.ambiguous and not left_open.complete else ""
    return by_row + left_open.told_apart_by


def _remedies(cause: Cause, evidence: Evidence | None, words: dict[str, str]) -> tuple[Remedy, ...]:
    if evidence is None:
        return ()
    return _as_list(_filled(remedy, words) for remedy in cause.remedies_for(evidence))


def _as_list(remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Return remedies of which the first is no alternative to anything, whichever were left out before it."""
    listed = [*remedies]
    for first in listed[:1]:
        action = first.action.removeprefix(_ALTERNATIVE)
        listed[0] = replace(first, action=action[:1].upper() + action[1:])
    return tuple(listed)


def _filled(remedy: Remedy, words: dict[str, str]) -> Remedy:
    return Remedy(filled(remedy.action, words), remedy.screen, remedy.command)


def _step_verdict(evidence: Evidence) -> StepVerdict:
    return StepVerdict(
        step=evidence.step,
        actor=evidence.actor,
        stopped_at=evidence.stage,
        by=evidence.by,
        refused=evidence.refused,
        alert=evidence.alert,
        status=evidence.status,
        closing=_closing(evidence.view),
        connection=evidence.view.connection.number if evidence.view else None,
        facts=_facts(evidence),
        ends=end_views(evidence),
        reached=evidence.view.connection.listener if evidence.view else "",
    )


def _closing(view: ConnectionView | None) -> str:
    """Return how the connection ended, by whoever closed first; empty while it stands."""
    closed = view.events(Closed) if view else []
    first = next((event for event in closed if event.direction is Direction.SENT), None) or next(iter(closed), None)
    return first.how.value if first else ""


def _facts(evidence: Evidence) -> Facts:
    view = evidence.view
    if view is None:
        return Facts(None, None, None)
    dialler, encrypted = view.connection.dialler, any(end.tls for end in view.connection.ends)
    answered = any(view.reached_dialler(seen) for seen in view.events(SipSeen))
    return Facts(
        handshake_finished=view.finished(dialler) if encrypted else None,
        certificate_accepted=_accepted(evidence, view) if encrypted else None,
        sip_answered=answered if view.connection.protocol == "sip" else None,
    )


def _accepted(evidence: Evidence, view: ConnectionView) -> bool | None:
    """Whether the listener accepted the dialler: by its own view, else by what only an acceptance lets happen."""
    if view.stage in {Stage.ACCEPTANCE, Stage.IDENTITY} and evidence.by == view.listener:
        return False
    if view.listener_end is not None:
        return view.finished(view.listener)
    return True if view.answered(view.connection.dialler) else None


def _opinions(evidence: Evidence | None) -> tuple[tuple[str, ...], tuple[PolicyOpinion, ...]]:
    """Return the names that were looked for, and what the four policies say of the certificate that mattered."""
    if evidence is None:
        return (), ()
    for names, certificate in evidence.name_checks():
        return names, opinions(certificate, names)
    return (), ()
