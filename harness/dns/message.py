"""The asker's side: a question as bytes, and what the bytes that came back amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rrset
from dns.opcode import Opcode
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from harness.dns.describing import values_of
from harness.dns.domain_names import labels_of, name_of, text_of
from harness.dns.records import Answer, Host, Outcome, Question, type_of
from harness.dns.views import network_of
from harness.dns.wire import MAX_IN_RESPONSE, parsed

PAYLOAD = 1232
"""Octets of a response over UDP that this asker takes (EDNS)."""

MAX_ALIASES = 16
"""Aliases that one answer is followed through; more are taken for a loop."""

_FAILURES = {Rcode.NXDOMAIN: Outcome.NO_NAME, Rcode.REFUSED: Outcome.REFUSED}


def query_message(question: Question, *, number: int, client_subnet: str = "") -> bytes:
    """Return a query with EDNS whose id is `number` (0 to 65535).

    `client_subnet` is for whom is asked (RFC 7871), such as "203.0.113.0/24" or "127.64.0.20"; empty says nothing.
    ValueError for a subnet that is none and for a name that no question can hold, such as one with an empty label.
    """
    query = dns.message.QueryMessage(number)
    query.flags = dns.flags.Flag.RD
    query.question = [dns.rrset.RRset(name_of(question.name), dns.rdataclass.IN, type_of(question.type))]
    query.use_edns(0, 0, PAYLOAD, options=[_subnet(client_subnet)] if client_subnet else [])
    return query.to_wire()


def read_answer(message: bytes, question: Question, *, number: int) -> Answer | None:
    """Return what a response to that question says; None where it was cut off: ask again over TCP.

    Aliases are followed inside the answer section; where they lead out of it, the outcome is NO_RECORD, the last of
    `aliases` is the name to ask for next, and `ttl` is 0. What is no message, or answers another query or question, is
    a BAD_ANSWER. CNAME, NS and SOA records have no words: asked for, they are FOUND without records. No bytes make it
    raise.
    """
    response = parsed(message, MAX_IN_RESPONSE)
    if response is None:
        return Answer(question, Outcome.BAD_ANSWER, detail="what came back is no DNS message")
    if wrong := _mismatch(response, question, number):
        return Answer(question, Outcome.BAD_ANSWER, detail=wrong)
    if response.flags & dns.flags.TC:
        return None
    rcode = response.rcode()
    if rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.REFUSED):
        return Answer(question, Outcome.SERVER_FAILURE, detail=f"the name server answered {dns.rcode.to_text(rcode)}")
    return _read(response, question, rcode)


def _subnet(text: str) -> dns.edns.ECSOption:
    network = network_of(text)
    return dns.edns.ECSOption(str(network.network_address), network.prefixlen)


def _mismatch(response: dns.message.Message, question: Question, number: int) -> str:
    """Return why this is no response to the question, or nothing. One that failed may leave the question out."""
    if not response.flags & dns.flags.QR or response.opcode() != Opcode.QUERY:
        return "what came back is no response to a query"
    if response.id != number:
        return f"the answer has the id {response.id}, the query had {number}"
    asked = [(each.name, each.rdtype, each.rdclass) for each in response.question]
    if not asked and response.rcode() not in (Rcode.NOERROR, Rcode.NXDOMAIN):
        return ""
    if asked != [(name_of(question.name), type_of(question.type), dns.rdataclass.IN)]:
        other = " and ".join(f"{RdataType.to_text(each.rdtype)} {text_of(each.name)}" for each in response.question[:2])
        return f"the answer is to another question: {other or 'none'}"
    return ""


@dataclass(frozen=True, slots=True)
class _Chain:
    """The aliases of an answer section from the asked name on, and the record set at their end if it is there.

    `endless` says why the aliases lead nowhere, and is empty where they do not.
    """

    aliases: tuple[str, ...]
    end: dns.rrset.RRset | None
    ttl: int
    endless: str = ""


def _chain(response: dns.message.Message, question: Question) -> _Chain:
    sets = {(labels_of(each.name), each.rdtype): each for each in reversed(response.answer) if _is_internet(each)}
    labels, rdtype = labels_of(name_of(question.name)), type_of(question.type)
    seen, links = {labels}, list[dns.rrset.RRset]()
    while (end := sets.get((labels, rdtype))) is None and (alias := sets.get((labels, RdataType.CNAME))):
        links.append(alias)
        labels = labels_of(alias[0].target)
        if labels in seen or len(links) > MAX_ALIASES:
            return _Chain(_aliases(links), None, 0, _endless(question, _aliases(links), around=labels in seen))
        seen.add(labels)
    return _Chain(_aliases(links), end, min((each.ttl for each in (*links, end) if each), default=0))


def _aliases(links: list[dns.rrset.RRset]) -> tuple[str, ...]:
    return tuple(text_of(link[0].target) for link in links)


def _endless(question: Question, aliases: tuple[str, ...], *, around: bool) -> str:
    if around:
        return f"{question.name} leads by way of {', '.join(aliases)} back to where it was"
    return f"{question.name} leads through more than {MAX_ALIASES} aliases"


def _is_internet(rrset: dns.rrset.RRset) -> bool:
    return rrset.rdclass == dns.rdataclass.IN and len(rrset) > 0


def _read(response: dns.message.Message, question: Question, rcode: Rcode) -> Answer:
    chain = _chain(response, question)
    answer = Answer(question, Outcome.NO_RECORD, aliases=chain.aliases)
    if chain.endless:
        return replace(answer, outcome=Outcome.LOOP, detail=chain.endless)
    if rcode in _FAILURES:
        return replace(answer, outcome=_FAILURES[rcode], ttl=_negative_ttl(response) if rcode == Rcode.NXDOMAIN else 0)
    if chain.end is not None:
        records, addresses = values_of(chain.end), _addresses(response)
        return replace(answer, outcome=Outcome.FOUND, records=records, addresses=addresses, ttl=chain.ttl)
    return replace(answer, ttl=_negative_ttl(response))


def _addresses(response: dns.message.Message) -> Mapping[str, tuple[str, ...]]:
    """Return the addresses of the additional section by name, IPv4 before IPv6 where the server put them so."""
    found: dict[str, tuple[str, ...]] = {}
    for rrset in filter(_is_internet, response.additional):
        hosts = tuple(value.address for value in values_of(rrset) if isinstance(value, Host))
        if hosts:
            found[text_of(rrset.name)] = found.get(text_of(rrset.name), ()) + hosts
    return found


def _negative_ttl(response: dns.message.Message) -> int:
    """Return the seconds that a denial may be kept: the SOA's TTL or its minimum, the smaller (RFC 2308 section 5)."""
    soas = [each for each in response.authority if each.rdtype == RdataType.SOA and _is_internet(each)]
    return min((min(soa.ttl, value.minimum) for soa in soas for value in soa), default=0)
