"""How far the visit came, stage by stage: DNS, TCP, TLS, acceptance, identity, SIP."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnosis.connection_view import ConnectionView
from harness.probe.outcomes import Came, Trial
from harness.probe.probing import Probe
from harness.report.wording import alert_words
from harness.transcript import Decision, DialFailed, HandshakeFailed, HandshakeFinished, StepEnded
from harness.verdict import Stage

_NOT_REACHED = "not reached"
_FAILURES = {
    "timed-out": "nothing finished the handshake in the time given",
    "not-tls": "what came back is not TLS",
    "peer-closed": "the port closed in the middle of the handshake",
    "peer-reset": "the port reset the connection in the middle of the handshake",
    "internal": "OpenSSL gave up on what came back",
}


def stage_lines(probe: Probe) -> Iterator[tuple[str, str]]:
    """Yield each stage and what happened there."""
    yield "dns", _dns(probe)
    trial = probe.visit
    view = None
    if trial is not None:
        view = ConnectionView(probe.transcript, probe.transcript.connection(trial.connection))
    yield "tcp", _tcp(view)
    yield "tls", _tls(view, trial, interrupted=probe.interrupted)
    yield "acceptance", _acceptance(trial)
    yield "identity", _identity(probe)
    yield _asked(view), _answer(probe, trial)


def _dns(probe: Probe) -> str:
    decided = [event for event in probe.transcript.events if isinstance(event, Decision) and event.topic == "locate"]
    if not decided:
        return "an address: nothing is looked up"
    facts = decided[-1].facts
    return facts.get("text") or f"leads to {facts.get('targets', 'nothing')}"


def _tcp(view: ConnectionView | None) -> str:
    if view is None:
        return _NOT_REACHED
    failed = view.events(DialFailed)
    return f"{view.connection.target}: {failed[0].failure.value}" if failed else f"{view.connection.target}: connected"


def _tls(view: ConnectionView | None, trial: Trial | None, *, interrupted: bool) -> str:
    if view is None or trial is None or trial.stage is Stage.TCP:
        return _NOT_REACHED
    asked = "asks for a client certificate" if trial.asked else "asks for no client certificate"
    finished = view.events(HandshakeFinished)
    if finished:
        return f"TLS {finished[0].version}, {finished[0].cipher}; {asked}"
    if trial.alert is not None:
        seen = f"; it {asked}" if trial.chain else ""
        return f"failed: the port sent alert {alert_words(trial.alert)}{seen}"
    failed = view.events(HandshakeFailed)
    if interrupted and not failed and view.fatal_alert is None:
        return "not known: the probe was interrupted in it"
    alert = f"this end sent alert {alert_words(view.fatal_alert[1])}" if view.fatal_alert else "it ended"
    return f"failed: {_FAILURES.get(failed[0].reason, alert) if failed else alert}"


def _acceptance(trial: Trial | None) -> str:
    match trial:
        case None | Trial(stage=Stage.TCP) | Trial(came=Came.FAILED):
            return _NOT_REACHED
        case Trial(came=Came.ANSWERED):
            return f"accepted, with {trial.shows}: it answered"
        case Trial(came=Came.HUNG_UP):
            return f"unproven, with {trial.shows}: it asked for no certificate, and closed when a request came"
        case Trial(came=Came.UNREFUSED, tickets=tickets):
            hint = f"; {tickets} session tickets hint at yes" if tickets else ""
            return f"unproven, with {trial.shows}: neither an answer nor a refusal in the time given{hint}"
        case Trial(alert=alert, late=late):
            how = f"alert {alert_words(alert)}" if alert is not None else "it closed without a word"
            return f"refused, with {trial.shows}: {how}{', after the handshake was done here' if late else ''}"


def _identity(probe: Probe) -> str:
    """Say what this end thinks of the port's certificate; that never ends a probe."""
    if probe.card is None or probe.card.leaf is None:
        return _NOT_REACHED
    trusted = {True: "its chain is trusted", False: "its chain is NOT trusted", None: "nothing to verify it with"}
    named = {
        True: "its name is the right one",
        False: "its names are NOT the right ones",
        None: "no name was looked for (--name)",
    }
    return f"{trusted[probe.trusts_port]}; {named[probe.knows_port]}"


def _asked(view: ConnectionView | None) -> str:
    return "http" if view is not None and view.connection.protocol == "https" else "sip"


def _answer(probe: Probe, trial: Trial | None) -> str:
    if trial is None or trial.came in {Came.FAILED, Came.REFUSED}:
        return _NOT_REACHED
    step = probe.transcript.connection(trial.connection).step
    ended = [event for event in probe.transcript.events if isinstance(event, StepEnded) and event.step == step]
    if ended and ended[-1].completed:
        return f"OPTIONS was answered: {ended[-1].detail}"
    return (
        "OPTIONS was not answered" if not trial.spoke else "OPTIONS was not answered: what came is neither SIP nor HTTP"
    )
