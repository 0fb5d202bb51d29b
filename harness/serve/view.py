"""A visit or a request on one line: who, where, which TLS version, how it went, and why; by whose certificate."""

from __future__ import annotations

from harness.diagnosis.causes.routing import CREDENTIALS_WANTED
from harness.diagnosis.connection_view import ConnectionView
from harness.net.recorder import OUTSIDE
from harness.report.columns import in_columns
from harness.serve.connections import GAVE_WAY
from harness.serve.notes import Lookup
from harness.serve.stories import CANCELLED, Story
from harness.transcript import Closed, Closing, Direction, Oddity
from harness.verdict import Stage, StepVerdict
from harness.x509.certificate import CertificateFacts, read_certificate

_PLAIN = "plain"
_LONGEST_REQUEST = 60
_LEFT = {Closing.FIN.value: "it closed by a bare FIN", Closing.RST.value: "it reset"}
_WHEN = {Stage.HANDSHAKE: "in the handshake", Stage.IDENTITY: "after the handshake, asked nothing"}


def visit_line(story: Story, *, unicode: bool = True) -> str:
    """Return the line of a visit or a request, without the time."""
    connection, request = story.visit.connection, story.visit.request
    version = f"TLS {story.transcript.tls_version}" if story.transcript.tls_version else _security(story)
    place = f"{connection.listener}:{connection.target.port}"
    certificate = client_name(story)
    told = (
        f"{connection.source!s:<15}",
        f"{place:<17}",
        f"{version:<7}",
        outcome_of(story),
        *([_cut(request)] if request else []),
        *([f"certificate {certificate}"] if certificate else []),
    )
    return in_columns("  ".join(told), unicode=unicode)


def lookup_line(lookup: Lookup, *, unicode: bool = True) -> str:
    """Return the line of a question to the name server, without the time."""
    place = f"name-server:{lookup.server.port}"
    told = f"answered: {lookup.outcome}  {_cut(lookup.question)}" if lookup.outcome else "ok, asked nothing"
    return in_columns(
        f"{lookup.source!s:<15}  {place:<17}  {lookup.transport.upper():<7}  {told.strip()}", unicode=unicode
    )


def has_a_line(story: Story) -> bool:
    """Whether a line is due: not for the good end of a connection whose requests had theirs."""
    visit = story.visit
    if visit.request or not visit.count or visit.stayed or not visit.is_over:
        return True
    return bool(visit.cut_off) or not story.verdict.steps[0].ok or _was_reset(story) or bool(_oddity(story))


def _cut(request: str) -> str:
    return request if len(request) <= _LONGEST_REQUEST else f"{request[: _LONGEST_REQUEST - 3]}..."


def _security(story: Story) -> str:
    """Return what there was instead of a negotiated version: no TLS, or none yet."""
    return "TLS -" if any(end.tls for end in story.visit.connection.ends) else _PLAIN


def client_name(story: Story) -> str:
    """Return the name in the certificate that the client presented, empty where it presented none."""
    seen = ConnectionView(story.transcript, story.transcript.connections[0]).inspection
    return _name_in(read_certificate(seen.client_chain[0])) if seen and seen.client_chain else ""


def _name_in(leaf: CertificateFacts) -> str:
    return next(iter((*leaf.common_names, *leaf.dns_names, *leaf.uris)), leaf.subject)


# --- how it went ---


def outcome_of(story: Story) -> str:
    """Return how a visit or a request went, and the cause where it was stopped; of one that stays, what is known."""
    visit = story.visit
    if not visit.is_over:
        return f"open, answered {visit.status}" if visit.status else "open"
    return _of_request(story) if visit.request else _of_connection(story)


def _of_request(story: Story) -> str:
    visit, step, cause = story.visit, story.verdict.steps[0], story.verdict.cause
    if visit.status == CANCELLED:
        return f"cancelled, status {visit.status}"
    if step.ok:
        return f"ok, answered {visit.status}"
    if visit.status is None and (visit.cut_off or _closings(story)):
        return f"unanswered: {visit.cut_off or 'it left before the answer'}"
    if cause == CREDENTIALS_WANTED:
        return f"challenged{_by(step)}, status {step.status}"
    return f"{_refusal(step)}: {cause}"


def _of_connection(story: Story) -> str:
    visit, step, oddity = story.visit, story.verdict.steps[0], _oddity(story)
    if oddity and step.alert is None and step.by in {"", OUTSIDE}:
        return f"given up{f', answered {visit.status}' if visit.status else ''}: {oddity}"
    if visit.cut_off.startswith(GAVE_WAY):
        return visit.cut_off
    if not step.ok:
        return f"{_refusal(step)}: {oddity or visit.cut_off or story.verdict.cause}"
    if not visit.count:
        return "it reset, asked nothing" if _was_reset(story) else f"ok, {visit.cut_off or 'asked nothing'}"
    how = "it reset" if _was_reset(story) else "closed"
    why = f": {visit.cut_off}" if visit.cut_off else ""
    return f"{how} after {visit.count} {'request' if visit.count == 1 else 'requests'}{why}"


def _oddity(story: Story) -> str:
    """Return what made no sense, where the lab ended the connection for it."""
    if _closings(story):
        return ""
    number = story.visit.connection.number
    odd = (event for event in reversed(story.visit.events) if isinstance(event, Oddity) and event.connection == number)
    return next((event.what for event in odd), "")


def _closings(story: Story) -> list[Closing]:
    """Return how the visitor closed, empty where it did not."""
    number = story.visit.connection.number
    closed = [event for event in story.visit.events if isinstance(event, Closed) and event.connection == number]
    return [event.how for event in closed if event.direction is Direction.RECEIVED]


def _was_reset(story: Story) -> bool:
    return Closing.RST in _closings(story) and not story.visit.cut_off


def _refusal(step: StepVerdict) -> str:
    """Return who refused, at which stage, and by what."""
    stage = step.stopped_at.value if step.stopped_at else ""
    if step.by == OUTSIDE and step.alert is None and step.stopped_at in _WHEN:
        return f"{_LEFT.get(step.closing, 'it closed')} {_WHEN[step.stopped_at]}"
    who = "it refused" if step.by == OUTSIDE else "refused"
    alert = f", alert {step.alert}" if step.alert is not None else ""
    status = f", status {step.status}" if step.status is not None else ""
    return f"{who} at {stage}{_by(step)}{alert}{status}"


def _by(step: StepVerdict) -> str:
    return f" by {step.by}" if step.reached and step.by not in {step.reached, OUTSIDE, ""} else ""
