"""Expressway-C, inside: dials the traversal zones outward and joins them to Unified CM.

It opens no port towards the DMZ.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from harness.actors.admission import MRA_ZONE, TRAVERSAL_ZONE, UNACCEPTABLE, Entry
from harness.actors.call_routing import REGISTRAR, CallRouting, Leg, Rules
from harness.actors.finder import Finder, Patience
from harness.actors.relay import Relay
from harness.actors.service_check import METHOD as SERVICE
from harness.actors.service_check import answer_service
from harness.actors.site import Site, Stage
from harness.actors.user_agent import CallOrder, UserAgent
from harness.dns.walk.locate import Behaviour, Policy, Target
from harness.identity.certificate import read_certificate
from harness.identity.policy import judge_names
from harness.net.link import Link
from harness.net.sip_link import Inquiry, Serve, SipLink
from harness.sip.message import Request
from harness.tls.profile import TlsProfile

NAME = "expressway-c"
NEIGHBOUR_ZONE = "CUCMNeighbour"


class ExpresswayC:
    """The traversal client."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.expressway_c
        relay = Relay(self.site, names=(self.settings.host_name,), port=self.settings.trunk_port)
        self._routing = CallRouting(self.site, relay, Rules(self.settings.search_rules), self._reach)
        self._traversal: dict[str, SipLink] = {}
        self._finder = Finder(self.site)
        self._neighbour: SipLink | None = None

    async def start(self) -> None:
        """Listen for Unified CM and bring the traversal zones up; one that fails is on record, no more."""
        await self.site.listen(self.settings.trunk_port, self._welcome_trunk)
        for node in self.site.stage.lab.nodes.values():
            if node.power and node.mra:
                await self._dial_zone(MRA_ZONE, node.host_name, node.uc_traversal_zone.port)
            if node.power:
                await self._dial_zone(TRAVERSAL_ZONE, node.host_name, node.traversal_zone.port)

    async def _dial_zone(self, name: str, peer: str, port: int) -> None:
        active = await self._bring_up(name, peer, port)
        self.site.decide(0, "traversal-zone", "active" if active else "failed", zone=name, port=str(port), peer=peer)

    async def _bring_up(self, name: str, peer: str, port: int) -> bool:
        """Dial the first address of the zone's peer (row D14); its answer to OPTIONS proves that we are in."""
        located = await self._finder.find(f"{peer}:{port}", Policy(behaviour=Behaviour.EXPRESSWAY))
        first = replace(located, targets=located.targets[:1])
        link = await self._finder.reach(first, self._secure, Patience(self.settings.connect_timeout))
        if link is None:
            return False
        sip = self.site.speak_sip(link, self._serving(name))
        if not await self._answers(sip):
            return False
        self._traversal.setdefault(name, sip)
        return True

    async def _secure(self, link: Link, target: Target) -> bool:
        link.expected_names = (target.host,)
        if not await link.secure(self._profile()):
            return False
        if judge_names(read_certificate(link.peer_certificate), link.expected_names).accepted:
            return True
        await link.abandon(UNACCEPTABLE)
        return False

    async def _answers(self, sip: SipLink) -> bool:
        """Ping the traversal server: only its answer proves that it accepted our certificate (trap X8)."""
        agent = UserAgent(self.site, port=self.settings.trunk_port)
        host = self.site.stage.lab.expressway_e.host_name
        outcome = await agent.options(sip, CallOrder(caller=f"ping@{self.settings.host_name}", called=host))
        return outcome.completed

    def _profile(self) -> TlsProfile:
        wardrobe = self.site.stage.wardrobe
        worn = wardrobe.credentials(self.settings.certificate)
        return TlsProfile(
            chain=(worn.leaf,),
            private_key=worn.private_key,
            trusted=wardrobe.anchors(self.settings.trusted_ca),
            complete_chain=True,
            versions=wardrobe.client_versions(("1.2", "1.3")),
        )

    async def _welcome_trunk(self, link: Link) -> None:
        await SipLink(link, self.site.stage.recorder, self._serving(NEIGHBOUR_ZONE)).run()

    def _serving(self, zone: str) -> Serve:
        neighbour = zone == NEIGHBOUR_ZONE
        settings = self.settings
        takes = settings.neighbour_preloaded_routes if neighbour else settings.traversal_preloaded_routes
        return partial(self._serve, Entry(zone, takes, authenticated=True))

    async def _serve(self, entry: Entry, inquiry: Inquiry) -> None:
        if inquiry.request.method == SERVICE and entry.zone == MRA_ZONE:
            await answer_service(self.site, inquiry)
        else:
            await self._routing.serve(entry, inquiry)

    # --- the way on ---

    async def _reach(self, target: str, _request: Request) -> Leg:
        if target in {REGISTRAR, "neighbour-zone"}:
            return Leg(await self._reach_neighbour(), NEIGHBOUR_ZONE)
        return Leg(self._traversal.get(TRAVERSAL_ZONE), TRAVERSAL_ZONE)

    async def _reach_neighbour(self) -> SipLink | None:
        if self._neighbour is None or not self._neighbour.alive:
            stage = self.site.stage
            host = stage.directory.address_of("unified-cm")
            link = await self.site.dial(host, stage.lab.unified_cm.port)
            self._neighbour = self.site.speak_sip(link, self._serving(NEIGHBOUR_ZONE)) if link else None
        return self._neighbour
