"""The proxying half of an Expressway: a request goes on over another link, its answers come back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from harness.actors.site import Site
from harness.actors.user_agent import transport_of
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import sip_uri_of
from harness.sip.building import respond
from harness.sip.message import Request
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

TRANSPORT_FAILURE = 500
"""What the caller hears when the next hop cannot be reached (RFC 3261 16.7: a 503 is not passed on)."""

NOT_FOUND = 404
"""What the caller hears where a search ends without a next hop: no rule, or a name that leads nowhere (9)."""

_TIMED_OUT, _TOO_MANY_HOPS, _TRYING = 408, 483, 100


@dataclass(frozen=True, slots=True)
class Leg:
    """The way on: the connection and the zone that it belongs to.

    `sip` is None where the way could not be had; the caller then hears `failure`.
    """

    sip: SipLink | None
    zone: str
    failure: int = TRANSPORT_FAILURE


class Relay:
    """Forwards for one Expressway, which is known by `names` and answers on `port`."""

    def __init__(self, site: Site, *, names: tuple[str, ...], port: int) -> None:
        self._site = site
        self._names = {name.lower() for name in (*names, site.host)}
        self._domains = {name.lower().partition(".")[2] for name in names}
        self._port = port
        self.place = f"{site.host}:{port}"

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

    async def forward(self, inquiry: Inquiry, request: Request, leg: Leg) -> None:
        """Send `request` on over the connection of `leg` and answer `inquiry`."""
        if max_forwards_exhausted(request):
            await inquiry.answer(respond(inquiry.request, _TOO_MANY_HOPS))
        elif leg.sip is None:
            await inquiry.answer(respond(inquiry.request, leg.failure))
        elif request.method == "ACK":
            await leg.sip.send(self._outgoing(request, leg.sip, leg.zone))
        else:
            await self._exchange(inquiry, self._outgoing(request, leg.sip, leg.zone), leg.sip)

    def _outgoing(self, request: Request, sip: SipLink, egress: str) -> Request:
        transport = transport_of(sip)
        via = Via.of(transport, self._site.host, self._port, self._site.identifiers.branch())
        ours = f"sip:{self._site.host}:{self._port};transport={transport.lower()};lr"
        stays = ours if request.method == "INVITE" else None
        return forward_request(request, via=with_zones(via, {"egress-zone": egress}), record_route=stays)

    async def _exchange(self, inquiry: Inquiry, outgoing: Request, sip: SipLink) -> None:
        async with sip.ask(outgoing) as responses:
            async for response in responses:
                if response.status != _TRYING:
                    await inquiry.pass_on(forward_response(response)[0])
                if not response.is_provisional:
                    return
        failure = _TIMED_OUT if sip.alive else TRANSPORT_FAILURE
        await inquiry.answer(respond(inquiry.request, failure))
