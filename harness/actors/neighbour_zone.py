"""Expressway-C's zone towards Unified CM (L11): plain TCP, or TLS in both directions.

Whoever dials is the TLS client. Both ends dial: Expressway-C for calls from outside, Unified CM for
calls that go out. So both certificates serve in both roles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.actors.admission import UNACCEPTABLE
from harness.actors.peer_names import has_wanted_name
from harness.actors.site import Site
from harness.actors.standing_link import StandingLink
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.lab.settings import ExpresswayC
from harness.net.link import Link
from harness.net.sip_link import Serve, SipLink
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate

NEIGHBOUR_ZONE = "CUCMNeighbour"
_HANDSHAKE_SECONDS = 5.0
_PATIENCE = 15.0  # with a phone or a Unified CM of the user's that takes TCP and then says nothing


class Neighbour:
    """The neighbour zone of Expressway-C. `server` and `client` give how the box behaves when dialled and dialling."""

    def __init__(
        self,
        site: Site,
        settings: ExpresswayC,
        serve: Serve,
        *,
        server: Callable[[ClientCertificate], TlsProfile],
        client: Callable[[], TlsProfile],
    ) -> None:
        self._site = site
        self._settings = settings
        self._zone = settings.neighbour_zone
        self._serve = serve
        self._server = server
        self._client = client
        self._standing = StandingLink(site, self._dial, serve)

    async def open(self) -> None:
        """Listen for Unified CM."""
        settings = self._settings
        await self._site.listen(settings.trunk_port, self._speak, service="SIP over TCP, trunk")
        if self._zone.transport == "tls":
            await self._site.listen(settings.trunk_tls_port, self._welcome, service="SIP trunk")

    async def _welcome(self, link: Link) -> None:
        request = ClientCertificate.REQUIRED if self._zone.tls_verify else ClientCertificate.NONE
        self._expect_manager(link)
        if not await link.secure_within(_HANDSHAKE_SECONDS, self._server(request)):
            return
        if link.expected_names and not has_wanted_name(self._site, link, NEIGHBOUR_ZONE):
            link.reset(UNACCEPTABLE)
            return
        await self._speak(link)

    async def _speak(self, link: Link) -> None:
        await self._site.sip_link(link, self._serve).run()

    def _expect_manager(self, link: Link) -> None:
        link.expected_names = (self._site.stage.lab.unified_cm.host_name,) if self._zone.tls_verify else ()

    # --- dialling ---

    async def connect(self) -> Outcome:
        """Dial Unified CM anew and ask OPTIONS."""
        await self._standing.close()
        sip = await self.reach()
        if sip is None:
            return Outcome(completed=False, detail="Failed")
        agent = UserAgent(self._site, port=self._settings.trunk_port)
        host = self._site.stage.lab.unified_cm.host_name
        answered = await agent.options(sip, CallOrder(caller=f"ping@{self._settings.host_name}", called=host))
        return Outcome(answered.completed, "Active" if answered.completed else "Failed")

    async def reach(self) -> SipLink | None:
        """Return the connection to Unified CM, dialled where there is none; None where it could not be had."""
        return await self._standing.reach()

    async def _dial(self) -> Link | None:
        stage = self._site.stage
        usual = stage.lab.unified_cm.tls_port if self._zone.transport == "tls" else stage.lab.unified_cm.trunk_port
        link = await self._site.dial(stage.directory.address_of("unified-cm"), self._zone.port or usual)
        if link is None or self._zone.transport == "tcp":
            return link
        self._expect_manager(link)
        if not await link.secure_within(_PATIENCE, replace(self._client(), verify=self._zone.tls_verify)):
            return None
        if link.expected_names and not has_wanted_name(self._site, link, NEIGHBOUR_ZONE):
            await link.abandon(UNACCEPTABLE)
            return None
        return link
