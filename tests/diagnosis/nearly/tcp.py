"""Who answered a SYN, or why nobody did: `harness.diagnosis.causes.tcp`."""

from __future__ import annotations

from meeting import DIALLER, Meeting

from harness.transcript import DialFailure
from nearly.row import but, row

REFUSED, DROPPED, NO_WAY = DialFailure.REFUSED, DialFailure.TIMED_OUT, DialFailure.UNREACHABLE
ELSEWHERE = {5061: "TLS"}
PROBE = Meeting(dialler="probe", target="127.0.0.1", port=5099, network="probe", seen=(DIALLER,), dial=REFUSED)

ROWS = (
    row(
        "refused-by-firewall",
        Meeting(dial=REFUSED),
        but("the box has not opened that port", "port-not-listening", opened=ELSEWHERE),
        but("nobody answered", "connect-timed-out", dial=DROPPED),
        but("the box's own side was not seen", "syn-refused", seen=(DIALLER,)),
        but("the call comes through all the same", "none", completed=True),
    ),
    row(
        "port-not-listening",
        Meeting(dial=REFUSED, opened=ELSEWHERE),
        but("nobody answered", "connect-timed-out", dial=DROPPED),
        but("the box has opened it", "refused-by-firewall", opened={5062: "mutual TLS"}),
        but("the box's own side was not seen", "syn-refused", opened={}),
        but("the call comes through all the same", "none", completed=True),
    ),
    row(
        "port-not-listening",
        PROBE,
        but("another machine was dialled", "syn-refused", target="192.0.2.10"),
        but("a lab dialled, and a lab has firewalls", "syn-refused", network="memory"),
        but("nobody answered", "connect-timed-out", dial=DROPPED),
    ),
    row(
        "port-not-listening",
        PROBE.but(target="::1"),
        but("another machine was dialled", "syn-refused", target="2001:db8::1"),
    ),
    row(
        "syn-refused",
        Meeting(dial=REFUSED, seen=(DIALLER,)),
        but("nobody answered", "connect-timed-out", dial=DROPPED),
        but("the network knew no way", "no-route", dial=NO_WAY),
        but("somebody took it", "sip-unanswered", dial=None),
        but("the call comes through all the same", "none", completed=True),
    ),
    row(
        "no-route",
        Meeting(dial=NO_WAY),
        but("nobody answered", "connect-timed-out", dial=DROPPED),
        but("the call comes through all the same", "none", completed=True),
    ),
    row(
        "connect-timed-out",
        Meeting(dial=DROPPED),
        but("somebody took it", "sip-unanswered", dial=None),
        but("the call comes through all the same", "none", completed=True),
    ),
)
