"""Another company's edge: dials Expressway-E, and is dialled by it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace

import trio

from harness.actors.federation import SERVER_TIME_OUT, diagnostics, objection
from harness.actors.finder import Finder, Patience
from harness.actors.site import Site, Stage
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.dns.locate import Behaviour, Policy, Target
from harness.net.link import Link
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import tag_of
from harness.sip.building import respond
from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import ClientCertificate
from harness.x509.certificate import read_certificate
from harness.x509.name_policy import judge_names

NAME = "b2b-peer"
_HANDSHAKE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Door:
    """Where the peer dials: a domain, a URI, host:port or address:port; and by `tls` or `tcp`."""

    destination: str
    transport: str


class B2bPeer:
    """One-way TLS is its norm; a client certificate is a setting."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.b2b_peer
        self._agent = UserAgent(self.site, port=self.settings.port)
        self._finder = Finder(self.site)

    async def start(self) -> None:
        """Listen for calls."""
        await self.site.listen(self.settings.port, self._welcome, service="TLS of another company")

    async def _welcome(self, link: Link) -> None:
        if await link.secure_within(_HANDSHAKE_SECONDS, self._profile(listens=True)):
            await self.site.sip_link(link, self._serve).run()

    def _serve(self, inquiry: Inquiry) -> Awaitable[None]:
        """Answer as any called party does; a Microsoft edge looks at who calls first."""
        calls = inquiry.request.method == "INVITE" and not tag_of(inquiry.request.headers.get("to"))
        if calls and self.settings.federation == "microsoft":
            return self._look_at_caller(inquiry)
        return self._agent.serve(inquiry)

    async def _look_at_caller(self, inquiry: Inquiry) -> None:
        number = await objection(self._finder, inquiry)
        if number is not None:
            header = diagnostics(number, self.settings.host_name)
            await inquiry.answer(respond(inquiry.request, SERVER_TIME_OUT, headers=[header]))
        else:
            await self._agent.serve(inquiry)

    # --- dialling ---

    async def call(self, door: Door, order: CallOrder, *, keep_open: bool = False) -> Outcome:
        """Call a user of the company; the connection is closed afterwards unless it is to be kept."""
        sip = await self._reach(door)
        if sip is None:
            return Outcome(completed=False, detail="no connection")
        outcome = await self._agent.call(sip, order)
        if not keep_open:
            await sip.close()
        return outcome

    async def options(self, door: Door) -> Outcome:
        """Ask OPTIONS."""
        sip = await self._reach(door)
        if sip is None:
            return Outcome(completed=False, detail="no connection")
        host = self.site.stage.lab.expressway_e.host_name
        outcome = await self._agent.options(sip, CallOrder(caller=f"ping@{self.settings.domain}", called=host))
        await sip.close()
        return outcome

    async def stay_silent(self, port: int, seconds: float) -> Outcome:
        """Open a TCP connection, say nothing, and see for how long it stands."""
        link = await self.site.dial(self.site.stage.directory.address_of("expressway-e"), port)
        if link is None:
            return Outcome(completed=False, detail="no TCP connection")
        with trio.move_on_after(seconds):
            await link.receive()
        stands = link.ended is None
        await link.close()
        return Outcome(stands, "still open" if stands else "closed by the listener")

    async def _reach(self, door: Door) -> SipLink | None:
        policy = Policy(behaviour=Behaviour(self.settings.behaviour), transports=(door.transport,))
        located = await self._finder.find(door.destination, policy)
        link = await self._finder.reach(located, self._bring_up, Patience())
        return self.site.speak_sip(link, self._agent.serve) if link else None

    async def _bring_up(self, link: Link, target: Target) -> bool:
        return target.transport != "tls" or await self._secure(link)

    async def _secure(self, link: Link) -> bool:
        settings = self.settings
        checks = settings.name_check
        link.expected_names = () if checks == "off" else settings.expected_names
        accept = self._knows if checks == "in-handshake" else None
        name = self.site.stage.lab.expressway_e.host_name
        if not await link.secure(self._profile(listens=False), server_name=name, accept_name=accept):
            return False
        if checks == "after-handshake" and not self._knows(link.peer_certificate):
            self.site.decide(link.number, "identity", "unacceptable", wanted=", ".join(link.expected_names))
            await link.abandon("the name is not the expected one")
            return False
        return True

    def _knows(self, leaf: bytes) -> bool:
        return judge_names(read_certificate(leaf), self.settings.expected_names, policy="rfc5922").accepted

    def _profile(self, *, listens: bool) -> TlsProfile:
        tls_profiles, settings = self.site.stage.tls_profiles, self.settings
        held = settings.server_certificate if listens else settings.client_certificate
        usual = tls_profiles.profile(
            held,
            trusted=tls_profiles.anchors(settings.trusted_ca),
            asks=ClientCertificate(settings.request) if listens else None,
            versions=settings.tls_versions,
            can_be_old_gear=True,
        )
        return replace(
            usual,
            ciphers=settings.ciphers,
            signature_algorithms=settings.signature_algorithms,
            dialect=Dialect(settings.dialect),
            staple=self._staple() if listens and settings.staple else b"",
        )

    def _staple(self) -> bytes:
        stage = self.site.stage
        return stage.tls_profiles.staple(self.settings.server_certificate, stage.lab.validation_authority.ocsp)
