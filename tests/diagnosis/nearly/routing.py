"""The connection stood, and SIP refused: `harness.diagnosis.causes.routing`."""

from __future__ import annotations

from typing import Any

from meeting import Meeting, answered, asked, decided

from harness.transcript import ClientCertificate, DialFailure
from nearly.row import NearMiss, but, row
from nearly.stories import CALL_REFUSED, SHAKEN

DROPPED = DialFailure.TIMED_OUT
NOWHERE = but("nobody took the connection", "connect-timed-out", dial=DROPPED)


def said(topic: str, outcome: str, actor: str = "expressway-e", **facts: str) -> dict[str, Any]:
    return {"decisions": (decided(actor, topic, outcome, 1, **facts),)}


def _refused_by(cause: str, topic: str, outcome: str) -> NearMiss:
    return row(
        cause,
        CALL_REFUSED.but(**said(topic, outcome)),
        but("it let the call pass", "sip-refused", **said(topic, "passed")),
        but("something else refused", "sip-refused", **said("another-topic", outcome)),
        NOWHERE,
    )


CREDENTIALS = 'Authorization: Digest username="anna", response="0"'
MANAGED = SHAKEN.but(dialler="expressway-c", listener="unified-cm")
CHALLENGED = MANAGED.but(said=(asked("REGISTER"), answered("401 Unauthorized")))
WRONG = MANAGED.but(
    said=(asked("REGISTER"), answered("401 Unauthorized"), asked("REGISTER", CREDENTIALS), answered("401 Unauthorized"))
)
ZONE_CHOSEN = decided("expressway-e", "search-rule", "traversal-zone", 1)
ZONE_FAILED = decided("expressway-c", "traversal-zone", "failed", zone="HybridCallTraversal", port="7003")
NO_ZONE = CALL_REFUSED.but(said=(asked("INVITE"), answered("404 Not Found")), decisions=(ZONE_CHOSEN,))
ZONE_DIALLED = Meeting(dialler="expressway-c", listener="expressway-e", port=7003)

ROWS = (
    row(
        "cloud-in-default-zone",
        CALL_REFUSED.but(requests=ClientCertificate.OPTIONAL, **said("ingress-zone", "DefaultZone")),
        but("the port demands a certificate, whose name was not found", "name-unknown",
            requests=ClientCertificate.REQUIRED),
        but("it came in by another zone", "sip-refused", **said("ingress-zone", "Webex Zone")),
        but("somebody else called", "sip-refused", dialler="b2b-peer"),
        NOWHERE,
    ),
    _refused_by("preloaded-routes-off", "preloaded-route", "refused"),
    _refused_by("rejected-by-call-policy", "cpl", "rejected"),
    _refused_by("no-search-rule", "search-rule", "no-match"),
    row(
        "traversal-zone-down",
        NO_ZONE,
        but("the call did not need it", "sip-refused", **said("search-rule", "dns-zone")),
        but("the zone stands", "sip-refused", others=(ZONE_DIALLED,)),
        but("the edge has no such zone", "sip-refused", opened={5062: "mutual TLS"}),
        but("another box said no", "another-box-answers", listener="unified-cm"),
        NOWHERE,
    ),
    row(
        "traversal-zone-down",
        Meeting(
            dialler="jabber",
            port=8443,
            protocol="https",
            decisions=(decided("expressway-e", "ssh-tunnel", "missing"),),
        ),
        but("the zone stands, and its tunnel does not", "ssh-tunnel-down", others=(ZONE_DIALLED.but(port=7001),)),
    ),
    row(
        "credentials-wanted",
        CHALLENGED,
        but("credentials were given", "wrong-credentials", said=WRONG.said),
        but("it was no challenge", "sip-refused", said=(asked("REGISTER"), answered("403 Forbidden"))),
        but("the step went on to its end", "none", completed=True),
    ),
    row(
        "credentials-wanted",
        MANAGED.but(said=(*WRONG.said[:3], answered("401 Unauthorized", "WWW-Authenticate: Digest stale=true"))),
        but("their nonce was not too old", "wrong-credentials", said=WRONG.said),
    ),
    row(
        "credentials-wanted",
        WRONG.but(said=tuple((who, text.replace(b"Digest", b"Basic")) for who, text in WRONG.said)),
        but("they are of the one scheme that SIP has", "wrong-credentials", said=WRONG.said),
    ),
    row(
        "wrong-credentials",
        WRONG,
        but("it was no challenge", "sip-refused", said=(*WRONG.said[:3], answered("403 Forbidden"))),
        but("the step went on to its end", "none", completed=True),
    ),
    row(
        "wrong-credentials",
        SHAKEN.but(said=(asked("INVITE", f"Proxy-{CREDENTIALS}"), answered("407 Proxy Authentication Required"))),
        but("it was no challenge", "sip-refused", said=(asked("INVITE"), answered("408 Request Timeout"))),
    ),
    row(
        "sip-refused",
        CALL_REFUSED,
        but("no final answer came", "sip-unanswered", said=(asked("INVITE"), answered("180 Ringing"))),
        but("the step went on to its end", "none", completed=True),
    ),
    row(
        "sip-unanswered",
        SHAKEN.but(said=(asked("INVITE"),)),
        NOWHERE,
        but("the call came through", "none", completed=True),
    ),
)  # fmt: skip
