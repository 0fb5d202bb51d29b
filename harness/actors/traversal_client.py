"""Expressway-C as traversal client: it dials the zones of every Expressway-E node, and the SSH tunnel (L9, L10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from harness.actors.admission import MRA_ZONE, TRAVERSAL_ZONE, UNACCEPTABLE
from harness.actors.finder import Finder, Patience
from harness.actors.https import Answer, serve_https
from harness.actors.peer_names import has_wanted_name
from harness.actors.site import Site
from harness.actors.stand_in import was_greeted
from harness.actors.traversal_server import TUNNEL, TUNNEL_PROTOCOL, for_tunnel
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.dns.locate import Behaviour, Policy, Target
from harness.lab.settings import ExpresswayC
from harness.net.link import Link
from harness.net.sip_link import Serve, SipLink
from harness.tls.profile import TlsProfile

_NODE = "expressway-e"


@dataclass(frozen=True, slots=True)
class _Peer:
    """Where one link leads: to `address`, which the peer's certificate must name, and `port`; `place` in our log."""

    address: str
    port: int
    place: str
    profile: TlsProfile


class TraversalClient:
    """The ends of traversal zones and tunnels at Expressway-C.

    `profile` gives how this box behaves when it dials, `serving` what takes the requests that come in through a zone,
    `answer` what answers those that come through a tunnel.
    """

    def __init__(
        self,
        site: Site,
        settings: ExpresswayC,
        profile: Callable[[], TlsProfile],
        serving: Callable[[str], Serve],
        answer: Answer,
    ) -> None:
        self._answer = answer
        self._site = site
        self._settings = settings
        self._profile = profile
        self._serving = serving
        self._finder = Finder(site)
        self._links: dict[tuple[str, str], SipLink] = {}
        self._tunnels: dict[str, Link] = {}

    def way_out(self, zone: str) -> SipLink | None:
        """Return the connection of a zone to the first node to which it is up, None where it is to none."""
        up = (link for (name, _), link in self._links.items() if name == zone and link.alive)
        return next(up, None)

    async def dial_all(self) -> None:
        """Bring everything up that is configured; what fails is on record, no more."""
        for name, node in self._site.stage.lab.nodes.items():
            if not node.power:
                continue
            active = node.mra and (await self.connect(MRA_ZONE, name)).completed
            await self.connect(TRAVERSAL_ZONE, name)
            if active:
                await self.open_tunnel(name)

    # --- zones ---

    async def connect(self, zone: str, node: str = _NODE) -> Outcome:
        """Dial a zone of a node anew; its answer to OPTIONS proves that we are in (trap X8)."""
        if (old := self._links.pop((zone, node), None)) is not None:
            await old.close()
        peer = self._peer(zone, node)
        link = await self._dial(peer, "sip")
        sip = self._site.speak_sip(link, self._serving(zone)) if link else None
        active = sip is not None and await self._answers(sip)
        if sip is not None and active:
            self._links[zone, node] = sip
        told = {"zone": zone, "port": str(peer.port), "peer": peer.address}
        self._site.decide(0, "traversal-zone", "active" if active else "failed", **told)
        return Outcome(active, "Active" if active else "Failed")

    async def _answers(self, sip: SipLink) -> bool:
        agent = UserAgent(self._site, port=self._settings.trunk_port)
        host = self._site.stage.lab.expressway_e.host_name
        ping = CallOrder(caller=f"ping@{self._settings.host_name}", called=host)
        return (await agent.options(sip, ping)).completed

    # --- the tunnel ---

    async def open_tunnel(self, node: str = _NODE) -> Outcome:
        """Dial the SSH tunnel of a node anew."""
        if (old := self._tunnels.pop(node, None)) is not None:
            await old.finish()
        peer = self._peer(TUNNEL, node)
        link = await self._dial(peer, TUNNEL_PROTOCOL)
        up = link is not None and await was_greeted(link)
        if link is not None and up:
            self._tunnels[node] = link
            self._site.stage.nursery.start_soon(self._serve_tunnel, link)
        self._site.decide(0, "ssh-tunnel", "up" if up else "down", port=str(peer.port), peer=peer.address)
        return Outcome(up, "up" if up else "down")

    async def _serve_tunnel(self, link: Link) -> None:
        """Answer what comes through a tunnel until the other end closes it."""
        try:
            await serve_https(link, self._site.stage.recorder, self._answer)
        finally:
            link.drop()

    # --- dialling ---

    def _peer(self, place: str, name: str) -> _Peer:
        node, settings = self._site.stage.lab.nodes[name], self._settings
        zone = settings.traversal_zone if place == TRAVERSAL_ZONE else settings.uc_traversal_zone
        ports = {
            TRAVERSAL_ZONE: node.traversal_zone.port,
            MRA_ZONE: node.uc_traversal_zone.port,
            TUNNEL: node.tunnel_port,
        }
        stated = zone.peer_address if name == _NODE else ""
        profile = for_tunnel(self._profile()) if place == TUNNEL else self._profile()
        return _Peer(stated or node.host_name, ports[place], place, profile)

    async def _dial(self, peer: _Peer, protocol: str) -> Link | None:
        """Reach the first address of a peer (row D14), and shake hands with it."""
        located = await self._finder.find(f"{peer.address}:{peer.port}", Policy(behaviour=Behaviour.EXPRESSWAY))
        first = replace(located, targets=located.targets[:1])
        patience = Patience(self._settings.connect_timeout)
        return await self._finder.reach(first, partial(self._secure, peer), patience, protocol=protocol)

    async def _secure(self, peer: _Peer, link: Link, _target: Target) -> bool:
        link.expected_names = (peer.address,)
        if not await link.secure(peer.profile):
            return False
        if has_wanted_name(self._site, link, peer.place):
            return True
        await link.abandon(UNACCEPTABLE)
        return False
