"""A visit on one line: who, where, which TLS version, how it went, and why."""

from __future__ import annotations

from harness.net.recorder import OUTSIDE
from harness.report.inert import in_columns
from harness.serve.stories import Story, answered
from harness.transcript import Oddity
from harness.verdict import StepVerdict

_PLAIN = "plain"


def visit_line(story: Story, *, unicode: bool = True) -> str:
    """Return the line of a visit, without the time."""
    connection = story.visit.connection
    version = f"TLS {story.transcript.tls_version}" if story.transcript.tls_version else _security(story)
    place = f"{connection.listener}:{connection.target.port}"
    return in_columns(f"{connection.source!s:<15}  {place:<17}  {version:<7}  {outcome_of(story)}", unicode=unicode)


def _security(story: Story) -> str:
    """Return what there was instead of a negotiated version: no TLS, or none yet."""
    return "TLS -" if any(end.tls for end in story.visit.connection.ends) else _PLAIN


def outcome_of(story: Story) -> str:
    """Return how a visit went, and its cause where it was stopped; of one that stays, what it was answered so far."""
    status = answered(story.visit)
    if not story.visit.is_over:
        return f"open, answered {status}" if status else "open"
    oddity = next((event.what for event in reversed(story.visit.events) if isinstance(event, Oddity)), "")
    step = story.verdict.steps[0]
    if oddity and step.alert is None and step.by in {"", OUTSIDE}:
        return f"given up{f', answered {status}' if status else ''}: {oddity}"
    if step.ok:
        return f"ok, {f'answered {status}' if status else story.visit.put_out or 'asked nothing'}"
    return f"{_refusal(step)}: {oddity or story.visit.put_out or story.verdict.cause}"


def _refusal(step: StepVerdict) -> str:
    """Return who refused, at which stage, and by what."""
    who = "it refused" if step.by == OUTSIDE else "refused"
    where = f" by {step.by}" if step.reached and step.by not in {step.reached, OUTSIDE, ""} else ""
    alert = f", alert {step.alert}" if step.alert is not None else ""
    status = f", status {step.status}" if step.status is not None else ""
    stage = step.stopped_at.value if step.stopped_at else ""
    return f"{who} at {stage}{where}{alert}{status}"
