"""Expressway-C's HTTPS to the cloud (L12): the contact that a TLS-inspecting proxy breaks (row T-12)."""

from __future__ import annotations

from collections.abc import Callable

from harness.actors.finder import Finder, Patience
from harness.actors.https import ask_https
from harness.actors.site import Site
from harness.actors.user_agent import Outcome
from harness.dns.walk.locate import Behaviour, Policy, Target
from harness.identity.certificate import read_certificate
from harness.identity.policy import judge_names
from harness.net.link import Link
from harness.tls.profile import TlsProfile

_OK = 200


class CloudContact:
    """Asks Control Hub over HTTPS. `profile` gives how the box behaves when it dials."""

    def __init__(self, site: Site, profile: Callable[[], TlsProfile]) -> None:
        self._site = site
        self._profile = profile
        self._finder = Finder(site)

    async def contact(self) -> Outcome:
        """GET the portal's page: it completes where its certificate is trusted, names it, and 200 comes back."""
        hub, inside = self._site.stage.lab.control_hub, self._site.stage.lab.expressway_c
        located = await self._finder.find(f"{hub.host_name}:{hub.https_port}", Policy(behaviour=Behaviour.EXPRESSWAY))
        patience = Patience(inside.connect_timeout)
        link = await self._finder.reach(located, self._secure, patience, protocol="https")
        if link is None:
            return Outcome(completed=False, detail="no connection")
        reply = await ask_https(link, self._site.stage.recorder, "/")
        await link.close()
        return Outcome(reply.status == _OK, f"HTTP {reply.status}" if reply.status else "no answer")

    async def _secure(self, link: Link, target: Target) -> bool:
        link.expected_names = (target.host,)
        return await link.secure(
            self._profile(),
            server_name=target.host,
            accept_name=lambda leaf: (
                judge_names(read_certificate(leaf), link.expected_names, policy="rfc9525").accepted
            ),
        )
