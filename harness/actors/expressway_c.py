"""Expressway-C, inside: dials the traversal zones outward and joins them to Unified CM.

It opens no port towards the DMZ.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from functools import partial

from harness.actors.admission import MRA_ZONE, TRAVERSAL_ZONE, Entry
from harness.actors.call_routing import CallRouting, Goal
from harness.actors.call_rules import Rules, variables_of
from harness.actors.certificate_stores import purpose_check, tell_eku_check
from harness.actors.https_client import HttpsClient
from harness.actors.line_side import LineSide
from harness.actors.manager_services import SignInProxy
from harness.actors.neighbour_zone import NEIGHBOUR_ZONE, Neighbour
from harness.actors.relay import Leg, Relay
from harness.actors.service_check import METHOD as SERVICE
from harness.actors.service_check import answer_service
from harness.actors.site import Site, Stage
from harness.actors.traversal_client import TraversalClient
from harness.actors.user_agent import Outcome
from harness.errors import LocalProtocolError
from harness.lab.settings import Certificate
from harness.net.sip_link import Inquiry, Serve
from harness.sip.message import Request
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate

NAME = "expressway-c"
_OK = 200
_TRAVERSAL_ZONES = {"uc-traversal": MRA_ZONE, "traversal": TRAVERSAL_ZONE}


class ExpresswayC:
    """The traversal client."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.expressway_c
        ports = {"TCP": self.settings.trunk_port, "TLS": self.settings.trunk_tls_port}
        relay = Relay(self.site, names=(self.settings.host_name,), ports=ports)
        rules = Rules(self.settings.search_rules, variables=variables_of(self.settings, self.site.host))
        self._routing = CallRouting(self.site, relay, rules, self._reach)
        self.calls = self._routing.calls
        self._https = HttpsClient(self.site, self.client_profile, within=self.settings.connect_timeout)
        sign_in = SignInProxy(self.site, self._https)
        self._traversal = TraversalClient(self.site, self.settings, self.client_profile, self._serving, sign_in.answer)
        self._neighbour = Neighbour(
            self.site,
            self.settings,
            self._serving(NEIGHBOUR_ZONE),
            server=self.server_profile,
            client=self.client_profile,
        )
        self._line_side = LineSide(self.site, self._serving(NEIGHBOUR_ZONE), self.client_profile)

    async def start(self) -> None:
        """Listen for Unified CM and bring traversal zones and tunnels up."""
        tell_eku_check(self.site, check=self.settings.eku_check, off=self.settings.eku_check_off)
        await self._neighbour.open()
        await self._traversal.dial_all()

    async def connect_zone(self, zone: str) -> Outcome:
        """Dial the peer of a zone anew: `uc-traversal`, `traversal` or `neighbour`."""
        if zone == "neighbour":
            return await self._neighbour.connect()
        return await self._traversal.connect(_TRAVERSAL_ZONES[zone])

    async def open_tunnel(self) -> Outcome:
        """Dial the SSH tunnel of Expressway-E anew."""
        return await self._traversal.open_tunnel()

    async def contact_cloud(self) -> Outcome:
        """Ask Control Hub over HTTPS."""
        hub = self.site.stage.lab.control_hub
        reply = await self._https.get(f"{hub.host_name}:{hub.https_port}", "/")
        return Outcome(reply.status == _OK, f"HTTP {reply.status}" if reply.status else "no answer")

    def _serving(self, zone: str) -> Serve:
        neighbour = zone == NEIGHBOUR_ZONE
        settings = self.settings
        takes = settings.neighbour_preloaded_routes if neighbour else settings.traversal_preloaded_routes
        return partial(self._serve, Entry(zone, takes, authenticated=True))

    def _serve(self, entry: Entry, inquiry: Inquiry) -> Awaitable[None]:
        if inquiry.request.method == SERVICE and entry.zone == MRA_ZONE:
            return answer_service(self.site, inquiry)
        return self._routing.serve(entry, inquiry)

    async def _reach(self, target: Goal, _request: Request) -> Leg:
        match target:
            case "registrar":
                return Leg(await self._line_side.reach(), self._line_side.zone)
            case "neighbour-zone":
                return Leg(await self._neighbour.reach(), NEIGHBOUR_ZONE)
            case "traversal-zone":
                return Leg(self._traversal.way_out(TRAVERSAL_ZONE), TRAVERSAL_ZONE)
            case "b2bua" | "webex-zone" | "webex-general" | "dns-zone":
                raise LocalProtocolError(f"Expressway-C has no {target}, and its settings take no rule to one")

    # --- profiles ---

    def server_profile(self, request: ClientCertificate) -> TlsProfile:
        """Return how this box behaves when it is dialled."""
        purpose = purpose_check(check=self.settings.eku_check, off=self.settings.eku_check_off)
        return replace(self._profile(self.settings.server_certificate, request), purpose=purpose)

    def client_profile(self) -> TlsProfile:
        """Return how this box behaves when it dials."""
        held = self.settings.client_certificate
        return self._profile(self.settings.server_certificate if held == "same-as-server" else held)

    def _profile(self, presented: Certificate | str, asks: ClientCertificate | None = None) -> TlsProfile:
        tls_profiles = self.site.stage.tls_profiles
        return tls_profiles.profile(
            presented,
            trusted=tls_profiles.anchors(self.settings.trusted_ca),
            asks=asks,
            versions=self.site.stage.lab.running.tls_versions,
            completes_chain=True,
            can_be_old_gear=True,
        )
