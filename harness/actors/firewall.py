"""The Internet firewall where it does more than pass or drop: it terminates TLS in the name of others.

A rule `intercept` leads a connection here instead of to whoever was dialled, as a transparent proxy does: on the
dialled port, the original target known from connection tracking. It speaks TLS onwards first, whatever certificate
it meets, then TLS to the dialler with a certificate of its own, and passes what both say (rows M20 and T-12).
"""

from __future__ import annotations

from dataclasses import replace

import trio

from harness.actors.site import FIREWALL, Site, Stage
from harness.net.link import Link
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate

_HANDSHAKE_SECONDS = 10.0


class Firewall:
    """The proxy inside the firewall; it listens only where a rule leads to it."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, FIREWALL)
        self.settings = stage.lab.firewall

    async def start(self) -> None:
        """Listen on every port that a rule intercepts."""
        for port in sorted({rule.port for rule in self.settings.rules if rule.action == "intercept" and rule.port}):
            await self.site.listen(port, self._welcome, service="interception")

    async def _welcome(self, link: Link) -> None:
        """Stand between the dialler and its target; whoever comes without having been led here is dropped."""
        led = self.site.stage.intercepted.pop(link.peer, None)
        onward = await self.site.dial(led.target.host, led.target.port, protocol=led.protocol) if led else None
        if onward is None:
            link.reset("there is no way on")
            return
        try:
            await self._stand_between(link, onward)
        finally:
            onward.drop()

    async def _stand_between(self, near: Link, far: Link) -> None:
        if not await far.secure_within(_HANDSHAKE_SECONDS, self._onward_profile()):
            near.reset("the target took no proxy")
            return
        self.site.decide(near.number, "interception", "terminated", onward=str(far.number))
        if await near.secure_within(_HANDSHAKE_SECONDS, self._own_profile()):
            await _pass_both_ways(near, far)
        await far.close()

    def _own_profile(self) -> TlsProfile:
        tls_profiles = self.site.stage.tls_profiles
        return tls_profiles.profile(self.settings.proxy_certificate, asks=ClientCertificate.NONE)

    def _onward_profile(self) -> TlsProfile:
        tls_profiles = self.site.stage.tls_profiles
        return replace(tls_profiles.profile(trusted=tls_profiles.anchors(self.settings.proxy_trusted_ca)), verify=False)


async def _pass_both_ways(near: Link, far: Link) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_pass, near, far)
        nursery.start_soon(_pass, far, near)


async def _pass(source: Link, sink: Link) -> None:
    """Pass what one end says to the other, and its good-bye."""
    while data := await source.receive():
        await sink.send(data)
    await sink.finish("the other end has closed")
