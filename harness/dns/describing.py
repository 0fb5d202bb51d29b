"""A DNS message in one line, as a ladder shows it.

From dnspython's records to the words of `harness.dns.records`.
"""

from __future__ import annotations

from collections.abc import Iterable

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.IN.SRV
import dns.rrset
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from harness.dns.domain_names import text_of
from harness.dns.records import Host, Naptr, Record, Srv, Text
from harness.dns.wire import MAX_IN_RESPONSE, parsed

MAX_WIDTH = 160
"""Characters of a line; a longer one ends in an ellipsis."""

MAX_RECORDS = 4
"""Records that a line shows; it says how many there are."""


def describe(message: bytes) -> str:
    """Return a query as "SRV _sips._tcp.example.com?" and a response as what it says.

    Such as "2 SRV: 10 10 5062 us-expe1.example.com, …", "no SRV record", "NXDOMAIN", "SERVFAIL", "truncated", or "not
    a DNS message". Always printable ASCII but for the ellipsis, at most `MAX_WIDTH` long; no bytes make it raise.
    """
    if (read := parsed(message, MAX_IN_RESPONSE)) is None:
        return "not a DNS message"
    line = _response(read) if read.flags & dns.flags.QR else _query(read)
    return line if len(line) <= MAX_WIDTH else line[: MAX_WIDTH - 1] + "…"


def _query(query: dns.message.Message) -> str:
    asked = ", ".join(f"{_type(each)} {text_of(each.name)}?" for each in query.question) or "asks nothing"
    subnets = [each for each in query.options if isinstance(each, dns.edns.ECSOption)]
    return asked + "".join(f" for {each.address}/{each.srclen}" for each in subnets[:1])


def _response(response: dns.message.Message) -> str:
    if response.flags & dns.flags.TC:
        return "truncated"
    if response.rcode() != Rcode.NOERROR:
        return dns.rcode.to_text(response.rcode())
    wanted = {each.rdtype for each in response.question}
    parts = [_alias(each) if _leads_on(each, wanted) else _records(each) for each in response.answer if len(each)]
    if any(each.rdtype in wanted for each in response.answer):
        return "; ".join(parts)
    return "; ".join([*parts, " ".join(["no", *(_type(each) for each in response.question[:1]), "record"])])


def _leads_on(rrset: dns.rrset.RRset, wanted: set[RdataType]) -> bool:
    return rrset.rdtype == RdataType.CNAME and RdataType.CNAME not in wanted


def _alias(rrset: dns.rrset.RRset) -> str:
    return f"alias of {_written(rrset[0].to_text())}"


def _records(rrset: dns.rrset.RRset) -> str:
    shown = [_written(value.to_text()) for value in list(rrset)[:MAX_RECORDS]]
    more = ["…"] if len(rrset) > MAX_RECORDS else []
    return f"{len(rrset)} {_type(rrset)}: {', '.join(shown + more)}"


def _written(text: str) -> str:
    """Return the presentation of a value, the final dot of a name at its end left out."""
    return text[:-1] if text.endswith(".") and not text.endswith(" .") and len(text) > 1 else text


def _type(rrset: dns.rrset.RRset) -> str:
    return RdataType.to_text(rrset.rdtype)


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
