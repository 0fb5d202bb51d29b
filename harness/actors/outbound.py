"""How Expressway-E dials out: to the cloud through the Webex zone, to other companies through the DNS zone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import trio

from harness.actors.admission import DNS_ZONE, UNACCEPTABLE, WEBEX_ZONE, Entry, names_verdict, webex_names
from harness.actors.finder import Finder, Patience
from harness.actors.peer_names import recorded
from harness.actors.relay import NOT_FOUND, Leg
from harness.actors.site import Site
from harness.actors.standing_link import StandingLink
from harness.actors.user_agent import CallOrder, Outcome, UserAgent
from harness.dns.locate import Behaviour, Located, Policy, Target
from harness.lab.settings import ExpresswayE
from harness.lab.settings.rules import OutboundTarget
from harness.net.link import Link, StatusCheck
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.message import Request
from harness.sip.proxy import next_hop
from harness.sip.uri import SipUri
from harness.tls.profile import TlsProfile
from harness.x509.certificate import read_certificate

GENERAL_NAMES = ("sip.webex.com",)
"""The documented name of the cloud for general calls (domain.md 1.4)."""

Profile = Callable[[tuple[str, ...]], TlsProfile]
"""Gives how this box behaves towards a peer that must have one of these names."""

Serve = Callable[[Entry, Inquiry], Awaitable[None]]
"""Takes the requests that come back over a connection."""

IDLE_SECONDS = 1800.0
"""How long a connection that carries no call is kept without a message. Ours: no document tells Expressway's."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: the zone it belongs to, how its targets are found, and the names that the peer must have."""

    zone: str
    policy: Policy
    names: tuple[str, ...]


class Outbound:
    """The connections that one Expressway-E dialled, one for each destination while it lives.

    `carries_call` tells whether a call goes over a connection; one without is closed after `IDLE_SECONDS`.
    """

    def __init__(
        self,
        site: Site,
        settings: ExpresswayE,
        serve: Serve,
        profile: Profile,
        *,
        check: StatusCheck | None,
        carries_call: Callable[[SipLink], bool],
    ) -> None:
        self._site = site
        self._settings = settings
        self._serve = serve
        self._profile = profile
        self._check = check
        self._carries_call = carries_call
        self._finder = Finder(site)
        self._links: dict[tuple[str, str], StandingLink] = {}

    async def reach(self, target: OutboundTarget, request: Request) -> Leg:
        """Lead to the target of a search rule: `webex-zone`, `webex-general` or `dns-zone`."""
        uri = next_hop(request)
        return Leg(None, _zone_of(target)) if uri is None else await self._reach(target, uri)

    async def ping_cloud(self) -> Outcome:
        """Ask the cloud OPTIONS through the Webex zone, on a connection that is dialled where there is none."""
        domain = self._settings.webex_zone.dns_override_domain
        leg = await self._reach("webex-zone", SipUri.parse(f"sips:{domain}"))
        if leg.sip is None:
            return Outcome(completed=False, detail="no connection")
        agent = UserAgent(self._site, port=self._settings.sip.tls_port)
        return await agent.options(leg.sip, CallOrder(caller=f"ping@{self._settings.host_name}", called=domain))

    async def _reach(self, target: OutboundTarget, uri: SipUri) -> Leg:
        zone = _zone_of(target)
        way, destination = self._way(target, uri.host), _destination_of(uri)
        key = (way.zone, (way.policy.override_domain or destination).lower())
        standing = self._links.get(key)
        if standing is None or standing.is_down:
            located = await self._finder.find(destination, way.policy)
            if not located.targets:
                return Leg(None, zone, NOT_FOUND)
            standing = self._links.setdefault(key, self._standing(key, way, located))
        sip = await standing.reach()
        if sip is None:
            self._forget(key)
        return Leg(sip, zone)

    def _standing(self, key: tuple[str, str], way: Way, located: Located) -> StandingLink:
        serve = partial(self._serve, Entry(way.zone, preloaded_routes=False))
        return StandingLink(self._site, partial(self._dial, way, located), serve, tend=partial(self._tend, key))

    def _tend(self, key: tuple[str, str], sip: SipLink) -> None:
        sip.when_over(lambda _: self._forget(key))
        self._site.stage.nursery.start_soon(self._close_when_idle, sip)

    def _forget(self, key: tuple[str, str]) -> None:
        """Forget a destination to which no connection stands."""
        if (standing := self._links.get(key)) is not None and standing.is_down:
            del self._links[key]

    async def _close_when_idle(self, sip: SipLink) -> None:
        while sip.alive:
            with trio.move_on_after(IDLE_SECONDS / 4):
                await sip.over()
            if sip.idle_seconds >= IDLE_SECONDS and not self._carries_call(sip):
                await sip.close()

    def _way(self, target: OutboundTarget, domain: str) -> Way:
        webex, company = self._settings.webex_zone, self._settings.dns_zone
        if target == "dns-zone":
            policy = Policy(
                behaviour=Behaviour.EXPRESSWAY,
                transports=("tls",),
                fallback_transport=company.fallback_transport,
                include_address_record=company.include_address_record,
                mutual=company.webex_aware,
            )
            return Way(DNS_ZONE, policy, (company.subject_name or domain,) if company.tls_verify else ())
        general = target == "webex-general"
        override = webex.dns_override_domain if webex.modify_dns_request and not general else ""
        policy = Policy(behaviour=Behaviour.EXPRESSWAY, fallback_transport="tls", mutual=True, override_domain=override)
        names = GENERAL_NAMES if general else webex_names(webex)
        return Way(WEBEX_ZONE, policy, names if webex.tls_verify else ())

    async def _dial(self, way: Way, located: Located) -> Link | None:
        patience = Patience(self._settings.sip.tcp_connect_timeout, self._settings.failover_on_tls_error)
        return await self._finder.reach(located, partial(self._secure, way), patience)

    async def _secure(self, way: Way, link: Link, _target: Target) -> bool:
        link.expected_names = way.names
        budget, profile = self._settings.sip.tls_handshake_timeout, self._profile(way.names)
        if not await link.secure_within(budget, profile, check=self._check if way.names else None):
            return False
        if way.names and not accepts(self._site, self._settings, link, way.zone):
            await link.abandon(UNACCEPTABLE)
            return False
        return True


def accepts(site: Site, settings: ExpresswayE, link: Link, zone: str) -> bool:
    """Whether the peer has one of the names that the link expects; the decision is put on record."""
    verdict = names_verdict(settings, read_certificate(link.peer_certificate), link.expected_names)
    return recorded(site, link, zone, verdict)


def _zone_of(target: OutboundTarget) -> str:
    return WEBEX_ZONE if target.startswith("webex") else DNS_ZONE


def _destination_of(uri: SipUri) -> str:
    """Return where a request URI leads, as it is written: its scheme, host and port."""
    port = f":{uri.port}" if uri.port else ""
    host = f"[{uri.host}]" if ":" in uri.host else uri.host
    return f"{'sips' if uri.scheme == 'sips' else 'sip'}:{host}{port}"
