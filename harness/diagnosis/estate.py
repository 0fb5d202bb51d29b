"""What the lab of a transcript has, as far as it is on record: releases, open ports, and what led a dialler there."""

from __future__ import annotations

from dataclasses import dataclass

from harness.diagnosis.calls import srv_label, way_found, where_srv_led
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.diagnosis.listeners import open_ports
from harness.diagnosis.root_cause import CALL_ZONE, MRA_ZONE, TUNNEL, ZONE
from harness.lab.releases import RELEASES, Release
from harness.lab.screens import CONTROL_HUB, ELSEWHERE, EXPRESSWAY, UNIFIED_CM
from harness.transcript import Decision, Dialled

SIGN_IN, SIGN_IN_PORT = "MRA sign-in", 8443
"""What an edge calls the port on which clients sign in, and which one it is unless it was moved (C9)."""

_PRODUCTS = {
    "expressway-e": EXPRESSWAY,
    "expressway-c": EXPRESSWAY,
    "b2bua": EXPRESSWAY,
    "unified-cm": UNIFIED_CM,
    "webex-cloud": CONTROL_HUB,
    "control-hub": CONTROL_HUB,
    **dict.fromkeys(("b2b-peer", "jabber", "mra-phone", "firewall", "name-server", "network"), ELSEWHERE),
}


def product_of(evidence: Evidence, actor: str) -> str:
    """Return whose screens an actor has; of a box that is no actor of a lab, real gear, those of an Expressway."""
    return _PRODUCTS.get(evidence.part_of(actor), EXPRESSWAY)


def release_of(evidence: Evidence) -> Release | None:
    """Return the release of the Expressways, None where nobody wrote it down: real gear, or an older transcript."""
    return next((RELEASES[card.release] for card in evidence.transcript.actors if card.release in RELEASES), None)


def goes_by_onboarding_list(evidence: Evidence) -> bool:
    """Whether an edge refused a client on the port of sign-in: there it goes by a list of its own (C9)."""
    return evidence.service == SIGN_IN and evidence.by == evidence.listener


def eku_check_is_off(evidence: Evidence) -> bool:
    """Whether the refuser said of itself that its EKU check is Off."""
    told = (each for each in evidence.transcript.events if isinstance(each, Decision) and each.topic == "eku-check")
    return any(each.actor == evidence.by and each.outcome == "off" for each in told)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The service that somebody dialled: what an Expressway calls it, and the port on which it has it, 0 for none."""

    service: str
    port: int


def wanted_service(evidence: Evidence) -> Wanted:
    """Return which service the dialler was after, and where the listener has it by its own record."""
    opened = open_ports(evidence.transcript, evidence.listener)
    service = _service_by_dialler(evidence)
    return Wanted(service, next((port for port, name in opened.items() if name == service), 0))


def _service_by_dialler(evidence: Evidence) -> str:
    """Return what is wanted at Expressway-E, by who dials and what he speaks; empty for another box."""
    if evidence.part_of(evidence.listener) != "expressway-e":
        return ""
    match evidence.part_of(evidence.dialler), evidence.protocol:
        case _, "ssh-tunnel":
            return "SSH tunnel"
        case _, "cluster":
            return "cluster"
        case _, "https":
            return SIGN_IN
        case "expressway-c", _:
            return _ZONE_SERVICES.get(_zone_dialled(evidence), "")
        case "webex-cloud", _:
            return "mutual TLS"
        case dialler, _ if dialler in MRA_CLIENTS:
            return "TLS"
    return {5060: "SIP over TCP", 5062: "mutual TLS"}.get(evidence.port, "TLS")


def meant_box(evidence: Evidence) -> str:
    """Return the part that the dialler is meant to reach, whatever it met; empty where that may be anybody.

    Everybody outside is meant for an edge, and so is Expressway-C where it dials a zone or a tunnel; who follows the
    rule for Webex is meant for the cloud. Partners that Expressway-E dials may be anybody.
    """
    dialler = evidence.part_of(evidence.dialler)
    if dialler in _OUTSIDE or traversal_link_dialled(evidence):
        return "expressway-e"
    is_for_cloud = evidence.decision("search-rule", *_CLOUD_RULES) is not None
    protocol = evidence.view.connection.protocol if evidence.view else ""
    return "webex-cloud" if dialler == "expressway-e" and is_for_cloud and protocol == "sip" else ""


def dialler_was_seen(evidence: Evidence) -> bool:
    """Whether the dialler's own side is on record, so that it is known what it is after."""
    if evidence.view is None:
        return False
    dialled = evidence.view.events(Dialled, evidence.dialler)
    return bool(dialled) or evidence.view.connection.end_of(evidence.dialler) is not None


def is_another_box(evidence: Evidence) -> bool:
    """Whether somebody of the lab took or refused the connection, and the dialler was meant for another one.

    Not a firewall that takes connections in the place of others, and not the B2BUA, which is a part of its box. Of a
    visitor, whose own end was not seen, nobody knows whom he was meant for.
    """
    if not dialler_was_seen(evidence):
        return False
    met, meant = evidence.part_of(evidence.listener), meant_box(evidence)
    return bool(meant) and met in _PRODUCTS and met not in {meant, "firewall", "b2bua"}


def traversal_link_dialled(evidence: Evidence) -> str:
    """Return the zone or tunnel between the Expressways that this connection was dialled for, empty if for none."""
    if evidence.dialler != "expressway-c" or evidence.view is None:
        return ""
    if evidence.view.connection.protocol == TUNNEL:
        return TUNNEL
    return _zone_dialled(evidence)


def traversal_link_sought(evidence: Evidence) -> bool:
    """Whether a zone or tunnel between the Expressways was to be dialled, and its peer's address was not found."""
    told = [event for event in evidence.events if isinstance(event, Decision) and event.topic in {ZONE, TUNNEL}]
    host = host_sought(evidence)
    return bool(host) and any(each.actor == "expressway-c" and each.facts.get("peer") == host for each in told)


def place_dialled(evidence: Evidence) -> str:
    """Return the destination as the dialler has it, a name that was looked up; empty where it dialled an address."""
    found = way_found(evidence)
    return found.facts.get("destination", "") if found else ""


def host_sought(evidence: Evidence) -> str:
    """Return the host of a destination that names a port, so that only its address was asked for; else empty."""
    sought = evidence.obstacle.facts.get("destination", "") if evidence.obstacle else ""
    host, _, port = sought.rpartition(":")
    return host if port.isdecimal() else ""


def zone_kind(evidence: Evidence) -> str:
    """Return what kind of zone of an Expressway judged the peer's name; empty where none did."""
    part, other = evidence.part_of(evidence.by), evidence.part_of(evidence.refused)
    if product_of(evidence, evidence.by) != EXPRESSWAY or evidence.view is None:
        return ""
    if evidence.protocol == "cluster":
        return "cluster"
    if part == "expressway-c":
        return "neighbour zone" if other == "unified-cm" else "traversal client zone"
    return "traversal server zone" if other == "expressway-c" else "DNS zone"


_ZONE_SERVICES = {MRA_ZONE: "UC traversal", CALL_ZONE: "traversal"}


def _zone_dialled(evidence: Evidence) -> str:
    told = [event for event in evidence.events if isinstance(event, Decision) and event.topic == ZONE]
    return next((each.facts.get("zone", "") for each in told if each.facts.get("port") == str(evidence.port)), "")


_OUTSIDE = {"webex-cloud", "b2b-peer", *MRA_CLIENTS}
_CLOUD_RULES = ("webex-zone", "webex-general")


def record_that_led(evidence: Evidence) -> str:
    """Return the domain whose SRV record led the dialler to what it dialled, empty where none did.

    Of a label that is not one of SIP the whole is returned, such as `_collab-edge._tls.example.com`.
    """
    led = where_srv_led(evidence)
    if led is None:
        return ""
    label = srv_label(evidence) or led[0].removeprefix("sips:").removeprefix("sip:")
    return label.removeprefix("_sips._tcp.").removeprefix("_sip._tcp.")
