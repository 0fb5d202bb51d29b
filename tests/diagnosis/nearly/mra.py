"""How a client finds the edge, and what stands in its path: `harness.diagnosis.causes.mra`."""

from __future__ import annotations

from typing import Any

from meeting import DIALLER, HOSTS, LISTENER, Meeting, chain, decided

from harness.transcript import ClientCertificate, Closing, DialFailure
from nearly.certificates import BY_NAME, says
from nearly.row import but, row
from nearly.stories import SERVER_REFUSED, STOOD, UNTRUSTED, WITHOUT_CERTIFICATE, refuses

HOSTNAME, CERTIFICATE_REQUIRED = 62, 116
DROPPED = DialFailure.TIMED_OUT
EDGE = HOSTS["expressway-e"]

INSIDE = Meeting(
    dialler="jabber",
    listener="unified-cm",
    port=8443,
    protocol="https",
    dial=DROPPED,
    decisions=(decided("jabber", "discovery", "inside"),),
)


def led(*whom: str) -> dict[str, Any]:
    """SRV led these actors to two ports of the edge."""
    targets = f"tls {EDGE}:8444 (us-expe1.example.com, 10/10), tls {EDGE}:8443 (us-expe1.example.com, 20/10)"
    found = (decided(each, "locate", "found", destination="example.com", targets=targets) for each in whom)
    return {"decisions": tuple(found)}


WRONG_PORT = Meeting(dialler="jabber", port=8444, protocol="https", dial=DROPPED, **led("jabber", "b2b-peer"))
ONWARDS = Meeting(dialler="firewall", port=8443, protocol="https", shows=chain("expressway-e"))
BY_PROXY = SERVER_REFUSED.but(
    dialler="jabber",
    listener="firewall",
    target=EDGE,
    port=8443,
    protocol="https",
    shows=chain("inspecting-proxy"),
    others=(ONWARDS,),
)
HUB = HOSTS["control-hub"]
INSPECTED = BY_PROXY.but(
    dialler="expressway-c",
    target=HUB,
    others=(ONWARDS, ONWARDS.but(listener="control-hub", shows=chain("control-hub"))),
)
LET_GO = Meeting(
    dialler="jabber",
    listener="firewall",
    target=EDGE,
    port=5061,
    ends=("peer-reset", "internal"),
    closes=((LISTENER, Closing.RST),),
)
TAKEN = Meeting(dialler="jabber", listener="firewall", target=EDGE, port=5062)
REFUSED_ONWARDS = WITHOUT_CERTIFICATE.but(
    dialler="firewall", actor="jabber", others=(TAKEN,), **refuses(LISTENER, CERTIFICATE_REQUIRED, late=True)
)
OTHER_NAMES = BY_NAME.but(
    dialler="jabber",
    port=8443,
    protocol="https",
    requests=ClientCertificate.OPTIONAL,
    client_shows=chain("mra-phone"),
    objections=((DIALLER, HOSTNAME), (LISTENER, HOSTNAME)),
)
SWALLOWED = Meeting(dialler="jabber", port=5061, swallows=True, ends=("timed-out", "timed-out"))

ROWS = (
    row(
        "client-believes-inside",
        INSIDE,
        but("it found that it is outside", "connect-timed-out", decisions=(decided("jabber", "discovery", "outside"),)),
        but("it is no client of MRA", "connect-timed-out", dialler="b2b-peer"),
        but("it is no sign-in", "connect-timed-out", protocol="sip"),
    ),
    row(
        "collab-edge-wrong-port",
        WRONG_PORT,
        but("the record names the right port", "connect-timed-out", port=8443),
        but("the record names another port still", "connect-timed-out", port=8445),
        but("nobody looked it up", "connect-timed-out", decisions=()),
        but("it was another that looked it up", "connect-timed-out", **led("b2b-peer")),
        but("it is no client of MRA", "connect-timed-out", dialler="b2b-peer"),
        but("it is no sign-in", "connect-timed-out", protocol="sip"),
        but("the edge signs clients in there", "connect-timed-out", opened={8444: "MRA sign-in"}),
        but("the edge signs nobody in", "connect-timed-out", opened={5061: "TLS"}),
    ),
    row(
        "collab-edge-wrong-port",
        WRONG_PORT.but(dial=None),
        but("it is another box", "another-box-answers", listener="b2b-peer"),
    ),
    row(
        "collab-edge-wrong-port",
        WRONG_PORT.but(seen=(DIALLER,)),
        but("the record names the right port", "connect-timed-out", port=8443),
    ),
    row(
        "inspected-by-proxy",
        INSPECTED,
        but("it was the edge that was dialled", "foreign-certificate", target=EDGE),
        but("it is SIP", "foreign-certificate", protocol="sip"),
        but("nobody saw the cloud's own certificate", "unknown-root", others=()),
        but("it is the device that refuses", "unexplained", alert=(LISTENER, 48)),
    ),
    row(
        "foreign-certificate",
        BY_PROXY,
        but("nobody saw the edge's own certificate", "unknown-root", others=()),
        but("the edge's own certificate is just that", "unknown-root",
            others=(ONWARDS.but(shows=chain("inspecting-proxy")),)),
        but("the device showed none", "unexplained", shows=None),
        but("the device dialled another port", "unknown-root", others=(ONWARDS.but(port=5061),)),
        but("it is the device that was dialled", "unknown-root", target=""),
        but("it is the device that refuses", "unexplained", alert=(LISTENER, 48)),
    ),
    row(
        "interception-turned-away",
        LET_GO,
        but("the device ended it by a FIN", "unexplained", closes=((LISTENER, Closing.FIN),)),
        but("the dialler sent the reset", "unexplained", closes=((DIALLER, Closing.RST),)),
        but("the device had shown a certificate", "unexplained", shows=chain("inspecting-proxy")),
        but("it is the device that was dialled", "unexplained", target=""),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    ),
    row(
        "interception-turned-away",
        REFUSED_ONWARDS,
        but("it dialled for nobody", "no-client-certificate", others=()),
        but("it took a connection to another port", "no-client-certificate", others=(TAKEN.but(port=5061),)),
        but("somebody else took that connection", "no-client-certificate", others=(TAKEN.but(listener="b2bua"),)),
        but("the device refused", "unexplained", alert=(DIALLER, 48)),
        but("it never got through", "connect-timed-out", dial=DROPPED),
    ),
    row(
        "mra-name-not-in-certificate",
        OTHER_NAMES,
        but("it is no client of MRA", "server-name-mismatch", dialler="b2b-peer"),
        but("it is SIP", "another-service-answers", protocol="sip"),
        but("it is the edge that refuses a name", "server-name-mismatch", alert=(LISTENER, 42)),
        but("it is the chain that is refused", "incomplete-or-unknown-chain", **says(DIALLER, UNTRUSTED)),
    ),
    row(
        "swallowed-by-inspection",
        SWALLOWED,
        but("the bytes arrived", "handshake-timeout", swallows=False),
        but("the dialler said nothing", "handshake-timeout", hello=None),
        but("one side alone was seen", "silent-in-handshake", seen=(DIALLER,)),
        but("the other side alone was seen", "handshake-timeout", seen=(LISTENER,)),
        but("a reset came that nobody sent", "reset-by-middlebox", reset_at=DIALLER),
    ),
    row(
        "swallowed-by-inspection",
        SWALLOWED.but(ends=("peer-closed", "timed-out"), closes=((LISTENER, Closing.FIN),)),
        but("the listener had not waited", "unexplained", ends=("peer-closed", "internal")),
    ),
)  # fmt: skip
