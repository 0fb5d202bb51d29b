"""A lesson: the same story on two ports, told side by side for each TLS version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.report.columns import cut, in_columns
from harness.report.evidence import inspected
from harness.report.outcome import PlayOutcome
from harness.report.wording import alert_words
from harness.transcript import Connection, Direction, SipSeen
from harness.verdict import StepVerdict

_LABELS = 24
Cell = Callable[[PlayOutcome], str]


def lesson_table(
    title: str, left: Sequence[PlayOutcome], right: Sequence[PlayOutcome], *, width: int = 80, unicode: bool = True
) -> str:
    """Return two columns of facts, a block for each TLS version that both sides were played in."""
    column = (max(width, 60) - _LABELS) // 2
    lines = [title, "=" * len(title), ""]
    for one, other in lesson_pairs(left, right):
        lines += [*_block(one, other, column), ""]
    return "".join(f"{in_columns(line, unicode=unicode)}\n" for line in lines)


def lesson_pairs(
    left: Sequence[PlayOutcome], right: Sequence[PlayOutcome]
) -> Iterator[tuple[PlayOutcome, PlayOutcome]]:
    """Yield what stands side by side: plays of the same TLS version."""
    for one in left:
        yield from ((one, other) for other in right if one.verdict.tls_version == other.verdict.tls_version)


def lesson_rows(outcome: PlayOutcome) -> list[tuple[str, str]]:
    """Return what a lesson says of one play: a word, and the fact to it."""
    return [(label, cell(outcome)) for label, cell in _ROWS]


def _block(one: PlayOutcome, other: PlayOutcome, column: int) -> Iterator[str]:
    yield _line(f"TLS {one.verdict.tls_version}", f"port {last_port(one)}", f"port {last_port(other)}", column)
    yield "-" * (_LABELS + 2 * column)
    for label, cell in _ROWS:
        yield _line(label, cell(one), cell(other), column)


def _line(label: str, left: str, right: str, column: int) -> str:
    return f"{label:<{_LABELS}}{cut(left, column - 1):<{column}}{cut(right, column)}".rstrip()


def _step(outcome: PlayOutcome) -> StepVerdict:
    return outcome.verdict.steps[-1]


def last_connection(outcome: PlayOutcome) -> Connection:
    """Return the connection on which the last step hung; KeyError where it hung on none."""
    number = _step(outcome).connection
    return outcome.transcript.connection(number if number is not None else 0)


def last_port(outcome: PlayOutcome) -> int:
    """Return the nominal port that the last step dialled."""
    return last_connection(outcome).target.port


def _sign_in(outcome: PlayOutcome) -> str:
    first = outcome.verdict.steps[0]
    return "works" if first.ok else "fails"


def _request(outcome: PlayOutcome) -> str:
    asked = inspected(last_connection(outcome)).certificate_request
    return "no" if asked is None else f"yes, {len(asked.authorities)} CA names"


def _certificate(outcome: PlayOutcome) -> str:
    chain = inspected(last_connection(outcome)).client_chain
    if chain is None:
        return "not asked for"
    return f"{len(chain)} certificates" if chain else "EMPTY"


def _handshake(outcome: PlayOutcome) -> str:
    step = _step(outcome)
    if not step.facts.handshake_finished:
        return "failed"
    return "finished" if step.facts.certificate_accepted else "finished, or so it thinks"


def _alert(outcome: PlayOutcome) -> str:
    return alert_words(_step(outcome).alert) or "none"


def _register(outcome: PlayOutcome) -> str:
    step, number = _step(outcome), last_connection(outcome).number
    if step.ok:
        return f"answered {step.status}"
    written = any(
        isinstance(event, SipSeen) and event.connection == number and event.direction is Direction.SENT
        for event in outcome.transcript.events
    )
    return "written, never answered" if written else "never written"


def _verdict(outcome: PlayOutcome) -> str:
    step = _step(outcome)
    return "registered" if step.stopped_at is None else f"stopped at {step.stopped_at.value}"


_ROWS: tuple[tuple[str, Cell], ...] = (
    ("sign-in on 8443", _sign_in),
    ("CertificateRequest", _request),
    ("Jabber's Certificate", _certificate),
    ("handshake, for Jabber", _handshake),
    ("alert", _alert),
    ("REGISTER", _register),
    ("verdict", _verdict),
)
