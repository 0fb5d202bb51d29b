"""How a client of Mobile and Remote Access finds its services: inside first, then the edge (domain.md 3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.actors.finder import Finder
from harness.actors.site import Site
from harness.dns.destination import Destination
from harness.dns.locate import Behaviour, Located, Policy
from harness.dns.records import Outcome, Question

INSIDE, EDGE = "_cisco-uds._tcp", "_collab-edge._tls"

_POLICY = Policy(behaviour=Behaviour.RFC3263)


@dataclass(frozen=True, slots=True)
class Discovered:
    """Where a client signs in: at Unified CM where it believes that it is `inside`, else at the edge."""

    inside: bool
    located: Located


async def discover(site: Site, finder: Finder, domain: str, *, looks_inside_first: bool) -> Discovered:
    """Look for the services of `domain`; whoever gets an answer about `_cisco-uds` is inside, wherever it is (M12)."""
    if looks_inside_first:
        answer = await finder.ask(Question(f"{INSIDE}.{domain}", "SRV"))
        inside = answer.outcome is Outcome.FOUND
        site.decide(0, "discovery", "inside" if inside else "outside", asked=f"{INSIDE}.{domain}")
        if inside:
            return Discovered(True, await finder.find(service_at(INSIDE, domain), _POLICY))
    return Discovered(False, await finder.find(service_at(EDGE, domain), _POLICY))


def edge_names(domain: str, host: str) -> tuple[str, ...]:
    """Return the names of which the edge's certificate must carry one on 8443 (domain.md L7): any of them will do."""
    return domain, f"collab-edge.{domain}", host


def service_at(label: str, domain: str) -> Destination:
    """Return the destination of a service: its SRV record alone, and always over TLS."""
    return Destination(domain, None, "tls", True, False, f"{label}.{domain}", label)
