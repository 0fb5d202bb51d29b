"""Two things side by side: `harness.diagnosis.causes.both_ends`."""

from __future__ import annotations

from typing import Any

from meeting import DIALLER, HOSTS, LISTENER, Hello, Meeting, chain, decided

from harness.transcript import ClientCertificate, Closing, DialFailure
from nearly.certificates import says
from nearly.row import but, row
from nearly.stories import PUBLIC, STOOD, refuses

NOT_YET_VALID, EXPIRED, UNTRUSTED, ILLEGAL_PARAMETER = 9, 10, 20, 47
ALARM = (decided("expressway-e", "alarm", "40078"),)
OUTWARD = Meeting(
    dialler="expressway-e",
    listener="webex-cloud",
    shows=chain("webex-cloud-dual"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("expressway-e", "expired"),
    listener_trusts=(PUBLIC,),
    decisions=ALARM,
    **refuses(LISTENER, 46, EXPIRED),
)
# The client store has run out as well, and that of the server is what is refused.
INWARD = OUTWARD.but(
    dialler="webex-cloud",
    listener="expressway-e",
    shows=chain("expressway-e", "expired"),
    dialler_trusts=(PUBLIC,),
    **refuses(DIALLER, 46, EXPIRED),
)

PARTNER = f"{HOSTS['b2b-peer']}:5061"


def looked_up(where: str = PARTNER, host: str = "edge1.peer.example", found: str = "found") -> dict[str, Any]:
    """Expressway-E was led to a host by SRV, and did not find the name that it looked for there."""
    told = decided("expressway-e", "locate", found, destination="peer.example", targets=f"tls {where} ({host}, 10/10)")
    return {"decisions": (told, decided("expressway-e", "identity", "unacceptable", 1))}


TO_PARTNER = Meeting(
    dialler="expressway-e",
    listener="b2b-peer",
    port=5061,
    shows=chain("b2b-peer"),
    dialler_wants=("peer.example",),
)
NAMED_BY_HOST = chain("b2b-peer", "cn-only")
HOST_ONLY = TO_PARTNER.but(
    shows=NAMED_BY_HOST,
    requests=ClientCertificate.REQUIRED,
    client_shows=NAMED_BY_HOST,
    **looked_up(),
)
FROM_PARTNER = Meeting(dialler="b2b-peer", listener="expressway-e", port=5061)
NO_WAY_OUT = TO_PARTNER.but(dial=DialFailure.TIMED_OUT, others=(FROM_PARTNER,))
EDITED = Meeting(arrives=Hello(("1.2",)), alert=(DIALLER, ILLEGAL_PARAMETER), ends=("alert-sent", "alert-received"))

ROWS = (
    row(
        "client-store-expired",
        OUTWARD,
        but("no alarm was raised", "certificate-expired", decisions=()),
        but("the alarm is about the other store", "certificate-expired",
            decisions=(decided("expressway-e", "alarm", "40068"),)),
        but("another node raised it", "certificate-expired", decisions=(decided("us-expe2", "alarm", "40078"),)),
        but("the issuer is refused, not the date", "incomplete-or-unknown-chain", **says(LISTENER, UNTRUSTED)),
        but("it is no Expressway-E that dialled", "certificate-expired", dialler="expressway-c"),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    ),
    row(
        "certificate-expired",
        INWARD,
        but("it lies in the future", "certificate-not-yet-valid", **says(DIALLER, NOT_YET_VALID)),
    ),
    row(
        "only-the-host-name",
        HOST_ONLY,
        but("the certificate has the domain too", "name-unknown", dialler_wants=("other.example",)),
        but("nobody looked it up", "name-unknown", decisions=(decided("expressway-e", "identity", "unacceptable", 1),)),
        but("the handshake itself came to nothing", "unexplained", ends=("alert-sent", "alert-received")),
        but("no certificate was shown", "name-unknown", shows=None),
        but("SRV led to another host", "name-unknown", **looked_up(host="edge2.peer.example")),
        but("SRV led elsewhere", "name-unknown", **looked_up(where="127.64.0.98:5061")),
        but("the partner refused, not the dialler", "name-unknown",
            decisions=(looked_up()["decisions"][0], decided("b2b-peer", "identity", "unacceptable", 1))),
    ),
    row(
        "one-way-connection-stands",
        NO_WAY_OUT,
        but("it has ended", "connect-timed-out", others=(FROM_PARTNER.but(closes=((LISTENER, Closing.FIN),)),)),
        but("the partner showed a certificate on it", "connect-timed-out",
            others=(FROM_PARTNER.but(requests=ClientCertificate.REQUIRED),)),
        but("it is somebody else's", "connect-timed-out", others=(FROM_PARTNER.but(dialler="webex-cloud"),)),
        but("it leads somewhere else", "connect-timed-out", others=(FROM_PARTNER.but(listener="us-expe2"),)),
        but("the dialler got its own", "sip-unanswered", dial=None),
    ),
    row(
        "hello-was-edited",
        EDITED,
        but("it arrived as it was sent", "unexplained", arrives=None),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
        but("one side alone was seen", "broken-tls", seen=(DIALLER,)),
    ),
)  # fmt: skip
