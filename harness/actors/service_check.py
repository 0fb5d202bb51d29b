"""The SERVICE request with which Expressway-E shows its certificate to Expressway-C, and what that makes of it.

Before MRA works, Expressway-E's certificate travels to Expressway-C inside a SIP SERVICE request over the UC
traversal zone; until X15.4 Expressway-C insists that it may serve in both roles (domain.md section 4 and row
M17). Cisco documents the check, not the message: its body here, the chain as RFC 8555 section 9.1 writes
one, is ours.
"""

from __future__ import annotations

from harness.actors.site import Site
from harness.actors.user_agent import CallOrder, UserAgent, outcome_of
from harness.errors import ScenarioError
from harness.net.sip_link import Inquiry, SipLink
from harness.pki import certificates_pem
from harness.sip.building import respond
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.files import read_trust_list

METHOD = "SERVICE"
_CHAIN = "application/pem-certificate-chain"
_BAD_REQUEST, _FORBIDDEN = 400, 403
_BOTH_ROLES = ("serverAuth", "clientAuth")


class ServiceCheck:
    """Expressway-E's side: shows the certificate once for each traversal connection."""

    def __init__(self, site: Site, *, port: int) -> None:
        self._site = site
        self._agent = UserAgent(site, port=port)
        self._accepted: tuple[SipLink, bool] | None = None

    async def passes(self, traversal: SipLink, certificate: bytes) -> bool:
        """Whether Expressway-C takes the certificate (DER)."""
        if self._accepted is None or self._accepted[0] is not traversal:
            self._accepted = (traversal, await self._ask(traversal, certificate))
        return self._accepted[1]

    async def _ask(self, traversal: SipLink, certificate: bytes) -> bool:
        host = self._site.stage.lab.expressway_c.host_name
        order = CallOrder(caller=f"service@{self._site.host}", called=f"service@{host}")
        body = certificates_pem([certificate]).encode("ascii")
        request = self._agent.request(traversal, METHOD, order, body=body, content_type=_CHAIN)
        return outcome_of(await self._agent.final_response(traversal, request)).completed


async def answer_service(site: Site, inquiry: Inquiry) -> None:
    """Answer as Expressway-C: by both usages until X15.4, since then by none."""
    try:
        shown = read_certificate(read_trust_list(inquiry.request.body, METHOD).certificates[0])
    except ScenarioError:
        await inquiry.answer(respond(inquiry.request, _BAD_REQUEST))
        return
    lacks = _lacking(shown) if site.stage.lab.running.service_check else ()
    outcome = "refused" if lacks else "accepted"
    told = {"certificate": shown.label, "lacks": ", ".join(lacks), "release": site.stage.lab.release}
    site.decide(inquiry.link.link.number, "service-check", outcome, **told)
    await inquiry.answer(respond(inquiry.request, _FORBIDDEN if lacks else 200))


def _lacking(certificate: CertificateFacts) -> tuple[str, ...]:
    """Return the roles that a certificate may not serve in; one without the extension may serve in all."""
    usages = certificate.extended_key_usage
    return () if usages is None else tuple(role for role in _BOTH_ROLES if role not in usages)
