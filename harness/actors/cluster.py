"""The link between two Expressway-E nodes of a cluster (L15), which `stand_in` plays."""

from __future__ import annotations

from dataclasses import replace

from harness.actors.admission import UNACCEPTABLE, names_verdict
from harness.actors.certificate_stores import CertificateStores
from harness.actors.finder import Finder, Patience
from harness.actors.outbound import accepts
from harness.actors.site import Site
from harness.actors.stand_in import greet, was_greeted
from harness.actors.user_agent import Outcome
from harness.dns.locate import Behaviour, Policy, Target
from harness.errors import LabError
from harness.lab.settings import ExpresswayE
from harness.net.link import Link
from harness.tls.purpose import PurposeCheck
from harness.transcript import ClientCertificate
from harness.x509.certificate import read_certificate

CLUSTER = "cluster"


class ClusterPeer:
    """One node towards the others."""

    def __init__(self, site: Site, settings: ExpresswayE, stores: CertificateStores) -> None:
        self._site = site
        self._settings = settings
        self._stores = stores
        self._finder = Finder(site)
        self._enforcing = settings.cluster_tls_verification == "enforcing"
        nodes = site.stage.lab.nodes
        self._peers = {name: node.host_name for name, node in nodes.items() if name != site.actor}

    async def open(self) -> None:
        """Listen for the other nodes, if there are any."""
        if self._peers:
            port, mode = self._settings.cluster_port, self._settings.cluster_tls_verification
            await self._site.listen(port, self._welcome, service=CLUSTER, protocol=CLUSTER, verification=mode)

    async def _welcome(self, link: Link) -> None:
        request = ClientCertificate.REQUIRED if self._enforcing else ClientCertificate.OPTIONAL
        profile = replace(
            self._stores.server_profile(request),
            verify=self._enforcing,
            purpose=PurposeCheck.ROLE if self._site.stage.lab.running.cluster_check else PurposeCheck.NOTHING,
        )
        link.expected_names = tuple(self._peers.values())
        if await link.secure_within(self._settings.sip.tls_handshake_timeout, profile) and await self._takes(link):
            await greet(link)

    async def join(self, node: str) -> Outcome:
        """Dial a peer, by default the first; LabError where there is none of that name."""
        node = node or next(iter(self._peers), "")
        if node not in self._peers:
            raise LabError(f"Expressway-E has no cluster peer {node!r}: name one of the lab's `edges`, or add one.")
        target = f"{self._peers[node]}:{self._settings.cluster_port}"
        located = await self._finder.find(target, Policy(behaviour=Behaviour.EXPRESSWAY))
        patience = Patience(self._settings.sip.tcp_connect_timeout)
        link = await self._finder.reach(located, self._secure, patience, protocol=CLUSTER)
        joined = link is not None and await was_greeted(link)
        if link is not None and joined:
            await link.close()
        return Outcome(joined, "joined" if joined else "not joined")

    async def _secure(self, link: Link, target: Target) -> bool:
        link.expected_names = (target.host,)
        profile = replace(self._stores.client_profile(link.expected_names), verify=self._enforcing)
        return await link.secure_within(self._settings.sip.tls_handshake_timeout, profile) and await self._takes(link)

    async def _takes(self, link: Link) -> bool:
        """Judge the peer's names: Enforcing closes on a wrong one, Permissive only puts it on record."""
        if self._enforcing:
            taken = accepts(self._site, self._settings, link, CLUSTER)
            if not taken:
                await link.abandon(UNACCEPTABLE)
            return taken
        facts = read_certificate(link.peer_certificate) if link.peer_certificate else None
        known = facts is not None and names_verdict(self._settings, facts, link.expected_names).accepted
        self._site.decide(link.number, "cluster-peer", "permitted", name="known" if known else "unknown")
        return True
