"""How a call is routed through the box: `harness.diagnosis.causes.calling`."""

from __future__ import annotations

from meeting import answered, asked, chain, decided

from harness.transcript import ClientCertificate, DialFailure
from nearly.row import but, row
from nearly.stories import CALL_REFUSED, WITHOUT_CERTIFICATE

DROPPED = DialFailure.TIMED_OUT


def microsoft(number: int) -> tuple[tuple[str, bytes], ...]:
    """A refusal by Microsoft's edge, with its own header."""
    header = f'ms-diagnostics: {number};reason="Words of Microsoft";source="edge.example"'
    return asked("INVITE"), answered("504 Server time-out", header)


def rule(outcome: str, **facts: str) -> dict[str, object]:
    return {"decisions": (decided("expressway-e", "search-rule", outcome, 1, **facts),)}


ROWS = (
    row(
        "b2bua-on-mutual-port",
        WITHOUT_CERTIFICATE.but(dialler="b2bua", port=5061),
        but("somebody from outside dials", "mutual-tls-on-default-zone", dialler="b2b-peer"),
        but("the port only asks", "unexplained", requests=ClientCertificate.OPTIONAL),
        but("a certificate is shown", "unexplained", client_shows=chain("b2b-peer")),
    ),
    row(
        "greedy-search-rule",
        CALL_REFUSED.but(**rule("dns-zone", pattern=".*", never_tried="webex-zone (101)")),
        but("the call comes through", "none", completed=True),
        but("the rule for Webex was followed", "sip-refused", **rule("webex-zone", never_tried="webex-zone (101)")),
        but("the rule passed over leads inside", "sip-refused", **rule("dns-zone", never_tried="neighbour-zone (101)")),
        but("no rule was passed over", "sip-refused", **rule("dns-zone")),
    ),
    row(
        "cluster-name-is-ours",
        CALL_REFUSED.but(decisions=(decided("expressway-e", "own-route", "stripped", 1, routes="<sip:example.com>"),)),
        but("nobody took the connection", "connect-timed-out", dial=DROPPED),
        but("the Route was left alone", "sip-refused", decisions=(decided("expressway-e", "own-route", "kept", 1),)),
    ),
    row(
        "cluster-name-is-a-wildcard",
        CALL_REFUSED.but(**rule("no-match", address="*.example.com")),
        but("nobody took the connection", "connect-timed-out", dial=DROPPED),
        but("a rule was found", "sip-refused", **rule("webex-zone", address="*.example.com")),
        but("the host is no wildcard", "no-search-rule", **rule("no-match", address="cucm.example.com")),
        but("the host has an asterisk further on", "no-search-rule", **rule("no-match", address="cucm.*.com")),
    ),
    row(
        "message-too-large",
        CALL_REFUSED.but(decisions=(decided("unified-cm", "message-size", "refused", 1, limit="11000"),)),
        but("nobody took the connection", "connect-timed-out", dial=DROPPED),
        but("the message was taken", "sip-refused", decisions=(decided("unified-cm", "message-size", "taken", 1),)),
    ),
    row(
        "federation-srv-elsewhere",
        CALL_REFUSED.but(said=microsoft(1008)),
        but("the call comes through", "none", completed=True),
        but("nobody took the connection", "connect-timed-out", dial=DROPPED),
        but("Microsoft speaks of the certificate", "federation-name-missing", said=microsoft(1010)),
        but("Microsoft speaks of something else", "sip-refused", said=microsoft(1007)),
    ),
    row(
        "federation-name-missing",
        CALL_REFUSED.but(said=microsoft(1010)),
        but("the call comes through", "none", completed=True),
        but("Microsoft speaks of its record", "federation-srv-elsewhere", said=microsoft(1009)),
        but("Microsoft speaks of something else", "sip-refused", said=microsoft(1011)),
    ),
)
