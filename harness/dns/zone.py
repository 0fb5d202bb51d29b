"""A zone as a value: its record sets, and the same zone with some of them replaced, taken out or renumbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rrset
from dns.rdatatype import RdataType

from harness.dns.domain_names import Labels, is_below, labels_of, name_of, text_of
from harness.dns.records import Question, type_of

Key: TypeAlias = tuple[Labels, RdataType]
"""What a record set is found by: the name's labels and the type."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Record sets without a zone of their own, to be laid over zones."""

    rrsets: tuple[dns.rrset.RRset, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """The records of one zone. Nothing changes it; each change gives another zone.

    `apex` is the zone's name and `soa` its SOA, also where an alias hides it (row V-06); `denial` is the SOA as
    negative answers carry it, with the TTL of RFC 2308 section 3. `rrsets` holds each set in the order in which its
    records were written. `names` are the names that exist, those without records of their own included (RFC 8020
    section 2), `cuts` those below the apex at which somebody else's zone begins (RFC 1034 section 4.2), `types` the
    types of the sets at each name that has some.
    """

    apex: dns.name.Name
    soa: dns.rrset.RRset
    rrsets: Mapping[Key, dns.rrset.RRset]
    denial: dns.rrset.RRset = field(init=False)
    names: frozenset[Labels] = field(init=False)
    cuts: frozenset[Labels] = field(init=False)
    types: Mapping[Labels, tuple[RdataType, ...]] = field(init=False)

    def __post_init__(self) -> None:
        top = labels_of(self.apex)
        names = {labels[cut:] for labels, _ in self.rrsets for cut in range(len(labels) - len(top) + 1)}
        cuts = {labels for labels, rdtype in self.rrsets if rdtype == RdataType.NS and labels != top}
        object.__setattr__(self, "denial", _denial(self.soa))
        object.__setattr__(self, "names", frozenset(names | {top}))
        object.__setattr__(self, "cuts", frozenset(cuts))
        object.__setattr__(self, "types", _types_by_name(self.rrsets))

    @property
    def origin(self) -> str:
        """The zone's name as text; the root is "."."""
        return text_of(self.apex)

    def find(self, question: Question) -> dns.rrset.RRset | None:
        """Return the record set that is written here at exactly this name, or None; wildcards stay as written."""
        return self.rrsets.get(_key(question))

    def with_records(self, overlay: Overlay) -> Zone:
        """Return this zone with each record set of `overlay` that lies in it instead of its own of that name and type.

        An alias replaces everything else at its name, and everything else replaces an alias (RFC 1034 section 3.6.2).
        """
        top = labels_of(self.apex)
        rrsets = dict(self.rrsets)
        for rrset in overlay.rrsets:
            labels = labels_of(rrset.name)
            if is_below(labels, top):
                for rdtype in self.types.get(labels, ()) if rrset.rdtype == RdataType.CNAME else (RdataType.CNAME,):
                    rrsets.pop((labels, rdtype), None)
                rrsets[labels, rrset.rdtype] = rrset
        return Zone(self.apex, self.soa, rrsets)

    def without(self, question: Question) -> Zone:
        """Return this zone without the record set of that name and type."""
        gone = _key(question)
        return Zone(self.apex, self.soa, {key: rrset for key, rrset in self.rrsets.items() if key != gone})

    def text(self) -> str:
        """Return the zone as a master file (RFC 1035 section 5), the SOA first and every name absolute."""
        others = [rrset for rrset in self.rrsets.values() if rrset.rdtype != RdataType.SOA]
        return "".join(f"{rrset.to_text()}\n" for rrset in (self.soa, *others))


def renumbered(zone: Zone, from_block: str, to_block: str) -> Zone:
    """Return the zone with its addresses of one /24 moved to another, the last octet kept; so are reverse names.

    Blocks are three octets, such as "127.64.0": a lab takes another block at each start.
    """
    if from_block == to_block:
        return zone
    old, new = _reverse(from_block), _reverse(to_block)
    moved = [
        _renamed(_moved(rrset, f"{from_block}.", f"{to_block}."), old, new)
        for rrset in (zone.soa, *zone.rrsets.values())
    ]
    sets = {(labels_of(rrset.name), rrset.rdtype): rrset for rrset in moved[1:]}
    return Zone(_name_moved(zone.apex, old, new), moved[0], sets)


def record_set(name: dns.name.Name, ttl: int, values: Iterable[dns.rdata.Rdata]) -> dns.rrset.RRset:
    """Return the record set of `values`, of which there is at least one, in their order."""
    return dns.rrset.from_rdata_list(name, ttl, tuple(values))


def record_value(rdtype: RdataType, text: str) -> dns.rdata.Rdata:
    """Return the value of one record from its presentation; names in it are absolute with their final dot."""
    return dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, dns.name.root, relativize=False)


def _denial(soa: dns.rrset.RRset) -> dns.rrset.RRset:
    return record_set(soa.name, min(soa.ttl, *(value.minimum for value in soa)), soa)


def _key(question: Question) -> Key:
    return labels_of(name_of(question.name)), type_of(question.type)


def _types_by_name(rrsets: Iterable[Key]) -> Mapping[Labels, tuple[RdataType, ...]]:
    types: dict[Labels, list[RdataType]] = {}
    for labels, rdtype in rrsets:
        types.setdefault(labels, []).append(rdtype)
    return {labels: tuple(kinds) for labels, kinds in types.items()}


def _reverse(block: str) -> dns.name.Name:
    """Return the name below which the addresses of a block have their PTR records (RFC 1035 section 3.5)."""
    return name_of(".".join((*reversed(block.split(".")), "in-addr.arpa")))


def _renamed(rrset: dns.rrset.RRset, old: dns.name.Name, new: dns.name.Name) -> dns.rrset.RRset:
    name = _name_moved(rrset.name, old, new)
    return rrset if name is rrset.name else record_set(name, rrset.ttl, rrset)


def _name_moved(name: dns.name.Name, old: dns.name.Name, new: dns.name.Name) -> dns.name.Name:
    return name.relativize(old).derelativize(new) if name.is_subdomain(old) else name


def _moved(rrset: dns.rrset.RRset, old: str, new: str) -> dns.rrset.RRset:
    if rrset.rdtype != RdataType.A:
        return rrset
    addresses = (value.to_text() for value in rrset)
    values = [record_value(RdataType.A, new + a.removeprefix(old) if a.startswith(old) else a) for a in addresses]
    return record_set(rrset.name, rrset.ttl, values)
