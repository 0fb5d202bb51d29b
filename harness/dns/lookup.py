"""What a name server finds in the zones it holds: the algorithm of RFC 1034 section 4.3.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import dns.flags
import dns.message
import dns.name
import dns.rrset
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from harness.dns.domain_names import Labels, labels_of
from harness.dns.records import Outcome
from harness.dns.zone import Zone, record_set

MAX_ALIASES = 8
"""CNAME records that one answer follows."""

MAX_ADDITIONAL = 64
"""Names whose addresses one answer may carry along."""

ALIAS, REFERRAL = "alias", "referral"
"""Besides `Outcome`: an alias leads on, to a name that is to be asked for; the name lies in a zone held elsewhere."""

RRsets: TypeAlias = tuple[dns.rrset.RRset, ...]
_RCODES: Mapping[str, Rcode] = {Outcome.NO_NAME: Rcode.NXDOMAIN, Outcome.REFUSED: Rcode.REFUSED}
_ADDRESSES = (RdataType.A, RdataType.AAAA)
_LEADING: Mapping[int, str] = {
    RdataType.SRV: "target",
    RdataType.NAPTR: "replacement",
    RdataType.NS: "target",
    RdataType.MX: "exchange",
}
"""The types whose records lead to a name, and the field that holds it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The sections of a response and what they amount to.

    `outcome` is a member of `Outcome`, `ALIAS` or `REFERRAL`.
    """

    outcome: str
    answer: RRsets = ()
    authority: RRsets = ()
    additional: RRsets = ()

    def put_into(self, response: dns.message.Message) -> None:
        """Fill a response: its code is that of a chain's last name (RFC 6604 section 3), AA is about the first.

        A denial without an SOA is about a name in none of the zones held here, so nobody here speaks for it.
        """
        response.answer, response.authority = list(self.answer), list(self.authority)
        response.additional = list(self.additional)
        response.set_rcode(_RCODES.get(self.outcome, Rcode.NOERROR))
        denied = self.outcome in (Outcome.NO_NAME, Outcome.NO_RECORD) and self.authority
        if self.answer or denied:
            response.flags |= dns.flags.AA


class Holdings:
    """The zones that a name server holds; of two with the same name the first counts."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._zones = {labels_of(zone.apex): zone for zone in reversed(tuple(zones))}
        self._above = {apex[cut:] for apex in self._zones for cut in range(1, len(apex))} | {labels_of(dns.name.root)}

    def zone_of(self, labels: Labels) -> Zone | None:
        """Return the deepest zone in which the name lies, or None."""
        for cut in range(len(labels)):
            if zone := self._zones.get(labels[cut:]):
                return zone
        return None

    def look_up(self, name: dns.name.Name, rdtype: RdataType, apart: Callable[[Labels], bool]) -> Finding:
        """Return what is held for a question, aliases followed through all zones.

        These zones and the names above them are all that exists, and so no record is denied that somebody could
        find elsewhere: what a resolver says of foreign names in a network without the internet.

        `apart` says for which other names nothing may come along, in the answer or as an additional address: an
        asker has to ask for them.
        """
        answer: list[dns.rrset.RRset] = []
        seen: set[Labels] = set()
        while (labels := labels_of(name)) not in seen:
            zone = self.zone_of(labels)
            if answer and apart(labels):
                return Finding(ALIAS, tuple(answer))
            if zone is None:
                return Finding(Outcome.NO_RECORD if labels in self._above else Outcome.NO_NAME, tuple(answer))
            outcome, rrset = _in_zone(zone, name, labels, rdtype)
            if outcome != ALIAS or rrset is None:
                return self._finding(outcome, answer, rrset or zone.denial, apart)
            if len(answer) == MAX_ALIASES:
                return Finding(ALIAS, tuple(answer))
            answer.append(rrset)
            seen.add(labels)
            name = rrset[0].target
        return Finding(Outcome.LOOP, tuple(answer))

    def _finding(
        self, outcome: str, answer: list[dns.rrset.RRset], last: dns.rrset.RRset, apart: Callable[[Labels], bool]
    ) -> Finding:
        along = tuple(self._additional(last, apart)) if outcome in (Outcome.FOUND, REFERRAL) else ()
        if outcome == Outcome.FOUND:
            return Finding(outcome, (*answer, last), (), along)
        return Finding(outcome, tuple(answer), (last,), along)

    def _additional(self, rrset: dns.rrset.RRset, apart: Callable[[Labels], bool]) -> Iterator[dns.rrset.RRset]:
        """Yield the addresses of the names that the records lead to, where they are held here (RFC 2782)."""
        for target in _targets(rrset):
            labels = labels_of(target)
            zone = self.zone_of(labels)
            if zone and not apart(labels):
                yield from (held for kind in _ADDRESSES if (held := zone.rrsets.get((labels, kind))))


def _in_zone(zone: Zone, name: dns.name.Name, labels: Labels, rdtype: RdataType) -> tuple[str, dns.rrset.RRset | None]:
    """Return what one zone says of a name that lies in it: the outcome and the record set that it rests on."""
    for cut in _above(zone, labels) if zone.cuts else ():
        return REFERRAL, zone.rrsets[cut, RdataType.NS]
    node = labels if labels in zone.names else _wildcard(zone, labels)
    if node not in zone.names:
        return Outcome.NO_NAME, None
    found = _at_node(zone, node, rdtype)
    if found is None:
        return Outcome.NO_RECORD, None
    outcome = (
        ALIAS if found.rdtype == RdataType.CNAME and rdtype not in (RdataType.CNAME, RdataType.ANY) else Outcome.FOUND
    )
    return outcome, found if node is labels else record_set(name, found.ttl, found)


def _at_node(zone: Zone, node: Labels, rdtype: RdataType) -> dns.rrset.RRset | None:
    """Return the set of that type or the alias at a name; of ANY the first there is (RFC 8482 section 4.1)."""
    wanted = sorted(zone.types.get(node, ())) if rdtype == RdataType.ANY else (rdtype, RdataType.CNAME)
    return next((found for kind in wanted if (found := zone.rrsets.get((node, kind)))), None)


def _above(zone: Zone, labels: Labels) -> Iterator[Labels]:
    """Yield the cuts at or above a name, the one nearest to the apex first."""
    return (labels[at:] for at in reversed(range(len(labels))) if labels[at:] in zone.cuts)


def _wildcard(zone: Zone, labels: Labels) -> Labels:
    """Return the source of synthesis: the asterisk below the closest encloser (RFC 4592 section 3.3.1)."""
    return next((b"*", *labels[at:]) for at in range(1, len(labels)) if labels[at:] in zone.names)


def _targets(rrset: dns.rrset.RRset) -> tuple[dns.name.Name, ...]:
    attribute = _LEADING.get(rrset.rdtype)
    if attribute is None:
        return ()
    return tuple(dict.fromkeys(getattr(value, attribute) for value in rrset))[:MAX_ADDITIONAL]
