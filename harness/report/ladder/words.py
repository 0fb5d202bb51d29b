"""The words beside arrows and on lifelines."""

from __future__ import annotations

from harness.sip.message import Request, Response, parse_message
from harness.tls.alerts import FATAL, alert_name
from harness.transcript import (
    AlertSeen,
    Closed,
    Closing,
    Decision,
    DialFailure,
    HandshakeFailed,
    VerifyFailed,
)

NO_CONNECTION = {
    DialFailure.REFUSED: "RST: connection refused, nobody listens there",
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
    "zone-match": ("zone", "matched", "near-miss"),
    "access-rules": ("rule", "reason"),
    "identity": ("zone", "wanted", "matched", "near-miss", "detail"),
    "default-zone": ("port", "by"),
    "preloaded-route": ("zone", "status"),
    "cpl": ("rule", "status"),
    "search-rule": ("pattern", "address", "status"),
    "traversal-zone": ("zone", "port"),
}


def sip_label(message: bytes) -> str:
    """Return the start line of a SIP message without URI parameters, with its CSeq; or what it is instead."""
    parsed = parse_message(message)
    match parsed:
        case Request(method=method, uri=uri, headers=headers):
            number = (headers.get("cseq") or "?").split(" ")[0]
            shown, parameters, _rest = uri.partition(";")
            return f"{method} {shown}{parameters and ';..'} (CSeq {number})"
        case Response(status=status, reason=reason, headers=headers):
            return f"{status} {reason} (CSeq {headers.get('cseq') or '?'})"
        case violation:
            return f"not SIP: {violation.reason}"


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
    return f"{how}: {closed.why}" if closed.why and closed.why not in _FAILED else how


def failure_words(failed: HandshakeFailed) -> str:
    """Return in what way the handshake of one end failed."""
    return _FAILED.get(failed.reason, f"handshake failed: {failed.reason}")


def objection_words(failed: VerifyFailed) -> str:
    """Return what the path check of one end objected to."""
    which = "the peer's certificate" if failed.depth == 0 else f"the CA certificate {failed.depth} above"
    passed = "; let pass by its settings" if failed.overridden else ""
    return f"objects to {which}: {failed.text} ({failed.code}){passed}"


def decision_words(decision: Decision) -> str:
    """Return a decision and the facts that explain it, in the words of the actor's log."""
    chosen = _TELLING_FACTS.get(decision.topic)
    keys = decision.facts if chosen is None else chosen
    told = [f"{key} {decision.facts[key]}" for key in keys if decision.facts.get(key)]
    return f"{decision.topic}: {decision.outcome}" + (f" ({', '.join(told)})" if told else "")
