"""The Webex SIP edge: dials the organisation's SIP destination, and is dialled on 5062 and 5061."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from harness.actors.control_hub import ControlHub
from harness.actors.finder import Finder, Patience
from harness.actors.revocation import status_check
from harness.actors.site import Site, Stage
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.dns.locate import Behaviour, Located, Policy, Target
from harness.net.link import Link
from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import ClientCertificate, DialFailed
from harness.x509.certificate import read_certificate

NAME = "webex-cloud"
_CALLING_USER = "cloud.user"
_HANDSHAKE_SECONDS = 10.0
_SQUARED = ";call-type=squared"


@dataclass(frozen=True, slots=True)
class CloudCall:
    """A call that the cloud makes. What is empty is taken from the settings.

    `destination` overrides the organisation's SIP destination, as that of a workspace does (row G06); `location` is
    the network of the caller, such as "203.0.113.0/24". `organisation` is checked with Control Hub where it is named.
    """

    to: str
    destination: str = ""
    location: str = ""
    organisation: str = ""
    caller: str = ""
    display_name: str = ""


class WebexCloud:
    """Answers in the dialect of its setting (harness.tls.dialects) and presents its root."""

    def __init__(self, stage: Stage, hub: ControlHub) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.webex_cloud
        self._hub = hub
        self._finder = Finder(self.site)
        self._check = status_check(self.site, self.settings.revocation)
        self._agent = UserAgent(self.site, port=self.settings.mutual_port)

    async def start(self) -> None:
        """Listen for hybrid calls and for general SIP."""
        required = ClientCertificate.REQUIRED
        general = ClientCertificate(self.settings.general_client_certificate)
        await self.site.listen(self.settings.mutual_port, partial(self._welcome, required), service="hybrid calling")
        await self.site.listen(self.settings.general_port, partial(self._welcome, general), service="general SIP")

    async def _welcome(self, request: ClientCertificate, link: Link) -> None:
        accept = self._going_by_list(link)
        if await link.secure_within(_HANDSHAKE_SECONDS, self._profile(request), accept_name=accept, check=self._check):
            await self.site.sip_link(link, self._agent.serve).run()

    # --- dialling in ---

    async def call(self, call: CloudCall) -> Outcome:
        """Call a user of the company, as the app does; refused where the organisation may not."""
        if call.organisation and not self._hub.may_call(call.organisation):
            told = f"{call.organisation} is not activated: not all of its domains are proven"
            self.site.decide(0, "calling", "refused", organisation=call.organisation, text=told)
            return Outcome(completed=False, detail=told)
        link = await self._reach_expressway(call)
        if link is None:
            return Outcome(completed=False, detail="no connection")
        order = CallOrder(
            caller=call.caller or f"{_CALLING_USER}@{self.settings.organisation}",
            called=call.to,
            routes=self._preloaded_routes(link),
            contact_parameters=_SQUARED,
            display_name=call.display_name,
            offer_size=self.settings.offer_size,
        )
        sip = self.site.speak_sip(link, self._agent.serve)
        outcome = await self._agent.call(sip, order)
        await sip.close()
        return outcome

    async def options(self, call: CloudCall) -> Outcome:
        """Ping, as the last step of the Control Hub test does (domain.md 2.2)."""
        link = await self._reach_expressway(call)
        return await self.ping(link) if link else Outcome(completed=False, detail="no connection")

    async def ping(self, link: Link) -> Outcome:
        """Ask OPTIONS on a fresh connection, and close it."""
        host = self.site.stage.lab.expressway_e.host_name
        sip = self.site.speak_sip(link, self._agent.serve)
        order = CallOrder(caller=f"{_CALLING_USER}@{self.settings.organisation}", called=host)
        outcome = await self._agent.options(sip, order)
        await sip.close()
        return outcome

    async def _reach_expressway(self, call: CloudCall) -> Link | None:
        """Follow the SIP destination to an edge that takes us, and finish the handshake with it."""
        patience = Patience(self.settings.connect_timeout, self.settings.failover_on_tls_error)
        return await self._finder.reach(await self.locate(call), self.secure, patience)

    async def locate(self, call: CloudCall) -> Located:
        """Follow the SIP destination, that of the call or of the organisation, to its targets."""
        destination = call.destination or self.settings.sip_destination
        subnet = call.location if self.settings.client_subnet else ""
        return await self._finder.find(destination, Policy(behaviour=Behaviour.RFC3263), subnet)

    async def attempt(self, target: Target) -> Link | DialFailed:
        """Connect to one target."""
        return await self.site.attempt(target.address, target.port, within=self.settings.connect_timeout)

    async def secure(self, link: Link, _target: Target) -> bool:
        """Verify the edge: by the public list, or by the organisation's own list and its proven domains."""
        accept = self._going_by_list(link)
        return await link.secure(self._profile(ClientCertificate.NONE), accept_name=accept, check=self._check)

    def _going_by_list(self, link: Link) -> Callable[[bytes], bool] | None:
        """Put on record by which list a certificate counts here, in either direction; return what its names must be."""
        uploaded = self.settings.uploaded_trust
        link.expected_names = tuple(sorted(self._hub.proven)) if uploaded else ()
        self.site.decide(link.number, "trust", "uploaded-list" if uploaded else "default-list")
        return self._owns if uploaded else None

    def _preloaded_routes(self, link: Link) -> tuple[str, ...]:
        """Return the two Routes of a hybrid call: Expressway-E, then the cluster by its first name (domain.md 1.3)."""
        cluster, *_ = self.site.stage.lab.unified_cm.cluster_name.split()
        return (f"<sip:l2sip@{link.peer};transport=tls;lr>", f"<sip:{cluster};lr>")

    def _owns(self, certificate: bytes) -> bool:
        """Whether a SAN is a verified domain or lies in one: with a list of its own, the cloud asks (I10)."""
        names = read_certificate(certificate).dns_names
        domains = self._hub.proven
        return any(
            name.lower() == domain or name.lower().endswith(f".{domain}") for name in names for domain in domains
        )

    def _profile(self, request: ClientCertificate) -> TlsProfile:
        """Return how the cloud behaves; `request` none: as TLS client."""
        tls_profiles, settings = self.site.stage.tls_profiles, self.settings
        responder = self.site.stage.lab.validation_authority
        dials = request is ClientCertificate.NONE
        usual = tls_profiles.profile(
            settings.certificate,
            trusted=tls_profiles.anchors(settings.uploaded_trust or settings.default_trust),
            asks=None if dials else request,
            versions=settings.tls_versions,
        )
        return replace(
            usual,
            dialect=Dialect(settings.dialect),
            staple=tls_profiles.staple(settings.certificate, responder.ocsp) if settings.staple and not dials else b"",
        )
