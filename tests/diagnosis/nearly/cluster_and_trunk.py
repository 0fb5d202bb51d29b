"""Between an Expressway and its own company: `harness.diagnosis.causes.cluster_and_trunk`."""

from __future__ import annotations

from meeting import DIALLER, LISTENER, Meeting, chain, decided

from harness.transcript import ClientCertificate
from nearly.certificates import says
from nearly.row import but, row
from nearly.stories import STOOD, UNTRUSTED, refuses

EXPIRED, PURPOSE = 10, 26
EACH_OBJECTS = {"objections": ((DIALLER, PURPOSE), (LISTENER, PURPOSE))}
CLUSTER, TRUNK = {5099: "cluster"}, {5561: "SIP trunk"}

PEERS = Meeting(
    dialler="us-expe2",
    listener="expressway-e",
    port=5099,
    protocol="cluster",
    opened=CLUSTER,
    shows=chain("expressway-e", "client-auth-only"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("expressway-e", "server-auth-only"),
    **refuses(LISTENER, 43) | EACH_OBJECTS,
)
ON_TRUNK = PEERS.but(
    dialler="expressway-c",
    listener="unified-cm",
    port=5561,
    protocol="sip",
    opened=TRUNK,
    shows=chain("unified-cm", "client-auth-only"),
    client_shows=chain("expressway-c", "server-auth-only"),
)
UNKNOWN_ON_TRUNK = ON_TRUNK.but(
    client_shows=chain("expressway-c"), objections=((DIALLER, UNTRUSTED), (LISTENER, UNTRUSTED))
)
NAME_ON_TRUNK = ON_TRUNK.but(
    alert=None,
    objections=(),
    ends=STOOD,
    listener_wants=("trunk.example.org",),
    client_shows=chain("expressway-c"),
    decisions=(decided("unified-cm", "identity", "unacceptable", 1),),
)

ROWS = (
    row(
        "cluster-no-client-auth",
        PEERS,
        but("the port is another", "another-service-answers", opened={5099: "TLS"}),
        but("the box calls it nothing", "eku-no-client-auth", opened={}),
        but("the one that dialled refused", "eku-no-server-auth", alert=(DIALLER, 43)),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "trunk-no-client-auth",
        ON_TRUNK,
        but("the port is another", "eku-no-client-auth", opened={5561: "phones"}),
        but("the one that dialled refused", "eku-no-server-auth", alert=(DIALLER, 43)),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "trunk-root-unknown",
        UNKNOWN_ON_TRUNK,
        but("the port is another", "unknown-root", opened={5561: "phones"}),
        but("Expressway-C refused", "unknown-root", alert=(DIALLER, 48)),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "trunk-subject-name",
        NAME_ON_TRUNK,
        but("the port is another", "name-unknown", opened={5561: "phones"}),
        but("Expressway-C refused", "name-unknown",
            decisions=(decided("expressway-c", "identity", "unacceptable", 1),)),
        but("the name was found", "sip-unanswered", decisions=(decided("unified-cm", "identity", "accepted", 1),)),
    ),
)  # fmt: skip
