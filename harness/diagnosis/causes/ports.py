"""Causes that lie in where a connection came out: another box than was meant, or another service of the right one.

Whatever that box or that service then has against its visitor is a consequence: a certificate, a name or a missing
answer there says nothing about the way that was meant.
"""

from __future__ import annotations

from harness.diagnosis.causes.conditions import (
    ADDRESS_WAS_DIALLED,
    ELSEWHERE_OPEN,
    LED_BY_SRV,
    NAME_WAS_DIALLED,
    NOT_LED_BY_SRV,
    SIP_DESTINATION_LED,
    TRANSLATED,
    ZONE_DIALLED,
    both,
    otherwise,
    switched_off,
)
from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.estate import dialler_was_seen, is_another_box, wanted_service
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.diagnosis.listeners import open_ports
from harness.lab.screens import CLUSTERING, PUBLIC_DNS, SIP_DESTINATION, SIP_PAGE, UNIFIED_COMMUNICATIONS, ZONES
from harness.verdict import Stage

_BEFORE_ANYBODY_ANSWERED = {Stage.DNS, Stage.TCP}
_FOR_CALLS = {"TLS", "mutual TLS", "SIP over TCP"}


def _another_service(evidence: Evidence) -> bool:
    """Whether the port that took the connection is for something else than the dialler is after.

    Of the ports for calls each has causes of its own for whoever should have come to another of them; not so where a
    firewall led the connection on.
    """
    if evidence.stage is None or evidence.stage in _BEFORE_ANYBODY_ANSWERED or not dialler_was_seen(evidence):
        return False
    had = open_ports(evidence.transcript, evidence.listener).get(evidence.reached_port, "")
    wanted = wanted_service(evidence).service
    if not had or not wanted or had == wanted:
        return False
    if {had, wanted} <= _FOR_CALLS:
        return evidence.translated and evidence.dialler not in MRA_CLIENTS
    return True


_OPEN_AND_NOT_LED_ON = both(ELSEWHERE_OPEN, otherwise(TRANSLATED, "no firewall led it on"))
DIAL_THE_OPEN_ONE = (
    do(
        "Dial port {service_port} of {listener}: it has {service} there.",
        when=both(_OPEN_AND_NOT_LED_ON, NOT_LED_BY_SRV),
    ),
    do(
        "Correct the port in the SRV record of {record}: {listener} has {service} on port {service_port}.",
        PUBLIC_DNS,
        when=both(_OPEN_AND_NOT_LED_ON, LED_BY_SRV),
    ),
    do(
        "Or give the SIP destination the port that is open.",
        SIP_DESTINATION,
        when=both(_OPEN_AND_NOT_LED_ON, SIP_DESTINATION_LED),
    ),
)
"""Where a service is that was sought on another port."""

SWITCH_ON = (
    do(
        "Switch Mutual TLS mode On and check its port.",
        SIP_PAGE,
        "xConfiguration SIP MutualTLS Mode: On",
        when=switched_off("mutual TLS"),
    ),
    do(
        "Switch TLS mode On and check its port.",
        SIP_PAGE,
        "xConfiguration SIP TLS Mode: On",
        when=switched_off("TLS"),
    ),
    do(
        "Switch TCP mode On, or better: let {dialler} use TLS.",
        SIP_PAGE,
        "xConfiguration SIP TCP Mode: On",
        when=switched_off("SIP over TCP"),
    ),
    do(
        "Switch Mobile and Remote Access on: {listener} has opened no port for it.",
        UNIFIED_COMMUNICATIONS,
        when=switched_off("MRA sign-in", "UC traversal", "SSH tunnel"),
    ),
    do("Create the traversal server zone on {listener}, with port {port}.", ZONES, when=switched_off("traversal")),
    do("Make {listener} a node of the cluster: it waits for no peers.", CLUSTERING, when=switched_off("cluster")),
)
"""What to switch on where a service is on no port."""

_NO_SRV_AND_NO_ADDRESS = both(NOT_LED_BY_SRV, NAME_WAS_DIALLED)
_OF_NOBODY_ELSE = both(
    otherwise(SIP_DESTINATION_LED, "no SIP destination led there"), otherwise(ZONE_DIALLED, "no zone dialled")
)

PORT_CAUSES = (
    Cause(
        key="another-box-answers",
        title="The connection came out at another box than was meant",
        applies=lambda e: e.stage is not None and e.stage is not Stage.DNS and is_another_box(e),
        diagnosis=(
            "{dialler} is meant to reach {meant}, and came out at {listener}. {led_by} What {listener} makes of it "
            "says nothing about {meant}."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Correct the target of the SRV record of {record}, or the address of that host: it has to lead to "
                    "{meant}.",
                    PUBLIC_DNS,
                    when=LED_BY_SRV,
                ),
                do(
                    "Correct the SIP destination, or the address that DNS has for its host: it has to lead to {meant}.",
                    SIP_DESTINATION,
                    when=SIP_DESTINATION_LED,
                ),
                do(
                    "Correct the peer address of the zone, or the address that the inner DNS has for it.",
                    ZONES,
                    "xConfiguration Zones Zone [n] TraversalClient Peer [1..6] Address",
                    when=both(ZONE_DIALLED, NOT_LED_BY_SRV),
                ),
                do(
                    "Correct the address record of the host that was dialled: it has to lead to {meant}.",
                    PUBLIC_DNS,
                    when=both(_NO_SRV_AND_NO_ADDRESS, _OF_NOBODY_ELSE),
                ),
                do(
                    "Let {dialler} dial the address of {meant}.",
                    when=both(both(NOT_LED_BY_SRV, ADDRESS_WAS_DIALLED), _OF_NOBODY_ELSE),
                ),
            )
        },
        looks_like=("port-not-listening", "unknown-root", "foreign-certificate"),
        told_apart_by="The address that was dialled beside the one that {meant} has.",
        source="M11, D14",
    ),
    Cause(
        key="another-service-answers",
        title="The port is that of another service",
        applies=_another_service,
        diagnosis=(
            "{dialler} is after {service}, and came to port {reached_port} of {listener}, which is for {had}."
            "{led_on} {service_elsewhere} What {listener} makes of it there says nothing about {service}."
        ),
        remedies={ANYBODY: (*SWITCH_ON, *DIAL_THE_OPEN_ONE)},
        looks_like=("no-client-certificate", "traversal-subject-name", "sip-unanswered"),
        told_apart_by="{listener}'s own list of open ports: what it calls the one that was reached.",
        source="L1, L7, L9",
    ),
)
