"""The line side of Unified CM, on which phones register: Expressway-C's end and Unified CM's (rows M21 and M25).

Expressway-C makes a zone for it by itself when it discovers Unified CM, apart from the neighbour zone that carries
calls. Phones whose security profile says so come over mutual TLS, and the profile's name must be in the certificate of
Expressway-C, which stands for all of them.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.actors.admission import UNACCEPTABLE, spoken
from harness.actors.called_party import ALLOW
from harness.actors.peer_names import has_wanted_name
from harness.actors.site import Site
from harness.actors.standing_link import StandingLink
from harness.net.link import Link
from harness.net.sip_link import Inquiry, Serve, SipLink
from harness.sip.building import respond
from harness.sip.message import Response
from harness.tls.profile import TlsProfile
from harness.x509.certificate import read_certificate
from harness.x509.name_policy import judge_names

_FORBIDDEN, _NOT_ALLOWED = 403, 405
_PATIENCE = 15.0
_TRUNK_REFUSAL = "SIP trunk disallows REGISTER"


class LineSide:
    """Expressway-C's connection to the line side. `client` gives how the box behaves when it dials."""

    def __init__(self, site: Site, serve: Serve, client: Callable[[], TlsProfile]) -> None:
        manager = site.stage.lab.unified_cm
        self._site = site
        self._client = client
        self._secure = bool(manager.phone_security_profile)
        self._port = manager.secure_phone_port if self._secure else manager.port
        self.zone = f"{'CEtls' if self._secure else 'CEtcp'}-{manager.host_name}"
        self._standing = StandingLink(site, self._dial, serve)

    async def reach(self) -> SipLink | None:
        """Return the connection, dialled where there is none; None where it could not be had."""
        return await self._standing.reach()

    async def _dial(self) -> Link | None:
        stage = self._site.stage
        link = await self._site.dial(stage.directory.address_of("unified-cm"), self._port)
        if link is None or not self._secure:
            return link
        link.expected_names = (stage.lab.unified_cm.host_name,)
        if not await link.secure_within(_PATIENCE, self._client()):
            return None
        if not has_wanted_name(self._site, link, self.zone):
            await link.abandon(UNACCEPTABLE)
            return None
        return link


def refusal_on_trunk(site: Site, inquiry: Inquiry) -> Response:
    """Return what Unified CM answers to a REGISTER that came in on its SIP trunk (row M21)."""
    link = inquiry.link.link
    site.decide(link.number, "registration", "refused", by=_TRUNK_REFUSAL, status=str(_NOT_ALLOWED))
    warning = f'399 {site.stage.lab.unified_cm.host_name} "{_TRUNK_REFUSAL}"'
    return respond(inquiry.request, _NOT_ALLOWED, headers=[("Allow", ALLOW), ("Warning", warning)])


def refusal_by_profile(site: Site, inquiry: Inquiry) -> Response | None:
    """Return what Unified CM answers where the phone security profile is not in the certificate; None where it is.

    Cisco documents that the profile is rejected, not the status: 403 is ours.
    """
    link, profile = inquiry.link.link, site.stage.lab.unified_cm.phone_security_profile
    if not profile:
        return None
    verdict = judge_names(read_certificate(link.peer_certificate), (profile,))
    outcome = "accepted" if verdict.accepted else "refused"
    site.decide(link.number, "phone-profile", outcome, profile=profile, **spoken(verdict))
    return None if verdict.accepted else respond(inquiry.request, _FORBIDDEN)
