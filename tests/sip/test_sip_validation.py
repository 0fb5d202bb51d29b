"""Which requests are refused before anybody looks at what they ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.sip.building import acknowledge_refusal, request, respond
from harness.sip.dialog import wants_dialog
from harness.sip.message import Request, Response, parse_message
from harness.sip.proxy import (
    forward_request,
    forward_response,
    has_preloaded_route,
    max_forwards_exhausted,
    next_hop,
    strip_own_route,
)
from harness.sip.registrar import objection
from harness.sip.transaction_keys import TransactionKey, client_key, server_key
from harness.sip.uri import SipUri
from harness.sip.validation import Refusal, callee_refusal, proxy_refusal, syntax_refusal
from harness.sip.via import Via

HEADERS = (
    ("Via", "SIP/2.0/TLS a.example;branch=z9hG4bK1"),
    ("From", "<sip:alice@a.example>;tag=a"),
    ("To", "<sip:bob@b.example>"),
    ("Call-ID", "c@a.example"),
    ("CSeq", "1 INVITE"),
    ("Max-Forwards", "70"),
)
NAMES = [name for name, _ in HEADERS]


def invite(uri: str = "sip:bob@b.example", body: bytes = b"", **more: str) -> Request:
    added = [(name.replace("_", "-"), value) for name, value in more.items()]
    return replace(request("INVITE", "sip:b.example", headers=[*HEADERS, *added], body=body), uri=uri)


def with_header(name: str, *values: str) -> Request:
    asked = invite()
    return asked.with_headers(asked.headers.with_replaced(name, *values))


def status(asked: Request) -> int:
    refusal = syntax_refusal(asked)
    return refusal.status if refusal else 0


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Max-Forwards"])
def test_a_request_without_one_of_the_headers_that_all_need_is_malformed(name: str) -> None:
    asked = invite()
    assert status(asked.with_headers(asked.headers.without(name))) == 400


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Via"])
def test_a_request_with_a_header_twice_is_malformed_also_in_its_compact_form(name: str) -> None:
    value = invite().headers.get(name) or ""
    compact = {"From": "f", "To": "t", "Call-ID": "i"}.get(name, name.upper())
    assert status(invite().with_headers(invite().headers.with_added(compact, value))) == 400


def test_a_request_that_passed_two_proxies_and_one_without_max_forwards_are_well_formed() -> None:
    assert status(invite(Via="SIP/2.0/TCP b.example;branch=z9hG4bK2")) == 0
    assert status(invite().with_headers(invite().headers.without("Max-Forwards"))) == 0


@pytest.mark.parametrize("value", ["-1", "256", "seventy", "", "7 0", "1e2", "\u0667\u0660"])
def test_a_max_forwards_that_is_no_number_up_to_255_is_malformed(value: str) -> None:
    assert status(with_header("Max-Forwards", value)) == 400


@pytest.mark.parametrize("value", ["1 OPTIONS", "INVITE", "-1 INVITE", "2147483648 INVITE", "1", "one INVITE", ""])
def test_a_cseq_of_another_method_or_without_a_number_is_malformed(value: str) -> None:
    assert status(with_header("CSeq", value)) == 400


@pytest.mark.parametrize(
    "value", ["SIP/2.0/TLS", "SIP/1.0/TLS a.example", "", "a.example", "SIP/2.0/TLS a.example:99999"]
)
def test_a_via_that_nobody_can_read_is_malformed(value: str) -> None:
    assert status(with_header("Via", value)) == 400


@pytest.mark.parametrize("value", ["", "a b", "\t"])
def test_a_call_id_that_is_empty_or_holds_blanks_is_malformed(value: str) -> None:
    assert status(with_header("Call-ID", value)) == 400


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sip:bob@b.example", 0),
        ("sips:[2001:db8::1]:5061;transport=tls", 0),
        ("tel:+4930123", 0),
        ("sip:bob smith@b.example", 400),
        ("sip:bob\x00@b.example", 400),
        ("sip:bob\u00a0smith@b.example", 400),
        ("sip:bob@b.example\t;lr", 400),
        ("sip:bob@b.example ;lr", 400),
        ("<sip:bob@b.example>", 400),
        ("sip:bob@b.example?Subject=x", 400),
        ("sip:2001:db8::1", 400),
        ("sip:", 400),
        ("bob", 400),
        ("http://b.example/", 416),
        ("HTTP:b", 416),
        ("soap.beep://192.0.2.103:3002", 416),
    ],
)
def test_a_request_uri_is_read_or_refused(uri: str, expected: int) -> None:
    assert status(invite(uri)) == expected


@pytest.mark.parametrize("version", ["SIP/7.0", "SIP/1.0", "SIP/2.1"])
def test_another_version_is_refused_as_such_whatever_else_is_wrong(version: str) -> None:
    assert status(replace(invite("http:x"), version=version)) == 505


def test_the_version_may_come_in_small_letters() -> None:
    small = parse_message(b"OPTIONS sip:b@b.example sip/2.0\r\nVia: sip/2.0/tls a.example\r\n\r\n")
    assert isinstance(small, Request)
    assert small.start_line == "OPTIONS sip:b@b.example SIP/2.0"
    refusal = syntax_refusal(small)
    assert refusal is not None
    assert refusal.reason.startswith("From: missing")


def test_what_nobody_needs_to_understand_may_be_anything() -> None:
    assert status(invite(Contact="<sip:unclosed", Expires="soon", Date="Friday", X_Odd=";;,,")) == 0


def test_a_register_with_a_contact_that_cannot_be_read_is_malformed() -> None:
    asked = with_header("CSeq", "1 REGISTER")
    register = replace(asked.with_headers(asked.headers.with_added("Contact", "<sip:unclosed")), method="REGISTER")
    assert status(register) == 400


def test_a_refusal_says_what_is_wrong_in_printable_words_of_one_line() -> None:
    refusal = syntax_refusal(with_header("To", "\u202e\x1b[31m<sip:" + "x" * 500))
    assert refusal is not None
    assert refusal.reason.startswith("To: ")
    assert refusal.reason.isascii()
    assert refusal.reason.isprintable()
    assert len(refusal.reason) < 140


def test_a_proxy_refuses_what_proxies_must_know_and_an_endpoint_what_endpoints_must() -> None:
    asked = invite(Require="100rel, timer", Proxy_Require="privacy")
    at_proxy, at_endpoint = proxy_refusal(asked), callee_refusal(asked)
    assert at_proxy is not None
    assert at_endpoint is not None
    assert (at_proxy.status, at_proxy.headers) == (420, (("Unsupported", "privacy"),))
    assert (at_endpoint.status, at_endpoint.headers) == (420, (("Unsupported", "100rel, timer"),))
    known = callee_refusal(asked, ("100rel",))
    assert known is not None
    assert known.headers == (("Unsupported", "timer"),)


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_no_extension_is_required_of_an_ack_or_a_cancel(method: str) -> None:
    assert callee_refusal(replace(invite(Require="100rel"), method=method)) is None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"Content_Type": "application/sdp"}, 0),
        ({"Content_Type": "application/sdp;charset=utf-8"}, 0),
        ({"Content_Type": "multipart/mixed;boundary=x"}, 0),
        ({"Content_Type": "application/unknownformat"}, 415),
        ({"Content_Type": "application/sdp", "Content_Encoding": "gzip"}, 415),
        ({"Accept": "text/nobodyKnowsThis"}, 406),
        ({"Accept": ""}, 406),
        ({"Accept": "text/plain, application/*;q=0.2"}, 0),
    ],
)
def test_an_endpoint_refuses_a_body_and_an_answer_of_a_kind_that_it_does_not_speak(
    more: dict[str, str], expected: int
) -> None:
    refusal = callee_refusal(invite(body=b"v=0\r\n", **more))
    assert (refusal.status if refusal else 0) == expected


@pytest.mark.parametrize("code", [180, 200, 404, 505])
def test_every_answer_but_100_has_a_to_tag_that_is_the_same_each_time(code: int) -> None:
    once, again = respond(invite(), code), respond(invite(), code)
    assert once.headers.get("To") == again.headers.get("To")
    assert ";tag=" in (once.headers.get("To") or "")
    assert ";tag=" not in (respond(invite(), 100).headers.get("To") or "")
    other = with_header("Call-ID", "another@a.example")
    assert respond(other, code).headers.get("To") != once.headers.get("To")


@pytest.mark.parametrize(
    "more",
    [{"Content_Type": "application/unknownformat"}, {"Content_Encoding": "gzip"}, {"Content_Encoding": " Identity "}],
)
def test_of_what_kind_no_body_is_does_not_matter(more: dict[str, str]) -> None:
    assert callee_refusal(invite(body=b"", **more)) is None


def test_a_body_without_a_kind_is_taken_for_a_description() -> None:
    assert callee_refusal(invite(body=b"v=0\r\n")) is None


@pytest.mark.parametrize(("more", "header"), [({"Content_Type": "text/plain"}, "Accept"),
                                              ({"Content_Encoding": "gzip"}, "Accept-Encoding")])  # fmt: skip
def test_a_body_that_is_refused_is_refused_with_what_would_do(more: dict[str, str], header: str) -> None:
    """RFC 3261 8.2.3."""
    refusal = callee_refusal(invite(body=b"x", **more))
    assert refusal is not None
    assert [name for name, _ in refusal.headers] == [header]


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE"])
def test_another_request_may_bring_any_body(method: str) -> None:
    assert callee_refusal(replace(invite(body=b"x", Content_Type="text/plain"), method=method)) is None


def test_a_request_without_max_forwards_is_looked_at_all_the_same() -> None:
    asked = invite()
    assert status(asked.with_headers(asked.headers.without("Max-Forwards").without("From"))) == 400


def test_the_reason_of_a_refusal_is_cut() -> None:
    refusal = syntax_refusal(with_header("To", "\u202e" * 500))
    assert refusal is not None
    assert len(refusal.reason) == len("To: ") + 120


def test_no_message_without_any_header_does_harm() -> None:
    """Bytes that are a start line and no more reach all of these, or may one day."""
    bare, answer = Request("INVITE", "sip:b@b.example"), respond(Request("INVITE", "sip:b@b.example"), 200)
    nothing = Response(200, "OK")
    assert status(bare) == 400
    assert objection(replace(bare, method="REGISTER")) == Refusal(
        400, "To: a REGISTER is for a SIP URI (RFC 3261 10.2)"
    )
    assert client_key(nothing) == client_key(answer) == TransactionKey("", "", "")
    assert server_key(bare) == server_key(bare)
    assert server_key(bare) != server_key(replace(bare, uri="sip:c@b.example"))
    assert next_hop(bare) == SipUri.parse("sip:b@b.example")
    assert not has_preloaded_route(bare)
    assert not max_forwards_exhausted(bare)
    assert strip_own_route(bare, lambda _: True) == bare
    assert forward_response(nothing) == (nothing, None)
    assert forward_request(bare, via=Via.of("TLS", "a.example", None, "z9hG4bK1")).headers.get("max-forwards") == "70"
    assert acknowledge_refusal(bare, nothing).headers.get("cseq") == "0 ACK"
    assert not wants_dialog(bare)
