"""A client of Mobile and Remote Access: Jabber, which has no certificate, or a desk phone, which has one."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from harness.actors.finder import Finder, Patience
from harness.actors.https import Reply, ask_https
from harness.actors.service_discovery import discover, edge_names
from harness.actors.site import Site, Stage
from harness.actors.user_agent import Outcome, UserAgent, outcome_of
from harness.dns.locate import Behaviour, Located, Policy, Target
from harness.lab.settings import MraEndpoint
from harness.net.link import Link
from harness.net.sip_link import SipLink
from harness.sip.building import request as build_request
from harness.sip.digest import answer
from harness.sip.message import Request, Response
from harness.tls.profile import TlsProfile
from harness.x509.certificate import read_certificate
from harness.x509.name_policy import carries_host

_SIP_PORT = 5070
_POLICY = Policy(behaviour=Behaviour.RFC3263)
_OK, _UNAUTHORIZED = 200, 401
_EDGE_SERVER = re.compile(rb"<sipEdgeServer>([A-Za-z0-9.-]{1,253}):")


class MraClient:
    """Signs in over HTTPS, then registers over SIP TLS."""

    def __init__(self, stage: Stage, actor: str, settings: MraEndpoint) -> None:
        self.site = Site(stage, actor)
        self.settings = settings
        self._agent = UserAgent(self.site, port=_SIP_PORT)
        self._finder = Finder(self.site)
        self._patience = Patience(self.settings.connect_timeout)

    async def sign_in(self, port: int | None) -> Outcome:
        """Find the services and ask for the edge configuration with the user's password."""
        domain = self.settings.user.partition("@")[2].lower()
        found = await discover(self.site, self._finder, domain, looks_inside_first=self.settings.looks_inside_first)
        located = found.located
        if not located.targets:
            return Outcome(completed=False, detail="cannot find services")
        if port is not None:
            located = replace(located, targets=tuple(replace(target, port=port) for target in located.targets))
        secure = self._secure if found.inside else partial(self._secure_edge, domain)
        link = await self._finder.reach(located, secure, self._patience, protocol="https")
        if link is None:
            return Outcome(completed=False, detail="no connection")
        reply = await ask_https(
            link, self.site.stage.recorder, "/get_edge_config", (self.settings.user, self.settings.password)
        )
        await link.close()
        self._compare_names(link, located, reply)
        return Outcome(reply.status == _OK, f"HTTP {reply.status}" if reply.status else "no answer")

    def _compare_names(self, link: Link, located: Located, reply: Reply) -> None:
        """Put on record whether the edge calls itself by the name to which the SRV record led (row M11)."""
        named = _EDGE_SERVER.search(reply.body)
        if named:
            own, led_to = named[1].decode("ascii"), ", ".join(dict.fromkeys(target.host for target in located.targets))
            outcome = "same-name" if own in led_to.split(", ") else "other-name"
            self.site.decide(link.number, "edge-name", outcome, own=own, led_to=led_to)

    async def register(self, port: int, attempts: int) -> Outcome:
        """REGISTER, trying again with a new connection where one failed."""
        outcome = Outcome(completed=False, detail="")
        for _ in range(attempts):
            outcome = await self._register_once(port)
            if outcome.completed:
                break
        return outcome

    async def _register_once(self, port: int) -> Outcome:
        located = await self._finder.find(f"{self.site.stage.lab.expressway_e.host_name}:{port}", _POLICY)
        link = await self._finder.reach(located, self._secure, self._patience)
        if link is None:
            return Outcome(completed=False, detail="no connection")
        sip = self.site.speak_sip(link, self._agent.serve)
        call_id = self.site.identifiers.call_id(self.site.host)
        first = self._request(sip, call_id, 1, None)
        final = await self._agent.final_response(sip, first)
        if final is not None and final.status == _UNAUTHORIZED:
            final = await self._agent.final_response(sip, self._request(sip, call_id, 2, final))
        await sip.close()
        return outcome_of(final)

    async def _secure(self, link: Link, target: Target) -> bool:
        return await self._secure_as(link, target.host, (target.host,))

    async def _secure_edge(self, domain: str, link: Link, target: Target) -> bool:
        return await self._secure_as(link, target.host, edge_names(domain, target.host))

    async def _secure_as(self, link: Link, host: str, names: tuple[str, ...]) -> bool:
        """Finish a handshake with a peer whose certificate carries one of these names, judged inside the handshake."""
        link.expected_names = names
        return await link.secure(
            self._profile(),
            server_name=host,
            accept_name=lambda leaf: carries_host(read_certificate(leaf), names),
        )

    def _profile(self) -> TlsProfile:
        tls_profiles, settings = self.site.stage.tls_profiles, self.settings
        trusted = tls_profiles.anchors(settings.trusted_ca)
        return tls_profiles.profile(settings.certificate, trusted=trusted, versions=settings.tls_versions)

    def _request(self, sip: SipLink, call_id: str, number: int, challenged: Response | None) -> Request:
        """Return the REGISTER number `number`, answering the challenge where there was one."""
        user = self.settings.user
        registrar = f"sip:{user.partition('@')[2]}"
        headers = [
            ("Via", str(self._agent.via(sip))),
            ("From", f"<sip:{user}>;tag={self.site.identifiers.tag()}"),
            ("To", f"<sip:{user}>"),
            ("Call-ID", call_id),
            ("CSeq", f"{number} REGISTER"),
            ("Contact", self._agent.contact(sip, user.partition("@")[0])),
            ("Expires", "3600"),
            ("User-Agent", self.site.software),
        ]
        if challenged is not None:
            credentials = answer(
                challenged.headers.get("www-authenticate") or "",
                username=user,
                password=self.settings.password,
                method="REGISTER",
                uri=registrar,
                cnonce=self.site.identifiers(),
            )
            headers += [("Authorization", credentials)] if credentials else []
        return build_request("REGISTER", registrar, headers=headers)
