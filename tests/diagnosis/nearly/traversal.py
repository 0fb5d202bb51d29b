"""Between the Expressways: `harness.diagnosis.causes.traversal`."""

from __future__ import annotations

from typing import Any

from meeting import DIALLER, HOSTS, LISTENER, Meeting, chain, decided

from harness.transcript import ClientCertificate
from nearly.certificates import says
from nearly.row import NearMiss, but, row
from nearly.stories import PRIVATE, UNTRUSTED, refuses

EXPIRED, PURPOSE = 10, 26
ADDRESS = HOSTS["expressway-e"]
ZONE = Meeting(
    dialler="expressway-c",
    listener="expressway-e",
    port=7001,
    shows=chain("expressway-e"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("expressway-c"),
)
TUNNEL = {"port": 2222, "protocol": "ssh-tunnel"}


def judged_by(actor: str, outcome: str = "unacceptable") -> dict[str, Any]:
    return {"decisions": (decided(actor, "identity", outcome, 1),)}


NAMELESS = but("the port has no such service", "name-unknown", opened={7001: "another"})


def _peer_is_an_address(port: int) -> NearMiss:
    return row(
        "traversal-peer-is-an-address",
        ZONE.but(port=port, dialler_wants=(ADDRESS,), **judged_by("expressway-c")),
        but("Expressway-E refused", "traversal-subject-name", **judged_by("expressway-e")),
        but("it dials a name", "name-unknown", dialler_wants=("edge.example.org",)),
        but("it looks for nothing", "name-unknown", dialler_wants=()),
        but("it dials an address and a name", "name-unknown", dialler_wants=(ADDRESS, "edge.example.org")),
        but("the port is for something else", "name-unknown", opened={port: "TLS"}),
        but("the name was found", "sip-unanswered", **judged_by("expressway-c", "accepted")),
    )


def _subject_name(port: int) -> NearMiss:
    return row(
        "traversal-subject-name",
        ZONE.but(port=port, listener_wants=("expc.example.org",), dialler_wants=("edge.example.org",),
                 **judged_by("expressway-e")),
        but("Expressway-C refused", "name-unknown", **judged_by("expressway-c")),
        but("the port is for something else", "name-unknown", opened={port: "TLS"}),
        but("the name was found", "sip-unanswered", **judged_by("expressway-e", "accepted")),
    )  # fmt: skip


EACH_OBJECTS = ((DIALLER, PURPOSE), (LISTENER, PURPOSE))


def _no_client_auth(cause: str, port: int) -> NearMiss:
    return row(
        cause,
        ZONE.but(
            port=port,
            shows=chain("expressway-e", "client-auth-only"),
            client_shows=chain("expressway-c", "server-auth-only"),
            **refuses(LISTENER, 43) | {"objections": EACH_OBJECTS},
        ),
        but("Expressway-C refused", "eku-no-server-auth", alert=(DIALLER, 43)),
        but("the port is for something else", "eku-no-client-auth", opened={port: "TLS"}),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    )


LEAF_ALONE = ZONE.but(
    port=2222,
    client_shows=chain("expressway-c", "missing-intermediate"),
    listener_trusts=(PRIVATE,),
    **refuses(LISTENER, 48, UNTRUSTED),
)

ROWS = (
    *map(_peer_is_an_address, (7001, 7003, 2222)),
    *map(_subject_name, (7001, 7003, 2222)),
    _no_client_auth("traversal-no-client-auth", 7001),
    _no_client_auth("traversal-no-client-auth", 7003),
    _no_client_auth("tunnel-no-client-auth", 2222),
    row(
        "tunnel-missing-intermediate",
        LEAF_ALONE,
        but("it is the zone's port", "missing-intermediate", port=7001),
        but("the root is unknown too", "unknown-root", listener_trusts=()),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "ssh-tunnel-down",
        Meeting(
            dialler="jabber",
            port=8443,
            protocol="https",
            decisions=(decided("expressway-e", "ssh-tunnel", "missing"),),
            others=(ZONE,),
        ),
        but("nobody missed it", "sip-unanswered", decisions=()),
        but("the zone beside it is down too", "traversal-zone-down", others=()),
        but("the tunnel stands", "sip-unanswered", others=(ZONE, ZONE.but(port=2222, protocol="ssh-tunnel"))),
    ),
)  # fmt: skip
