"""The lab before a change of certificates: in the old names, with the old certificates, and the steps to be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.identity.certificate import read_certificate
from harness.lab.changes import changed, names_at
from harness.lab.conversion import OUR_LISTS, ConversionStep, Exchange, conversion
from harness.lab.installing import PLACES
from harness.lab.releases import Release
from harness.lab.renaming import Renaming, host_in
from harness.lab.settings import Lab
from harness.pki import Holding, Workshop
from harness.run.bench import renamed, renamed_lab, renaming_of, with_edges_of_their_own
from harness.run.eku_matrix import CLUSTER_AND_TRUNK
from harness.run.foreign_sources import found_hosts, publish
from harness.run.library import Library
from harness.run.stand_ins import Adopted, Played, stand_ins


@dataclass(frozen=True, slots=True)
class Asked:
    """One certificate that is to be exchanged for another, in its role."""

    role: str
    old: Holding
    new: Holding


@dataclass(frozen=True, slots=True)
class ConversionBench:
    """The lab as it is today, the workshop that holds all certificates, and the steps; `refused` by number."""

    lab: Lab
    workshop: Workshop
    steps: tuple[ConversionStep, ...]
    refused: dict[int, str]
    other_name: bool


def conversion_bench(
    library: Library, asked: Sequence[Asked], trust: Sequence[bytes], release: Release, at: datetime
) -> ConversionBench:
    """Return the bench for these exchanges; `trust` are CA certificates (DER) that the peers trust as well.

    ScenarioError where a certificate cannot be played.
    """
    standing_in = stand_ins([each for one in asked for each in (one.old, one.new)], trust, at)
    pairs = list(zip(asked, standing_in.played[::2], standing_in.played[1::2], strict=True))
    renaming = Renaming({})
    for one, old, _ in reversed(pairs):
        names = renaming_of(PLACES[one.role], read_certificate(old.credentials.leaf)).names
        renaming = Renaming({**renaming.names, **names})
    workshop = Workshop(renamed(library.catalogue, renaming), at)
    adopted = Adopted(workshop)
    for one, old, new in pairs:
        workshop.hold(_held(one, "old"), old.credentials)
        workshop.hold(_held(one, "new"), new.credentials)
    exchanges = [_exchange(one, old, new, release, adopted) for one, old, new in pairs]
    publish(workshop, standing_in.issued)
    lab = renamed_lab(library.healthy, renaming)
    lab = changed(lab, found_hosts(lab, workshop))
    lab = with_edges_of_their_own(changed(lab, {"release": release.name, **CLUSTER_AND_TRUNK}), renaming)
    roots = adopted.names((*(old.root for _, old, _ in pairs), *standing_in.trust))
    steps = tuple(conversion(exchanges))
    refused = {number: why for number, step in enumerate(steps) if (why := _refusal(step, pairs, release, lab))}
    return ConversionBench(
        _today(lab, exchanges, roots, release), workshop, steps, refused, any(each.new_host for each in exchanges)
    )


def _held(one: Asked, which: str) -> str:
    """Return the profile under which the workshop holds one of the two certificates of a role."""
    return f"{which} {one.role}"


def _exchange(one: Asked, old: Played, new: Played, release: Release, adopted: Adopted) -> Exchange:
    return Exchange(
        one.role,
        _held(one, "old"),
        _held(one, "new"),
        old_authorities=adopted.names(old.credentials.issuers),
        new_authorities=adopted.names(new.credentials.issuers),
        new_host=_new_host(old, new),
        installed_in=PLACES[one.role].store_on(release),
    )


def _new_host(old: Played, new: Played) -> str:
    """Return the name of the box with the new certificate, empty where it has none or the old one's is in it too."""
    before, after = (read_certificate(each.credentials.leaf) for each in (old, new))
    name = next(iter((*before.common_names, *before.dns_names)), "").lower()
    names = [each.lower() for each in (*after.common_names, *after.dns_names)]
    return "" if name in names else host_in(after)


def _today(lab: Lab, exchanges: Sequence[Exchange], roots: Sequence[str], release: Release) -> Lab:
    """Return the lab with the old certificates in their places, trusted by everybody who verifies them."""
    certificates: dict[str, Any] = {}
    lists: dict[str, dict[str, None]] = {}
    for exchange in exchanges:
        held = {"profile": exchange.old}
        certificates = {**exchange.place.held(held, held, release), **certificates}
        for path in (*exchange.place.verifiers, *filter(None, (exchange.place.own_list,))):
            known = exchange.old_authorities if path in OUR_LISTS else ()
            lists.setdefault(path, {}).update(dict.fromkeys((*known, *roots)))
    return changed(lab, {**certificates, **{path: [*names_at(lab, path), *names] for path, names in lists.items()}})


def _refusal(step: ConversionStep, pairs: Sequence[tuple[Asked, Played, Played]], release: Release, lab: Lab) -> str:
    """Return why the upload page does not take a certificate, empty where it does or nothing is uploaded."""
    new = next((new for one, _, new in pairs if one.role == step.installs), None)
    if new is None:
        return ""
    switch = lab.expressway_e.enable_server_eku_upload
    refusal = PLACES[step.installs].refusal(read_certificate(new.credentials.leaf), release, switch=switch)
    return f"{refusal.reason}; {refusal.remedy}" if refusal else ""
