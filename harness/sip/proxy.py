"""What a stateful proxy does to a message, one pure function a duty (RFC 3261 section 16 and 18.2).

The order in a proxy: `add_received`, `max_forwards_exhausted` (483), `strip_own_route`, `next_hop`,
`forward_request`; and for the answer `forward_response`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import dropwhile
from typing import NamedTuple

from harness.errors import LocalProtocolError
from harness.sip.address import sip_uri_of, tag_of
from harness.sip.headers import Headers, whole_number
from harness.sip.message import Request, Response, max_forwards
from harness.sip.uri import SipUri
from harness.sip.via import Via, top_via


class ResponseHop(NamedTuple):
    """Where a response goes if the connection that its request came over is gone (RFC 3261 18.2.2)."""

    transport: str
    host: str
    port: int


def max_forwards_exhausted(request: Request) -> bool:
    """Whether the request may go no further: 483, or an OPTIONS is answered here (RFC 3261 16.3)."""
    return max_forwards(request.headers) == 0


def forward_request(
    request: Request, *, via: Via, record_route: str | None = None, target: str | None = None
) -> Request:
    """Return the copy that leaves (RFC 3261 16.6): one hop spent, `via` on top.

    `record_route` is this proxy's own URI (with `lr`) where it stays in the path, None where it does not.
    `target` is the new Request-URI, None to leave it. Where the next hop is a strict router the Request-URI
    and the Routes are rewritten for it, so ask `next_hop` before. LocalProtocolError where no hop is left.
    """
    hops = max_forwards(request.headers)
    if hops == 0:
        raise LocalProtocolError("a request whose Max-Forwards is exhausted is answered 483, not forwarded")
    forwarded = request if target is None else request.with_uri(target)
    headers = forwarded.headers.with_replaced("Max-Forwards", str(70 if hops is None else hops - 1))
    if record_route is not None:
        headers = headers.with_prepended("Record-Route", f"<{record_route}>")
    rewritten = _for_a_strict_router(forwarded.with_headers(headers))
    return rewritten.with_headers(rewritten.headers.with_prepended("Via", str(via)))


def forward_response(response: Response) -> tuple[Response, ResponseHop | None]:
    """Return the response without its top Via and where it goes, None: it was for us (RFC 3261 16.7)."""
    forwarded = response.with_headers(response.headers.without_first("Via"))
    via = top_via(forwarded.headers)
    return forwarded, None if via is None else _response_hop(via)


def strip_own_route(request: Request, is_me: Callable[[SipUri], bool]) -> Request:
    """Return the request without the marks by which it found this proxy (RFC 3261 16.4).

    A Request-URI that is our own Record-Route value came from a strict router: the last Route is the real
    one. Then every leading Route that is ours goes, also the second one of a double Record-Route (RFC 5658)
    and a preloaded one (domain.md 1.3).
    """
    stripped = _undo_strict_routing(request, is_me)
    routes = stripped.headers.get_list("route")
    others = tuple(dropwhile(lambda route: (uri := sip_uri_of(route)) is not None and is_me(uri), routes))
    if len(others) == len(routes):
        return stripped
    return stripped.with_headers(stripped.headers.with_replaced("Route", *others))


def next_hop(request: Request) -> SipUri | None:
    """Return the top Route, else the Request-URI (RFC 3261 16.6 step 7); None: it is no SIP URI."""
    routes = request.headers.get_list("route")
    return sip_uri_of(routes[0]) if routes else _sip_uri(request.uri)


def has_preloaded_route(request: Request) -> bool:
    """Whether a request outside a dialog brings Routes ("Preloaded SIP routes", domain.md 3.1)."""
    return "route" in request.headers and not tag_of(request.headers.get("to"))


def add_received(request: Request, host: str, port: int) -> Request:
    """Return the request as it is taken from source `host` and `port` (RFC 3261 18.2.1, RFC 3581 section 4).

    The top Via gets `received` where its sent-by host is another, and a bare `rport` is filled in.
    """
    via = top_via(request.headers)
    if via is None:
        return request
    seen = via
    if "rport" in via.parameters:
        seen = seen.with_parameter("rport", str(port))
    if via.host.lower().strip("[]") != host.lower() or "rport" in via.parameters:
        seen = seen.with_parameter("received", host)
    return request if seen is via else request.with_headers(request.headers.with_first_replaced("Via", str(seen)))


def with_zones(via: Via, zones: Mapping[str, str]) -> Via:
    """Return a Via with zone names as an Expressway notes them, e.g. `{"ingress-zone": "Default Zone"}`."""
    for name, zone in zones.items():
        via = via.with_parameter(name, zone_tag(zone))
    return via


def zone_tag(zone: str) -> str:
    """Return an Expressway zone's name as its Via parameter has it: without blanks (domain.md 1.3)."""
    return "".join(zone.split())


def _response_hop(via: Via) -> ResponseHop:
    _, port = via.sent_by
    seen = whole_number(via.parameters.get("rport"), 65535)
    return ResponseHop(via.transport, via.parameters.get("received") or via.host, seen or port)


def _top_route(headers: Headers) -> SipUri | None:
    routes = headers.get_list("route")
    return sip_uri_of(routes[0]) if routes else None


def _sip_uri(text: str) -> SipUri | None:
    try:
        return SipUri.parse(text)
    except ValueError:
        return None


def _undo_strict_routing(request: Request, is_me: Callable[[SipUri], bool]) -> Request:
    uri, routes = _sip_uri(request.uri), request.headers.get_list("route")
    last = sip_uri_of(routes[-1]) if routes else None
    if uri is None or last is None or not (uri.is_loose_router and is_me(uri)):
        return request
    headers = request.headers.with_replaced("Route", *routes[:-1])
    return request.with_headers(headers).with_uri(str(last))


def _for_a_strict_router(request: Request) -> Request:
    top = _top_route(request.headers)
    if top is None or top.is_loose_router:
        return request
    headers = request.headers.without_first("Route").with_added("Route", f"<{request.uri}>")
    return request.with_headers(headers).with_uri(str(top))
