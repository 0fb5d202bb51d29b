"""A lab in a trial lab: in the names of somebody's certificate, with that certificate and its successor to exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from harness.certificates.renaming import Renaming, host_in
from harness.certificates.shell.foreign_sources import found_hosts, publish
from harness.certificates.shell.stand_ins import Adopted, StandIns
from harness.lab.changes import changed, names_at
from harness.lab.installing import Place
from harness.lab.releases import Release
from harness.lab.settings import Lab
from harness.pki import Catalogue, LabPki, LeafProfile
from harness.pki.certificate_names import COMMON_NAME_LIMIT
from harness.run.library import Library
from harness.scenario.model import Scenario, Step
from harness.scenario.plan import Plan
from harness.scenario.steps import INSTALLING
from harness.x509.certificate import CertificateFacts, read_certificate

OLD, NEW = "old certificate", "new certificate"
NAMELESS = "no name in it can be that of a host: the lab keeps its own names, and peers that look for one miss it"


class TrialLab:
    """A lab as of `at`, and a PKI that holds both certificates.

    Every verifier trusts the root of the old one and the CAs of the trust list. `notes` are about the old
    certificate's part in it.
    """

    def __init__(self, library: Library, place: Place, standing_in: StandIns, at: datetime) -> None:
        self.pair = pair = standing_in.played[0], standing_in.played[1]
        facts = read_certificate(pair[0].credentials.leaf)
        self.notes = (NAMELESS,) if place.host and not host_in(facts) else ()
        self._renaming = renaming_of(place, facts)
        self.lab_pki = lab_pki = LabPki(renamed(library.catalogue, self._renaming), at)
        self._place = place
        old, new = (each.credentials for each in pair)
        lab_pki.hold(OLD, old)
        lab_pki.hold(NEW, new)
        adopted = Adopted(lab_pki)
        self._trusted = adopted.names((pair[0].root, *standing_in.trust))
        publish(lab_pki, standing_in.issued)
        self._installed = {
            OLD: adopted.names(old.issuers),
            NEW: adopted.names((*old.issuers, *new.sent[1:])),
        }
        self._lab = changed(renamed_lab(library.healthy, self._renaming), looked_at(library, place))

    def plans(self, scenario: Scenario, release: Release, tls_version: str) -> tuple[Plan, ...] | None:
        """Return a story with the old certificate, the new one, the lab's own, and an old one that nobody trusts.

        A story that works with that one too looks at no certificate. None where the story does not fit.
        It fits unless it brings a certificate of its own for the role, names a release, or sets what this release
        has not.
        """
        change = self._renaming.data(dict(scenario.change))
        if self._is_set_by(change) or self._is_installed_by(scenario.play):
            return None
        try:
            lab = with_edges_of_their_own(changed(self._lab, {**change, "release": release.name}), self._renaming)
            unknown = self._with(OLD, lab, release, trusted=False)
            labs = [*(self._with(held, lab, release) for held in (OLD, NEW)), lab, unknown]
        except ValidationError:
            return None
        play = tuple(replace(step, options=self._renaming.data(dict(step.options))) for step in scenario.play)
        return tuple(Plan(scenario.name, tls_version, each, play) for each in labs)

    def _known_to(self, trust_list: str) -> tuple[str, ...]:
        return self._installed[OLD] if trust_list.startswith("expressway") else ()

    def _is_set_by(self, change: Mapping[str, Any]) -> bool:
        ours = (self._place.setting, self._place.other_store, "release")
        return any(path == own or path.startswith(f"{own}.") for path in change for own in ours if own)

    def _is_installed_by(self, play: Sequence[Step]) -> bool:
        return any(step.actor == self._place.box and step.verb in INSTALLING for step in play)

    def _with(self, held: str, lab: Lab, release: Release, *, trusted: bool = True) -> Lab:
        """Return the lab with a certificate in its place, trusted by its verifiers or not, and with the CAs above it.

        An Expressway that verifies holds the intermediates of the old one too: its tunnels need them (row M18).
        """
        place = self._place
        added = {path: (*self._trusted, *self._known_to(path)) for path in place.lists_of_verifiers(lab)}
        added = added if trusted else {}
        if place.own_list and trusted:
            added[place.own_list] = (*added.get(place.own_list, ()), *self._installed[held])
        lists = {path: [*names_at(lab, path), *names] for path, names in added.items()}
        installed = {**place.held({"profile": held}, {"profile": OLD}, release), **lists}
        return changed(lab, {**installed, **found_hosts(lab, self.lab_pki)})


def looked_at(library: Library, place: Place) -> Mapping[str, Any]:
    """Return the settings with which somebody verifies the certificate; none for a lab of one's own, which says it."""
    return {} if library.lab_file else place.looked_at_with


def with_edges_of_their_own(lab: Lab, renaming: Renaming) -> Lab:
    """Return the lab in which the other nodes of the edge keep the certificates that they have today, in new names."""
    usual = lab.expressway_e.server_certificate
    edges = [edge.model_copy(update={"host_name": renaming.text(edge.host)}) for edge in lab.edges]
    own = [edge.model_copy(update={"server_certificate": edge.certificate(usual)}) for edge in edges]
    return lab.model_copy(update={"edges": tuple(own)})


def renamed_lab(lab: Lab, renaming: Renaming) -> Lab:
    """Return the lab in other names."""
    return Lab.model_validate(renaming.data(lab.model_dump(by_alias=True, mode="json")))


def renaming_of(place: Place, certificate: CertificateFacts) -> Renaming:
    """Return what the lab's names become: those of the certificate, as far as a host can have them."""
    host = host_in(certificate)
    if not place.host or not host:
        return Renaming({})
    return Renaming.of(place.host, place.domain, host, _domain_of(host, certificate))


def _domain_of(host: str, certificate: CertificateFacts) -> str:
    """Return the longest name of the certificate that the host lies in, else what follows the host's first label."""
    names = sorted((name.lower() for name in certificate.dns_names), key=len, reverse=True)
    return next((name for name in names if host.endswith(f".{name}")), host.partition(".")[2])


def renamed(catalogue: Catalogue, renaming: Renaming) -> Catalogue:
    """Return the catalogue in which the other boxes' certificates carry the new names too.

    A common name has no room for more than 64 characters (RFC 5280 appendix A.1): where the new one is longer, the old
    one stays, and the alternative names say who it is.
    """
    return replace(catalogue, leaves={name: _renamed(leaf, renaming) for name, leaf in catalogue.leaves.items()})


def _renamed(leaf: LeafProfile, renaming: Renaming) -> LeafProfile:
    common_name = renaming.text(leaf.common_name)
    fits = len(common_name) <= COMMON_NAME_LIMIT
    return replace(leaf, common_name=common_name if fits else leaf.common_name, dns_names=renaming.data(leaf.dns_names))
