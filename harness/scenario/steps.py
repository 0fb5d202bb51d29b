"""What an actor can be told to do in a play: one table that the reader checks and the documentation prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepKind:
    """One thing that one actor can do.

    `options` maps each option's name to what it means; `needs` names those that have no default.
    """

    actor: str
    verb: str
    meaning: str
    options: dict[str, str]
    needs: tuple[str, ...] = ()


_PORT = "Expressway-E's port, by default the one that this actor's settings or the protocol name"
_DESTINATION = "a domain, host:port or address:port, by default the one of this actor's settings"
_LOCATION = "network of the caller, such as 203.0.113.0/24, for geo DNS"
_ORGANISATION = "the customer, by default the first of control-hub.organisations"
_DOMAIN = "the domain"
_NODE = "which of the nodes, expressway-e by default"
_SITE = "instead of one node all that stand at this site"
_STORE = "server (default) or client"
_TRANSPORT = "tls (default) or tcp"
_TO = "the called address, by default the user of Unified CM"
_ATTEMPTS = "how often it tries, 1 by default"
ZONES = ("uc-traversal", "traversal", "neighbour")
"""The Expressway zones that Expressway-C can be told to dial."""

STEP_KINDS = (
    StepKind(
        "b2b-peer",
        "call",
        "dial Expressway-E and call a user of the company; hang up when it was answered",
        {
            "port": _PORT,
            "transport": _TRANSPORT,
            "destination": _DESTINATION,
            "to": _TO,
            "from": "the calling address",
            "keep-open": "on: leave the connection open after the call, off by default",
        },
    ),
    StepKind(
        "b2b-peer",
        "options",
        "dial Expressway-E and ask OPTIONS",
        {"port": _PORT, "transport": _TRANSPORT, "destination": _DESTINATION},
    ),
    StepKind(
        "b2b-peer",
        "stay-silent",
        "open a TCP connection to Expressway-E and send nothing",
        {"port": _PORT, "seconds": "how long it stays, 6 by default"},
    ),
    StepKind("jabber", "sign-in", "sign in over HTTPS on the MRA port", {"port": _PORT}),
    StepKind("jabber", "register", "REGISTER over SIP TLS", {"port": _PORT, "attempts": _ATTEMPTS}),
    StepKind("mra-phone", "sign-in", "sign in over HTTPS on the MRA port", {"port": _PORT}),
    StepKind("mra-phone", "register", "REGISTER over SIP TLS", {"port": _PORT, "attempts": _ATTEMPTS}),
    StepKind(
        "webex-cloud",
        "call",
        "dial the SIP destination and call a user of the company",
        {
            "destination": _DESTINATION,
            "location": _LOCATION,
            "to": _TO,
            "from": "the calling address",
            "display-name": "the name that the called phone shows",
            "organisation": "the customer for whom the cloud calls; where it is named it must be activated",
        },
    ),
    StepKind(
        "webex-cloud",
        "options",
        "dial the SIP destination and ask OPTIONS, as the Control Hub test does",
        {"destination": _DESTINATION, "location": _LOCATION},
    ),
    StepKind(
        "control-hub",
        "hand-out-token",
        "say which TXT record proves a domain",
        {"domain": _DOMAIN, "organisation": _ORGANISATION},
        needs=("domain",),
    ),
    StepKind(
        "control-hub",
        "verify",
        "look the token up in DNS",
        {"domain": _DOMAIN, "organisation": _ORGANISATION},
        needs=("domain",),
    ),
    StepKind(
        "control-hub",
        "remove-domain",
        "take a verified domain away again",
        {"domain": _DOMAIN, "organisation": _ORGANISATION},
        needs=("domain",),
    ),
    StepKind(
        "control-hub",
        "test",
        "let the cloud test the SIP destination, as the Test button does: DNS, socket, TLS, OPTIONS",
        {"destination": _DESTINATION, "location": _LOCATION},
    ),
    StepKind("control-hub", "activate", "activate hybrid calling", {"organisation": _ORGANISATION}),
    StepKind("control-hub", "domain-check", "switch the ownership check", {"check": "on or off"}, needs=("check",)),
    StepKind("control-hub", "wait", "let time go by", {"seconds": "how long, 6 by default"}),
    StepKind("expressway-e", "options", "ask the cloud OPTIONS through the Webex zone", {}),
    StepKind(
        "expressway-e",
        "upload",
        "install a certificate, if the release takes it",
        {
            "certificate": "the new certificate, written as the settings write one",
            "store": "server (default) or client",
        },
        needs=("certificate",),
    ),
    StepKind(
        "expressway-e",
        "copy-over-scp",
        "copy a certificate over SCP into the folder of the server store and restart: the web page is not asked (A1)",
        {"certificate": "the new certificate, written as the settings write one"},
        needs=("certificate",),
    ),
    StepKind(
        "expressway-e",
        "copy-server-certificate",
        "let the client store present the server certificate, which asks nothing of it",
        {},
    ),
    StepKind(
        "expressway-c",
        "connect-zone",
        "dial the peer of a zone anew and ask OPTIONS; the zone is Active or Failed",
        {"zone": f"one of {', '.join(ZONES)}"},
        needs=("zone",),
    ),
    StepKind(
        "expressway-c",
        "open-tunnel",
        "dial the SSH tunnel of Expressway-E anew (port 2222; mutual TLS stands in for SSH)",
        {},
    ),
    StepKind(
        "expressway-e",
        "join-cluster",
        "dial a cluster peer, by mutual TLS and a greeting in place of the database link",
        {"node": "the peer, one of `edges`, by default the first"},
    ),
    StepKind("expressway-c", "contact-cloud", "GET over HTTPS from Control Hub (443 on the real one)", {}),
    StepKind("expressway-e", "power-off", "stop answering, as a dead machine does", {"node": _NODE, "site": _SITE}),
    StepKind("expressway-e", "power-on", "answer again", {"node": _NODE, "site": _SITE}),
    StepKind(
        "name-server",
        "publish",
        "publish records, in master-file text",
        {"records": "records that are added, or replace those of the same name and type"},
        needs=("records",),
    ),
    StepKind(
        "unified-cm",
        "call",
        "call out through Expressway-C and Expressway-E",
        {"to": "the called address"},
        needs=("to",),
    ),
)

INSTALLING = frozenset({"upload", "copy-over-scp", "copy-server-certificate"})
"""What changes the certificate that a box presents."""

_BY_NAME = {(kind.actor, kind.verb): kind for kind in STEP_KINDS}


def actors_with_steps() -> tuple[str, ...]:
    """Return the actors that can be told to do something."""
    return tuple(dict.fromkeys(kind.actor for kind in STEP_KINDS))


def verbs_of(actor: str) -> tuple[str, ...]:
    """Return what `actor` can be told to do."""
    return tuple(kind.verb for kind in STEP_KINDS if kind.actor == actor)


def step_kind(actor: str, verb: str) -> StepKind | None:
    """Return the table's row, or None where there is none."""
    return _BY_NAME.get((actor, verb))
