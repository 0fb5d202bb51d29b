"""Expressway-E, in the DMZ: the listeners, and what happens to a connection before the first SIP message.

Decisions come in the order of domain.md 2.1: TCP, handshake within its budget, chain, names, and only
then SIP. What happens to SIP messages is in `call_routing`.
"""

from __future__ import annotations

from functools import partial

from harness.actors import b2bua, call_routing
from harness.actors.admission import (
    B2BUA_ZONE,
    MRA_ZONE,
    TRAVERSAL_ZONE,
    UNACCEPTABLE,
    Admission,
    Entry,
    admit,
    webex_names,
)
from harness.actors.call_routing import CallRouting
from harness.actors.call_rules import Rules, variables_of
from harness.actors.certificate_stores import CertificateStores, tell_eku_check
from harness.actors.cluster import ClusterPeer
from harness.actors.https import Reply, ServedRequest, serve_https
from harness.actors.outbound import Outbound
from harness.actors.relay import Leg, Relay
from harness.actors.revocation import status_check
from harness.actors.service_check import ServiceCheck
from harness.actors.site import Site, Stage
from harness.actors.standing_link import StandingLink
from harness.actors.traversal_server import TraversalServer
from harness.actors.user_agent import Outcome
from harness.errors import LocalProtocolError
from harness.lab.actors import B2BUA_PORT
from harness.lab.settings import ExpresswayE as ExpresswayESettings
from harness.net.link import Link
from harness.net.sip_link import SipLink
from harness.sip.message import Request
from harness.transcript import Address, ClientCertificate

_OK, _BAD_GATEWAY = 200, 502


class ExpresswayE:
    """The box under test."""

    def __init__(self, stage: Stage, name: str, settings: ExpresswayESettings) -> None:
        self.site = Site(stage, name)
        self.settings = settings
        ports = {"TLS": settings.sip.tls_port, "TCP": settings.sip.tcp_port}
        relay = Relay(self.site, names=(self.settings.host_name,), ports=ports)
        variables = variables_of(settings, self.site.host)
        rules = Rules(settings.search_rules, settings.call_policy, self._encrypting(), variables)
        self._routing = CallRouting(self.site, relay, rules, self._reach)
        self.calls = self._routing.calls
        self.stores = CertificateStores(self.site, settings)
        serve_b2bua = partial(self._routing.serve, Entry(B2BUA_ZONE, preloaded_routes=False))
        self._b2bua = StandingLink(self.site, self._dial_b2bua, serve_b2bua)
        self._service_check = ServiceCheck(self.site, port=self.settings.sip.tls_port)
        self._check = check = status_check(self.site, settings.revocation, settings.clock_offset_days)
        serve, stores = self._routing.serve, self.stores
        self._traversal = TraversalServer(self.site, settings, stores.server_profile, serve, check=check)
        self._cluster = ClusterPeer(self.site, settings, stores)
        self._outbound = Outbound(
            self.site, settings, serve, stores.client_profile, check=check, carries_call=self.calls.go_over
        )

    async def start(self) -> None:
        """Open every listener that the settings ask for; raise the alarms that the certificates call for."""
        self.stores.raise_alarms()
        sip, settings = self.settings.sip, self.settings
        tell_eku_check(self.site, check=sip.eku_check, off=sip.eku_check_off)
        if sip.tcp_mode:
            await self.site.listen(sip.tcp_port, partial(self._speak, self._admit_plain()), service="SIP over TCP")
        if sip.tls_mode:
            demands = settings.default_zone.mutual_tls
            request = ClientCertificate.REQUIRED if demands else ClientCertificate(sip.client_certificate)
            await self._open("TLS", sip.tls_port, request)
        if sip.mutual_tls_mode:
            await self._open("mutual TLS", sip.mutual_tls_port, ClientCertificate.REQUIRED)
        if settings.mra:
            await self.site.listen(settings.mra_port, self._welcome_mra, service="MRA sign-in", protocol="https")
        await self._traversal.open()
        await self._cluster.open()

    async def _open(self, service: str, port: int, request: ClientCertificate) -> None:
        welcome, asked = partial(self._welcome, request), request.value
        await self.site.listen(port, welcome, service=service, client_certificate=asked)

    # --- inbound ---

    async def _welcome(self, request: ClientCertificate, link: Link) -> None:
        link.expected_names = webex_names(self.settings.webex_zone)
        if not await self._handshake(link, request):
            return
        if self.site.stage.directory.actor_at(link.peer.host) == b2bua.NAME:
            await self._speak(Entry(B2BUA_ZONE, preloaded_routes=True, returning=True), link)
            return
        enforcing = request is ClientCertificate.REQUIRED
        admission = admit(self.settings, link.peer_certificate, enforcing=enforcing)
        self._put_on_record(link, admission)
        if admission.entry is None:
            link.reset(UNACCEPTABLE)
            return
        await self._speak(admission.entry, link)

    async def _handshake(self, link: Link, request: ClientCertificate) -> bool:
        budget, profile = self.settings.sip.tls_handshake_timeout, self.stores.server_profile(request)
        return await link.secure_within(budget, profile, check=self._check)

    def _put_on_record(self, link: Link, admission: Admission) -> None:
        for finding in admission.findings:
            self.site.decide(link.number, finding.topic, finding.outcome, **finding.facts)
        if admission.entry is not None:
            self.site.decide(link.number, "ingress-zone", admission.entry.zone)

    def _admit_plain(self) -> Entry:
        admission = admit(self.settings, b"", enforcing=False)
        assert admission.entry is not None  # noqa: S101  # nothing is refused for a certificate not asked for
        return admission.entry

    async def _speak(self, entry: Entry, link: Link) -> None:
        serve, limit = partial(self._routing.serve, entry), self.settings.sip.max_message_size
        await self.site.sip_link(link, serve, max_message=limit).run()

    async def _welcome_mra(self, link: Link) -> None:
        onboarding = self.settings.activation_code_onboarding
        profile = self.stores.onboarding_profile() if onboarding else self.stores.server_profile(ClientCertificate.NONE)
        if await link.secure_within(self.settings.sip.tls_handshake_timeout, profile):
            await serve_https(link, self.site.stage.recorder, self._sign_in)

    async def _sign_in(self, request: ServedRequest) -> Reply:
        """Answer the edge configuration to whoever is let in inside (domain.md L7, L8)."""
        tunnel = self._traversal.tunnel
        if tunnel is None:
            self.site.decide(0, "ssh-tunnel", "missing", status=str(_BAD_GATEWAY))
            return Reply(_BAD_GATEWAY)
        reply = await tunnel.ask(request)
        if reply.status != _OK:
            return Reply(reply.status or _BAD_GATEWAY)
        edge = f"{self.settings.host_name}:{self.settings.sip.tls_port}"
        body = f"<getEdgeConfigResponse><sipEdgeServer>{edge}</sipEdgeServer></getEdgeConfigResponse>"
        return Reply(_OK, body.encode("ascii"))

    # --- outbound ---

    async def join_cluster(self, node: str) -> Outcome:
        """Dial a cluster peer, by default the first of `edges`."""
        return await self._cluster.join(node)

    async def ping_cloud(self) -> Outcome:
        """Ask the cloud OPTIONS through the Webex zone."""
        return await self._outbound.ping_cloud()

    async def _reach(self, target: call_routing.Goal, request: Request) -> Leg:
        """Lead to the target of a search rule, or to the registrar behind Expressway-C."""
        match target:
            case "registrar":
                return Leg(await self._vouched_traversal(), MRA_ZONE)
            case "b2bua":
                return Leg(await self._b2bua.reach(), B2BUA_ZONE)
            case "traversal-zone":
                return Leg(self._traversal.way_in(TRAVERSAL_ZONE), TRAVERSAL_ZONE)
            case "webex-zone" | "webex-general" | "dns-zone":
                return await self._outbound.reach(target, request)
            case "neighbour-zone":
                raise LocalProtocolError("Expressway-E has no neighbour zone, and its settings take no rule to one")

    async def _dial_b2bua(self) -> Link | None:
        target = Address(self.site.stage.directory.address_of(b2bua.NAME), B2BUA_PORT)
        return await b2bua.dial_inside(self.site, self.settings, target)

    def _encrypting(self) -> frozenset[str]:
        """Return the search targets whose zone engages the B2BUA."""
        modes = {
            "traversal-zone": self.settings.traversal_zone.media_encryption,
            "dns-zone": self.settings.dns_zone.media_encryption,
        }
        return frozenset(target for target, mode in modes.items() if mode != "auto")

    async def _vouched_traversal(self) -> SipLink | None:
        """Return the UC traversal connection, None unless Expressway-C takes the certificate of this box."""
        traversal = self._traversal.way_in(MRA_ZONE)
        if traversal is None:
            return None
        return traversal if await self._service_check.passes(traversal, self.stores.server_leaf) else None
