"""What a row of the table of causes says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.judge.evidence import Evidence
from harness.verdict import Remedy

ANYBODY = ""

SIP_PAGE = "Configuration > Protocols > SIP"
ZONES = "Configuration > Zones > Zones"
DEFAULT_ZONE = "Configuration > Zones > Default Zone"
ACCESS_RULES = "Configuration > Zones > Default Zone access rules"
TRUSTED_CA = "Maintenance > Security > Trusted CA certificate"
SERVER_CERTIFICATE = "Maintenance > Security > Server certificate"
CLIENT_CERTIFICATE = "Maintenance > Security > Client certificate"
UPLOADED_LIST = "Control Hub > Certificates for encrypted SIP calls"
SIP_DESTINATION = "Control Hub > SIP destination"
DOMAINS = "Control Hub > Organization settings > Domains"
PUBLIC_DNS = "Public DNS"
DNS_SERVERS = "System > DNS"
REVOCATION = "Configuration > Protocols > SIP > Certificate revocation checking"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. Texts are templates over the words of `harness.judge.words`.

    `remedies` maps the part of the actor that was refused (`expressway-e` stands for every node of the edge), or
    the service of the port that refused it (`TLS`, `mutual TLS`), to what to do; the entry for `ANYBODY` holds
    where there is no better one. `looks_like` names causes that look
    the same on the wire, and `told_apart_by` says what tells them apart; with `ambiguous` the evidence itself
    cannot, and the verdict says so. `source` is a key of domain.md.
    """

    key: str
    title: str
    applies: Callable[[Evidence], bool]
    diagnosis: str
    remedies: Mapping[str, tuple[Remedy, ...]] = field(default_factory=dict)
    looks_like: tuple[str, ...] = ()
    told_apart_by: str = ""
    ambiguous: bool = False
    source: str = ""

    def remedies_for(self, evidence: Evidence) -> tuple[Remedy, ...]:
        """Return what to do about it."""
        keys = (evidence.part_of(evidence.refused), evidence.service, ANYBODY)
        found = next((self.remedies[key] for key in keys if key in self.remedies), ())
        bent = evidence.translated and evidence.stage is not None and NO_TRANSLATION not in found
        return (*found, NO_TRANSLATION) if bent else found


NO_TRANSLATION = Remedy(
    "Let the firewall pass port {port} to port {port}: today it leads to port {reached_port} of {listener}.",
    "Port forwarding (DNAT) of the firewall",
)


def do(action: str, screen: str = "", command: str = "") -> Remedy:
    """Return a remedy: what to change, on which screen, by which CLI command."""
    return Remedy(action, screen, command)
