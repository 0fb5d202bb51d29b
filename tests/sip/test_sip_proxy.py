"""A call from the cloud through Expressway-E and Expressway-C, in the manner of RFC 3261 section 24."""

from __future__ import annotations

import pytest

from harness.errors import LocalProtocolError
from harness.sip.building import request, respond
from harness.sip.dialog import Dialog
from harness.sip.identifiers import Identifiers
from harness.sip.message import Request, Response, findings
from harness.sip.proxy import (
    ResponseHop,
    add_received,
    forward_request,
    forward_response,
    has_preloaded_route,
    max_forwards_exhausted,
    next_hop,
    strip_own_route,
    with_zones,
)
from harness.sip.uri import SipUri
from harness.sip.via import Via, top_via

CLOUD = "l2sip.webex.example"
EXPRESSWAY_E, EXPRESSWAY_C, CUCM = "expe.example.com", "expc.example.com", "cucm.example.com"
IDENTIFIERS = Identifiers("a call from the cloud")


def hop(host: str, port: int = 5062) -> Via:
    return Via.of("TLS", host, port, IDENTIFIERS.branch())


def own_uri(host: str) -> str:
    return f"sip:{host}:5062;transport=tls;lr"


def invite(*routes: str, uri: str = "sip:bob@example.com", max_forwards: str = "70") -> Request:
    headers = [
        ("Via", str(hop(CLOUD))),
        *(("Route", route) for route in routes),
        ("From", '"Alice" <sip:alice@acme.calls.webex.example>;tag=a'),
        ("To", f"<{uri}>"),
        ("Call-ID", IDENTIFIERS.call_id(CLOUD)),
        ("CSeq", "1 INVITE"),
        ("Contact", f"<sip:l2sip-UA@{CLOUD}:5062;transport=tls>;call-type=squared"),
        ("Max-Forwards", max_forwards),
    ]
    return request("INVITE", uri, headers=headers, body=b"v=0\r\n")


def through(incoming: Request, host: str, source: str) -> tuple[Request, SipUri | None]:
    """Take a request through one proxy; return what leaves and where to."""
    taken = strip_own_route(add_received(incoming, source, 40000), lambda uri: uri.host == host)
    return forward_request(taken, via=hop(host), record_route=own_uri(host)), next_hop(taken)


def back(response: Response, *hosts: str) -> Response:
    """Take a response back through proxies; each one finds its own Via on top."""
    for host in hosts:
        via = top_via(response.headers)
        assert via is not None
        assert via.host == host
        response, _ = forward_response(response)
    return response


def test_a_call_through_two_proxies_is_answered_acknowledged_and_hung_up() -> None:
    asked = invite(f"<{own_uri(EXPRESSWAY_E)}>", f"<sip:{CUCM};lr>")
    assert has_preloaded_route(asked)
    at_c, where = through(asked, EXPRESSWAY_E, source="192.0.2.9")
    assert where == SipUri.parse(f"sip:{CUCM};lr")
    at_cucm, where = through(at_c, EXPRESSWAY_C, source=EXPRESSWAY_E)
    assert where == SipUri.parse(f"sip:{CUCM};lr")
    assert at_cucm.headers.get("Max-Forwards") == "68"
    assert [Via.parse(value).host for value in at_cucm.headers.get_list("Via")] == [
        EXPRESSWAY_C,
        EXPRESSWAY_E,
        CLOUD,
    ]

    answered = respond(at_cucm, 200, to_tag="b", headers=[("Contact", f"<sip:bob@{CUCM}:5061;transport=tls>")])
    callee = Dialog.as_callee(at_cucm, answered)
    at_cloud = back(answered, EXPRESSWAY_C, EXPRESSWAY_E)
    assert forward_response(at_cloud)[1] is None
    caller = Dialog.as_caller(asked, at_cloud)

    ack = caller.acknowledge(via=hop(CLOUD))
    for host in (EXPRESSWAY_E, EXPRESSWAY_C):
        ack, _ = through(ack, host, source=host)
    assert (ack.method, ack.uri) == ("ACK", f"sip:bob@{CUCM}:5061;transport=tls")
    assert callee.belongs(ack)
    assert callee.receive(ack)

    bye = callee.request("BYE", via=hop(CUCM))
    for host in (EXPRESSWAY_C, EXPRESSWAY_E):
        assert next_hop(bye) == SipUri.parse(own_uri(host))
        bye, where = through(bye, host, source=host)
    assert where == SipUri.parse(f"sip:l2sip-UA@{CLOUD}:5062;transport=tls")
    assert caller.belongs(bye)
    assert caller.receive(bye)
    assert findings(bye) == ()
    gone = back(respond(bye, 200), EXPRESSWAY_E, EXPRESSWAY_C)
    last = top_via(gone.headers)
    assert last is not None
    assert last.host == CUCM


def test_a_proxy_spends_one_hop_and_notes_its_zones_without_blanks() -> None:
    zones = {"ingress-zone": "Webex Hybrid Zone", "egress-zone": "Traversal Zone"}
    left = forward_request(invite(max_forwards="7"), via=with_zones(hop(EXPRESSWAY_E), zones))
    assert left.headers.get("Max-Forwards") == "6"
    assert "Record-Route" not in left.headers
    assert str(top_via(left.headers)).endswith(";ingress-zone=WebexHybridZone;egress-zone=TraversalZone")


def test_a_request_with_no_hop_left_is_not_forwarded() -> None:
    tired = invite(max_forwards="0")
    assert max_forwards_exhausted(tired)
    with pytest.raises(LocalProtocolError, match="483"):
        forward_request(tired, via=hop(EXPRESSWAY_E))


@pytest.mark.parametrize(
    ("came", "left"), [("255", "254"), ("1", "0"), ("256", "70"), ("many", "70"), ("-1", "70"), ("", "70")]
)
def test_a_max_forwards_that_is_no_number_up_to_255_starts_again_at_70(came: str, left: str) -> None:
    """RFC 3261 20.22: an integer in the range 0-255."""
    assert forward_request(invite(max_forwards=came), via=hop(EXPRESSWAY_E)).headers.get("max-forwards") == left


def test_a_search_rule_may_give_the_request_a_new_target() -> None:
    left = forward_request(invite(), via=hop(EXPRESSWAY_C), target="sip:1234@cucm.example.com")
    assert (left.uri, left.headers.get("To")) == ("sip:1234@cucm.example.com", "<sip:bob@example.com>")


def test_a_strict_router_gets_its_own_uri_and_gives_the_target_back() -> None:
    left = forward_request(invite("<sip:strict.example.com>"), via=hop(EXPRESSWAY_E), record_route=own_uri("e.example"))
    assert left.uri == "sip:strict.example.com"
    assert left.headers.get_list("Route") == ("<sip:bob@example.com>",)
    returned = invite("<sip:next.example;lr>", "<sip:bob@example.com>", uri=own_uri("e.example"))
    taken = strip_own_route(returned, lambda uri: uri.host == "e.example")
    assert taken.uri == "sip:bob@example.com"
    assert taken.headers.get_list("Route") == ("<sip:next.example;lr>",)


def test_a_request_for_the_proxy_itself_keeps_its_routes() -> None:
    asked = invite("<sip:next.example;lr>", uri="sip:e.example")
    assert strip_own_route(asked, lambda uri: uri.host == "e.example") == asked


def test_a_proxy_that_recorded_itself_twice_takes_both_routes_off() -> None:
    twice = invite(f"<{own_uri(EXPRESSWAY_E)}>, <sip:{EXPRESSWAY_E}:7003;lr>, <sip:next.example;lr>")
    taken = strip_own_route(twice, lambda uri: uri.host == EXPRESSWAY_E)
    assert taken.headers.get_list("Route") == ("<sip:next.example;lr>",)


def test_a_request_that_goes_to_a_phone_number_has_no_sip_hop() -> None:
    assert next_hop(invite(uri="tel:+15551234")) is None


@pytest.mark.parametrize(
    ("via", "host", "noted", "way_back"),
    [
        ("a.example:5061", "a.example", "", ("a.example", 5061)),
        ("a.example", "192.0.2.1", ";received=192.0.2.1", ("192.0.2.1", 5061)),
        ("192.0.2.1;rport", "192.0.2.1", ";rport=40000;received=192.0.2.1", ("192.0.2.1", 40000)),
        ("[2001:db8::1]", "2001:db8::1", "", ("[2001:db8::1]", 5061)),
        ("A.Example", "a.example", "", ("A.Example", 5061)),
    ],
)
def test_a_response_finds_back_to_where_its_request_really_came_from(
    via: str, host: str, noted: str, way_back: tuple[str, int]
) -> None:
    came = invite()
    came = came.with_headers(came.headers.with_replaced("Via", f"SIP/2.0/TLS {via}"))
    taken = add_received(came, host, 40000)
    assert (taken.headers.get("Via") or "").removesuffix(noted) == f"SIP/2.0/TLS {via.removesuffix(';rport')}"
    passed = forward_request(taken, via=hop(EXPRESSWAY_E))
    assert forward_response(respond(passed, 200, to_tag="b"))[1] == ResponseHop("TLS", *way_back)


def test_a_request_whose_via_nobody_can_read_passes_untouched() -> None:
    came = invite()
    came = came.with_headers(came.headers.with_replaced("Via", "gibberish"))
    assert add_received(came, "192.0.2.1", 5061) is came


def test_a_route_inside_a_dialog_is_not_preloaded() -> None:
    inside = invite("<sip:next.example;lr>")
    inside = inside.with_headers(inside.headers.with_replaced("To", "<sip:bob@example.com>;tag=b"))
    assert has_preloaded_route(invite("<sip:next.example;lr>"))
    assert not has_preloaded_route(inside)
    assert not has_preloaded_route(invite())


@pytest.mark.parametrize(
    ("uri", "routes"),
    [
        ("sip:other.example;lr", ["<sip:next.example;lr>"]),
        ("tel:+1555", ["<sip:next.example;lr>"]),
        (own_uri("e.example"), []),
        (own_uri("e.example"), ["<tel:+1555>"]),
    ],
)
def test_only_our_own_record_route_is_taken_for_the_work_of_a_strict_router(uri: str, routes: list[str]) -> None:
    asked = invite(*routes, uri=uri)
    assert strip_own_route(asked, lambda uri: uri.host == "e.example") == asked


@pytest.mark.parametrize(("rport", "port"), [("65535", 65535), ("65536", 5061), ("x", 5061), ("0", 5061)])
def test_an_rport_that_is_no_port_is_passed_over(rport: str, port: int) -> None:
    came = invite()
    came = came.with_headers(came.headers.with_replaced("Via", f"SIP/2.0/TLS a.example;rport={rport}"))
    passed = forward_request(came, via=hop(EXPRESSWAY_E))
    assert forward_response(respond(passed, 200, to_tag="b"))[1] == ResponseHop("TLS", "a.example", port)
