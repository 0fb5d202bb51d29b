"""The way to a port, and which ports are open."""

from __future__ import annotations

from meeting import HOSTS, Meeting, decided

from harness.transcript import DialFailure
from nearly.advice.row import advised, led, unless
from nearly.connection import NOT_TLS, PHONE, PLAIN_ANSWER
from nearly.stories import (
    WITHOUT_CERTIFICATE,
)

REFUSED = DialFailure.REFUSED
EDGE = HOSTS["expressway-e"]
DEFAULT_ZONE = WITHOUT_CERTIFICATE.but(port=5061)
CLOSED = Meeting(dialler="b2b-peer", port=5099, dial=REFUSED)
CALL_ZONE = (decided("expressway-c", "traversal-zone", "failed", zone="HybridCallTraversal", port="7003"),)
CLOUD_CLOSED = Meeting(dial=REFUSED, opened={5061: "TLS"})

ADVICE = (
    # --- the way there ---
    advised(
        "publish _sips._tcp, not _sip._tcp",
        NOT_TLS.but(**led("b2b-peer", f"{EDGE}:5062")),
        unless("nobody looked it up", decisions=()),
        unless("the record led elsewhere", **led("b2b-peer", f"{EDGE}:5063")),
    ),
    advised(
        "Let the B2B peer use TLS on port 5062",
        NOT_TLS,
        unless("an SRV record led there", **led("b2b-peer", f"{EDGE}:5062")),
    ),
    advised(
        "Dial the TLS port of Expressway-E, 5061",
        PLAIN_ANSWER,
        unless("it has opened none", opened={5062: "mutual TLS"}),
        unless("an SRV record led there", **led("b2b-peer", f"{EDGE}:5062")),
    ),
    advised(
        "Let the firewall pass port 5061 to port 5061",
        PHONE.but(reached=5062, **led("jabber", f"{EDGE}:5061")),
        unless("nothing led it elsewhere", reached=0),
        unless("it led to the same port", reached=5061),
        unless("the call came through", completed=True),
    ),
    advised("today it leads to port 5062", WITHOUT_CERTIFICATE.but(port=5099, reached=5062)),
    # --- ports ---
    advised(
        "Webex keeps the dedicated mutual TLS port, 5062",
        DEFAULT_ZONE,
        unless("it is not open", opened={5061: "TLS"}),
    ),
    advised(
        "Give Webex the dedicated mutual TLS port instead",
        DEFAULT_ZONE.but(opened={5061: "TLS"}),
        unless("it is open", opened={5061: "TLS", 5062: "mutual TLS"}),
    ),
    advised(
        "register on the TLS port, 5061: this one is for peers",
        PHONE.but(port=5062),
        unless("it is not open", opened={5062: "mutual TLS"}),
    ),
    advised(
        "TLS mode On, apart from the mutual TLS port",
        PHONE.but(port=5062, opened={5062: "mutual TLS"}),
        unless("it is open", opened={5061: "TLS", 5062: "mutual TLS"}),
    ),
    advised(
        "Set Enable Mutual TLS on Default Zone to Off",
        PHONE,
        unless("it is the mutual port", port=5062),
    ),
    advised(
        "Let this partner dial port 5061",
        WITHOUT_CERTIFICATE,
        unless("it is not open", opened={5062: "mutual TLS"}),
        unless("an SRV record led there", **led("b2b-peer", f"{EDGE}:5062")),
    ),
    advised(
        "Switch TLS mode On for business-to-business",
        WITHOUT_CERTIFICATE.but(opened={5062: "mutual TLS"}),
        unless("it is on", opened={5061: "TLS", 5062: "mutual TLS"}),
        unless("that is no Expressway", listener="unified-cm"),
    ),
    advised(
        "Dial port 5061 of Expressway-E: it has TLS there",
        CLOSED,
        unless("it has it nowhere", opened={5062: "mutual TLS"}),
        unless("an SRV record led there", **led("b2b-peer", f"{EDGE}:5099")),
        unless("something else is wanted", protocol="https"),
    ),
    advised(
        "Correct the port in the SRV record of peer.example: Expressway-E has TLS on port 5061",
        CLOSED.but(**led("b2b-peer", f"{EDGE}:5099")),
        unless("nobody looked it up", decisions=()),
        unless("it has it nowhere", opened={5062: "mutual TLS"}),
    ),
    advised(
        "Or give the SIP destination the port that is open",
        CLOUD_CLOSED.but(port=5099, opened={5062: "mutual TLS"}),
        unless("it is open nowhere", opened={5061: "TLS"}),
        unless("an SRV record led there", **led("webex-cloud", f"{EDGE}:5099")),
        unless("a partner dials", dialler="b2b-peer"),
    ),
    advised(
        "Switch Mutual TLS mode On and check its port",
        CLOUD_CLOSED,
        unless("it is on, at another port", opened={5063: "mutual TLS"}),
        unless("a partner wants TLS", dialler="b2b-peer", port=5099),
    ),
    advised(
        "Switch TLS mode On and check its port",
        CLOSED.but(opened={5062: "mutual TLS"}),
        unless("it is on", opened=None),
    ),
    advised(
        "Switch TCP mode On",
        CLOSED.but(port=5060),
        unless("it is on, at another port", opened={5070: "SIP over TCP"}),
        unless("the cloud wants mutual TLS", dialler="webex-cloud"),
    ),
    advised(
        "Switch Mobile and Remote Access on",
        CLOSED.but(dialler="jabber", port=8443, protocol="https", opened={5061: "TLS"}),
        unless("it is on, at another port", opened={8444: "MRA sign-in"}),
        unless("it is SIP", protocol="sip"),
    ),
    advised(
        "Switch Mobile and Remote Access on",
        CLOSED.but(dialler="expressway-c", port=2222, protocol="ssh-tunnel", opened={5061: "TLS"}),
        unless("it is on, at another port", opened={2223: "SSH tunnel"}),
    ),
    advised(
        "Create the traversal server zone",
        CLOSED.but(dialler="expressway-c", port=7003, opened={5061: "TLS"}, decisions=CALL_ZONE),
        unless("nobody knows what the port is for", decisions=()),
        unless("it is there, at another port", opened={7004: "traversal"}),
        unless("a partner dials", dialler="b2b-peer"),
        unless(
            "it is the zone of MRA",
            decisions=(decided("expressway-c", "traversal-zone", "failed", zone="CollaborationEdgeZone", port="7003"),),
        ),
    ),
    advised(
        "a node of the cluster",
        CLOSED.but(dialler="us-expe2", protocol="cluster", opened={5061: "TLS"}),
        unless("it waits for peers, at another port", opened={5098: "cluster"}),
        unless("it is SIP", protocol="sip"),
    ),
    advised(
        "Dial a port of the B2B peer that is open",
        CLOSED.but(dialler="expressway-e", listener="b2b-peer"),
        unless("an SRV record led there", **led("expressway-e", f"{HOSTS['b2b-peer']}:5099")),
        unless(
            "what is wanted is known",
            listener="us-expe2",
        ),
    ),
    advised(
        "or have the B2B peer open port 5099",
        CLOSED.but(dialler="expressway-e", listener="b2b-peer", **led("expressway-e", f"{HOSTS['b2b-peer']}:5099")),
        unless("nobody looked it up", decisions=()),
    ),
    advised(
        "Give the neighbour zone the port",
        CLOSED.but(dialler="expressway-c", listener="unified-cm"),
        unless("it is HTTPS", protocol="https"),
        unless("another box dials", dialler="b2b-peer"),
        unless("another box is dialled", listener="b2b-peer"),
    ),
)
