"""The Webex SIP edge: dials the organisation's SIP destination, and is dialled on 5062 and 5061."""

from __future__ import annotations

from functools import partial

from harness.actors.site import Site, Stage
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.identity.certificate import read_certificate
from harness.net.link import Link
from harness.net.sip_link import SipLink
from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import ClientCertificate

NAME = "webex-cloud"
_CALLING_USER = "cloud.user"
_HANDSHAKE_SECONDS = 10.0
_SQUARED = ";call-type=squared"


class WebexCloud:
    """Answers as a Java peer does (domain.md 5.3) and presents its root."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.webex_cloud
        self._agent = UserAgent(self.site, port=self.settings.mutual_port)

    async def start(self) -> None:
        """Listen for hybrid calls and for general SIP."""
        required = ClientCertificate.REQUIRED
        general = ClientCertificate(self.settings.general_client_certificate)
        await self.site.listen(self.settings.mutual_port, partial(self._welcome, required))
        await self.site.listen(self.settings.general_port, partial(self._welcome, general))

    async def _welcome(self, request: ClientCertificate, link: Link) -> None:
        if await link.secure_within(_HANDSHAKE_SECONDS, self._profile(request)):
            await SipLink(link, self.site.stage.recorder, self._agent.serve).run()

    # --- dialling in ---

    async def call(self, port: int, to: str) -> Outcome:
        """Call a user of the company, as the app does."""
        order = CallOrder(
            caller=f"{_CALLING_USER}@{self.settings.organisation}",
            called=to,
            routes=self._preloaded_routes(port),
            contact_parameters=_SQUARED,
        )
        return await self._with_expressway(port, order, call=True)

    async def options(self, port: int) -> Outcome:
        """Ping, as the last step of the Control Hub test does (domain.md section 2)."""
        order = CallOrder(
            caller=f"{_CALLING_USER}@{self.settings.organisation}",
            called=self.site.stage.lab.expressway_e.host_name,
        )
        return await self._with_expressway(port, order, call=False)

    async def _with_expressway(self, port: int, order: CallOrder, *, call: bool) -> Outcome:
        link = await self.site.dial(self.site.stage.directory.address_of("expressway-e"), port)
        if link is None:
            return Outcome(completed=False, detail="no TCP connection")
        link.expected_names = self.settings.verified_domains if self.settings.uploaded_trust else ()
        accept = self._owns if self.settings.uploaded_trust else None
        self.site.decide(link.number, "trust", "uploaded-list" if accept else "default-list")
        if not await link.secure(self._profile(ClientCertificate.NONE), accept_name=accept):
            return Outcome(completed=False, detail="the handshake failed")
        sip = self.site.speak_sip(link, self._agent.serve)
        outcome = await (self._agent.call if call else self._agent.options)(sip, order)
        await sip.close()
        return outcome

    def _preloaded_routes(self, port: int) -> tuple[str, ...]:
        """Return the two Routes of a hybrid call: Expressway-E itself, then the cluster (domain.md 1.3)."""
        edge = self.site.stage.directory.address_of("expressway-e")
        cluster = self.site.stage.lab.unified_cm.cluster_name
        return (f"<sip:l2sip@{edge}:{port};transport=tls;lr>", f"<sip:{cluster};lr>")

    def _owns(self, certificate: bytes) -> bool:
        """Whether a SAN is a verified domain or lies in one: with a list of its own, the cloud asks (I10)."""
        names = read_certificate(certificate).dns_names
        domains = self.settings.verified_domains
        return any(
            name.lower() == domain or name.lower().endswith(f".{domain}") for name in names for domain in domains
        )

    def _profile(self, request: ClientCertificate) -> TlsProfile:
        """Return how the cloud behaves; `request` none: as TLS client."""
        wardrobe, settings = self.site.stage.wardrobe, self.settings
        worn = wardrobe.credentials(settings.certificate)
        dials = request is ClientCertificate.NONE
        return TlsProfile(
            chain=worn.sent,
            private_key=worn.private_key,
            trusted=wardrobe.anchors(settings.uploaded_trust or settings.default_trust),
            request=request,
            versions=(wardrobe.client_versions if dials else wardrobe.listener_versions)(settings.tls_versions),
            dialect=Dialect(settings.dialect),
        )
