"""A domain with its Expressways, a name server for it, and somebody who asks."""

from __future__ import annotations

from collections.abc import Sequence

import dns.message

from harness.dns.authority import Authority, Reply, Transport
from harness.dns.faults import ZoneFault
from harness.dns.message import query_message, read_answer
from harness.dns.records import Answer, Question
from harness.dns.zone import Overlay, Zone
from harness.dns.zone_text import ZoneText, read_records, read_zone

NUMBER = 4711
SOMEBODY = "127.64.0.50"
SIPS = "_sips._tcp.example.com"
EXAMPLE = """\
$TTL 300
@           SOA   ns hostmaster 1 3600 600 86400 60
            NS    ns
            A     127.64.0.9
            NAPTR 30 50 "s" "SIPSM+D2T" "" _sips._tcp.callservice
            NAPTR 50 50 "s" "SIPS+D2T" "" _sips._tcp
            TXT   "cisco-ci-domain-verification=" "4b9c"
ns          A     127.64.0.2
us-expe1    A     127.64.0.11
us-expe2    A     127.64.0.10
            AAAA  2001:db8::10
_sips._tcp  SRV   10 10 5062 us-expe2
            SRV   10 10 5062 us-expe1
www         CNAME us-expe1
partner     CNAME www.partner.example.
lost        CNAME nowhere
*.guests    A     127.64.0.77
"""


def zone_of(text: str = EXAMPLE, origin: str = "example.com") -> Zone:
    return read_zone(ZoneText(origin, text))


def records_of(text: str, origin: str = "example.com") -> Overlay:
    return read_records(ZoneText(origin, text))


def with_faults(*faults: tuple[str, str], inside: Sequence[str] = ()) -> Authority:
    return Authority([zone_of()], faults=[ZoneFault(*fault) for fault in faults], inside=inside, nobody="127.64.0.99")


def reply(
    server: Authority, name: str, rdtype: str, *, source: str = SOMEBODY, subnet: str = "", over: Transport = "udp"
) -> Reply:
    query = query_message(Question(name, rdtype), number=NUMBER, client_subnet=subnet)
    return server.answer(query, source=source, transport=over)


def asked(
    server: Authority, name: str, rdtype: str, *, source: str = SOMEBODY, subnet: str = "", over: Transport = "udp"
) -> Answer | None:
    """Return what the asker reads; None where it was cut off. AssertionError where nothing came."""
    message = reply(server, name, rdtype, source=source, subnet=subnet, over=over).message
    assert message is not None
    return read_answer(message, Question(name, rdtype), number=NUMBER)


def response(
    server: Authority, name: str, rdtype: str, *, source: str = SOMEBODY, subnet: str = "", over: Transport = "udp"
) -> dns.message.Message:
    """Return the response as dnspython reads it."""
    message = reply(server, name, rdtype, source=source, subnet=subnet, over=over).message
    assert message is not None
    return dns.message.from_wire(message)
