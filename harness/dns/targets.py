"""From an SRV label or a host name to targets: the second half of a walk (RFC 2782, RFC 3263 section 4.2)."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from operator import attrgetter
from typing import TypeAlias

from harness.dns.destination import is_port
from harness.dns.journey import (
    KNOWN,
    MAX_TARGETS,
    Steps,
    Target,
    Walk,
    WalkEndedError,
    denial_of,
    ended,
    failure_of,
    family_of,
)
from harness.dns.records import Answer, Host, Question, Srv
from harness.dns.selection import Draw, ordered

_MOST_SPOKEN = 8
"""Records that a sentence names."""


class Offer(StrEnum):
    """What the SRV records at a label say of the service."""

    MADE = "made"
    DECLINED = "declined"
    """The only target is "." (RFC 2782)."""
    MISSING = "missing"
    """There is no such record."""


Offering: TypeAlias = Generator[Question, Answer, Offer]
Failing: TypeAlias = Generator[Question, Answer, WalkEndedError | None]


def srv_targets(walk: Walk, label: str, template: Target, draw: Draw) -> Offering:
    """Add the targets behind the SRV records at a label; return what the records offer.

    `template` says the transport and what led to the label. The walk ends where none of several hosts has an address:
    SRV records that are there leave nothing to fall back to (RFC 3263 section 4.2).
    """
    answer = yield from walk.ask(label, "SRV")
    records = _taken(walk, label, (record for record in answer.records if isinstance(record, Srv)))
    if not records:
        walk.note("srv-none", f"no SRV record {label}: {denial_of(answer)}", name=label, answer=answer.outcome.value)
        return Offer.MISSING
    offered = [record for record in records if record.target not in ("", ".")]
    if not offered:
        walk.note("service-absent", f'SRV {label} has the target ".": the service is not offered', name=label)
        return Offer.DECLINED
    chosen = ordered(offered, draw)
    order = _spoken(chosen)
    walk.note("srv-order", f"SRV {label} is tried in this order: {order}", name=label, order=order)
    yield from _each_host(walk, answer, chosen, template)
    return Offer.MADE


def host_targets(walk: Walk, template: Target) -> Failing:
    """Add a target for each address of the host that `template` names.

    Return what kept one of its questions from being answered, to be raised where no target is left.
    """
    failed, found = None, False
    for family in walk.families:
        answer = yield from walk.ask_freely(template.host, family)
        _note_alias(walk, template, answer)
        if answer.outcome not in KNOWN:
            text = failure_of(answer)
            walk.note("address-failed", text, host=template.host, answer=answer.outcome.value)
            failed = failed or ended(answer.outcome.value, text, answer)
        addresses = [each.address for each in answer.records if isinstance(each, Host)]
        held = [address for address in addresses if family_of(address) == family]
        walk.add(template, held)
        found = found or bool(held)
    if not found and failed is None:
        why = denial_of(walk.answers[-1]) if walk.answers else "no address family is used"
        walk.note("no-address", f"{template.host} has no address: {why}", host=template.host)
    return failed


def without_address(walk: Walk, hosts: str) -> WalkEndedError:
    """Return what to raise where hosts are known and none of their addresses."""
    last = walk.answers[-1] if walk.answers else None
    return ended("no-address", f"no address of {hosts} is known ({' or '.join(walk.families)})", last)


def _taken(walk: Walk, label: str, records: Iterable[Srv]) -> list[Srv]:
    by_priority = sorted(records, key=attrgetter("priority"))
    if len(by_priority) > MAX_TARGETS:
        walk.note("cut-short", f"SRV {label} has {len(by_priority)} records: the first {MAX_TARGETS} count", name=label)
    return by_priority[:MAX_TARGETS]


def _spoken(records: Sequence[Srv]) -> str:
    said = [f"{each.target}:{each.port} ({each.priority}/{each.weight})" for each in records[:_MOST_SPOKEN]]
    more = [f"and {len(records) - len(said)} more"] if len(records) > len(said) else []
    return ", ".join(said + more)


def _each_host(walk: Walk, answer: Answer, chosen: Sequence[Srv], template: Target) -> Steps:
    """Add the targets of each record; the address of one that cannot be found out costs this one alone."""
    failures = []
    for record in chosen:
        if walk.full:
            break
        target = replace(template, host=record.target, port=record.port, priority=record.priority, weight=record.weight)
        failures.append((yield from _one_host(walk, target, answer.addresses.get(record.target, ()))))
    if not walk.targets:
        hosts = ", ".join(dict.fromkeys(record.target for record in chosen))
        raise next(filter(None, failures), None) or without_address(walk, hosts)


def _one_host(walk: Walk, target: Target, additional: Iterable[str]) -> Failing:
    if not is_port(target.port):
        walk.note("srv-unusable", f"the SRV record of {target.host} names port {target.port}", host=target.host)
        return None
    known = walk.fitting(additional)
    if not known:
        return (yield from host_targets(walk, target))
    walk.add(target, known)
    return None


def _note_alias(walk: Walk, template: Target, answer: Answer) -> None:
    if not answer.aliases:
        return
    led = " and ".join(answer.aliases)
    if template.priority is None:
        walk.note("alias", f"{template.host} is an alias of {led}", name=template.host, aliases=led)
    else:
        text = f"the SRV target {template.host} is an alias of {led}"
        walk.note("srv-target-alias", text, name=template.host, aliases=led)
