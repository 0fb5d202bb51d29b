"""What each attempt at a port came to, read from the transcript alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.diagnosis.connection_view import ConnectionView, seen_on
from harness.diagnosis.evidence import TRIAL
from harness.diagnosis.reliability import heard
from harness.probe.credentials import Shows
from harness.tls.inspector import Inspection
from harness.tls.inspector.items import Alert, NewSessionTicket, ServerHello
from harness.transcript import AlertSeen, Closed, Decision, Direction, HandshakeFailed, HttpSeen, SipSeen, Transcript
from harness.verdict import Stage

_FATAL = 2
_PROTOCOL_VERSION = 70
_TIMED_OUT = "timed-out"


class Came(StrEnum):
    """What an attempt came to.

    `ANSWERED`: it was accepted, an answer proves it. `UNREFUSED`: the handshake stood, and neither answer nor refusal
    came in the time given. `REFUSED`: the port turned down what it was shown. `HUNG_UP`: it had asked for nothing to be
    shown, and closed when a request came: it may want another one. `FAILED`: it ended before the port had seen what
    there was to show.
    """

    ANSWERED = "answered"
    UNREFUSED = "not refused"
    REFUSED = "refused"
    HUNG_UP = "closed on the request"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt.

    `offered` are the lowest and the highest version, `version` the one that the port chose, empty where it chose none.
    `asked`: a CertificateRequest came; `authorities` are the CA names in it. `late`: the refusal came after this end's
    handshake had finished (TLS 1.3, trap X8). `alert` is the number of the port's fatal alert. `tickets` counts
    NewSessionTickets: a hint of acceptance, no proof (domain.md 5.2). `hello` is the size of the ClientHello in bytes.
    `stage` is where the connection stopped, None where it stood. `heard`: at least one byte came back. `timed_out`: its
    handshake was not over in the time given. `spoke` is what came back above TLS: `sip`, `https`, `something else`, or
    empty for nothing; `wanted` is what was asked for.
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
    timed_out: bool
    spoke: str
    wanted: str

    @property
    def pinned(self) -> str:
        """The one version that was offered, empty where there was a choice."""
        return self.offered[0] if self.offered[0] == self.offered[1] else ""

    def alike(self, other: Trial) -> bool:
        """Whether another attempt sent a ClientHello of the same shape."""
        return (self.offered, self.hello) == (other.offered, other.hello)

    @property
    def foreign(self) -> bool:
        """Whether something else was spoken above TLS than what was asked for."""
        return bool(self.spoke) and self.spoke != self.wanted

    @property
    def taken(self) -> bool:
        """Whether TLS took what was shown.

        An answer says so, before TLS 1.3 a handshake that was finished, and from a port that asks for certificates a
        ticket, for which it needs the last flight of its client (RFC 8446 section 4.6.1).
        """
        finished = self.version < "1.3" or (self.asked and self.tickets > 0)
        return self.came is Came.ANSWERED or (self.came is Came.UNREFUSED and finished)

    @property
    def turned_away(self) -> bool:
        """Whether an alert ended it early that need not be about what was offered: alert 70 is, about versions."""
        return self.came is Came.FAILED and self.alert not in {None, _PROTOCOL_VERSION}


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
        timed_out=any(each.reason == _TIMED_OUT for each in view.events(HandshakeFailed, view.connection.dialler)),
        spoke=_spoke(view, seen),
        wanted=view.connection.protocol,
    )


def _spoke(view: ConnectionView, seen: Inspection) -> str:
    """Return what came back above TLS."""
    dialler = view.connection.dialler
    if any(each.direction is Direction.RECEIVED for each in view.events(SipSeen, dialler)):
        return "sip"
    if any(each.direction is Direction.RECEIVED for each in view.events(HttpSeen, dialler)):
        return "https"
    return "something else" if seen.application_data(client=False) else ""


def _came(view: ConnectionView, seen: Inspection) -> Came:
    dialler = view.connection.dialler
    if view.answered(dialler) or seen.application_data(client=False):
        return Came.ANSWERED
    if view.stage is None and view.finished(dialler):
        return Came.UNREFUSED
    if view.finished(dialler) and seen.certificate_request is None and _was_asked(view) and _hung_up(view):
        return Came.HUNG_UP
    if view.finished(dialler) or (seen.certificate_request is not None and _ended_by_port(view)):
        return Came.REFUSED
    return Came.FAILED


def _ended_by_port(view: ConnectionView) -> bool:
    """Whether the port ended the connection: by an alert, or without a word."""
    return _alert_of_port(view) is not None or _hung_up(view)


def _hung_up(view: ConnectionView) -> bool:
    """Whether the port closed or reset, and no alert told why."""
    closed = view.events(Closed, view.connection.dialler)
    return any(each.direction is Direction.RECEIVED for each in closed) and view.fatal_alert is None


def _was_asked(view: ConnectionView) -> bool:
    dialler = view.connection.dialler
    events: list[SipSeen | HttpSeen] = [*view.events(SipSeen, dialler), *view.events(HttpSeen, dialler)]
    return any(each.direction is Direction.SENT for each in events)


def _alert_of_port(view: ConnectionView) -> int | None:
    alerts = view.events(AlertSeen, view.connection.dialler)
    fatal = [each for each in alerts if each.level == _FATAL and each.direction is Direction.RECEIVED]
    return fatal[0].number if fatal else None
