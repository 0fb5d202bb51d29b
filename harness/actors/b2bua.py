"""The back-to-back user agent inside Expressway-E, engaged by every media encryption mode but Auto.

It takes a call on its own port and calls back into the proxy's TLS port as anybody would: `Via` shows port 5073 and
`x-cisco-local-service=nettle` (domain.md 1.3). It has no client certificate to show, which is why mutual TLS on that
port ends every call that goes through it (3.1, row B07). It writes the Contact anew, and keeps its parameters only
where all zones of the call preserve them (row I30).
"""

from __future__ import annotations

from dataclasses import replace

from harness.actors.admission import TRAVERSAL_ZONE, WEBEX_ZONE
from harness.actors.relay import TRANSPORT_FAILURE
from harness.actors.site import Site, Stage
from harness.actors.standing_link import StandingLink
from harness.lab.settings import ExpresswayE
from harness.net.link import Link
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import NameAddress
from harness.sip.building import respond
from harness.sip.headers import Headers
from harness.sip.message import Request
from harness.sip.parameters import Parameters
from harness.sip.proxy import forward_request, forward_response, max_forwards_exhausted, zone_tag
from harness.sip.via import Via, top_via
from harness.tls.profile import TlsProfile
from harness.transcript import Address, Oddity

NAME = "b2bua"
PORT = 5073
_MARK = "b2b-"
"""What makes the Call-ID of the second leg another one: two legs are two dialogs."""

_TOO_MANY_HOPS, _TRYING = 483, 100


class B2bua:
    """One for all nodes of the edge: it calls back whichever called it."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)

    async def start(self) -> None:
        """Listen for the proxies."""
        await self.site.listen(PORT, self._welcome, service="B2BUA")

    async def _welcome(self, link: Link) -> None:
        stage = self.site.stage
        node = stage.lab.nodes.get(stage.directory.actor_at(link.peer.host))
        if node is None:
            stage.recorder.note(Oddity(stage.recorder.now(), link.actor, link.number, "not from a box with a B2BUA"))
        elif await link.secure(self._own_profile(node)):
            await self.site.sip_link(link, _Legs(self.site, node, link.peer.host).serve).run()

    def _own_profile(self, node: ExpresswayE) -> TlsProfile:
        worn, inner = (
            self.site.stage.wardrobe.credentials(node.server_certificate),
            inner_profile(self.site.stage, node),
        )
        return replace(inner, chain=(worn.leaf,), private_key=worn.private_key, complete_chain=True)


def inner_profile(stage: Stage, node: ExpresswayE) -> TlsProfile:
    """Return how proxy and B2BUA of one box dial each other: without a certificate, and insisting on none."""
    wardrobe = stage.wardrobe
    versions = wardrobe.client_versions(node.sip.tls_versions or stage.lab.running.tls_versions)
    trusted = wardrobe.anchors(node.trusted_ca)
    return TlsProfile(trusted=trusted, verify=False, versions=versions, old_gear=wardrobe.needs_old_gear(versions))


async def dial_inside(site: Site, node: ExpresswayE, target: Address) -> Link | None:
    """Dial from the proxy of a box to its B2BUA, or back; None where that did not succeed."""
    link = await site.dial(target.host, target.port)
    secured = link is not None and await link.secure(inner_profile(site.stage, node))
    return link if secured else None


class _Legs:
    """The calls of one proxy: what comes in over its connection goes out again over one back to it."""

    def __init__(self, site: Site, node: ExpresswayE, host: str) -> None:
        self._site = site
        self._node = node
        self._host = host
        self._back = StandingLink(site, self._dial, _answer_nothing)

    async def serve(self, inquiry: Inquiry) -> None:
        """Take a request, and make that of the other leg."""
        back = await self._back.reach()
        if back is None:
            await inquiry.answer(respond(inquiry.request, TRANSPORT_FAILURE))
        elif max_forwards_exhausted(inquiry.request):
            await inquiry.answer(respond(inquiry.request, _TOO_MANY_HOPS))
        elif inquiry.request.method == "ACK":
            await back.send(self._outgoing(inquiry.request))
        else:
            await self._exchange(inquiry, back)

    async def _dial(self) -> Link | None:
        return await dial_inside(self._site, self._node, Address(self._host, self._node.sip.tls_port))

    async def _exchange(self, inquiry: Inquiry, back: SipLink) -> None:
        call = inquiry.request.headers.get("call-id") or ""
        async with back.ask(self._outgoing(inquiry.request)) as responses:
            async for response in responses:
                if response.status != _TRYING:
                    heard, _ = forward_response(response)
                    await inquiry.answer(heard.with_headers(heard.headers.with_replaced("Call-ID", call)))
                if not response.is_provisional:
                    return
        await inquiry.answer(respond(inquiry.request, TRANSPORT_FAILURE))

    def _outgoing(self, request: Request) -> Request:
        via = Via.of("TLS", self._site.host, PORT, self._site.identifiers.branch())
        headers = request.headers.with_replaced("Call-ID", _MARK + (request.headers.get("call-id") or ""))
        if not self._preserves(request.headers):
            headers = _without_contact_parameters(headers)
        marked = via.with_parameter("x-cisco-local-service", "nettle")
        return forward_request(request.with_headers(headers), via=marked)

    def _preserves(self, headers: Headers) -> bool:
        """Whether every zone of the call, as Via names them, has SIP parameter preservation On."""
        node = self._node
        switches = {
            zone_tag(WEBEX_ZONE): node.webex_zone.parameter_preservation,
            zone_tag(TRAVERSAL_ZONE): node.traversal_zone.parameter_preservation,
        }
        left, came = top_via(headers), top_via(headers.without_first("Via"))
        zones = (left and left.parameters.get("egress-zone"), came and came.parameters.get("ingress-zone"))
        return all(switches.get(zone or "", False) for zone in zones)


def _without_contact_parameters(headers: Headers) -> Headers:
    try:
        contact = NameAddress.parse(headers.get("contact") or "")
    except ValueError:
        return headers
    return headers.with_replaced("Contact", str(replace(contact, parameters=Parameters())))


async def _answer_nothing(_inquiry: Inquiry) -> None:
    """Leave a request without an answer: the proxy asks nothing over a leg that it was called on."""
