"""What a Microsoft edge asks of a federated caller after TLS has succeeded, and how it says no: in SIP.

It looks up `_sipfederationtls._tcp` of the caller's domain, wants a host inside that domain, and wants that host in the
certificate of whoever brought the call (domain.md B30). Numbers and reasons are those of [MS-OCER] section 8.2.
"""

from __future__ import annotations

from harness.actors.finder import Finder
from harness.dns.records import Question, Srv
from harness.net.sip_link import Inquiry
from harness.sip.address import sip_uri_of
from harness.x509.certificate import read_certificate
from harness.x509.name_policy import judge_names

SERVER_TIME_OUT = 504
REASONS = {
    1008: "Unable to resolve DNS SRV record.",
    1009: "Conflicting SRV and host domains in DNS.",
    1010: "Certificate trust with next-hop server could not be established.",
}


async def objection(finder: Finder, inquiry: Inquiry) -> int | None:
    """Return the number of the reason for which a call is refused, None where it is welcome."""
    caller = sip_uri_of(inquiry.request.headers.get("from") or "")
    domain = caller.host.lower() if caller else ""
    answer = await finder.ask(Question(f"_sipfederationtls._tcp.{domain}", "SRV"))
    hosts = [record.target.lower() for record in answer.records if isinstance(record, Srv)]
    if not hosts:
        return 1008
    if not any(host == domain or host.endswith(f".{domain}") for host in hosts):
        return 1009
    leaf = inquiry.link.link.peer_certificate
    known = leaf and judge_names(read_certificate(leaf), tuple(hosts), policy="rfc5922").accepted
    return None if known else 1010


def diagnostics(number: int, source: str) -> tuple[str, str]:
    """Return the header that says why."""
    return "ms-diagnostics", f'{number};reason="{REASONS[number]}";source="{source}"'
