"""The lab: every actor and its settings."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from harness.document import hint_for
from harness.lab.actors import ACTORS
from harness.lab.fields import Settings, setting
from harness.lab.releases import NEWEST, RELEASES, Release, ReleaseName
from harness.lab.settings.certificates import Certificate
from harness.lab.settings.expressway_e import Edge, ExpresswayE
from harness.lab.settings.internet import B2bPeer, MraEndpoint, WebexCloud
from harness.lab.settings.network import ANYBODY, HOME_BLOCK, NOBODYS_OCTET, ControlHub, Firewall, NameServer
from harness.lab.settings.on_premises import ExpresswayC, UnifiedCm
from harness.lab.settings.revocation import ValidationAuthority


class Lab(Settings):
    """The healthy lab, or a changed one."""

    expressway_e: ExpresswayE = setting(ExpresswayE(), "Expressway-E")
    expressway_c: ExpresswayC = setting(ExpresswayC(), "Expressway-C")
    unified_cm: UnifiedCm = setting(UnifiedCm(), "Unified CM")
    webex_cloud: WebexCloud = setting(WebexCloud(), "Webex cloud")
    jabber: MraEndpoint = setting(MraEndpoint(), "Jabber")
    mra_phone: MraEndpoint = setting(MraEndpoint(certificate=Certificate(profile="mra-phone")), "an MRA desk phone")
    b2b_peer: B2bPeer = setting(B2bPeer(), "B2B peer")
    firewall: Firewall = setting(Firewall(), "the Internet firewall")
    edges: tuple[Edge, ...] = setting((), "more Expressway-E nodes beside expressway-e", source="seed")
    name_server: NameServer = setting(NameServer(), "the name server")
    control_hub: ControlHub = setting(ControlHub(), "Control Hub")
    validation_authority: ValidationAuthority = setting(ValidationAuthority(), "the validation authority")
    release: ReleaseName = setting(NEWEST, "the release of both Expressways", source="X26")
    seed: int = setting(1, "what chance begins with, so that weighted choices come out the same again")

    @model_validator(mode="after")
    def _gives_each_node_a_place_of_its_own(self) -> Self:
        names = [*ACTORS, *(edge.name for edge in self.edges)]
        octets = (actor.octet for name, actor in ACTORS.items() if name != "expressway-e")
        others = [f"{HOME_BLOCK}.{octet}" for octet in (*octets, NOBODYS_OCTET)]
        addresses = [*others, self.expressway_e.address, *(edge.address for edge in self.edges)]
        for taken in (names, addresses):
            if twice := [each for each in taken if taken.count(each) > 1]:
                raise ValueError(f"two actors have the name or address {twice[0]}")
        return self

    @model_validator(mode="after")
    def _has_firewall_rules_for_actors(self) -> Self:
        actors = [*ACTORS, *(edge.name for edge in self.edges)]
        for rule in self.firewall.rules:
            for name in (rule.source, rule.to):
                if name not in {ANYBODY, *actors}:
                    raise ValueError(f"no actor '{name}' for a firewall rule; {hint_for(name, [ANYBODY, *actors])}")
        return self

    @model_validator(mode="after")
    def _sets_what_the_release_has(self) -> Self:
        edge, inside, fix = self.expressway_e, self.expressway_c, f"set `release: {NEWEST}`, or leave it as it is"
        if not self.running.eku_switch and not (edge.sip.eku_check and inside.eku_check):
            raise ValueError(f"{self.release} has no switch for the EKU check, which is always on; {fix}")
        if not self.running.one_way_uc_traversal and edge.uc_traversal_verification == "one-way":
            raise ValueError(f"on {self.release} both ends of the UC traversal zone verify each other; {fix}")
        stores = (edge.client_certificate, inside.client_certificate)
        if not self.running.two_stores and any(store != "same-as-server" for store in stores):
            raise ValueError(f"{self.release} has one certificate for both roles, and no client store; {fix}")
        return self

    @property
    def running(self) -> Release:
        """What the release of both Expressways does."""
        return RELEASES[self.release]

    @property
    def nodes(self) -> dict[str, ExpresswayE]:
        """Every Expressway-E by its actor's name, expressway-e first, also those that are switched off."""
        nodes = {"expressway-e": self.expressway_e}
        for edge in self.edges:
            told = {"host_name": edge.host, "power": edge.power, "address": edge.address, "site": edge.site}
            nodes[edge.name] = self.expressway_e.model_copy(
                update={**told, "server_certificate": edge.certificate(self.expressway_e.server_certificate)}
            )
        return nodes
