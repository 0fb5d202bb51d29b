"""The box itself: its release, who refused, what it offers, and its clock."""

from __future__ import annotations

from meeting import DIALLER, LISTENER, Hello, chain, decided

from harness.transcript import ClientCertificate
from nearly.advice.row import advised, unless
from nearly.certificates import says
from nearly.connection import OLD_OFFER, RSA_ONLY, TO_CLOUD, TOO_SLOW
from nearly.stories import (
    CLIENT_REFUSED,
    SERVER_REFUSED,
    STOOD,
)

EXPIRED, PURPOSE = 10, 26
OPTIONAL = ClientCertificate.OPTIONAL
REQUIRED = ClientCertificate.REQUIRED
BY_EKU = CLIENT_REFUSED.but(
    client_shows=chain("b2b-peer", "eku-restricted-intermediate"), release="x15.5", **says(LISTENER, PURPOSE)
)
CHECK_IS_OFF = (decided("expressway-e", "eku-check", "off", still_wanted="either"),)
OLD_LISTENER = OLD_OFFER.but(dialler="expressway-e", listener="b2b-peer", hello=Hello(("1.2",)))
FROM_EDGE = CLIENT_REFUSED.but(
    dialler="expressway-e",
    listener="b2b-peer",
    client_shows=chain("expressway-e", "expired"),
    release="x15.5",
    **says(LISTENER, EXPIRED),
)
BY_DATE = SERVER_REFUSED.but(shows=chain("expressway-e"), **says(DIALLER, EXPIRED))

ADVICE = (
    # --- releases ---
    advised(
        "in the client store",
        TO_CLOUD.but(release="x15.5"),
        unless("an older box has one store", release="x15.4"),
    ),
    advised(
        "with serverAuth and clientAuth",
        TO_CLOUD.but(release="x15.4"),
        unless("a newer box has two stores", release="x15.5"),
    ),
    advised("in the client store", TO_CLOUD),
    advised("with serverAuth and clientAuth", TO_CLOUD),
    advised(
        "switch EKU checking off on Expressway-E",
        BY_EKU,
        unless("an older box has no such switch", release="x15.4"),
        unless("somebody else refuses", listener="unified-cm"),
        unless("it is off already", decisions=CHECK_IS_OFF),
        unless("the dialler refuses", alert=(DIALLER, 43)),
        unless("it is for neither role of TLS", client_shows=chain("b2b-peer", "any-eku-only")),
    ),
    advised(
        "Or try EKU checking Off on Expressway-E",
        BY_EKU.but(client_shows=chain("b2b-peer", "any-eku-only")),
        unless("it is for a role of TLS", client_shows=BY_EKU.client_shows),
        unless("it is off already", decisions=CHECK_IS_OFF),
    ),
    advised("ExtendedKeyUsage Checking Mode: Off", BY_EKU),
    advised(
        "Or upgrade both Expressways to X15.5",
        BY_EKU.but(release="x15.4"),
        unless("it is there already", release="x15.5"),
        unless("somebody else refuses", listener="unified-cm"),
    ),
    advised(
        "Upgrade Expressway-E to X15.2",
        OLD_LISTENER.but(release="x15.0"),
        unless("it is there already", release="x15.2"),
        unless("somebody else dials", dialler="webex-cloud"),
        unless("it offers what is old", hello=Hello(("1.1",))),
    ),
    # --- who ---
    advised(
        "Or upload the private root for your organisation.",
        SERVER_REFUSED.but(dialler="webex-cloud"),
        unless("somebody else refuses", dialler="b2b-peer"),
    ),
    advised(
        "Or append the root of Expressway-E's certificate to the trusted CA list of Expressway-C",
        SERVER_REFUSED.but(dialler="expressway-c"),
        unless("the cloud refuses", dialler="webex-cloud"),
    ),
    advised(
        "raise the timeout. | Configuration > Protocols > SIP | xConfiguration SIP TLS Handshake Timeout",
        TOO_SLOW,
        unless("somebody else has no patience", listener="b2b-peer"),
    ),
    advised(
        "| Maintenance > Security > Client certificate",
        FROM_EDGE,
        unless("an older box has one store", release="x15.4"),
        unless("nobody knows its release", release=""),
    ),
    advised(
        "| Maintenance > Security > Server certificate",
        FROM_EDGE.but(release="x15.4"),
        unless("it showed the client certificate", release="x15.5"),
        unless("another box was refused", dialler="b2b-peer"),
    ),
    advised(
        "| Maintenance > Security > Server certificate",
        SERVER_REFUSED.but(release="x15.5", shows=chain("expressway-e", "self-signed"), **says(DIALLER, 18)),
        unless("another box was refused", listener="b2b-peer"),
    ),
    advised(
        "| Maintenance > Security > Trusted CA certificate",
        SERVER_REFUSED.but(dialler="expressway-c"),
        unless("a partner has no screens of ours", dialler="b2b-peer"),
    ),
    advised(
        "| OS Administration > Security > Certificate Management",
        SERVER_REFUSED.but(dialler="unified-cm"),
        unless("a partner has no screens of ours", dialler="b2b-peer"),
    ),
    advised(
        "show no certificate: port 5062 only asks for one",
        CLIENT_REFUSED.but(requests=OPTIONAL, release="x15.5"),
        unless("it demands one", requests=REQUIRED),
        unless("the cloud always shows one", dialler="webex-cloud"),
        unless("the dialler refused", alert=(DIALLER, 48)),
        unless("the handshake stood", ends=STOOD),
        unless("it showed none", client_shows=()),
    ),
    advised("show no certificate", CLIENT_REFUSED.but(requests=OPTIONAL, dialler="jabber")),
    advised(
        "show no certificate",
        FROM_EDGE.but(requests=OPTIONAL),
        unless("an older box shows its only one", release="x15.4"),
    ),
    # --- versions and keys ---
    advised("Raise the B2B peer to TLS 1.2", OLD_OFFER, unless("it offers 1.2", hello=Hello(("1.2", "1.1")))),
    advised(
        "Let the B2B peer take TLS 1.2 as well",
        OLD_LISTENER,
        unless("what was offered is old", hello=Hello(("1.1", "1.0"))),
    ),
    advised(
        "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2:TLSv1.3",
        OLD_OFFER.but(hello=Hello(("1.3",)), release="x15.2"),
        unless("an older box has no such command", release="x15.0"),
        unless("another box has no commands of ours", listener="unified-cm"),
    ),
    advised(
        "Let the B2B peer offer ECDSA",
        RSA_ONLY,
        unless("it does", hello=Hello()),
        unless("it offers nothing else", hello=Hello(keys=("ecdsa",))),
        unless("it offers neither", hello=Hello(keys=())),
    ),
    advised(
        "Let the B2B peer offer RSA",
        RSA_ONLY.but(hello=Hello(keys=("ecdsa",))),
        unless("it does", hello=Hello()),
        unless("it offers nothing else", hello=Hello(keys=("rsa",))),
        unless("it offers neither", hello=Hello(keys=())),
    ),
    advised(
        "with digitalSignature in its key usage",
        RSA_ONLY.but(hello=Hello()),
        unless("one kind", hello=Hello(keys=("rsa",))),
    ),
    # --- clocks ---
    advised(
        "Renew the certificate of Expressway-E",
        BY_DATE.but(shows=chain("expressway-e", "expired")),
        unless("it is in date", shows=chain("expressway-e")),
    ),
    advised(
        "Set the clock of the B2B peer",
        BY_DATE,
        unless("the date says so", shows=chain("expressway-e", "expired")),
    ),
    advised(
        "Wait for that day",
        BY_DATE.but(shows=chain("expressway-e", "not-yet-valid"), **says(DIALLER, 9)),
        unless("that day has passed", shows=chain("expressway-e")),
    ),
)
