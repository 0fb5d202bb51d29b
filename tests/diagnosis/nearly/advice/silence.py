"""Where nobody answers: a SYN, or a question about a certificate."""

from __future__ import annotations

from meeting import DIALLER, HOSTS, LISTENER, NOBODYS_HOST, Meeting, chain, decided

from harness.transcript import DialFailure, Direction, SipSeen
from nearly.advice.row import advised, led, unless
from nearly.certificates import says
from nearly.stories import (
    CLIENT_REFUSED,
    SERVER_REFUSED,
)

NO_CRL = 3
DROPPED = DialFailure.TIMED_OUT
DROPPED_OUTWARD = Meeting(dialler="expressway-e", listener="webex-cloud", dial=DROPPED)
CALLED = SipSeen(0.0, "expressway-e", 7, Direction.RECEIVED, b"INVITE sip:anna@example.calls.webex.com SIP/2.0\r\n\r\n")
LOOKED_UP = (
    decided("expressway-e", "search-rule", "webex-zone"),
    *led("expressway-e", f"{HOSTS['webex-cloud']}:5062", "sips:example.calls.webex.com")["decisions"],
    CALLED,
)
WITH_CRL = CLIENT_REFUSED.but(client_shows=chain("b2b-peer", revocation=("crl",)), **says(LISTENER, NO_CRL))
ASKED = (decided("expressway-e", "revocation", "not-established", 1, source="crl http://ca.example/r.crl", text="no"),)

MRA_ZONE = (decided("expressway-c", "traversal-zone", "failed", zone="CollaborationEdgeZone", port="7001"),)

ADVICE = (
    # --- nobody answers ---
    advised(
        "Open port 5062 from Expressway-E to the Webex cloud",
        DROPPED_OUTWARD,
        unless("nobody has that address", target=NOBODYS_HOST),
    ),
    advised(
        "Correct the record that led to the dialled address",
        DROPPED_OUTWARD.but(target=NOBODYS_HOST, **led("expressway-e", f"{NOBODYS_HOST}:5062")),
        unless("somebody has it", target=""),
        unless("an address was dialled", decisions=()),
    ),
    advised(
        "Correct the address in the SIP destination",
        Meeting(dial=DROPPED, target=NOBODYS_HOST),
        unless("somebody has it", target=""),
        unless("a partner dials", dialler="b2b-peer"),
        unless("a name was looked up", **led("webex-cloud", f"{NOBODYS_HOST}:5062")),
    ),
    advised(
        "Correct the peer address of the zone",
        Meeting(dialler="expressway-c", dial=DROPPED, port=7001, target=NOBODYS_HOST, decisions=MRA_ZONE),
        unless("somebody has it", target=""),
        unless("it was not for the zone", decisions=()),
    ),
    advised(
        "Check that the Webex cloud is up",
        DROPPED_OUTWARD.but(opened={}),
        unless("it says that it is", opened=None),
        unless("nobody has that address", target=NOBODYS_HOST),
    ),
    advised(
        "Switch Modify DNS request On",
        DROPPED_OUTWARD.but(decisions=LOOKED_UP),
        unless(
            "another rule was followed", decisions=(decided("expressway-e", "search-rule", "dns-zone"), *LOOKED_UP[1:])
        ),
        unless("no record led there", decisions=(LOOKED_UP[0], CALLED)),
        unless(
            "another domain was called",
            decisions=(
                *LOOKED_UP[:2],
                SipSeen(0.0, "expressway-e", 7, Direction.RECEIVED, b"INVITE sip:anna@webex.com SIP/2.0\r\n\r\n"),
            ),
        ),
        unless(
            "it stands in a header alone",
            decisions=(
                *LOOKED_UP[:2],
                SipSeen(
                    0.0,
                    "expressway-e",
                    7,
                    Direction.RECEIVED,
                    b"INVITE sip:a@b SIP/2.0\r\nFrom: <sip:anna@example.calls.webex.com>\r\n\r\n",
                ),
            ),
        ),
        unless(
            "it was no call",
            decisions=(
                *LOOKED_UP[:2],
                SipSeen(
                    0.0,
                    "expressway-e",
                    7,
                    Direction.RECEIVED,
                    b"OPTIONS sip:anna@example.calls.webex.com SIP/2.0\r\n\r\n",
                ),
            ),
        ),
    ),
    # --- revocation ---
    advised(
        "Let Expressway-E reach",
        WITH_CRL.but(decisions=ASKED),
        unless("nobody asked", decisions=()),
        unless(
            "it is said of no source",
            decisions=(decided("expressway-e", "revocation", "not-established", 1, text="no"),),
        ),
        unless(
            "it is said of something else",
            decisions=(
                decided("expressway-e", "another", "not-established", 1, source="crl http://ca.example", text="no"),
            ),
        ),
        unless(
            "the other end asked",
            decisions=(
                decided("b2b-peer", "revocation", "not-established", 1, source="crl http://ca.example", text="no"),
            ),
        ),
    ),
    advised(
        "ask the source that the certificate names",
        WITH_CRL,
        unless("it was asked", decisions=ASKED),
        unless("it names none", client_shows=chain("b2b-peer")),
    ),
    advised(
        "ask the source that the certificate names", WITH_CRL.but(client_shows=chain("b2b-peer", revocation=("ocsp",)))
    ),
    advised(
        "issue certificates that name a CRL or an OCSP responder",
        WITH_CRL.but(client_shows=chain("b2b-peer")),
        unless("it names one", client_shows=chain("b2b-peer", revocation=("crl",))),
        unless("a source was asked all the same", decisions=ASKED),
    ),
    advised(
        "without CRL distribution point",
        SERVER_REFUSED.but(
            dialler="webex-cloud", shows=chain("expressway-e", revocation=("crl",)), **says(DIALLER, NO_CRL)
        ),
        unless("somebody else refuses", dialler="b2b-peer"),
    ),
)
