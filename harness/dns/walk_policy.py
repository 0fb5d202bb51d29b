"""Whose way through DNS is gone, and with which settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """Whose way is gone."""

    RFC3263 = "rfc3263"
    EXPRESSWAY = "expressway"


@dataclass(frozen=True, slots=True)
class Policy:
    """How an asker looks for a target.

    `transports` are those it can use, the preferred one first: tls, tcp, udp. Expressway's settings (domain.md 3.1):
    `fallback_transport` where neither NAPTR nor the URI says one, `include_address_record` to fall back to A and AAAA
    records, `override_domain` (Modify DNS request) to look up instead of the URI's, empty for none. `mutual` is
    whether the Webex service SIPSM+D2T is followed (row D09). `families` are the address record types to ask for, in
    their order.
    """

    behaviour: Behaviour
    transports: tuple[str, ...] = ("tls",)
    fallback_transport: str = "udp"
    include_address_record: bool = False
    mutual: bool = False
    override_domain: str = ""
    families: tuple[str, ...] = ("A",)

    @property
    def srv_order(self) -> tuple[str, ...]:
        """The transports whose SRV labels a sip URI leads to where no NAPTR record chooses one (row D10).

        RFC 3263 section 4.1 knows `_sips` for sips URIs alone.
        """
        if self.behaviour is Behaviour.EXPRESSWAY:
            return ("tls", "tcp", "udp")
        return tuple(transport for transport in self.transports if transport != "tls")

    @property
    def unstated_transport(self) -> str:
        """The transport that is meant where nothing names one (RFC 3263 section 4.1: UDP for a sip URI)."""
        return self.fallback_transport if self.behaviour is Behaviour.EXPRESSWAY else "udp"

    @property
    def falls_back(self) -> bool:
        """Whether the domain's own address is used where there is no SRV record."""
        return self.include_address_record or self.behaviour is Behaviour.RFC3263
