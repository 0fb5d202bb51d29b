"""Unified CM stand-in: registrar and called phone inside, caller for calls that go out.

Its trunk to Expressway-C is plain TCP, or mutual TLS (L11): then whoever dials needs clientAuth.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from functools import partial

from harness.actors.line_side import refusal_by_profile, refusal_on_trunk
from harness.actors.manager_services import ManagerServices
from harness.actors.peer_names import has_wanted_name
from harness.actors.site import Site, Stage
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.net.link import Link
from harness.net.sip_link import Inquiry, Serve
from harness.sip.address import tag_of
from harness.sip.building import respond
from harness.sip.digest import DigestResult, challenge, ha1, verify
from harness.sip.framing import Unframed, Violation
from harness.sip.message import Request
from harness.sip.nonces import Nonces
from harness.sip.registrar import Registrar, objection
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate

NAME = "unified-cm"
_TRUNK = "SIP trunk"
_SQUARED = "call-type=squared"
_OTHER_SUBJECT = "X.509 subject name of the trunk security profile not found in the certificate"
_HANDSHAKE_SECONDS = 10.0
_TOO_LARGE = 513


class UnifiedCm:
    """Speaks to Expressway-C over a trunk that is secure or not."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.unified_cm
        self._agent = UserAgent(self.site, port=self.settings.port)
        self._registrar = Registrar()
        self._nonces = Nonces()
        self._services = ManagerServices(self.site)

    async def start(self) -> None:
        """Listen for Expressway-C."""
        settings = self.settings
        await self.site.listen(
            settings.trunk_port, partial(self._speak, self._serve_trunk), service="SIP over TCP, trunk"
        )
        if settings.port != settings.trunk_port:
            await self.site.listen(settings.port, partial(self._speak, self._serve_line), service="phones")
        await self.site.listen(settings.tls_port, self._welcome, service=_TRUNK)
        if settings.phone_security_profile:
            await self.site.listen(settings.secure_phone_port, self._welcome_phones, service="secure phones")
        await self._services.open()

    async def _welcome(self, link: Link) -> None:
        if await self._secure(link):
            await self._speak(self._serve_trunk, link)

    async def _welcome_phones(self, link: Link) -> None:
        """Take Expressway-C with the phones behind it; the name of their profile is looked for when they register."""
        if await link.secure_within(_HANDSHAKE_SECONDS, self._profile(listens=True)):
            await self._speak(self._serve_line, link)

    async def _speak(self, serve: Serve, link: Link) -> None:
        limit = self.settings.max_message_size
        await self.site.sip_link(link, serve, max_message=limit, on_violation=self._reset).run()

    def _reset(self, link: Link, violation: Violation) -> None:
        """Reset a connection over which no SIP came, or too much of it; that is all its peer ever hears (I35)."""
        if isinstance(violation, Unframed) and violation.status == _TOO_LARGE:
            told = {"limit": str(self.settings.max_message_size), "what": violation.reason}
            self.site.decide(link.number, "message-size", "refused", **told)
        link.reset(violation.reason)

    def _serve_trunk(self, inquiry: Inquiry) -> Awaitable[None]:
        if inquiry.request.method == "REGISTER":
            return inquiry.answer(refusal_on_trunk(self.site, inquiry))
        return self._serve(inquiry)

    def _serve_line(self, inquiry: Inquiry) -> Awaitable[None]:
        if inquiry.request.method != "REGISTER":
            return self._serve(inquiry)
        if (refusal := refusal_by_profile(self.site, inquiry)) is not None:
            return inquiry.answer(refusal)
        return self._register(inquiry)

    def _serve(self, inquiry: Inquiry) -> Awaitable[None]:
        request = inquiry.request
        if request.method != "INVITE" or tag_of(request.headers.get("to")):
            return self._agent.serve(inquiry)
        return self._ring(inquiry) if self._knows(request) else inquiry.answer(respond(request, 404))

    async def _ring(self, inquiry: Inquiry) -> None:
        caller = (inquiry.request.headers.get("from") or "").partition(";")[0]
        self.site.decide(inquiry.link.link.number, "phone", "rings", caller=caller)
        await self._ring_remote_device(inquiry.request)
        await self._agent.serve(inquiry)

    async def _ring_remote_device(self, request: Request) -> None:
        """Call the user's Webex app too, unless the call says that it comes from there (domain.md 1.3, I30)."""
        squared = _SQUARED in (request.headers.get("contact") or "")
        if self.settings.remote_device and not squared:
            await self.call(self.settings.remote_device)

    def _knows(self, request: Request) -> bool:
        return request.uri.partition(";")[0].removeprefix("sips:").removeprefix("sip:") == self.settings.user

    # --- registrar ---

    async def _register(self, inquiry: Inquiry) -> None:
        """Challenge, then bind (RFC 3261 10.3, 22.4)."""
        request = inquiry.request
        if (refusal := objection(request)) is not None:
            await inquiry.answer(refusal.response(request))
            return
        credentials = request.headers.get("authorization") or ""
        result = self._verified(credentials)
        if result is not DigestResult.ACCEPTED:
            again = self._challenge(stale=result is DigestResult.STALE)
            await inquiry.answer(respond(request, 401, headers=[("WWW-Authenticate", again)]))
            return
        await inquiry.answer(self._registrar.handle(request, self.site.stage.recorder.elapsed()))

    def _challenge(self, *, stale: bool) -> str:
        nonce = secrets.token_hex(16)
        self._nonces.give(nonce, self.site.stage.recorder.elapsed())
        return challenge(realm=self.settings.realm, nonce=nonce, stale=stale)

    def _verified(self, credentials: str) -> DigestResult:
        return verify(credentials, method="REGISTER", ha1_of=self._secret_of, nonce_is_fresh=self._nonce_is_fresh)

    def _secret_of(self, username: str, realm: str, algorithm: str) -> str | None:
        settings = self.settings
        if username != settings.user or realm != settings.realm:
            return None
        return ha1(username, realm, settings.password, algorithm)

    def _nonce_is_fresh(self, nonce: str, count: str) -> bool:
        return self._nonces.is_fresh(nonce, count, self.site.stage.recorder.elapsed())

    # --- calling out ---

    async def call(self, to: str) -> Outcome:
        """Call an address outside, through Expressway-C and Expressway-E."""
        stage, inside = self.site.stage, self.site.stage.lab.expressway_c
        secure = inside.neighbour_zone.transport == "tls"
        port = inside.trunk_tls_port if secure else inside.trunk_port
        link = await self.site.dial(stage.directory.address_of("expressway-c"), port)
        if link is None or (secure and not await self._secure(link)):
            return Outcome(completed=False, detail="no connection")
        sip = self.site.speak_sip(link, self._serve)
        outcome = await self._agent.call(sip, CallOrder(caller=self.settings.user, called=to))
        await sip.close()
        return outcome

    # --- TLS ---

    async def _secure(self, link: Link) -> bool:
        """Shake hands in either role, then look for the X.509 subject name of the trunk security profile."""
        wanted = self.settings.x509_subject_name
        link.expected_names = (wanted,) if wanted else ()
        if not await link.secure_within(_HANDSHAKE_SECONDS, self._profile(listens=link.listens)):
            return False
        if not wanted or has_wanted_name(self.site, link, _TRUNK):
            return True
        await link.abandon(_OTHER_SUBJECT)
        return False

    def _profile(self, *, listens: bool) -> TlsProfile:
        tls_profiles = self.site.stage.tls_profiles
        return tls_profiles.profile(
            self.settings.certificate,
            trusted=tls_profiles.anchors(self.settings.trusted_ca),
            asks=ClientCertificate.REQUIRED if listens else None,
        )
