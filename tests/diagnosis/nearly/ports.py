"""Where a connection came out: `harness.diagnosis.causes.ports`."""

from __future__ import annotations

from meeting import LISTENER, Meeting, answered, asked, decided

from harness.transcript import DialFailure
from nearly.row import but, row
from nearly.stories import CALL_REFUSED, NAME_REFUSED, SHAKEN, WITHOUT_CERTIFICATE

DROPPED = DialFailure.TIMED_OUT
TO_CLOUD = (decided("expressway-e", "search-rule", "webex-zone", 1),)
TO_PARTNER = (decided("expressway-e", "search-rule", "dns-zone", 1),)
REGISTRATION = (asked("REGISTER"), answered("404 Not Found"))
AT_BOX = CALL_REFUSED.but(listener="unified-cm")
BY_RULE = SHAKEN.but(dialler="expressway-e", listener="b2b-peer", decisions=TO_CLOUD)
AT_SIGN_IN = SHAKEN.but(dialler="b2b-peer", port=8443)
LED_ON = WITHOUT_CERTIFICATE.but(port=5061, reached=5062)

ROWS = (
    row(
        "another-box-answers",
        AT_BOX,
        but("it is the box that was meant", "sip-refused", listener="expressway-e"),
        but("it is a box of the inside that dials", "sip-refused", dialler="expressway-c"),
        but("what the dialler was after was not seen", "sip-refused", seen=(LISTENER,)),
        but("the call came through", "none", completed=True),
    ),
    row(
        "another-box-answers",
        BY_RULE,
        but("the rule for partners was followed", "sip-unanswered", decisions=TO_PARTNER),
        but("it is the cloud", "sip-unanswered", listener="webex-cloud"),
        but("it is a question about a certificate", "sip-unanswered", protocol="http"),
    ),
    row(
        "another-box-answers",
        NAME_REFUSED.but(dialler="jabber", listener="b2b-peer", port=8443, protocol="https"),
        but("it is the box that was meant", "name-unknown", listener="expressway-e"),
    ),
    row(
        "another-service-answers",
        AT_SIGN_IN,
        but("it is the right port", "sip-unanswered", port=5061),
        but("nobody knows what that port is for", "sip-unanswered", opened={}),
        but("it is the other port for calls", "sip-unanswered", port=5062),
        but("sign-in is what it is after", "sip-unanswered", protocol="https"),
        but("what the dialler was after was not seen", "sip-unanswered", seen=(LISTENER,)),
        but("nobody took the connection", "connect-timed-out", dial=DROPPED),
        but("the call came through", "none", completed=True),
    ),
    row(
        "another-service-answers",
        LED_ON,
        but("no firewall led it on", "mutual-tls-on-default-zone", reached=0),
        but("a client of MRA dials", "mra-translated-to-mutual-port", dialler="jabber"),
    ),
    row(
        "mra-is-off",
        Meeting(dialler="jabber", port=5061, opened={5061: "TLS"}, said=REGISTRATION),
        but("it is on", "traversal-zone-down", opened=None),
        but("nobody knows what is open there", "sip-refused", opened={}),
        but("no registration was asked for", "sip-refused", said=(asked("INVITE"), REGISTRATION[1])),
        but("it came through", "none", completed=True),
    ),
)
