"""The words beside arrows and on lifelines."""

from __future__ import annotations

from collections.abc import Sequence

from harness.report.ladder.marks import HELD
from harness.sip.message import Request, Response, parse_message
from harness.tls.alerts import FATAL, alert_name
from harness.transcript import (
    AlertSeen,
    Closed,
    Closing,
    Connection,
    Decision,
    DialFailure,
    HandshakeFailed,
    VerifyFailed,
)

NO_CONNECTION = {
    DialFailure.REFUSED: "RST: connection refused",
    DialFailure.TIMED_OUT: "no answer to the SYN",
    DialFailure.UNREACHABLE: "no route to the host",
}

_FAILED = {
    "alert-received": "handshake failed by the alert",
    "alert-sent": "handshake failed by its own alert",
    "not-tls": "handshake failed: what came is not TLS",
    "peer-closed": "handshake failed: the peer closed",
    "peer-reset": "handshake failed: the peer reset",
    "timed-out": "handshake failed: timed out",
    "internal": "handshake failed by an internal error",
}

_CLOSING = {Closing.CLOSE_NOTIFY: "close_notify, FIN", Closing.FIN: "FIN", Closing.RST: "RST"}

# The facts of each topic that a ladder has room for; all of them are in the transcript.
_TELLING_FACTS = {
    "zone-match": ("zone", "inbound-mapping", "matched", "near-miss"),
    "access-rules": ("rule", "reason"),
    "identity": ("zone", "matched", "near-miss"),
    "default-zone": ("port", "by"),
    "preloaded-route": ("zone", "status"),
    "cpl": ("rule", "status"),
    "pattern": ("rule", "pattern"),
    "search-rule": ("pattern", "address", "status"),
    "traversal-zone": ("zone", "port"),
    "ssh-tunnel": ("port", "status"),
    "locate": ("destination", "targets"),
    "activation": ("organisation", "unproven"),
}
# The topics whose decisions bring a sentence of their own; a note of the walk through DNS is no more than that.
_SPOKEN_TOPICS = {"locate", "ownership", "calling", "upload", "revocation"}
_WALK = "locate-note"
_AFTERWARDS = {
    "next-target": "on to",
    "gave-up": "failover on TLS errors is Off",
    "no-target-left": "no target is left",
}


# The decisions that are about the names in a certificate.
_NAME_TOPICS = {"zone-match", "identity"}
_MOST_NAMES = 3


def sip_label(message: bytes) -> str:
    """Return the start line of a SIP message without URI parameters, with its CSeq; or what it is instead."""
    parsed = parse_message(message)
    match parsed:
        case Request(method=method, uri=uri, headers=headers):
            number = (headers.get("cseq") or "?").split(" ")[0]
            return f"{method} {uri.partition(';')[0]} (CSeq{HELD}{number})"
        case Response(status=status, reason=reason, headers=headers):
            return f"{status} {reason} (CSeq{HELD}{HELD.join((headers.get('cseq') or '?').split())})"
        case violation:
            return f"not SIP: {violation.reason}"


def port_words(connection: Connection) -> str:
    """Return the port that was dialled, and the one behind the firewall where that is another."""
    dialled, reached = connection.target.port, connection.reached
    return f"{dialled}, translated to {reached.port}" if reached and reached.port != dialled else str(dialled)


def dns_label(message: bytes, transport: str) -> str:
    """Return a DNS message as its question or its answer; UDP goes without saying."""
    from harness.dns.describing import describe  # noqa: PLC0415  # its parser costs 150 ms, and few ladders have DNS

    return describe(message) + ("" if transport == "udp" else f" ({transport.upper()})")


def http_label(head: str) -> str:
    """Return the first line of an HTTP head."""
    return head.partition("\n")[0].strip()


def alert_label(alert: AlertSeen, sender: str, receiver: str) -> str:
    """Return an alert by number and name; a fatal one says who refuses whom."""
    words = f"{alert.number} {alert_name(alert.number)}"
    return f"ALERT {words}: {sender} refuses {receiver}" if alert.level == FATAL else f"alert {words}"


def closing_label(closed: Closed) -> str:
    """Return how a connection ended, with the reason where one end stated it."""
    how = _CLOSING[closed.how]
    return f"{how}, by its log: {closed.why}" if closed.why and closed.why not in _FAILED else how


def failure_words(failed: HandshakeFailed) -> str:
    """Return in what way the handshake of one end failed."""
    return _FAILED.get(failed.reason, f"handshake failed: {failed.reason}")


def objection_words(failed: VerifyFailed) -> str:
    """Return what the path check of one end objected to."""
    which = "the peer's certificate" if failed.depth == 0 else f"the CA certificate at depth {failed.depth}"
    passed = "; let pass by its settings" if failed.overridden else ""
    return f"objects to {which}: {failed.text} ({failed.code}){passed}"


def decision_words(decision: Decision, wanted: Sequence[str] = ()) -> str:
    """Return a decision and the facts that explain it, in the words of the actor's log.

    `wanted` are the names that the actor looked for in the peer's certificate; a name that did not match is
    told with them and with what was presented.
    """
    facts = decision.facts
    if text := facts.get("text"):
        if decision.topic == _WALK:
            return text
        if decision.topic in _SPOKEN_TOPICS:
            return f"{decision.topic}: {decision.outcome}: {text}"
    if decision.topic == "failover":
        return _failover_words(decision)
    keys = _TELLING_FACTS.get(decision.topic, tuple(facts))
    told = [f"{key} {facts[key]}" for key in keys if facts.get(key, "none") != "none" and facts[key]]
    if decision.topic in _NAME_TOPICS and "matched" in facts and not facts["matched"]:
        presented = facts.get("presented", "").split(", ")
        told += [f"wanted {_abbreviated(wanted)}", f"presented {_abbreviated(presented)}"]
    return f"{decision.topic}: {decision.outcome}" + (f" ({', '.join(told)})" if told else "")


def _failover_words(decision: Decision) -> str:
    facts = decision.facts
    then = _AFTERWARDS.get(decision.outcome, decision.outcome)
    following = f" {facts.get('next', '?')}" if decision.outcome == "next-target" else ""
    failed, why, seconds = (facts.get(key, "?") for key in ("failed", "why", "seconds"))
    return f"failover: {failed}: {why} after {seconds} s; {then}{following}"


def _abbreviated(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
