"""Messages that are written here."""

from __future__ import annotations

import pytest

from harness.errors import LocalProtocolError
from harness.sip.building import cancel, request, respond
from harness.sip.message import Request, Response, findings, parse_message

HEADERS = [
    ("Via", "SIP/2.0/TLS b.example;branch=z9hG4bK2, SIP/2.0/TLS a.example;branch=z9hG4bK1"),
    ("Record-Route", "<sip:p2.example;lr>"),
    ("Record-Route", "<sip:p1.example;lr>"),
    ("From", "<sip:alice@a.example>;tag=a"),
    ("To", "<sip:bob@b.example>"),
    ("Call-ID", "c"),
    ("CSeq", "1 INVITE"),
]
INVITE = request("INVITE", "sip:bob@b.example", headers=HEADERS, body=b"v=0\r\n")


def test_a_request_written_here_is_read_back_the_same_and_has_nothing_against_it() -> None:
    assert parse_message(INVITE.to_bytes()) == INVITE
    assert findings(INVITE) == ()
    assert (INVITE.headers.get("Max-Forwards"), INVITE.headers.get("Content-Length")) == ("70", "5")


@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
def test_a_request_without_a_header_that_all_must_have_is_our_bug(name: str) -> None:
    with pytest.raises(LocalProtocolError, match=name.lower()):
        request("INVITE", "sip:b", headers=[header for header in HEADERS if header[0] != name])


def test_a_request_line_cannot_be_broken_from_outside() -> None:
    with pytest.raises(LocalProtocolError, match="request line"):
        request("INVITE", "sip:b SIP/2.0\r\nEvil: yes", headers=HEADERS)


def test_a_response_goes_back_along_every_via_with_the_tag_of_the_callee() -> None:
    answered = respond(INVITE, 200, to_tag="b", body=b"v=0\r\no=-\r\n")
    for name in ("Via", "From", "Call-ID", "CSeq", "Record-Route"):
        assert answered.headers.get_all(name) == INVITE.headers.get_all(name)
    assert answered.headers.get("To") == "<sip:bob@b.example>;tag=b"
    assert answered.start_line == "SIP/2.0 200 OK"
    assert parse_message(answered.to_bytes()) == answered


@pytest.mark.parametrize(("status", "recorded"), [(100, False), (180, True), (200, True), (404, False)])
def test_the_record_route_comes_back_where_a_dialog_can_begin(status: int, recorded: bool) -> None:
    assert ("record-route" in respond(INVITE, status, to_tag="b").headers) is recorded


def test_a_100_has_no_tag_and_a_tag_that_is_there_stays() -> None:
    assert respond(INVITE, 100, to_tag="b").headers.get("To") == "<sip:bob@b.example>"
    inside = INVITE.with_headers(INVITE.headers.with_replaced("To", "<sip:bob@b.example>;tag=old"))
    assert respond(inside, 200, to_tag="b").headers.get("To") == "<sip:bob@b.example>;tag=old"


def test_a_status_has_the_phrase_of_the_registry() -> None:
    """IANA, "Session Initiation Protocol (SIP) Parameters", Response Codes; RFC 3261 section 21."""
    phrases = {
        100: "Trying",
        180: "Ringing",
        181: "Call Is Being Forwarded",
        182: "Queued",
        183: "Session Progress",
        200: "OK",
        202: "Accepted",
        300: "Multiple Choices",
        301: "Moved Permanently",
        302: "Moved Temporarily",
        305: "Use Proxy",
        380: "Alternative Service",
        400: "Bad Request",
        401: "Unauthorized",
        402: "Payment Required",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        406: "Not Acceptable",
        407: "Proxy Authentication Required",
        408: "Request Timeout",
        410: "Gone",
        413: "Request Entity Too Large",
        414: "Request-URI Too Long",
        415: "Unsupported Media Type",
        416: "Unsupported URI Scheme",
        420: "Bad Extension",
        421: "Extension Required",
        423: "Interval Too Brief",
        430: "Flow Failed",
        439: "First Hop Lacks Outbound Support",
        480: "Temporarily Unavailable",
        481: "Call/Transaction Does Not Exist",
        482: "Loop Detected",
        483: "Too Many Hops",
        484: "Address Incomplete",
        485: "Ambiguous",
        486: "Busy Here",
        487: "Request Terminated",
        488: "Not Acceptable Here",
        491: "Request Pending",
        493: "Undecipherable",
        494: "Security Agreement Required",
        500: "Server Internal Error",
        501: "Not Implemented",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Server Time-out",
        505: "Version Not Supported",
        513: "Message Too Large",
        600: "Busy Everywhere",
        603: "Decline",
        604: "Does Not Exist Anywhere",
        606: "Not Acceptable",
    }
    told = {status: respond(INVITE, status).reason for status in range(100, 700)}
    assert {status: phrase for status, phrase in told.items() if phrase != "Unknown"} == phrases


def test_a_message_is_shown_once() -> None:
    """The bytes in which it came would only repeat it."""
    for message in (INVITE, respond(INVITE, 200)):
        assert repr(parse_message(message.to_bytes())).count("alice@a.example") == 1


def test_even_a_request_without_headers_gets_its_400() -> None:
    refused = respond(Request("INVITE", "sip:b"), 400, "What?", to_tag="b", headers=[("Warning", '399 e "Policy"')])
    assert refused.to_bytes() == b'SIP/2.0 400 What?\r\nWarning: 399 e "Policy"\r\nContent-Length: 0\r\n\r\n'


def test_a_cancel_carries_the_top_via_only_for_it_goes_hop_by_hop() -> None:
    cancelled = cancel(INVITE)
    assert cancelled.headers.get_all("Via") == INVITE.headers.get_list("Via")[:1]
    assert (cancelled.uri, cancelled.headers.get("CSeq")) == (INVITE.uri, "1 CANCEL")
    assert "record-route" not in cancelled.headers


def test_a_changed_message_forgets_the_bytes_in_which_it_came() -> None:
    came = parse_message(INVITE.to_bytes().replace(b"Call-ID", b"i"))
    assert isinstance(came, Request)
    changed = came.with_headers(came.headers.with_added("X", "1"))
    assert changed.to_bytes().count(b"\r\ni: c\r\n") == 1
    assert b"\r\nX: 1\r\n" in changed.to_bytes()
    assert isinstance(parse_message(respond(came, 603).to_bytes()), Response)
