"""The back-to-back user agent inside Expressway-E, engaged by every media encryption mode but Auto.

It takes a call on its own port and calls back into the proxy's TLS port as anybody would: `Via` shows port 5073 and
`x-cisco-local-service=nettle` (domain.md 1.3). It has no client certificate to show, which is why mutual TLS on that
port ends every call that goes through it (domain.md 3.1, B07). It writes the Contact anew, and keeps its parameters
only where all zones of the call preserve them (row I30).
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from functools import partial

import trio

from harness.actors.admission import TRAVERSAL_ZONE, WEBEX_ZONE
from harness.actors.exchange import CHALLENGES, TRANSPORT_FAILURE, exchange, hang_up
from harness.actors.site import Site, Stage
from harness.actors.standing_link import StandingLink
from harness.lab.actors import B2BUA_PORT
from harness.lab.settings import Certificate, ExpresswayE
from harness.net.link import Link
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import tag_of
from harness.sip.back_to_back import BackToBack, Identity, Marks
from harness.sip.building import DIALOG_FORMING, respond
from harness.sip.dialog import Dialog, DialogId, wants_dialog
from harness.sip.dialog_table import DialogTable, Place
from harness.sip.headers import Headers
from harness.sip.message import Request, Response
from harness.sip.proxy import max_forwards_exhausted, zone_tag
from harness.sip.via import Via, top_via
from harness.tls.profile import TlsProfile
from harness.transcript import Address, Oddity

NAME = "b2bua"
_MARK = "b2b-"
"""How the Call-IDs of the far legs begin: two legs are two dialogs."""

_HANDSHAKE_SECONDS = 10.0
_NO_CALL, _TOO_MANY_HOPS, _OUT_OF_ORDER = 481, 483, 500


class B2bua:
    """One for all nodes of the edge: it calls back whichever called it."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)

    async def start(self) -> None:
        """Listen for the proxies."""
        await self.site.listen(B2BUA_PORT, self._welcome, service="B2BUA")

    async def _welcome(self, link: Link) -> None:
        stage = self.site.stage
        node = stage.lab.nodes.get(stage.directory.actor_at(link.peer.host))
        if node is None:
            stage.recorder.note(Oddity(stage.recorder.now(), link.actor, link.number, "not from a box with a B2BUA"))
        elif await link.secure_within(_HANDSHAKE_SECONDS, self._own_profile(node)):
            legs = _Legs(self.site, node, link.peer.host)
            await self.site.sip_link(link, legs.serve).run()
            await legs.close()

    def _own_profile(self, node: ExpresswayE) -> TlsProfile:
        return inner_profile(self.site.stage, node, node.server_certificate)


def inner_profile(stage: Stage, node: ExpresswayE, presented: Certificate | None = None) -> TlsProfile:
    """Return how proxy and B2BUA of one box dial each other: without a certificate, and insisting on none."""
    usual = stage.tls_profiles.profile(
        presented,
        trusted=stage.tls_profiles.anchors(node.trusted_ca),
        versions=node.sip.tls_versions or stage.lab.running.tls_versions,
        completes_chain=presented is not None,
        can_be_old_gear=True,
    )
    return replace(usual, verify=False)


async def dial_inside(site: Site, node: ExpresswayE, target: Address) -> Link | None:
    """Dial from the proxy of a box to its B2BUA, or back; None where that did not succeed."""
    link = await site.dial(target.host, target.port)
    secured = link is not None and await link.secure(inner_profile(site.stage, node))
    return link if secured else None


@dataclass(slots=True)
class _Leg:
    """A dialog as the other one's place leads to it: `here` is the near one, `there` goes on over `sip`.

    It is `answered`, or it still rings.
    """

    here: Dialog
    there: Dialog
    sip: SipLink
    keeps_parameters: bool
    answered: bool = False


class _Legs:
    """The calls of one proxy: what comes in over its connection goes out again over one back to it."""

    def __init__(self, site: Site, node: ExpresswayE, host: str) -> None:
        self._site = site
        self._node = node
        self._host = host
        self._writer = BackToBack(Identity(site.host, B2BUA_PORT, site.software))
        self._back = StandingLink(site, self._dial, partial(self.serve, begins=False))
        self._calls: DialogTable[_Leg] = DialogTable()

    def serve(self, inquiry: Inquiry, *, begins: bool = True) -> Awaitable[None]:
        """Take a request, and make that of the other leg, in a call at once, in the order of its requests.

        Over the connection back nobody begins anything.
        """
        request, place = inquiry.request, Place.of(inquiry.link, inquiry.request)
        leg = self._calls.find(place, trio.current_time())
        if request.method == "ACK":
            if leg is None or max_forwards_exhausted(request):
                return inquiry.ignore()
            return leg.sip.send(self._next(inquiry, leg))
        if max_forwards_exhausted(request):
            return inquiry.answer(respond(request, _TOO_MANY_HOPS))
        if leg is not None:
            return self._in_dialog(inquiry, place, leg)
        if wants_dialog(request) or not begins:
            return inquiry.answer(respond(request, _NO_CALL))
        return self._begin(inquiry)

    async def close(self) -> None:
        """Close the connection back, when the one that led here is over."""
        await self._back.close()

    async def _dial(self) -> Link | None:
        return await dial_inside(self._site, self._node, Address(self._host, self._node.sip.tls_port))

    # --- a request that begins something ---

    async def _begin(self, inquiry: Inquiry) -> None:
        """Ask on over the far leg, as a caller of its own, and remember the two dialogs that come of it."""
        back = await self._back.reach()
        if back is None:
            await inquiry.answer(respond(inquiry.request, TRANSPORT_FAILURE))
            return
        identifiers, keeps = self._site.identifiers, self._preserves(inquiry.request.headers)
        marks = Marks(self._via(), _MARK + identifiers.call_id(self._site.host), identifiers.tag())
        far_leg = partial(self._far_leg, (inquiry.link, back))
        outgoing = self._writer.first(inquiry.request, marks, far_leg, keeps_parameters=keeps)
        near_tag, known = identifiers.tag(), dict[str, dict[Place, _Leg]]()

        def translate(response: Response) -> Response:
            answer = self._writer.answer(inquiry.request, response, near_tag)
            if inquiry.request.method in DIALOG_FORMING and 100 < response.status < 300:
                far_tag = tag_of(response.headers.get("to"))
                if far_tag not in known:
                    near, far = Dialog.as_callee(inquiry.request, answer), Dialog.as_caller(outgoing, response)
                    known[far_tag] = {
                        Place.in_dialog(inquiry.link, near.identity): _Leg(near, far, back, keeps),
                        Place.in_dialog(back, far.identity): _Leg(far, near, inquiry.link, keeps),
                    }
                self._remember(known[far_tag], response)
            return answer

        final = await exchange(inquiry, back, outgoing, translate)
        if final is None or not final.is_success:
            self._calls.end(Place.of(inquiry.link, inquiry.request)._replace(to_tag=near_tag))

    def _far_leg(self, links: tuple[SipLink, ...], known: DialogId) -> DialogId | None:
        found = (self._calls.find(Place.in_dialog(sip, known), trio.current_time()) for sip in links)
        return next((leg.there.identity for leg in found if leg is not None), None)

    def _remember(self, places: dict[Place, _Leg], response: Response) -> None:
        """Remember a call by both its places; one tag is told to the caller, so the last phone that speaks has it."""
        self._calls.add(places, trio.current_time())
        first, *_ = places.values()
        first.there.refresh(response)
        for leg in places.values():
            leg.answered |= response.is_success
            leg.sip.when_over(self._lose)

    def _lose(self, sip: SipLink) -> None:
        """Hang up the calls of a connection that is over, at their other ends."""
        for leg in self._calls.lose(sip):
            if leg.answered and leg.sip.alive:
                bye = leg.there.request("BYE", via=self._via(), headers=[("User-Agent", self._site.software)])
                self._site.stage.nursery.start_soon(hang_up, leg.sip, bye)

    # --- a request in a dialog ---

    def _in_dialog(self, inquiry: Inquiry, place: Place, leg: _Leg) -> Awaitable[None]:
        request = inquiry.request
        if not leg.here.receive(request):
            return inquiry.answer(respond(request, _OUT_OF_ORDER))

        def translate(response: Response) -> Response:
            if response.is_success and request.method in ("INVITE", "UPDATE"):
                leg.there.refresh(response)
            return self._writer.answer(request, response, "")

        return self._done(request, place, exchange(inquiry, leg.sip, self._next(inquiry, leg), translate))

    async def _done(self, request: Request, place: Place, asked: Awaitable[Response | None]) -> None:
        final = await asked
        if request.method == "BYE" and (final is None or final.status not in CHALLENGES):
            self._calls.end(place)

    def _next(self, inquiry: Inquiry, leg: _Leg) -> Request:
        far_leg = partial(self._far_leg, (inquiry.link, leg.sip))
        keeps = leg.keeps_parameters
        return self._writer.next(inquiry.request, leg.there, self._via(), far_leg, keeps_parameters=keeps)

    def _via(self) -> Via:
        via = Via.of("TLS", self._site.host, B2BUA_PORT, self._site.identifiers.branch())
        return via.with_parameter("x-cisco-local-service", "nettle")

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
