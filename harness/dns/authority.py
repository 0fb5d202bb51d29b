"""A name server of the lab: bytes of a query in, bytes of a response out, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import dns.flags
import dns.message
import dns.rdataclass
from dns.opcode import Opcode
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from harness.dns.domain_names import Labels, is_below, labels_of, name_of, text_of
from harness.dns.faults import FAULTS, SpoilReply, ZoneFault
from harness.dns.faulty_replies import HonestReply
from harness.dns.lookup import Finding, Holdings
from harness.dns.records import Outcome
from harness.dns.views import Client, Network, View, client_of, network_of
from harness.dns.wire import HEADER_SIZE, MAX_IN_QUERY, header_only, parsed, to_wire
from harness.dns.zone import Zone

MAX_UDP = 1232
"""Octets of a response over UDP, to an asker that says it takes so many (EDNS); 512 to others (RFC 6891)."""

MAX_TCP = 65_535
_REFUSED_TYPES = (RdataType.AXFR, RdataType.IXFR)

Transport: TypeAlias = Literal["udp", "tcp"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the name server did about a query.

    `message` is the response, None for silence: over UDP nothing is sent, over TCP the connection closes. `question`
    is what was asked ("SRV _sips._tcp.example.com"), empty where that could not be read. `outcome` is a member of
    `Outcome`, `alias` where an alias leads on to a name that is not answered for here, `referral`, the key of the
    fault that faulty the response, or `no-query`, `form-error`, `bad-version` or `not-implemented`. `view` names the
    view that answered, empty for the default zones.
    """

    message: bytes | None
    question: str
    outcome: str
    view: str


@dataclass(frozen=True, slots=True)
class _Sight:
    """The zones as the askers of some networks see them."""

    name: str
    networks: tuple[Network, ...]
    holdings: Holdings


@dataclass(frozen=True, slots=True)
class _Misbehaviour:
    """A fault that spoils responses, about `top` and what lies below it."""

    key: str
    top: Labels
    spoil: SpoilReply
    outside_only: bool


class Authority:
    """Answers from zones, as the authority for them (RFC 1034 section 4.3.2).

    The first of `views` that holds for the asker answers, else the zones by themselves. `faults` are what is wrong
    with server and zones; `inside` are the networks for which a split horizon shows its names; `nobody` is the
    address, of no actor, that stale A records lead to. KeyError for a fault that is not in the table, ValueError for
    a network that is none.
    """

    def __init__(
        self,
        zones: Sequence[Zone],
        views: Sequence[View] = (),
        faults: Sequence[ZoneFault] = (),
        inside: Sequence[str] = (),
        *,
        nobody: str = "192.0.2.99",
    ) -> None:
        spoilt = [_spoilt(zone, faults, nobody) for zone in zones]
        self._default = _Sight("", (), Holdings(spoilt))
        self._sights = [
            _Sight(
                view.name,
                tuple(map(network_of, view.networks)),
                Holdings([*(_spoilt(zone, faults, nobody) for zone in view.zones), *spoilt]),
            )
            for view in views
        ]
        self._inside = tuple(map(network_of, inside))
        self._misbehaviours = tuple(_misbehaviours(faults))
        self._deciding = (*self._inside, *(network for sight in self._sights for network in sight.networks))

    def answer(self, query: bytes, *, source: str, transport: Transport) -> Reply:
        """Return the reply to the bytes of a query; no bytes make it raise.

        `source` is the asker's address: ValueError where it is none.
        """
        if len(query) < HEADER_SIZE or query[2] & 0x80:
            return Reply(None, "", "no-query", "")
        if (query[2] >> 3) & 0xF != Opcode.QUERY:
            return Reply(header_only(query, Rcode.NOTIMP), "", "not-implemented", "")
        asked = parsed(query, MAX_IN_QUERY)
        if asked is None or len(asked.question) != 1:
            return Reply(header_only(query, Rcode.FORMERR), "", "form-error", "")
        return self._reply(asked, client_of(asked, source), transport)

    def _reply(self, asked: dns.message.Message, client: Client, transport: Transport) -> Reply:
        sight = next((sight for sight in self._sights if client.is_inside(sight.networks)), self._default)
        outcome, response = self._respond(asked, client, sight.holdings, transport)
        if isinstance(response, dns.message.Message):
            response = to_wire(response, min(max(asked.payload, 512), MAX_UDP) if transport == "udp" else MAX_TCP)
        question = asked.question[0]
        return Reply(response, f"{RdataType.to_text(question.rdtype)} {text_of(question.name)}", outcome, sight.name)

    def _respond(
        self, asked: dns.message.Message, client: Client, holdings: Holdings, transport: Transport
    ) -> tuple[str, dns.message.Message | bytes | None]:
        """Return the outcome with the response, honest or faulty."""
        response, labels = self._response(asked, client), labels_of(asked.question[0].name)
        if asked.edns > 0:
            response.set_rcode(Rcode.BADVERS)
            return "bad-version", response
        finding = self._finding(asked, client, holdings)
        finding.put_into(response)
        fault = self._fault(labels, client)
        if fault is None:
            return finding.outcome, response
        zone = holdings.zone_of(labels)
        return fault.key, fault.spoil(HonestReply(response, zone.denial if zone else None, transport == "udp"))

    def _response(self, asked: dns.message.Message, client: Client) -> dns.message.Message:
        response = dns.message.QueryMessage(asked.id)
        response.flags = dns.flags.QR | (asked.flags & dns.flags.RD)
        response.question = asked.question
        if asked.edns >= 0:
            response.use_edns(0, 0, MAX_UDP, options=list(client.echo(self._deciding)))
        return response

    def _finding(self, asked: dns.message.Message, client: Client, holdings: Holdings) -> Finding:
        question = asked.question[0]
        if question.rdclass != dns.rdataclass.IN or question.rdtype in _REFUSED_TYPES:
            return Finding(Outcome.REFUSED)
        return holdings.look_up(question.name, question.rdtype, lambda labels: self._fault(labels, client) is not None)

    def _fault(self, labels: Labels, client: Client) -> _Misbehaviour | None:
        """Return the fault that spoils responses about a name to this client: the first that holds, or None."""
        for each in self._misbehaviours:
            if is_below(labels, each.top) and not (each.outside_only and client.is_inside(self._inside)):
                return each
        return None


def _misbehaviours(faults: Sequence[ZoneFault]) -> Iterator[_Misbehaviour]:
    for fault in faults:
        row = FAULTS[fault.fault]
        if row.spoil_reply:
            yield _Misbehaviour(fault.fault, labels_of(name_of(fault.name)), row.spoil_reply, row.outside_only)


def _spoilt(zone: Zone, faults: Sequence[ZoneFault], nobody: str) -> Zone:
    for fault in faults:
        if spoil := FAULTS[fault.fault].spoil_zone:
            zone = spoil(zone, name_of(fault.name), nobody)
    return zone
