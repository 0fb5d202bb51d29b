"""Causes at TCP: who answered a SYN with a reset, or why nobody did (trap X9).

A reset shows only that somebody refused. That nothing listens is said where the box itself has on record what it
opened; where it has that port open, a firewall answered in its name; where its side was not seen, both are possible.
"""

from __future__ import annotations

from harness.diagnosis.causes.conditions import (
    ADDRESS_WAS_DIALLED,
    LED_BY_SRV,
    LOOKED_UP_CALLED_DOMAIN,
    NAME_WAS_DIALLED,
    NEIGHBOUR_DIALLED,
    NO_NEIGHBOUR_DIALLED,
    NO_SERVICE_KNOWN,
    NOBODY_THERE,
    NOT_LED_BY_SRV,
    NOT_SEEN_UP,
    SIP_DESTINATION_LED,
    SOMEBODY_THERE,
    ZONE_DIALLED,
    both,
    otherwise,
)
from harness.diagnosis.causes.ports import DIAL_THE_OPEN_ONE, SWITCH_ON
from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.connection_view import NETWORK
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.listeners import open_ports
from harness.lab.screens import PUBLIC_DNS, SIP_DESTINATION, ZONES
from harness.transcript import DialFailed, DialFailure
from harness.verdict import Stage

_PROBE = "probe"


def _dial_failed(evidence: Evidence, failure: DialFailure) -> bool:
    return evidence.stage is Stage.TCP and any(each.failure is failure for each in evidence.told(DialFailed))


def _in_path(evidence: Evidence) -> bool:
    return evidence.stage is Stage.TCP and evidence.by == NETWORK


def nothing_listens(evidence: Evidence) -> bool:
    """Whether the reset can be nobody's but the box's: it says itself that it has not opened the port, or we are it."""
    opened = open_ports(evidence.transcript, evidence.listener)
    closed = bool(opened) and evidence.port not in opened
    return _dial_failed(evidence, DialFailure.REFUSED) and (closed or _is_this_machine(evidence))


def _is_this_machine(evidence: Evidence) -> bool:
    """Whether a probe dialled a loopback address: nothing stands between a machine and itself."""
    host = evidence.view.connection.target.host if evidence.view else ""
    return evidence.transcript.network == _PROBE and (host == "::1" or host.startswith("127."))


_NO_MATTER_OF_THE_ZONE = otherwise(LOOKED_UP_CALLED_DOMAIN, "another domain was looked up")

TCP_CAUSES = (
    Cause(
        key="refused-by-firewall",
        title="A firewall refuses the connection",
        applies=_in_path,
        diagnosis=(
            "A reset answered the SYN to port {port}. {listener} has that port open and saw no SYN, so the reset is "
            "not its own: a firewall refuses the connection in its name, or leads it to a port that is closed."
        ),
        remedies={
            ANYBODY: (
                do("Let the firewall pass port {port} from {dialler} to {listener}, and check its port forwarding."),
                do("Capture on both sides of the firewall: the SYN is on one side only."),
            )
        },
        looks_like=("port-not-listening", "syn-refused"),
        told_apart_by="{listener}'s own list of open ports, and a capture there: no SYN arrives.",
        source="X9",
    ),
    Cause(
        key="port-not-listening",
        title="Nothing listens on that port",
        applies=nothing_listens,
        diagnosis=(
            "A reset answered the SYN to port {port}, and {by} has not opened that port: nothing listens there. "
            "{service_elsewhere}"
        ),
        remedies={
            ANYBODY: (
                *SWITCH_ON,
                *DIAL_THE_OPEN_ONE,
                do(
                    "Correct the port in the SRV record of {record}, or have {by} open port {port}.",
                    PUBLIC_DNS,
                    when=both(NO_SERVICE_KNOWN, LED_BY_SRV),
                ),
                do(
                    "Give the neighbour zone the port on which {by} has its trunk, or the trunk this port.",
                    ZONES,
                    "xConfiguration Zones Zone [n] Neighbor SIP Port",
                    when=NEIGHBOUR_DIALLED,
                ),
                do(
                    "Dial a port of {by} that is open, or open port {port} there.",
                    when=both(NO_SERVICE_KNOWN, both(NOT_LED_BY_SRV, NO_NEIGHBOUR_DIALLED)),
                ),
            )
        },
        looks_like=("refused-by-firewall", "syn-refused"),
        told_apart_by="{by}'s own list of open ports: this one is not on it.",
        source="I13, X9",
    ),
    Cause(
        key="syn-refused",
        title="The SYN was refused, and nobody saw by whom",
        applies=lambda e: _dial_failed(e, DialFailure.REFUSED),
        diagnosis=(
            "A reset answered the SYN to port {port}. It came in the name of {listener}, of which only the dialler's "
            "side was seen: a box on which nothing listens resets, and so does a firewall that refuses."
        ),
        remedies={
            ANYBODY: (
                do("Look at {listener} whether port {port} is open; if it is, look for a firewall that refuses."),
            )
        },
        looks_like=("port-not-listening", "refused-by-firewall"),
        told_apart_by="Capture at {listener}: if no SYN to port {port} arrives there, a firewall answered.",
        ambiguous=True,
        source="I13, X9",
    ),
    Cause(
        key="no-route",
        title="The network has no way to that address",
        applies=lambda e: _dial_failed(e, DialFailure.UNREACHABLE),
        diagnosis="The SYN to port {port} never left: the network of {dialler} knows no way to {where}.",
        remedies={ANYBODY: (do("Check the address, and the routes of {dialler}: `ip route get` shows the way."),)},
        looks_like=("connect-timed-out",),
        told_apart_by="An error comes at once, where a dropped SYN waits for its time-out.",
        source="5.2",
    ),
    Cause(
        key="connect-timed-out",
        title="No answer to the SYN",
        applies=lambda e: e.stage is Stage.TCP,
        diagnosis=(
            "Nothing answered the SYN to port {port}: it never reached {where}, or its answer never came back."
            "{who_is_there}"
        ),
        remedies={
            ANYBODY: (
                do("Open port {port} from {dialler} to {where} on the firewall, and check NAT.", when=SOMEBODY_THERE),
                do("Check that {where} is up.", when=NOT_SEEN_UP),
                do(
                    "Switch Modify DNS request On for the Webex zone, with the domain callservice.webex.com: the "
                    "called domain leads to the port for general calls.",
                    ZONES,
                    "xConfiguration Zones Zone [n] DNS SIP DnsOverride Override: On",
                    when=LOOKED_UP_CALLED_DOMAIN,
                ),
                do(
                    "Correct the record that led to {where}, if that is an old address.",
                    PUBLIC_DNS,
                    when=both(
                        both(NOBODY_THERE, NAME_WAS_DIALLED), otherwise(LOOKED_UP_CALLED_DOMAIN, "no other domain")
                    ),
                ),
                do(
                    "Correct the address in the SIP destination: nobody answers there.",
                    SIP_DESTINATION,
                    when=both(NOBODY_THERE, both(ADDRESS_WAS_DIALLED, SIP_DESTINATION_LED)),
                ),
                do(
                    "Correct the peer address of the zone: nobody answers there.",
                    ZONES,
                    "xConfiguration Zones Zone [n] TraversalClient Peer [1..6] Address",
                    when=both(NOBODY_THERE, both(ADDRESS_WAS_DIALLED, ZONE_DIALLED)),
                ),
            )
        },
        looks_like=("syn-refused", "port-not-listening"),
        told_apart_by="Capture at {where}: no SYN arrives there.",
        source="I12, X9",
    ),
)
