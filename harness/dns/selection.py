"""Which record comes first: SRV by priority and weight (RFC 2782), NAPTR by order and preference (RFC 3263)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import attrgetter

from harness.dns.records import Naptr, Srv

Draw = Callable[[int], int]
"""Given n, returns a whole number from 0 to n, both included, each as likely as any other."""

SERVICES: Mapping[str, str] = {"SIPS+D2T": "tls", "SIP+D2T": "tcp", "SIP+D2U": "udp"}
"""NAPTR service to the transport it offers (RFC 3263 section 4.1)."""

MUTUAL_SERVICE = "SIPSM+D2T"
"""SIP over mutual TLS: a tag of Webex, which only boxes that know Webex follow (row D09). Its transport is TLS."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A NAPTR record that is not followed, and why not."""

    record: Naptr
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """The NAPTR records that can be followed, the best one first, and those that cannot, as they were sent."""

    usable: tuple[Naptr, ...]
    skipped: tuple[Skipped, ...]


def ordered(records: Sequence[Srv], draw: Draw) -> tuple[Srv, ...]:
    """Return the records in the order in which they are to be tried (RFC 2782, "Usage rules").

    Lower priorities come first, whatever the weights. Within one, each place is drawn in proportion to the weights
    that are left; where all weights are 0 the records stay as they were sent.
    """
    by_priority = sorted(records, key=attrgetter("priority"))
    return tuple(record for _, group in groupby(by_priority, attrgetter("priority")) for record in _drawn(group, draw))


def usable_services(records: Sequence[Naptr], wanted: Collection[str]) -> ServiceChoice:
    """Return the records that offer one of the services `wanted`, by order and preference; no service is an error."""
    reasons = [(record, _objection(record, wanted)) for record in records]
    usable = [record for record, reason in reasons if not reason]
    return ServiceChoice(
        tuple(sorted(usable, key=attrgetter("order", "preference"))),
        tuple(Skipped(record, reason) for record, reason in reasons if reason),
    )


def transport_of(service: str) -> str:
    """Return the transport that a NAPTR service offers; KeyError for a service that is not known here."""
    return "tls" if service.upper() == MUTUAL_SERVICE else SERVICES[service.upper()]


def _drawn(group: Iterator[Srv], draw: Draw) -> Iterator[Srv]:
    # Those of weight 0 stand at the beginning, where only a draw of exactly 0 finds them. The RFC leaves the order of
    # the others open: by chance, else the first one sent gets more than its share (two of weight 10: 11 of 21).
    left = sorted(_shuffled(list(group), draw), key=lambda record: record.weight > 0)
    while left:
        sums = list(accumulate(max(record.weight, 0) for record in left))
        drawn = draw(sums[-1])
        yield left.pop(next(place for place, running in enumerate(sums) if running >= drawn))


def _shuffled(records: list[Srv], draw: Draw) -> list[Srv]:
    """Return the records in a random order; those of equal weight 0 alone stay as they were sent."""
    if any(record.weight > 0 for record in records):
        for place in range(len(records) - 1, 0, -1):
            other = draw(place)
            records[place], records[other] = records[other], records[place]
    return records


def _objection(record: Naptr, wanted: Collection[str]) -> str:
    service = record.service.upper()
    if service not in wanted:
        known = service in SERVICES or service == MUTUAL_SERVICE
        return "the service is not wanted here" if known else "the service is not known"
    if record.flags.upper() != "S":
        return 'the flag is not "s": it leads to no SRV record'
    if record.regexp:
        return "it has a regular expression, which RFC 3263 does not use"
    return "" if record.replacement not in ("", ".") else "it leads nowhere"
