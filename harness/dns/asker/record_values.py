"""From dnspython's records to the words of `harness.dns.records`."""

from __future__ import annotations

from collections.abc import Iterable

import dns.rdata
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.IN.SRV

from harness.dns.names import text_of
from harness.dns.records import Host, Naptr, Record, Srv, Text


def values_of(rrset: Iterable[dns.rdata.Rdata]) -> tuple[Record, ...]:
    """Return the records of a set in their order; those of a type for which there is no word are left out."""
    return tuple(value for rdata in rrset if (value := _value(rdata)) is not None)


def _value(rdata: dns.rdata.Rdata) -> Record | None:
    match rdata:
        case dns.rdtypes.IN.A.A() | dns.rdtypes.IN.AAAA.AAAA():
            return Host(rdata.address)
        case dns.rdtypes.IN.SRV.SRV():
            return Srv(rdata.priority, rdata.weight, rdata.port, text_of(rdata.target))
        case dns.rdtypes.IN.NAPTR.NAPTR():
            flags, service, regexp = (_text(octets) for octets in (rdata.flags, rdata.service, rdata.regexp))
            return Naptr(rdata.order, rdata.preference, flags, service, regexp, text_of(rdata.replacement))
        case dns.rdtypes.ANY.TXT.TXT():
            return Text(_text(b"".join(rdata.strings)))
        case _:
            return None


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")
