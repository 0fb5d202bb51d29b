"""Messages that are written here."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from harness.errors import LocalProtocolError
from harness.sip.building import acknowledge_refusal, cancel, request, respond
from harness.sip.headers import Headers
from harness.sip.message import Request, Response, cseq_number, findings, parse_message

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


@pytest.mark.parametrize(("status", "recorded"), [(101, True), (299, True), (300, False)])
def test_the_record_route_comes_back_from_101_to_299_and_only_there(status: int, recorded: bool) -> None:
    """RFC 3261 12.1.1: dialogs are made by 101 to 299."""
    assert ("record-route" in respond(INVITE, status, to_tag="b").headers) is recorded


@pytest.mark.parametrize("status", [400, 505])
def test_whoever_answers_without_being_asked_for_a_tag_gives_one_of_at_least_32_bits(status: int) -> None:
    """RFC 3261 19.3; a request that has no To gets none back."""
    assert re.fullmatch(r"<sip:bob@b.example>;tag=[0-9a-f]{16}", respond(INVITE, status).headers.get("To") or "")
    assert respond(Request("INVITE", "sip:b"), status).headers.get("To") is None


@pytest.mark.parametrize(
    ("method", "uri"), [("", "sip:b"), ("INVITE", ""), ("IN VITE", "sip:b"), ("INVITE", "sip:b c")]
)
def test_a_request_line_that_lacks_a_part_or_has_one_too_many_is_our_bug(method: str, uri: str) -> None:
    with pytest.raises(LocalProtocolError, match="request line"):
        request(method, uri, headers=HEADERS)


def test_the_ack_of_a_refusal_names_the_called_end_as_the_refusal_does_or_as_the_invite() -> None:
    """RFC 3261 17.1.1.3: To of the response, everything else of the INVITE."""
    tagged = respond(INVITE, 486, to_tag="b")
    assert acknowledge_refusal(INVITE, tagged).headers.get_all("To") == ("<sip:bob@b.example>;tag=b",)
    twice = tagged.with_headers(tagged.headers.with_added("To", "<sip:other@b.example>"))
    assert acknowledge_refusal(INVITE, twice).headers.get_all("To") == ("<sip:bob@b.example>;tag=b",)
    nameless = tagged.with_headers(tagged.headers.without("To"))
    assert acknowledge_refusal(INVITE, nameless).headers.get_all("To") == ("<sip:bob@b.example>",)
    odd = INVITE.with_headers(INVITE.headers.without("CSeq").with_added("To", "<sip:second@b.example>"))
    assert cancel(odd).headers.get_all("To") == ("<sip:bob@b.example>",)
    assert cancel(odd).headers.get("CSeq") == "0 CANCEL"


@pytest.mark.parametrize(
    ("status", "provisional", "success"),
    [(100, True, False), (199, True, False), (200, False, True), (299, False, True), (300, False, False)],
)
def test_a_status_is_provisional_a_success_or_a_refusal(status: int, provisional: bool, success: bool) -> None:
    response = respond(INVITE, status)
    assert (response.is_provisional, response.is_success) == (provisional, success)


def test_a_status_line_may_lack_its_phrase() -> None:
    """RFC 3261 25.1: Reason-Phrase may be empty."""
    for line in (b"SIP/2.0 200", b"SIP/2.0 200 "):
        read = parse_message(line + b"\r\n\r\n")
        assert isinstance(read, Response)
        assert (read.status, read.reason) == (200, "")


@pytest.mark.parametrize(
    ("cseq", "number"),
    [
        ("1 INVITE", 1),
        ("2147483647 BYE", 2147483647),
        ("2147483648 BYE", 0),
        ("00000000000007 BYE", 7),
        ("x BYE", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_sequence_number_is_below_2_to_the_31(cseq: str | None, number: int) -> None:
    """RFC 3261 8.1.1.5."""
    assert cseq_number(Headers.of([("CSeq", cseq)] if cseq is not None else [])) == number


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ("Expires", "4294967295", False),
        ("Expires", "4294967296", True),
        ("Min-Expires", "4294967295", False),
        ("Min-Expires", "4294967296", True),
        ("Max-Forwards", "255", False),
        ("Max-Forwards", "256", True),
        ("CSeq", "2147483647 INVITE", False),
        ("CSeq", "2147483648 INVITE", True),
        ("CSeq", "1 OPTIONS", True),
        ("Contact", "*", False),
        ("Contact", "<tel:+1555>", False),
        ("Contact", "<sip:>", True),
        ("Route", "<sip:p.example;lr>", False),
        ("Route", "sip:p.example;lr", True),
        ("Call-ID", "a b", True),
        ("From", "", True),
    ],
)
def test_a_value_out_of_its_bounds_is_a_finding_on_its_header(header: str, value: str, found: bool) -> None:
    odd = INVITE.with_headers(INVITE.headers.with_replaced(header, value))
    assert {each.header for each in findings(odd)} == ({header.lower()} if found else set())


@pytest.mark.parametrize("name", ["via", "from", "to", "call-id", "cseq", "max-forwards"])
def test_a_header_that_all_messages_need_is_missed(name: str) -> None:
    """RFC 3261 8.1.1; a response has no Max-Forwards (8.2.6.2)."""
    needy = INVITE.with_headers(INVITE.headers.without(name))
    assert [each.header for each in findings(needy)] == [name]
    answered = respond(INVITE, 200)
    needed = [] if name == "max-forwards" else [name]
    assert [each.header for each in findings(answered.with_headers(answered.headers.without(name)))] == needed


@pytest.mark.parametrize("name", ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type", "Expires"])
def test_a_header_that_may_occur_once_is_found_twice(name: str) -> None:
    plain = INVITE.with_headers(
        INVITE.headers.with_replaced("Content-Type", "text/plain").with_replaced("Expires", "9")
    )
    assert findings(plain) == ()
    twice = plain.with_headers(plain.headers.with_added(name, plain.headers.get(name) or ""))
    assert [(each.header, each.problem[:22]) for each in findings(twice)] == [(name.lower(), "occurs more than once ")]


@pytest.mark.parametrize(
    ("uri", "version", "problems"),
    [
        ("sip:b@b.example", "SIP/2.0", []),
        ("sip:b@b.example", "SIP/3.0", ["request-line"]),
        ("sip:b b@b.example", "SIP/2.0", ["request-line"]),
        ("<sip:b@b.example>", "SIP/2.0", ["request-line"]),
    ],
)
def test_a_request_line_that_is_odd_is_a_finding(uri: str, version: str, problems: list[str]) -> None:
    assert [each.header for each in findings(replace(INVITE, uri=uri, version=version))] == problems


def test_what_is_wrong_is_told_with_the_first_60_characters_of_it() -> None:
    (found,) = findings(INVITE.with_headers(INVITE.headers.with_replaced("Max-Forwards", "x" * 61)))
    assert found.problem == f"not a number of 0 to 255: '{'x' * 60}'"
