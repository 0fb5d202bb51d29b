"""What each attempt at a port came to, read from the transcript alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.judge.connection_view import ConnectionView, seen_on
from harness.judge.evidence import TRIAL
from harness.judge.reliability import heard
from harness.probe.kit import Shows
from harness.tls.inspector import Inspection
from harness.tls.inspector.items import Alert, NewSessionTicket, ServerHello
from harness.transcript import AlertSeen, Closed, Decision, Direction, Transcript
from harness.verdict import Stage

_FATAL = 2


class Came(StrEnum):
    """What an attempt came to.

    `ANSWERED`: it was accepted, an answer proves it. `UNREFUSED`: the handshake stood, and neither answer nor refusal
    came in the time given. `REFUSED`: the port turned down what it was shown. `FAILED`: it ended before the port had
    seen what there was to show.
    """

    ANSWERED = "answered"
    UNREFUSED = "not refused"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt.

    `offered` are the lowest and the highest version, `version` the one that the port chose, empty where it chose none.
    `asked`: a CertificateRequest came; `authorities` are the CA names in it. `late`: the refusal came after this end's
    handshake had finished (TLS 1.3, trap X8). `alert` is the number of the port's fatal alert. `tickets` counts
    NewSessionTickets: a hint of acceptance, no proof (domain.md 5.2). `hello` is the size of the ClientHello in bytes.
    `stage` is where the connection stopped, None where it stood. `heard`: at least one byte came back.
    """

    connection: int
    shows: Shows
    offered: tuple[str, str]
    version: str
    came: Came
    asked: bool
    authorities: tuple[str, ...]
    late: bool
    alert: int | None
    tickets: int
    hello: int
    chain: tuple[bytes, ...]
    stage: Stage | None
    spoke_tls: bool
    heard: bool

    @property
    def pinned(self) -> str:
        """The one version that was offered, empty where there was a choice."""
        return self.offered[0] if self.offered[0] == self.offered[1] else ""

    def alike(self, other: Trial) -> bool:
        """Whether another attempt sent a ClientHello of the same shape."""
        return (self.offered, self.hello) == (other.offered, other.hello)


def trials_of(transcript: Transcript) -> tuple[Trial, ...]:
    """Return every attempt of a probe, in their order."""
    return tuple(_trials(transcript))


def _trials(transcript: Transcript) -> Iterator[Trial]:
    for connection in transcript.connections:
        decided = seen_on(transcript, connection, Decision)
        for decision in (each for each in decided if each.topic == TRIAL):
            yield _trial(ConnectionView(transcript, connection), decision)


def _trial(view: ConnectionView, decision: Decision) -> Trial:
    seen = view.inspection or Inspection(())
    request = seen.certificate_request
    return Trial(
        connection=view.connection.number,
        shows=Shows(decision.outcome),
        offered=(decision.facts["lowest"], decision.facts["highest"]),
        version=seen.version or "",
        came=_came(view, seen),
        asked=request is not None,
        authorities=request.authorities if request else (),
        late=_came(view, seen) is Came.REFUSED and view.finished(view.connection.dialler),
        alert=_alert_of_port(view),
        tickets=sum(1 for _ in seen.of_kind(NewSessionTicket)),
        hello=seen.client_hello.length if seen.client_hello else 0,
        chain=seen.server_chain or (),
        stage=view.stage,
        spoke_tls=any(not item.from_client and isinstance(item, ServerHello | Alert) for item in seen.items),
        heard=heard(view),
    )


def _came(view: ConnectionView, seen: Inspection) -> Came:
    dialler = view.connection.dialler
    if view.answered(dialler) or seen.application_data(client=False):
        return Came.ANSWERED
    if view.stage is None and view.finished(dialler):
        return Came.UNREFUSED
    if view.finished(dialler) or (seen.certificate_request is not None and _ended_by_port(view)):
        return Came.REFUSED
    return Came.FAILED


def _ended_by_port(view: ConnectionView) -> bool:
    """Whether the port ended the connection: by an alert, or without a word."""
    closed = view.events(Closed, view.connection.dialler)
    hung_up = any(each.direction is Direction.RECEIVED for each in closed)
    return _alert_of_port(view) is not None or (hung_up and view.fatal_alert is None)


def _alert_of_port(view: ConnectionView) -> int | None:
    alerts = view.events(AlertSeen, view.connection.dialler)
    fatal = [each for each in alerts if each.level == _FATAL and each.direction is Direction.RECEIVED]
    return fatal[0].number if fatal else None
