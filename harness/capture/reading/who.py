"""Who is who in a capture: told by the user, by the cloud's certificate, else caller and called, with a name from DNS.

Ports tell nothing for sure: 7001 is the traversal port of an Expressway and of other programs. So they make no role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.transcript import ActorCard, Address
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.name_rules import CLOUD_NAMES

CALLER, CALLED = "caller", "called"
CLOUD = "webex-cloud"
_UNKNOWN = {CALLER: "caller", CALLED: "called party"}
_CLOUDS_NAMES = {name for names in CLOUD_NAMES.values() for name in names}


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a connection: `name` in the transcript, and its card."""

    name: str
    card: ActorCard


@dataclass(frozen=True, slots=True)
class End:
    """What is known of one end: where it is, the certificate (DER) that it showed, the names that led to it."""

    address: Address
    shown: bytes | None = None
    names: tuple[str, ...] = ()


class Roles:
    """Who is who. `told` maps hosts to the parts that the user named, `titles` parts to what people call them."""

    def __init__(self, told: Mapping[str, str], titles: Mapping[str, str]) -> None:
        self._told = dict(told)
        self._titles = {CLOUD: "Webex cloud", **titles}
        self._learnt: dict[str, str] = {}

    def learn(self, ends: Iterable[End]) -> None:
        """Remember the hosts that show a certificate of the cloud."""
        for end in ends:
            if end.shown and end.address.host not in self._told and _is_of_cloud(read_certificate(end.shown)):
                self._learnt[end.address.host] = CLOUD

    def parties(self, dialler: End, listener: End, *, dialler_calls: bool = True) -> tuple[Party, Party]:
        """Return both ends of a connection under names that differ; `dialler_calls`: the listener is the called party.

        On a connection that stands calls go both ways.
        """
        unknown = (CALLER, CALLED) if dialler_calls else (CALLED, CALLER)
        first, second = self._party(dialler, unknown[0]), self._party(listener, unknown[1])
        if first.name == second.name:
            second = Party(f"{second.name}-2", ActorCard(f"{second.name}-2", second.card.role, second.card.host))
        return first, second

    def _party(self, end: End, unknown: str) -> Party:
        host = end.address.host
        part = self._told.get(host) or self._learnt.get(host)
        if part is None:
            return Party(unknown, ActorCard(unknown, _UNKNOWN[unknown], host))
        several = [each for each, name in self._told.items() if name == part]
        role = self._titles.get(part, part) + (f" {host}" if len(several) > 1 else "")
        return Party(part, ActorCard(part, role, host))


def name_of(end: End) -> str:
    """Return the name by which an end was found, else the first name of its certificate, empty where it has none."""
    if end.names:
        return end.names[0]
    return next(iter(read_certificate(end.shown).dns_names), "") if end.shown else ""


def _is_of_cloud(certificate: CertificateFacts) -> bool:
    names = {name.lower() for name in (*certificate.dns_names, *certificate.common_names)}
    return bool(names & _CLOUDS_NAMES)
