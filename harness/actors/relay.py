"""The proxying half of an Expressway: a request goes on over another link, its answers come back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from harness.actors.admission import B2BUA_ZONE, MRA_ZONE, TRAVERSAL_ZONE
from harness.actors.exchange import TRANSPORT_FAILURE, exchange, hang_up
from harness.actors.site import Site
from harness.actors.user_agent import transport_of
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import sip_uri_of
from harness.sip.building import DIALOG_FORMING, respond
from harness.sip.dialog import Dialog
from harness.sip.message import Request, Response
from harness.sip.proxy import (
    forward_request,
    forward_response,
    has_preloaded_route,
    max_forwards_exhausted,
    strip_own_route,
    with_zones,
)
from harness.sip.uri import SipUri
from harness.sip.via import Via, top_via

NOT_FOUND = 404
"""What the caller hears where a search ends without a next hop: no rule, or a name that leads nowhere (9)."""

_TOO_MANY_HOPS = 483
_CONNECTION_LOST = 'SIP;cause=503;text="Connection lost"'  # RFC 3326

_ONE_WAY = (TRAVERSAL_ZONE, MRA_ZONE, B2BUA_ZONE)
"""Zones whose other side is never reached but over the connection that there is, so that it needs no Route there."""

Heard = Callable[[Response], None]
"""Is told of each response before it is passed back."""


def _nobody(_response: Response) -> None:
    """Hear a response for which nobody waits."""


@dataclass(frozen=True, slots=True)
class Leg:
    """The way to one end: the connection and the zone that it belongs to.

    `sip` is None where the way could not be had; the caller then hears `failure`.
    """

    sip: SipLink | None
    zone: str
    failure: int = TRANSPORT_FAILURE


class Relay:
    """Forwards for one Expressway, which is known by `names`.

    `ports` are those at which it answers SIP, by transport as Via spells it; the first one stands for the box.
    """

    def __init__(self, site: Site, *, names: tuple[str, ...], ports: Mapping[str, int]) -> None:
        self._site = site
        self._names = {name.lower() for name in (*names, site.host)}
        self._domains = {name.lower().partition(".")[2] for name in names}
        self._ports = ports
        self.place = f"{site.host}:{next(iter(ports.values()))}"

    def is_me(self, uri: SipUri) -> bool:
        """Whether a URI names this Expressway."""
        return uri.host.lower() in self._names

    def _is_my_route(self, uri: SipUri) -> bool:
        """Whether a Route is taken for our own: also one that names the domain of this box (domain.md 1.3)."""
        return self.is_me(uri) or uri.host.lower() in self._domains

    def taken_for_own(self, request: Request) -> str:
        """Return the Routes of a new call that are stripped after the one that led here, empty where none is.

        A caller preloads one Route to us; whatever follows was meant for somebody else, under a name of ours.
        """
        if not has_preloaded_route(request):
            return ""
        uris = [sip_uri_of(route) for route in request.headers.get_list("route")]
        own = list(takewhile(lambda uri: uri is not None and self._is_my_route(uri), uris))
        return ", ".join(str(uri) for uri in own[1:])

    def taken(self, inquiry: Inquiry, zone: str) -> Request:
        """Return the request as it is taken in: source and ingress zone noted, our own Routes gone."""
        request = inquiry.request
        via = top_via(request.headers)
        if via is not None:
            noted = with_zones(via, {"ingress-zone": zone})
            request = request.with_headers(request.headers.with_first_replaced("Via", str(noted)))
        return strip_own_route(request, self._is_my_route)

    def forward(
        self, inquiry: Inquiry, request: Request, came: Leg, leg: Leg, *, heard: Heard = _nobody
    ) -> Awaitable[Response | None]:
        """Send `request`, which came over one leg, on over the other, in the order in which this is called.

        What is returned must be awaited; it gives the final response, None where there was none.
        """
        if max_forwards_exhausted(request):
            return inquiry.answer(respond(inquiry.request, _TOO_MANY_HOPS))
        if leg.sip is None:
            return inquiry.answer(respond(inquiry.request, leg.failure))
        outgoing = self._outgoing(request, came, leg, leg.sip)
        if request.method == "ACK":
            return leg.sip.send(outgoing)
        return exchange(inquiry, leg.sip, outgoing, partial(_passed_back, heard))

    async def hang_up(self, leg: Leg, dialog: Dialog) -> None:
        """Tell the end of a leg that the connection of the other end is gone, and the call with it."""
        if leg.sip is not None and leg.sip.alive:
            headers = [("User-Agent", self._site.software), ("Reason", _CONNECTION_LOST)]
            bye = dialog.request("BYE", via=self._via(leg.sip), headers=headers)
            await hang_up(leg.sip, strip_own_route(bye, self._is_my_route))

    def _via(self, sip: SipLink) -> Via:
        transport = transport_of(sip)
        return Via.of(transport, self._site.host, self._ports[transport], self._site.identifiers.branch())

    def _outgoing(self, request: Request, came: Leg, leg: Leg, sip: SipLink) -> Request:
        *near, far = self._routes(came, leg) if request.method in DIALOG_FORMING else (None,)
        for uri in near:
            request = request.with_headers(request.headers.with_prepended("Record-Route", f"<{uri}>"))
        return forward_request(request, via=with_zones(self._via(sip), {"egress-zone": leg.zone}), record_route=far)

    def _routes(self, *legs: Leg) -> tuple[str, ...]:
        """Return the URIs by which the sides find back to this box, one where they share it (RFC 5658)."""
        open_sides = [leg for leg in legs if leg.zone not in _ONE_WAY] or legs
        return tuple(dict.fromkeys(self._uri_for(leg.sip) for leg in open_sides if leg.sip))

    def _uri_for(self, sip: SipLink) -> str:
        transport = transport_of(sip)
        port = sip.link.port or self._ports[transport]
        return f"sip:{self._site.host}:{port};transport={transport.lower()};lr"


def _passed_back(heard: Heard, response: Response) -> Response:
    heard(response)
    return forward_response(response)[0]
