"""The lab before a change of certificates: in the old names, with the old certificates, and the steps to be taken.

What the steps of a plan cannot show: rules that no actor of the lab minds, and what nobody here can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.certificates.beyond_plays import rules_broken_anew, unspoken_for
from harness.certificates.plan import BrokenRule, StillUsed
from harness.certificates.plan_effects import release_steps
from harness.certificates.plan_steps import OUR_LISTS, ConversionStep, Exchange, Need, conversion
from harness.certificates.renaming import Renaming, host_in
from harness.certificates.rules import Examination
from harness.certificates.shell.foreign_sources import found_hosts, publish, shared_lists
from harness.certificates.shell.matrix import CLUSTER_AND_TRUNK
from harness.certificates.shell.stand_ins import Adopted, Played, stand_ins
from harness.certificates.shell.trial_lab import looked_at, renamed, renamed_lab, renaming_of, with_edges_of_their_own
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.changes import changed, names_at
from harness.lab.releases import RELEASES, Release
from harness.lab.settings import Lab
from harness.lab.uploads import UploadRefusal
from harness.pki import LabPki, LeafOrder
from harness.run.library import Library
from harness.x509.certificate import read_certificate
from harness.x509.files import Holding


@dataclass(frozen=True, slots=True)
class Asked:
    """One certificate that is to be exchanged for another, in its role."""

    role: str
    old: Holding
    new: Holding


@dataclass(frozen=True, slots=True)
class ConversionBench:
    """The lab as it is today, the lab's PKI that holds all certificates, and the steps.

    `healthy` is the same lab with the certificates that it issues itself: what works there and not today is a gap.
    `renaming` is what the names of the healthy lab became.
    """

    lab: Lab
    healthy: Lab
    lab_pki: LabPki
    steps: tuple[ConversionStep, ...]
    exchanges: tuple[Exchange, ...]
    renaming: Renaming

    @property
    def other_name(self) -> bool:
        """Whether a new certificate lacks the name of the old one."""
        return any(each.new_host for each in self.exchanges)

    @property
    def other_root(self) -> bool:
        """Whether a new certificate comes from another root."""
        return any(len(each.roots) > 1 for each in self.exchanges)

    def still_used(self, lab: Lab) -> Iterator[StillUsed]:
        """Yield the stores of the boxes at hand that hold an old certificate in a lab."""
        data = lab.model_dump(by_alias=True, mode="json")
        for exchange in self.exchanges:
            until = read_certificate(self.lab_pki.issue(LeafOrder(exchange.old)).leaf).not_after
            for path in filter(None, (exchange.place.setting, exchange.place.other_store)):
                box, store = path.split(".")
                held = data[box][store]
                if isinstance(held, dict) and held["profile"] == exchange.old and until is not None:
                    yield StillUsed(path.replace(".", "-").removesuffix("-certificate"), f"{until:%Y-%m-%d}")

    def refusal(self, lab: Lab, step: ConversionStep) -> UploadRefusal | None:
        """Return why the web page does not take a certificate as the lab is, None where it does or is not asked."""
        if not step.installs:
            return None
        facts = read_certificate(self.lab_pki.issue(LeafOrder(step.profile)).leaf)
        role, release = CERTIFICATE_ROLES[step.installs], lab.running
        place = role.place
        parted = any(other.installs == role.twin for other in self.steps if other.need is Need.REQUIRED)
        if parted and place.is_client and not release.two_stores:
            return place.refusal_in("client", facts, release)
        return place.refusal(facts, release, switch=lab.expressway_e.enable_server_eku_upload)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which an order is looked for: the release, what the peers trust besides (DER), the day, and an upgrade.

    `upgrade` is the release to which there must be one; empty where it is taken only if it helps, None for none.
    """

    release: Release
    trust: Sequence[bytes]
    at: datetime
    upgrade: str | None = ""


def conversion_bench(library: Library, asked: Sequence[Asked], conditions: Conditions) -> ConversionBench:
    """Return the trial lab for these exchanges; ScenarioError where a certificate cannot be played."""
    release, at = conditions.release, conditions.at
    standing_in = stand_ins([each for one in asked for each in (one.old, one.new)], conditions.trust, at)
    pairs = list(zip(asked, standing_in.played[::2], standing_in.played[1::2], strict=True))
    renaming = Renaming({})
    for one, old, _ in reversed(pairs):
        names = renaming_of(CERTIFICATE_ROLES[one.role].place, read_certificate(old.credentials.leaf)).names
        renaming = Renaming({**renaming.names, **names})
    lab_pki = LabPki(renamed(library.catalogue, renaming), at)
    adopted = Adopted(lab_pki)
    for one, old, new in pairs:
        lab_pki.hold(_held(one, "old"), old.credentials)
        lab_pki.hold(_held(one, "new"), new.credentials)
    exchanges = [_exchange(one, old, new, adopted) for one, old, new in pairs]
    publish(lab_pki, standing_in.issued)
    verified = {
        key: value for one in asked for key, value in looked_at(library, CERTIFICATE_ROLES[one.role].place).items()
    }
    lab = renamed_lab(library.healthy, renaming)
    lab = changed(lab, found_hosts(lab, lab_pki))
    lab = with_edges_of_their_own(changed(lab, {"release": release.name, **CLUSTER_AND_TRUNK, **verified}), renaming)
    roots = adopted.names((*(old.root for _, old, _ in pairs), *standing_in.trust))
    steps = (*conversion(exchanges), *release_steps(exchanges, release, conditions.upgrade))
    return ConversionBench(_today(lab, exchanges, roots, release), lab, lab_pki, steps, tuple(exchanges), renaming)


def _held(one: Asked, which: str) -> str:
    """Return the profile under which the lab's PKI holds one of the two certificates of a role."""
    return f"{which} {one.role}"


def _exchange(one: Asked, old: Played, new: Played, adopted: Adopted) -> Exchange:
    return Exchange(
        one.role,
        _held(one, "old"),
        _held(one, "new"),
        old_authorities=adopted.names(old.credentials.issuers),
        new_authorities=adopted.names(new.credentials.issuers),
        new_host=_new_host(old, new),
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
        for path in (*exchange.place.lists_of_verifiers(lab), *filter(None, (exchange.place.own_list,))):
            known = exchange.old_authorities if path in OUR_LISTS else ()
            lists.setdefault(path, {}).update(dict.fromkeys((*known, *roots)))
    return changed(lab, {**certificates, **{path: [*names_at(lab, path), *names] for path, names in lists.items()}})


def broken_rules(asked: Asked, release: str, at: datetime) -> Iterator[BrokenRule]:
    """Yield what breaks rules in the new certificate of an exchange and not in the old one, on a release."""
    role = CERTIFICATE_ROLES[asked.role]
    old, new = (
        [Examination(each.certificates, role, RELEASES[release], at, was_sorted=each.was_sorted)]
        for each in (asked.old, asked.new)
    )
    for finding in rules_broken_anew(old, new):
        rule = finding.rule
        yield BrokenRule(asked.role, rule.key, rule.severity.value, finding.detail, finding.peers, finding.remedy)


def unknown_of(asked: Asked) -> Iterator[str]:
    """Yield for which peers nobody here can speak, and whose CRL it is that two CAs name."""
    old, new = (each.certificates[0] for each in (asked.old, asked.new))
    for sentence in (*unspoken_for(read_certificate(old), read_certificate(new)), *shared_lists(old, new)):
        yield f"{asked.role}: {sentence}"
