"""The actors of every lab, one row each: from it read cast, directory, steps, ladder, picture and greeting.

Product names are those of real boxes: the cloud's is in domain.md 1.1, those of Expressway and Unified CM are in
banners and traces that people published (`TANDBERG/4137 (X12.5.1)`, `Cisco-CUCM12.5`); the release is that of the lab.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.lab.actor import Actor, Port, Verb
from harness.pki.publications import VALIDATION_PORT
from harness.transcript import ClientCertificate

B2BUA_PORT = 5073
ZONES = ("uc-traversal", "traversal", "neighbour")
"""The Expressway zones that Expressway-C can be told to dial."""

_EXPRESSWAY = "TANDBERG/4137 ({release})"

_PORT = "Expressway-E's port, by default the one that this actor's settings or the protocol name"
_DESTINATION = "a domain, host:port or address:port, by default the one of this actor's settings"
_LOCATION = "network of the caller, such as 203.0.113.0/24, for geo DNS"
_ORGANISATION = "the customer, by default the first of control-hub.organisations"
_CALLED_FOR = "the customer for whom the cloud calls; where it is named it must be activated"
_DOMAIN = "the domain"
_NODE = "which of the nodes, expressway-e by default"
_SITE = "instead of one node all that stand at this site"
_STORE = "server (default) or client"
_TRANSPORT = "tls (default) or tcp"
_TO = "the called address, by default the user of Unified CM"
_FROM = "the calling address"
_ATTEMPTS = "how often it tries, 1 by default"
_CERTIFICATE = "the new certificate, written as the settings write one"

_MRA_VERBS = (
    Verb("sign-in", "sign in over HTTPS on the MRA port", {"port": _PORT}),
    Verb("register", "REGISTER over SIP TLS", {"port": _PORT, "attempts": _ATTEMPTS}),
)

# Ladders go from those who are asked to those who call, then from outside to inside, as network drawings have it.
# In the picture the Internet is left, the edge in the middle, the inside right.
ACTORS: Mapping[str, Actor] = MappingProxyType(
    {
        row.key: row
        for row in (
            Actor(
                key="expressway-e",
                title="Expressway-E",
                octet=10,
                column=6,
                at=(600, 300),
                software=_EXPRESSWAY,
                is_expressway=True,
                old_versions=lambda lab: lab.expressway_e.sip.tls_versions or lab.running.tls_versions,
                ports=(Port("mra_port", "HTTPS, sign-in of MRA"),),
                verbs=(
                    Verb("options", "ask the cloud OPTIONS through the Webex zone"),
                    Verb(
                        "upload",
                        "install a certificate, if the release takes it",
                        {"certificate": _CERTIFICATE, "store": _STORE},
                        needs=("certificate",),
                    ),
                    Verb(
                        "copy-over-scp",
                        "copy a certificate over SCP into the folder of the server store and restart: "
                        "the web page is not asked (A1)",
                        {"certificate": _CERTIFICATE},
                        needs=("certificate",),
                    ),
                    Verb(
                        "copy-server-certificate",
                        "let the client store present the server certificate, which asks nothing of it",
                    ),
                    Verb(
                        "join-cluster",
                        "dial a cluster peer, by mutual TLS and a greeting in place of the database link",
                        {"node": "the peer, one of `edges`, by default the first"},
                    ),
                    Verb("power-off", "stop answering, as a dead machine does", {"node": _NODE, "site": _SITE}),
                    Verb("power-on", "answer again", {"node": _NODE, "site": _SITE}),
                ),
            ),
            Actor(
                key="b2bua",
                title="B2BUA of Expressway-E",
                octet=19,
                column=6,
                at=(600, 390),
                software=_EXPRESSWAY,
                ports=(Port(B2BUA_PORT, "SIP over TLS, for Expressway-E alone"),),
            ),
            Actor(
                key="expressway-c",
                title="Expressway-C",
                octet=20,
                column=7,
                at=(940, 300),
                software=_EXPRESSWAY,
                is_expressway=True,
                old_versions=lambda lab: lab.running.tls_versions,
                verbs=(
                    Verb(
                        "connect-zone",
                        "dial the peer of a zone anew and ask OPTIONS; the zone is Active or Failed",
                        {"zone": f"one of {', '.join(ZONES)}"},
                        needs=("zone",),
                    ),
                    Verb(
                        "open-tunnel",
                        "dial the SSH tunnel of Expressway-E anew (port 2222; mutual TLS stands in for SSH)",
                    ),
                    Verb("contact-cloud", "GET over HTTPS from Control Hub (443 on the real one)"),
                ),
            ),
            Actor(
                key="unified-cm",
                title="Unified CM",
                octet=30,
                column=8,
                at=(1160, 300),
                software="Cisco-CUCM14.0",
                ports=(
                    Port("port", "SIP over TCP, phones"),
                    Port("trunk_port", "SIP over TCP, trunk"),
                    Port("secure_phone_port", "SIP over TLS, phones", ClientCertificate.REQUIRED),
                    Port("https_port", "HTTPS, sign-in", ClientCertificate.REQUIRED),
                ),
                verbs=(
                    Verb(
                        "call",
                        "call out through Expressway-C and Expressway-E",
                        {"to": "the called address"},
                        needs=("to",),
                    ),
                ),
            ),
            Actor(
                key="webex-cloud",
                title="Webex cloud",
                octet=40,
                column=2,
                at=(100, 70),
                software="Cisco-L2SIP",
                ports=(
                    Port("mutual_port", "SIP over TLS, hybrid calls", ClientCertificate.REQUIRED),
                    Port("general_port", "SIP over TLS, general", "general_client_certificate"),
                ),
                verbs=(
                    Verb(
                        "call",
                        "dial the SIP destination and call a user of the company",
                        {
                            "destination": _DESTINATION,
                            "location": _LOCATION,
                            "to": _TO,
                            "from": _FROM,
                            "display-name": "the name that the called phone shows",
                            "organisation": _CALLED_FOR,
                        },
                    ),
                    Verb(
                        "options",
                        "dial the SIP destination and ask OPTIONS, as the Control Hub test does",
                        {"destination": _DESTINATION, "location": _LOCATION},
                    ),
                ),
            ),
            Actor(
                key="control-hub",
                title="Control Hub",
                octet=45,
                column=1,
                at=(100, 180),
                ports=(Port("https_port", "HTTPS"),),
                verbs=(
                    Verb(
                        "hand-out-token",
                        "say which TXT record proves a domain",
                        {"domain": _DOMAIN, "organisation": _ORGANISATION},
                        needs=("domain",),
                    ),
                    Verb(
                        "verify",
                        "look the token up in DNS",
                        {"domain": _DOMAIN, "organisation": _ORGANISATION},
                        needs=("domain",),
                    ),
                    Verb(
                        "remove-domain",
                        "take a verified domain away again",
                        {"domain": _DOMAIN, "organisation": _ORGANISATION},
                        needs=("domain",),
                    ),
                    Verb(
                        "test",
                        "let the cloud test the SIP destination, as the Test button does: DNS, socket, TLS, OPTIONS",
                        {"destination": _DESTINATION, "location": _LOCATION},
                    ),
                    Verb("activate", "activate hybrid calling", {"organisation": _ORGANISATION}),
                    Verb("domain-check", "switch the ownership check", {"check": "on or off"}, needs=("check",)),
                    Verb("wait", "let time go by", {"seconds": "how long, 6 by default"}),
                ),
            ),
            Actor(
                key="jabber",
                title="Jabber",
                octet=50,
                column=4,
                at=(100, 365),
                software="Cisco-Jabber",
                verbs=_MRA_VERBS,
            ),
            Actor(
                key="name-server",
                title="name server",
                octet=53,
                column=0,
                at=(330, 40),
                ports=(Port("port", "DNS over UDP and TCP"),),
                verbs=(
                    Verb(
                        "publish",
                        "publish records, in master-file text",
                        {"records": "records that are added, or replace those of the same name and type"},
                        needs=("records",),
                    ),
                ),
            ),
            Actor(
                key="mra-phone",
                title="MRA phone",
                octet=60,
                column=5,
                at=(100, 455),
                verbs=_MRA_VERBS,
            ),
            Actor(
                key="b2b-peer",
                title="B2B peer",
                octet=70,
                column=3,
                at=(100, 275),
                old_versions=lambda lab: lab.b2b_peer.tls_versions,
                ports=(Port("port", "SIP over TLS", "request"),),
                verbs=(
                    Verb(
                        "call",
                        "dial Expressway-E and call a user of the company; hang up when it was answered",
                        {
                            "port": _PORT,
                            "transport": _TRANSPORT,
                            "destination": _DESTINATION,
                            "to": _TO,
                            "from": _FROM,
                            "keep-open": "on: leave the connection open after the call, off by default",
                        },
                    ),
                    Verb(
                        "options",
                        "dial Expressway-E and ask OPTIONS",
                        {"port": _PORT, "transport": _TRANSPORT, "destination": _DESTINATION},
                    ),
                    Verb(
                        "stay-silent",
                        "open a TCP connection to Expressway-E and send nothing",
                        {"port": _PORT, "seconds": "how long it stays, 6 by default"},
                    ),
                ),
            ),
            Actor(
                key="validation-authority",
                title="validation authority",
                octet=80,
                column=6,
                at=(600, 510),
                ports=(Port(VALIDATION_PORT, "HTTP, CRLs and OCSP"),),
            ),
            Actor(
                key="firewall",
                title="firewall",
                octet=90,
                column=6,
                at=(330, 530),
            ),
        )
    }
)
"""By key, in the order in which reports list them."""

TITLES: Mapping[str, str] = MappingProxyType({row.key: row.title for row in ACTORS.values()})
