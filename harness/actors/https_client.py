"""HTTPS as Expressway-C asks for it: towards the cloud (L12) and towards Unified CM, its peer named and trusted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from harness.actors.finder import Finder, Patience
from harness.actors.https import NO_REPLY, Reply, ask_https
from harness.actors.site import Site
from harness.dns.locate import Behaviour, Policy, Target
from harness.net.link import Link
from harness.tls.profile import TlsProfile
from harness.x509.certificate import read_certificate
from harness.x509.name_policy import carries_host

_POLICY = Policy(behaviour=Behaviour.EXPRESSWAY)


class HttpsClient:
    """GETs over HTTPS. `profile` gives how the box behaves when it dials, `within` the seconds for a SYN."""

    def __init__(self, site: Site, profile: Callable[[], TlsProfile], *, within: float) -> None:
        self._site = site
        self._profile = profile
        self._patience = Patience(within)
        self._finder = Finder(site)

    async def get(self, place: str, target: str, credentials: tuple[str, str] = ("", "")) -> Reply:
        """GET `target` at `place`, a host:port; no reply where no listener could be had whose certificate will do."""
        located = await self._finder.find(place, _POLICY)
        secure = partial(self._secure, place.rpartition(":")[0])
        link = await self._finder.reach(located, secure, self._patience, protocol="https")
        if link is None:
            return NO_REPLY
        reply = await ask_https(link, self._site.stage.recorder, target, credentials)
        await link.close()
        return reply

    async def _secure(self, name: str, link: Link, target: Target) -> bool:
        """Shake hands with whoever carries the name, or the address, that was dialled; judged inside the handshake."""
        link.expected_names = (name,)
        return await link.secure(
            self._profile(),
            server_name="" if target.host == target.address else name,
            accept_name=lambda leaf: carries_host(read_certificate(leaf), (name,)),
        )
