"""What the lab of a transcript has, as far as it is on record: releases, open ports, and what led a dialler there."""

from __future__ import annotations

from dataclasses import dataclass

from harness.judge.calls import where_srv_led
from harness.judge.evidence import MRA_CLIENTS, Evidence
from harness.judge.listeners import open_ports
from harness.judge.root_cause import CALL_ZONE, MRA_ZONE
from harness.lab.releases import RELEASES, Release
from harness.lab.screens import CONTROL_HUB, ELSEWHERE, EXPRESSWAY, UNIFIED_CM
from harness.transcript import Decision

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
            return "MRA sign-in"
        case "expressway-c", _:
            return _ZONE_SERVICES.get(_zone_dialled(evidence), "traversal")
        case "webex-cloud", _:
            return "mutual TLS"
        case dialler, _ if dialler in MRA_CLIENTS:
            return "TLS"
    return {5060: "SIP over TCP", 5062: "mutual TLS"}.get(evidence.port, "TLS")


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
    told = [event for event in evidence.events if isinstance(event, Decision) and event.topic == "traversal-zone"]
    return next((each.facts.get("zone", "") for each in told if each.facts.get("port") == str(evidence.port)), "")


def record_that_led(evidence: Evidence) -> str:
    """Return the domain whose SRV record led the dialler to what it dialled, empty where none did."""
    led = where_srv_led(evidence)
    return led[0].removeprefix("sips:").removeprefix("sip:") if led else ""
