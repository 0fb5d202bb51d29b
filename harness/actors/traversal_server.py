"""Expressway-E as traversal server: the zones that Expressway-C dials, and the SSH tunnel beside them (L9, L10).

The tunnel is no SSH here: see `stand_in`. Both of its ends send their leaf alone and complete the path from their own
trusted CA lists, because the real one ignores intermediates that travel along (row M18), and it looks for clientAuth
whatever the EKU check of the SIP page says (row M16).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from harness.actors.admission import MRA_ZONE, TRAVERSAL_ZONE, UNACCEPTABLE, Entry
from harness.actors.outbound import accepts
from harness.actors.site import Site
from harness.actors.tunnel import TunnelMouth
from harness.lab.settings import ExpresswayE, TraversalZone
from harness.net.link import Link, StatusCheck
from harness.net.sip_link import Inquiry, SipLink
from harness.tls.profile import TlsProfile
from harness.tls.purpose import PurposeCheck
from harness.transcript import ClientCertificate

TUNNEL = "SSH tunnel"
TUNNEL_PROTOCOL = "ssh-tunnel"

Profile = Callable[[ClientCertificate], TlsProfile]
"""Gives how this box behaves when it is dialled."""

Serve = Callable[[Entry, Inquiry], Awaitable[None]]
"""Takes the requests that come in through a zone."""


def for_tunnel(profile: TlsProfile) -> TlsProfile:
    """Return how a box that otherwise behaves like `profile` behaves on the SSH tunnel, at either end."""
    return replace(profile, chain=profile.chain[:1], complete_chain=False, purpose=PurposeCheck.ROLE)


class TraversalServer:
    """The ends of traversal zones and tunnels at one Expressway-E."""

    def __init__(
        self, site: Site, settings: ExpresswayE, profile: Profile, serve: Serve, *, check: StatusCheck | None
    ) -> None:
        self._site = site
        self._settings = settings
        self._profile = profile
        self._serve = serve
        self._check = check
        self._links: dict[str, SipLink] = {}
        self._tunnels: list[TunnelMouth] = []

    @property
    def tunnel(self) -> TunnelMouth | None:
        """The SSH tunnel that Expressway-C opened last; None where none is open, and no sign-in gets inside."""
        return self._tunnels[-1] if self._tunnels else None

    def way_in(self, zone: str) -> SipLink | None:
        """Return the connection that was last dialled for a zone, None where there never was one."""
        return self._links.get(zone)

    async def open(self) -> None:
        """Open the listeners that Expressway-C dials."""
        settings = self._settings
        if settings.mra:
            await self._open_zone("UC traversal", MRA_ZONE, settings.uc_traversal_zone)
            told = {"protocol": TUNNEL_PROTOCOL, "played_by": "TLS and a greeting"}
            await self._site.listen(settings.tunnel_port, self._welcome_tunnel, service=TUNNEL, **told)
        await self._open_zone("traversal", TRAVERSAL_ZONE, settings.traversal_zone)

    async def _open_zone(self, service: str, name: str, zone: TraversalZone) -> None:
        await self._site.listen(zone.port, partial(self._welcome_zone, name, zone), service=service)

    async def _welcome_zone(self, name: str, zone: TraversalZone, link: Link) -> None:
        one_way = name == MRA_ZONE and self._settings.uc_traversal_verification == "one-way"
        profile = self._profile(ClientCertificate.NONE if one_way else ClientCertificate.REQUIRED)
        wanted = "" if one_way else zone.subject_name
        if await self._admits(link, name, wanted, profile, check=self._check):
            encrypts = zone.media_encryption != "auto"
            serve = partial(self._serve, Entry(name, zone.preloaded_routes, authenticated=True, encrypts=encrypts))
            self._links[name] = sip = self._site.sip_link(link, serve)
            await sip.run()

    async def _welcome_tunnel(self, link: Link) -> None:
        profile = for_tunnel(self._profile(ClientCertificate.REQUIRED))
        if not await self._admits(link, TUNNEL, self._settings.uc_traversal_zone.subject_name, profile):
            return
        mouth = TunnelMouth(link, self._site.stage.recorder)
        self._tunnels.append(mouth)
        try:
            await mouth.run()
        finally:
            self._tunnels.remove(mouth)

    async def _admits(
        self, link: Link, place: str, subject_name: str, profile: TlsProfile, *, check: StatusCheck | None = None
    ) -> bool:
        """Shake hands, then look for the TLS verify subject name, if there is one."""
        link.expected_names = (subject_name,) if subject_name else ()
        if not await link.secure_within(self._settings.sip.tls_handshake_timeout, profile, check=check):
            return False
        if link.expected_names and not accepts(self._site, self._settings, link, place):
            link.reset(UNACCEPTABLE)
            return False
        return True
