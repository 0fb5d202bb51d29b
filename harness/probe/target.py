"""What a probe is pointed at."""

from __future__ import annotations

from dataclasses import replace

from harness.actors.service_discovery import EDGE, service_at
from harness.dns.destination import Destination, read_destination
from harness.dns.locate import Behaviour, Policy
from harness.errors import Fault, ScenarioError
from harness.probe.roles import Role
from harness.transcript import Address

_EXAMPLES = "host:5061, 192.0.2.1:5062, [2001:db8::1]:5061, sips:example.com, or a domain"
HTTPS_PORTS = frozenset({443, 8443})
"""Ports on which HTTP is spoken instead of SIP: sign-in of MRA on 8443 (domain.md L7)."""


def read_target(text: str, role: Role) -> Destination:
    """Return the destination that a target means for a role; ScenarioError where it means none.

    A probe speaks TLS: `sip:` is taken as `sips:`, and another transport than TLS is refused.
    """
    try:
        destination = read_destination(text)
    except ValueError as error:
        raise ScenarioError([Fault(text, 0, 0, str(error), _EXAMPLES)]) from None
    if destination.transport not in {"", "tls"}:
        problem = f"transport {destination.transport} has no TLS to probe"
        raise ScenarioError([Fault(text, 0, 0, problem, "leave the transport out, or write transport=tls")])
    bare = not (destination.is_address or destination.port or destination.service)
    if bare and role.mra:
        return service_at(EDGE, destination.host)
    return replace(destination, secure=True)


def policy_of(role: Role) -> Policy:
    """Return how a role walks through DNS when it probes: TLS alone, IPv4 before IPv6."""
    return Policy(Behaviour.RFC3263, transports=("tls",), mutual=role.mutual, families=("A", "AAAA"))


def protocol_at(target: Address) -> str:
    """Return what is spoken at a port: `https` where HTTP is usual, else `sip`."""
    return "https" if target.port in HTTPS_PORTS else "sip"
