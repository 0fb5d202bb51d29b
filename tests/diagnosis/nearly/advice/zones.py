"""Zones, rules and stores."""

from __future__ import annotations

from meeting import chain, decided

from nearly.advice.row import advised, unless
from nearly.certificate_names import also, looks_for
from nearly.stories import (
    CALL_REFUSED,
    NAME_REFUSED,
)

PRELOADED = CALL_REFUSED.but(decisions=(decided("expressway-e", "preloaded-route", "refused", zone="DefaultZone"),))
UPLOAD = CALL_REFUSED.but(
    release="x15.5", decisions=(decided("expressway-e", "upload", "refused", store="client", text="no", help="Do it"),)
)
ON_TRUNK_BY_PATTERN = NAME_REFUSED.but(
    dialler="expressway-c",
    listener="unified-cm",
    client_shows=chain("expressway-c"),
    decisions=(decided("unified-cm", "identity", "unacceptable", 1),),
    **looks_for("*.example.com"),
)
TYPO = {"dialler_wants": ("us-expe1.exampel.com",), "listener_wants": ("us-expe1.exampel.com",)}
BOX_TO_BOX = NAME_REFUSED.but(
    dialler="expressway-c",
    port=7001,
    opened={},
    shows=chain("expressway-e"),
    client_shows=chain("expressway-e"),
    decisions=(decided("expressway-c", "identity", "unacceptable", 1),),
    **TYPO,
)

ADVICE = (
    advised(
        "for the Default Zone.",
        PRELOADED,
        unless(
            "it is another zone", decisions=(decided("expressway-e", "preloaded-route", "refused", zone="Webex Zone"),)
        ),
    ),
    advised(
        "on every zone in the path",
        PRELOADED.but(decisions=(decided("expressway-e", "preloaded-route", "refused", zone="Webex Zone"),)),
        unless("it is the Default Zone", decisions=PRELOADED.decisions),
    ),
    advised(
        "Do it. | Maintenance > Security > Client certificate",
        UPLOAD,
        unless(
            "it was for the other store",
            decisions=(decided("expressway-e", "upload", "refused", store="server", text="no", help="Do it"),),
        ),
        unless("an older box has one store", release="x15.4"),
    ),
    advised(
        "Do it. | Maintenance > Security > Server certificate",
        UPLOAD.but(release="x15.4"),
        unless("it was for the other store", release="x15.5"),
    ),
    advised(
        "Or send it to the TLS port, 5061",
        NAME_REFUSED.but(dialler="b2b-peer", **also("access-rules", "no-match")),
        unless("it is the TLS port that demands certificates", port=5061),
        unless("it is not open", opened={5062: "mutual TLS"}),
    ),
    advised(
        "Compare the zone's TLS verify subject name",
        NAME_REFUSED.but(**looks_for("callservice.webx.com")),
        unless("it is the zone that Expressway-C dials", dialler="expressway-c"),
        unless(
            "another box looked for it",
            listener="b2b-peer",
            decisions=(decided("b2b-peer", "identity", "unacceptable", 1),),
        ),
    ),
    advised(
        "as peer address of the zone on Expressway-C a name that the certificate of Expressway-E carries. | "
        "Configuration > Zones > Zones | xConfiguration Zones Zone [n] TraversalClient",
        BOX_TO_BOX,
        unless("Unified CM was dialled", listener="unified-cm"),
        unless("it is the link of a cluster", protocol="cluster"),
    ),
    advised(
        "as peer address of the zone on Expressway-C a name that the certificate of Unified CM carries. | "
        "Configuration > Zones > Zones | ",
        BOX_TO_BOX.but(listener="unified-cm", port=5561),
        unless("it is the link of a cluster", protocol="cluster"),
    ),
    advised(
        "Compare the peers' names on this page",
        BOX_TO_BOX.but(protocol="cluster"),
        unless("it is SIP", protocol="sip"),
    ),
    advised(
        "Compare what the B2B peer looks for",
        BOX_TO_BOX.but(dialler="b2b-peer", decisions=(decided("b2b-peer", "identity", "unacceptable", 1),)),
        unless("Expressway-C looked for it", dialler="expressway-c", decisions=BOX_TO_BOX.decisions),
    ),
    advised(
        "Enter a host name in full and nothing else: one of those in the certificate, expc1.example.com. | "
        "Configuration > Zones > Zones | xConfiguration Zones Zone [n] TraversalServer",
        NAME_REFUSED.but(dialler="expressway-c", client_shows=chain("expressway-c"), **looks_for("*.example.com")),
        unless("the cloud dials", dialler="webex-cloud"),
    ),
    advised(
        "Enter a host name in full and nothing else: one of those in the certificate, expc1.example.com. | "
        "System > Security > SIP Trunk Security Profile",
        ON_TRUNK_BY_PATTERN,
        unless(
            "another box looked for it",
            listener="b2b-peer",
            decisions=(decided("b2b-peer", "identity", "unacceptable", 1),),
        ),
    ),
    advised(
        "Give the B2B peer a host name in full to look for",
        ON_TRUNK_BY_PATTERN.but(listener="b2b-peer", decisions=(decided("b2b-peer", "identity", "unacceptable", 1),)),
        unless("Unified CM looked for it", listener="unified-cm", decisions=ON_TRUNK_BY_PATTERN.decisions),
    ),
    advised(
        "Enter a host name in full and nothing else",
        NAME_REFUSED.but(**looks_for("*.webex.com")),
        unless(
            "another box looked for it",
            dialler="unified-cm",
            listener="b2b-peer",
            decisions=(decided("b2b-peer", "identity", "unacceptable", 1),),
        ),
    ),
)
