"""What worked here and fails elsewhere, or works for a bad reason: one table, walked for every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from harness.diagnosis.call_warnings import CALL_WARNINGS
from harness.diagnosis.calls import where_srv_led
from harness.diagnosis.estate import is_another_box, meant_box
from harness.diagnosis.evidence import MRA_CLIENTS, TRIAL, Evidence
from harness.diagnosis.objections import further_flaws
from harness.diagnosis.reliability import reliability
from harness.diagnosis.root_cause import TUNNEL, broken_link
from harness.diagnosis.sip_heads import answers, request_in, status_of
from harness.diagnosis.unenforced_checks import UNENFORCED_CHECKS
from harness.diagnosis.words import label
from harness.transcript import ClientCertificate, Decision, Direction, SipSeen
from harness.verdict import Stage

_MANY_ATTEMPTS = 2
_REFUSAL = 300
_FAILURES = {
    "timed-out": "did not answer within {seconds} s",
    "refused": "refused the connection",
    "unreachable": "could not be reached",
    "handshake": "failed before any SIP was spoken",
}
_AFTERWARDS = {
    "next-target": "the call went on to {next}",
    "gave-up": "failover on TLS errors is Off, so {next} was never tried (X15)",
    "no-target-left": "no target was left",
}
_BROUGHT_UP = {"traversal-zone": "the traversal zone {zone}", "ssh-tunnel": "the SSH tunnel on port {port}"}
_DOWN = {"failed", "down"}


SEE_SET_UP = "see set-up in the transcript."
"""How a warning ends that is about what failed before the first step, and not about the story."""


def warnings_of(evidence: Evidence) -> Iterator[str]:
    """Yield the warnings of one step; none of a trial, which lets everything pass in order to find out."""
    if evidence.decision(TRIAL):
        return
    for rule in _RULES:
        text = rule(evidence)
        if text:
            yield text
    yield from _failovers(evidence)


def warnings_of_ports(steps: Sequence[Evidence]) -> Iterator[str]:
    """Yield how often each port that was tried left a connection without an answer that others alike got."""
    tried = {step.view.connection.target: step for step in steps if step.view is not None and step.decision(TRIAL)}
    for target, step in tried.items():
        counted = reliability(step.transcript, target)
        if counted is not None:
            yield (
                f"port {target.port} is unreliable: {counted.unanswered} of {counted.dialled} connections got no "
                "answer, and one alike was answered at another time."
            )


def _failovers(evidence: Evidence) -> Iterator[str]:
    """Yield a sentence for each target that failed before another was tried, or could have been."""
    for event in evidence.events:
        if isinstance(event, Decision) and event.topic == "failover":
            facts = {"failed": "a target", "next": "the next target", "seconds": "?", **event.facts}
            happened = _FAILURES.get(event.facts.get("why", ""), "failed").format_map(facts)
            afterwards = _AFTERWARDS.get(event.outcome, "what happened then is not on record").format_map(facts)
            yield f"{facts['failed']} {happened}; {afterwards}."


def _alias_as_target(evidence: Evidence) -> str:
    note = evidence.decision("locate-note", "srv-target-alias")
    if note is None:
        return ""
    said = note.facts.get("text", "").rstrip(".") or "An SRV target is an alias"
    return f"{said}: it works here, RFC 2782 forbids it, and strict resolvers refuse (X14)."


def _resolved_elsewhere(evidence: Evidence) -> str:
    """Say where DNS led a dialler who then refused what it met there (domain.md D15)."""
    led = where_srv_led(evidence)
    if evidence.stage is not Stage.IDENTITY or evidence.by != evidence.dialler or led is None:
        return ""
    destination, host, met = led
    return (
        f"{destination} was resolved to {host}:{met.port} by DNS: if that host is a stranger, a wildcard record may "
        "have answered (D15)."
    )


def _only_by_common_name(evidence: Evidence) -> str:
    for event in evidence.events:
        if isinstance(event, Decision) and event.outcome in {"matched", "accepted"} and event.facts.get("warnings"):
            return event.facts["warnings"]
    return ""


def _tries_again(evidence: Evidence) -> str:
    dialled = (c for c in evidence.transcript.connections if c.step == evidence.step and c.dialler == evidence.actor)
    attempts = max(Counter(connection.target for connection in dialled).values(), default=0)
    if evidence.completed or attempts < _MANY_ATTEMPTS:
        return ""
    return (
        f"{label(evidence, evidence.actor)} tried {attempts} times; on a real Expressway automated protection "
        "may block its address, and then nothing answers any more (X30)."
    )


def _optional_request(evidence: Evidence) -> str:
    """Say where a client was asked for a certificate that it need not have (row M08)."""
    if not evidence.completed or evidence.requested is not ClientCertificate.OPTIONAL:
        return ""
    if not evidence.empty_client_certificate or evidence.dialler not in MRA_CLIENTS:
        return ""
    return (
        f"port {evidence.port} asks for a client certificate and does without one (activation code onboarding): macOS "
        "may show a certificate picker; cancelling it is fine (M08)."
    )


def _intercepted(evidence: Evidence) -> str:
    if not evidence.completed or evidence.foreign_leaf is None:
        return ""
    return (
        f"the certificate that {label(evidence, evidence.dialler)} saw is not the one of "
        f"{label(evidence, evidence.owner)}: something in the path terminates TLS and reads along (T-12)."
    )


def further_fault(evidence: Evidence) -> str:
    """Say what else is wrong with a certificate that was refused: mending the first fault brings the next one up."""
    flaws = further_flaws(evidence)
    if not flaws:
        return ""
    return f"{flaws[0].sentence}: that is a fault of its own, and stays when the first one is mended."


def _hanging_up_failed(evidence: Evidence) -> str:
    """Say that a call was up and its end did not get through: who pays for it may find it open."""
    own = [each for each in evidence.events if isinstance(each, SipSeen) and each.actor == evidence.actor]
    hung_up = any(each.direction is Direction.SENT and request_in(each, "BYE") for each in own)
    heard = (each for each in own if each.direction is Direction.RECEIVED and answers(each, "BYE"))
    statuses = [status for each in heard if (status := status_of(each)) is not None]
    if not evidence.completed or not hung_up or (statuses and statuses[-1] < _REFUSAL):
        return ""
    told = f"was answered {statuses[-1]}" if statuses else "got no answer"
    return f"the call was up, and its BYE {told}: something ended a connection under it."


def _answered_by_another_box(evidence: Evidence) -> str:
    """Say that somebody else took what was meant for another box, and was believed (trap X33)."""
    if not evidence.completed or not is_another_box(evidence):
        return ""
    words = {each: label(evidence, actor) for each, actor in (("by", evidence.listener), ("to", meant_box(evidence)))}
    return f"the connection came out at {words['by']}, and not at {words['to']}: whoever answered was somebody else."


def _edge_has_another_name(evidence: Evidence) -> str:
    named = evidence.decision("edge-name", "other-name")
    if named is None:
        return ""
    return (
        f"_collab-edge._tls leads to {named.facts['led-to']}, and Expressway-E calls itself {named.facts['own']}: "
        "TLS passes, XMPP and HTTP fail later. Align the SRV target with System host name and Domain name on "
        "System > DNS (M11)."
    )


def _down_since_set_up(evidence: Evidence) -> str:
    """Say which zone or tunnel between the Expressways is down, other than the one that this step dialled."""
    here = [event.facts for event in evidence.events if isinstance(event, Decision) and event.outcome in _DOWN]
    broken = broken_link(evidence)
    for event in evidence.transcript.events:
        if not isinstance(event, Decision) or event.topic not in _BROUGHT_UP:
            continue
        is_cause = broken is not None and event.facts.get("zone", TUNNEL) == broken.key
        if event.outcome in _DOWN and event.facts not in here and not is_cause:
            return f"{_BROUGHT_UP[event.topic].format_map(event.facts)} is down too: {SEE_SET_UP}"
    return ""


def _taken_unseen(evidence: Evidence) -> str:
    """Say whom somebody took although nobody could say whether that certificate was revoked."""
    decided = evidence.decision("revocation", "treated-as-not-revoked")
    if decided is None:
        return ""
    return (
        f"{label(evidence, decided.actor)} could not learn whether its peer's certificate was revoked, and took it as "
        f"not revoked: {decided.facts.get('text', 'no source answered')}. A revoked one passes too (X10)."
    )


def _pattern_ran_out(evidence: Evidence) -> str:
    """Say which patterns got no answer in their time: a real box might have found a match, or none."""
    late = [each for each in evidence.events if isinstance(each, Decision) and each.topic == "pattern"]
    if not late:
        return ""
    first, more = late[0], len(late) - 1
    others = f" (and {more} more like it)" if more else ""
    return (
        f"{label(evidence, first.actor)}: the pattern {first.facts.get('pattern', '?')} of "
        f"{first.facts.get('rule', 'a rule')} ran out of its time on {first.facts.get('tried-on', '?')!r}{others}. "
        "It counted as no match; what a real Expressway makes of it is not known."
    )


def _upload_warned(evidence: Evidence) -> str:
    """Say what the box has to say of its own settings where it took a certificate (A3)."""
    taken = evidence.decision("upload", "taken")
    return taken.facts.get("warning", "") if taken else ""


_RULES: tuple[Callable[[Evidence], str], ...] = (
    *UNENFORCED_CHECKS,
    _taken_unseen,
    _only_by_common_name,
    _tries_again,
    _down_since_set_up,
    *CALL_WARNINGS,
    _alias_as_target,
    _resolved_elsewhere,
    _optional_request,
    _intercepted,
    further_fault,
    _hanging_up_failed,
    _answered_by_another_box,
    _edge_has_another_name,
    _upload_warned,
    _pattern_ran_out,
)
