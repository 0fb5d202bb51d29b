"""The names that the lab's links look for in certificates: what `certs show` compares a certificate with."""

from __future__ import annotations

from dataclasses import dataclass

from harness.identity.cloud_names import CLOUD_NAMES
from harness.lab.settings import Lab


@dataclass(frozen=True, slots=True)
class WantedName:
    """A name, and who looks for it in whose certificate; `sought` is empty where a person asked for it."""

    name: str
    sought: str = ""


def names_looked_for(lab: Lab) -> tuple[WantedName, ...]:
    """Return the names of the lab's links, each once (domain.md 1.2)."""
    edge, sought = lab.expressway_e, dict[str, str]()
    zone = edge.webex_zone
    for name in (zone.subject_name,) if zone.subject_name else CLOUD_NAMES["dual"]:
        sought[name] = "Expressway-E looks for it in the certificate of Webex cloud"
    sought[edge.host_name] = "Expressway-C and B2B partners look for it in that of Expressway-E"
    for user in (lab.jabber.user, lab.mra_phone.user):
        sought[user.partition("@")[2]] = "Jabber, phones and B2B partners look for it in that of Expressway-E"
    sought[edge.uc_traversal_zone.subject_name] = "Expressway-E looks for it in that of Expressway-C"
    sought[lab.unified_cm.host_name] = "Expressway-C looks for it in that of Unified CM"
    sought[lab.b2b_peer.domain] = "Expressway-E looks for it in that of a B2B partner"
    return tuple(WantedName(name, who) for name, who in sought.items() if name)
