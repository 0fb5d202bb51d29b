"""A client of Mobile and Remote Access: Jabber, which has no certificate, or a desk phone, which has one."""

from __future__ import annotations

from harness.actors.finder import Finder
from harness.actors.https import ask_https
from harness.actors.site import Site, Stage
from harness.actors.user_agent import Outcome, UserAgent, outcome_of
from harness.dns.records import Host, Question, Srv
from harness.dns.walk.locate import FINDINGS
from harness.identity.certificate import read_certificate
from harness.identity.policy import judge_names
from harness.lab.settings import Certificate, MraEndpoint
from harness.net.link import Link
from harness.net.sip_link import SipLink
from harness.sip.building import request as build_request
from harness.sip.digest import answer
from harness.sip.message import Request, Response
from harness.tls.profile import TlsProfile

_SIP_PORT = 5070
_UNAUTHORIZED = 401


class MraClient:
    """Signs in over HTTPS, then registers over SIP TLS."""

    def __init__(self, stage: Stage, actor: str, settings: MraEndpoint) -> None:
        self.site = Site(stage, actor)
        self.settings = settings
        self._agent = UserAgent(self.site, port=_SIP_PORT)
        self._finder = Finder(self.site)

    async def sign_in(self, port: int | None) -> Outcome:
        """Find the edge by `_collab-edge._tls` and ask it for the edge configuration with the user's password."""
        found = await self._discover()
        if found is None:
            return Outcome(completed=False, detail="cannot find services")
        link = await self._secured(found[0], port or found[1], protocol="https")
        if link is None:
            return Outcome(completed=False, detail="no connection")
        status = await ask_https(
            link, self.site.stage.recorder, "/get_edge_config", (self.settings.user, self.settings.password)
        )
        await link.close()
        return Outcome(status == 200, f"HTTP {status}" if status else "no answer")

    async def _discover(self) -> tuple[str, int] | None:
        """Return the name and the port of the edge, None where DNS does not lead to one (row M10)."""
        label = f"_collab-edge._tls.{self.settings.user.partition('@')[2]}"
        answer = await self._finder.ask(Question(label, "SRV"))
        found = [record for record in answer.records if isinstance(record, Srv)]
        if found:
            return found[0].target, found[0].port
        kind = answer.outcome.value if answer.outcome.value in FINDINGS else "no-records"
        told = f"{answer.question}: {answer.detail or answer.outcome.value}"
        self.site.decide(0, "locate", kind, destination=label, behaviour="collab-edge", text=told)
        return None

    async def register(self, port: int, attempts: int) -> Outcome:
        """REGISTER, trying again with a new connection where one failed."""
        outcome = Outcome(completed=False, detail="")
        for _ in range(attempts):
            outcome = await self._register_once(port)
            if outcome.completed:
                break
        return outcome

    async def _register_once(self, port: int) -> Outcome:
        link = await self._secured(self.site.stage.lab.expressway_e.host_name, port, protocol="sip")
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

    async def _secured(self, host_name: str, port: int, *, protocol: str) -> Link | None:
        answer = await self._finder.ask(Question(host_name, "A"))
        address = next((record.address for record in answer.records if isinstance(record, Host)), "")
        link = await self.site.dial(address, port, protocol=protocol) if address else None
        if link is None:
            return None
        link.expected_names = (host_name,)
        secured = await link.secure(
            self._profile(),
            server_name=host_name,
            accept_name=lambda leaf: self._expects(leaf, host_name),
        )
        return link if secured else None

    @staticmethod
    def _expects(leaf: bytes, host_name: str) -> bool:
        return judge_names(read_certificate(leaf), (host_name,), policy="rfc9525").accepted

    def _profile(self) -> TlsProfile:
        wardrobe, held = self.site.stage.wardrobe, self.settings.certificate
        worn = wardrobe.credentials(held) if isinstance(held, Certificate) else None
        return TlsProfile(
            chain=worn.sent if worn else (),
            private_key=worn.private_key if worn else b"",
            trusted=wardrobe.anchors(self.settings.trusted_ca),
            versions=wardrobe.client_versions(self.settings.tls_versions),
        )

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
