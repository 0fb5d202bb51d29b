"""The steps of a walk in their order (RFC 3263 sections 4.1 and 4.2, and Expressway's way through them)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from harness.dns.destination import SERVICE_LABELS, Destination
from harness.dns.journey import MAX_TARGETS, Steps, Target, Walk, WalkEndedError, ended
from harness.dns.records import Answer, Naptr, Question
from harness.dns.selection import MUTUAL_SERVICE, SERVICES, Draw, ServiceChoice, transport_of, usable_services
from harness.dns.targets import Offer, host_targets, srv_targets, without_address
from harness.dns.walk_policy import Behaviour, Policy

_DEFAULT_PORTS: Mapping[str, int] = {"tls": 5061, "tcp": 5060, "udp": 5060}
_WHY_MEANT: Mapping[Behaviour, str] = {
    Behaviour.EXPRESSWAY: "neither NAPTR nor the URI names a transport, so the fallback transport {meant} is meant",
    Behaviour.RFC3263: "neither NAPTR nor the sip URI names a transport, so {meant} is meant",
}


@dataclass(frozen=True, slots=True)
class Journey:
    """What every step of one walk needs to know; `domain` is the name that is looked up."""

    walk: Walk
    destination: Destination
    policy: Policy
    draw: Draw
    domain: str

    def template(self, transport: str, by: str) -> Target:
        """Return a target at the domain that has everything but its address."""
        port = self.destination.port or _DEFAULT_PORTS[transport]
        return Target(transport, "", port, self.domain, None, None, by)

    def transport(self, chosen: str = "") -> str:
        """Return the transport to use: what was chosen or stated, or what is meant without; the walk may end here."""
        stated = chosen or ("tls" if self.destination.secure else self.destination.transport)
        transport = stated or self.policy.unstated_transport
        if transport in self.policy.transports:
            return transport
        meant = transport.upper()
        why = f"{self.domain} wants {meant}" if stated else _WHY_MEANT[self.policy.behaviour].format(meant=meant)
        usable = " and ".join(map(str.upper, self.policy.transports)) or "nothing"
        text = f"{why}, and only {usable} can be used"
        raise ended("no-usable-transport", text, next(reversed(self.walk.answers), None))


def follow(journey: Journey) -> Steps:
    """Go the way that the destination calls for."""
    destination = journey.destination
    if destination.is_address:
        _literal(journey)
    elif destination.service:
        yield from _labelled(journey)
    elif destination.port is not None:
        yield from _with_port(journey)
    else:
        yield from _by_service(journey)


def _literal(journey: Journey) -> None:
    address = journey.domain
    journey.walk.note("address-literal", f"{address} is an address: nothing is looked up", address=address)
    journey.walk.add(journey.template(journey.transport(), "literal"), [address])


def _labelled(journey: Journey) -> Steps:
    label = f"{journey.destination.service}.{journey.domain}"
    journey.walk.note("service-label", f"the destination is the label of an SRV record: {label}", name=label)
    template = journey.template(journey.transport(), "srv")
    _conclude(journey, [(yield from srv_targets(journey.walk, label, template, journey.draw))])


def _with_port(journey: Journey) -> Steps:
    walk, port = journey.walk, str(journey.destination.port)
    text = f"the destination names port {port}: only the address of {journey.domain} is looked up"
    walk.note("explicit-port", text, host=journey.domain, port=port)
    failed = yield from host_targets(walk, journey.template(journey.transport(), "host-port"))
    if not walk.targets:
        raise failed or without_address(walk, journey.domain)


def _by_service(journey: Journey) -> Steps:
    """NAPTR where nothing states the transport, then SRV, then the domain's own address."""
    offers: list[Offer] = []
    transport = journey.destination.transport
    if journey.destination.secure or transport:
        journey.transport()
    if not transport:
        transport = yield from _naptr(journey, offers)
    if not offers:
        yield from _srv(journey, offers)
    if not _conclude(journey, offers, final=not journey.policy.falls_back):
        yield from _address_record(journey, transport)


def _naptr(journey: Journey, offers: list[Offer]) -> Generator[Question, Answer, str]:
    """Follow the best NAPTR records, add what their SRV records offer; return the transport that the best one wants.

    Records of a higher order do not count beside the best one that can be followed (RFC 3403 section 4.1).
    """
    walk = journey.walk
    answer = yield from walk.ask(journey.domain, "NAPTR")
    records = [record for record in answer.records if isinstance(record, Naptr)][:MAX_TARGETS]
    choice = usable_services(records, _wanted(journey))
    _note_skipped(walk, choice)
    if not choice.usable:
        walk.note("naptr-none", f"no NAPTR record of {journey.domain} chooses a transport", name=journey.domain)
        return ""
    for record in choice.usable:
        if record.order == choice.usable[0].order and Offer.MADE not in offers:
            transport = transport_of(record.service)
            text = f"NAPTR {record.order} {record.preference} {record.service} leads to {record.replacement}"
            walk.note("naptr-chosen", text, service=record.service, name=record.replacement, transport=transport)
            template = journey.template(transport, "naptr")
            offers.append((yield from srv_targets(walk, record.replacement, template, journey.draw)))
    return transport_of(choice.usable[0].service)


def _wanted(journey: Journey) -> frozenset[str]:
    """Return the services that can be followed: a sips URI wants TLS whatever DNS offers (RFC 3263 section 4.1)."""
    usable = {"tls"} if journey.destination.secure else set(journey.policy.transports)
    mutual = {MUTUAL_SERVICE} if journey.policy.mutual and "tls" in usable else set()
    return frozenset({service for service, transport in SERVICES.items() if transport in usable} | mutual)


def _note_skipped(walk: Walk, choice: ServiceChoice) -> None:
    for skipped in choice.skipped:
        record = skipped.record
        text = f"NAPTR {record.order} {record.preference} {record.service} is skipped: {skipped.reason}"
        walk.note("naptr-skipped", text, service=record.service, reason=skipped.reason)


def _srv(journey: Journey, offers: list[Offer]) -> Steps:
    stated = "tls" if journey.destination.secure else journey.destination.transport
    for transport in (stated,) if stated else journey.policy.srv_order:
        label = f"{SERVICE_LABELS[transport]}.{journey.domain}"
        if transport not in journey.policy.transports:
            text = f"SRV {label} is not asked: {transport.upper()} is not used here"
            journey.walk.note("transport-unusable", text, name=label, transport=transport)
            continue
        template = journey.template(transport, "srv")
        offers.append((yield from srv_targets(journey.walk, label, template, journey.draw)))
        if Offer.MADE in offers:
            return


def _conclude(journey: Journey, offers: list[Offer], *, final: bool = True) -> bool:
    """Return whether SRV records offered the service; without, the walk ends, or is to go on where not `final`."""
    walk = journey.walk
    if Offer.MADE in offers:
        return True
    if Offer.DECLINED in offers:
        said = next(each for each in reversed(walk.answers) if each.question.type == "SRV" and each.records)
        raise ended("service-absent", f'{said.question} has the target ".": the service is not offered', said)
    if final:
        raise _without_records(journey)
    return False


def _address_record(journey: Journey, chosen: str) -> Steps:
    """Use the domain's own address at the default port: no SRV record was found (RFC 3263 section 4.2)."""
    walk, transport = journey.walk, journey.transport(chosen)
    text = f"no SRV record: the address of {journey.domain} is used, with {transport.upper()} at its default port"
    walk.note("address-fallback", text, host=journey.domain, transport=transport)
    failed = yield from host_targets(walk, journey.template(transport, "address-record"))
    if not walk.targets:
        raise failed or _without_records(journey)


def _without_records(journey: Journey) -> WalkEndedError:
    answers = journey.walk.answers
    asked = ", ".join(str(answer.question) for answer in answers) or "nothing"
    services = [answer for answer in answers if answer.question.type == "SRV"]
    last = next(iter([*services[-1:], *answers[-1:]]), None)
    return ended("no-records", f"no record leads to a SIP service of {journey.domain} (asked: {asked})", last)
