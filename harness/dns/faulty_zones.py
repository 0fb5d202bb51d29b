"""What can be wrong in the content of a zone: each function gives the zone with that fault at a name.

Where the name has nothing that could be faulty, the zone comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator

import dns.name
import dns.rdata
import dns.rrset
from dns.rdatatype import RdataType

from harness.dns.domain_names import alias_of, is_below, labels_of
from harness.dns.zone import Overlay, Zone, record_set, record_value

WILDCARD_PORT = 5061
"""The port of the SRV records that a wildcard makes up."""


def stale_a(zone: Zone, name: dns.name.Name, nobody: str) -> Zone:
    """Return the zone with `nobody` before the addresses of the name (rows D12 and D14)."""
    held = zone.rrsets.get((labels_of(name), RdataType.A))
    if held is None:
        return zone
    return _laid_over(zone, record_set(name, held.ttl, (record_value(RdataType.A, nobody), *held)))


def wildcard(zone: Zone, name: dns.name.Name, _: str) -> Zone:
    """Return the zone in which every name below `name` without records has its addresses and an SRV to it (row D15).

    A wildcard does not reach below a name that exists (RFC 4592 section 2.2.2): so each that is there only because
    others lie below it, such as `_tcp`, gets its own asterisk.
    """
    made_up = [record_value(RdataType.SRV, f"10 10 {WILDCARD_PORT} {name.to_text()}")]
    addresses = list(zone.rrsets.get((labels_of(name), RdataType.A), ()))
    asterisks = [dns.name.Name((b"*", *labels)) for labels in _bare_names(zone, name)]
    sets = [record_set(owner, zone.soa.ttl, values) for owner in asterisks for values in (made_up, addresses) if values]
    return _laid_over(zone, *sets)


def srv_to_cname(zone: Zone, name: dns.name.Name, _: str) -> Zone:
    """Return the zone in which the targets of the SRV records at the name are aliases (row D06, trap X14)."""
    held = zone.rrsets.get((labels_of(name), RdataType.SRV))
    if held is None:
        return zone
    aliases = {srv.target: alias_of(srv.target, zone.apex) for srv in held if srv.target != dns.name.root}
    records = [srv.replace(target=aliases.get(srv.target, srv.target)) for srv in held]
    return _laid_over(
        zone,
        record_set(name, held.ttl, records),
        *(_cname(zone, alias, host) for host, alias in aliases.items()),
    )


def target_dot(zone: Zone, name: dns.name.Name, _: str) -> Zone:
    """Return the zone in which the name offers no such service, on purpose (row D07, RFC 2782)."""
    return _laid_over(zone, record_set(name, zone.soa.ttl, [record_value(RdataType.SRV, "0 0 0 .")]))


def cname_loop(zone: Zone, name: dns.name.Name, _: str) -> Zone:
    """Return the zone in which the name is an alias of an alias of itself."""
    if not name.is_subdomain(zone.apex):
        return zone
    there = alias_of(name, zone.apex)
    return _laid_over(zone, _cname(zone, name, there), _cname(zone, there, name))


def _laid_over(zone: Zone, *sets: dns.rrset.RRset) -> Zone:
    return zone.with_records(Overlay(sets))


def _cname(zone: Zone, alias: dns.name.Name, host: dns.name.Name) -> dns.rrset.RRset:
    return record_set(alias, zone.soa.ttl, [record_value(RdataType.CNAME, host.to_text())])


def _bare_names(zone: Zone, name: dns.name.Name) -> Iterator[tuple[bytes, ...]]:
    """Yield the name and those below it that have no records of their own."""
    top = labels_of(name)
    written = {labels for labels, _ in zone.rrsets}
    yield top
    yield from (labels for labels in sorted(zone.names) if labels not in written and is_below(labels, top))
