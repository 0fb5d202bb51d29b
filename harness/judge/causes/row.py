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


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. Texts are templates over the words of `harness.judge.words`.

    `remedies` maps the actor that was refused, or the service of the port that refused it (`TLS`, `mutual TLS`),
    to what to do; the entry for `ANYBODY` holds where there is no better one. `looks_like` names causes that look
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
        keys = (evidence.refused, evidence.service, ANYBODY)
        return next((self.remedies[key] for key in keys if key in self.remedies), ())


def do(action: str, screen: str = "", command: str = "") -> Remedy:
    """Return a remedy: what to change, on which screen, by which CLI command."""
    return Remedy(action, screen, command)
