"""Torture messages in the manner of RFC 4475, written anew: each is kept whole and says what is wrong."""

from __future__ import annotations

import pytest

from harness.sip.address import NameAddress
from harness.sip.framing import MessageFramed, StreamFramer
from harness.sip.message import Message, Request, Response, Violation, findings, parse_message
from harness.sip.via import Via

VIA = "Via: SIP/2.0/TLS caller.example.net:5061;branch=z9hG4bK-torture"
FROM = "From: <sip:caller@example.net>;tag=323"
TO = "To: <sip:user@example.com>"
IDENTITY = ("Call-ID: torture@example.net", "Max-Forwards: 70")


def text(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("utf-8", "surrogateescape")


def options(*headers: str, line: str = "OPTIONS sip:user@example.com SIP/2.0") -> bytes:
    return text(line, *headers, "CSeq: 1 OPTIONS", "Content-Length: 0")


def message(data: bytes) -> Message:
    parsed = parse_message(data)
    assert isinstance(parsed, Request | Response), parsed
    return parsed


# RFC 4475 3.1.1.1, "a short tortuous INVITE".
TORTUOUS_INVITE = text(
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
    "TO :",
    " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
    "  ;",
    "  tag = 98asjd8",
    "MaX-fOrWaRdS: 0068",
    "Call-ID: wsinv.ndaksdj@192.0.2.1",
    "Content-Length   : 10",
    "cseq: 0009",
    "  INVITE",
    "Via  : SIP  /   2.0",
    " /UDP",
    "    192.0.2.2;branch=390skdjuw",
    "s :",
    "NewFangledHeader:   newfangled value",
    " continued newfangled value",
    "UnknownHeaderWithUnusualValue: ;;,,;;,;",
    "Content-Type: application/sdp",
    "Route:",
    " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
    "  branch  =   z9hG4bK9ikj8  ,",
    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
    " z9hG4bK30239",
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
    "      newvalue ;",
    "  secondparam ; q = 0.33",
).replace(b"\r\n\r\n", b"\r\n\r\nv=0\r\no=- 1")

VALID = {
    "wsinv": TORTUOUS_INVITE,
    "intmeth": text(
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:"
        "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
        VIA,
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)&it$/crazy?,/;;*@example.com>',
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;aParam''~*_!.-%=\"œ—й\";tag=_token",
        *IDENTITY,
        "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
        "extensionHeader-!.%*+_`'~: ﻿大停電",
        "Content-Length: 0",
    ),
    "esc01": options(VIA, "From: <sip:I%20have%20spaces@example.net>;tag=938", TO, *IDENTITY,
                     line="OPTIONS sip:sips%3Auser%40example.com@example.net SIP/2.0"),
    "escnull": options(VIA, "From: sip:null-%00-null@example.com;tag=839923423", TO, *IDENTITY,
                       "Contact: <sip:%00@host5.example.com>", "Contact: <sip:%00%00@host5.example.com>"),
    "lwsdisp": options(VIA, "From: caller<sip:caller@example.com>;tag=323", TO, *IDENTITY),
    "longreq": options(VIA, *(f"v: SIP/2.0/TCP host{number}.example.com;branch=z9hG4bK{'a' * 60}{number}"
                              for number in range(30)), FROM, TO, *IDENTITY,
                       "Unknown-" + "very" * 80 + "-Long-Name: " + "long-value " * 60),
    "semiuri": options(VIA, FROM, TO, *IDENTITY,
                       line="OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0"),
    "transports": options(VIA, "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKkl1", FROM, TO, *IDENTITY,
                          "Via: SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK2980unddj"),
    "unreason": text("SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое", VIA, FROM, TO, *IDENTITY,
                     "CSeq: 35 INVITE", "Content-Length: 0"),
    "noreason": text("SIP/2.0 100 ", VIA, FROM, TO, *IDENTITY, "CSeq: 35 INVITE", "Content-Length: 0"),
    "bare line feeds": options(VIA, FROM, TO, *IDENTITY).replace(b"\r\n", b"\n"),
    "unknown scheme in To": options(VIA, FROM, "To: <isbn:2983792873>", *IDENTITY),
}  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_a_message_that_is_odd_but_valid_has_nothing_against_it(name: str) -> None:
    assert findings(message(VALID[name])) == ()


@pytest.mark.parametrize("name", VALID)
def test_a_message_that_is_odd_but_valid_prints_back_byte_for_byte(name: str) -> None:
    assert message(VALID[name]).to_bytes() == VALID[name]


def test_the_tortuous_invite_says_what_it_means() -> None:
    invite = message(TORTUOUS_INVITE)
    caller = NameAddress.parse(invite.headers.get("From") or "")
    assert (caller.display, caller.uri, caller.tag) == (
        'J Rosenberg \\"',
        "sip:jdrosen@example.com",
        "98asjd8",
    )
    assert NameAddress.parse(invite.headers.get("t") or "").tag == "1918181833n"
    hops = [Via.parse(value) for value in invite.headers.get_list("VIA")]
    assert [hop.transport for hop in hops] == ["UDP", "TCP", "UDP"]
    assert [hop.branch for hop in hops] == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    assert invite.body == b"v=0\r\no=- 1"[:10]


# What each broken message is found to have; the message itself is kept (RFC 4475 3.1.2 and 3.3).
BROKEN = {
    "extraneous separators": (options(VIA, FROM, TO, *IDENTITY, "Contact: <sip:a@b.example>;;,;"), "contact"),
    "negative Max-Forwards": (options(VIA, FROM, TO, "Call-ID: x", "Max-Forwards: -1"), "max-forwards"),
    "scalar over the limit": (text("REGISTER sip:example.com SIP/2.0", VIA, FROM, TO, *IDENTITY,
                                   "CSeq: 2147483648 REGISTER", "Content-Length: 0"), "cseq"),
    "URI in angle brackets": (options(VIA, FROM, TO, *IDENTITY, line="OPTIONS <sip:u@example.com> SIP/2.0"),
                              "request-line"),
    "blank in the URI": (options(VIA, FROM, TO, *IDENTITY, line="OPTIONS sip:u@example.com; lr SIP/2.0"),
                         "request-line"),
    "unknown version": (options(VIA, FROM, TO, *IDENTITY, line="OPTIONS sip:t@example.com SIP/7.0"),
                        "request-line"),
    "method mismatch": (text("OPTIONS sip:user@example.com SIP/2.0", VIA, FROM, TO, *IDENTITY,
                             "CSeq: 8 INVITE", "Content-Length: 0"), "cseq"),
    "no Call-ID": (options(VIA, FROM, TO, "Max-Forwards: 70"), "call-id"),
    "two To": (options(VIA, FROM, TO, TO, *IDENTITY), "to"),
    "unclosed bracket": (options(VIA, FROM, "To: <sip:user@example.com", *IDENTITY), "to"),
    "unclosed quote": (options(VIA, FROM, 'To: "Mr. J. User <sip:user@example.com>', *IDENTITY), "to"),
    "bare media type": (options(VIA, FROM, TO, *IDENTITY, "Content-Type: sdp"), "content-type"),
    "route without brackets": (options(VIA, FROM, TO, *IDENTITY, "Route: sip:proxy.example.com;lr"), "route"),
    "line without a colon": (options(VIA, FROM, TO, *IDENTITY, "this is no header"), ""),
    "port over 65535": (options("Via: SIP/2.0/TLS a.example:70000", FROM, TO, *IDENTITY), "via"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_value_is_a_finding_on_its_header_and_never_a_lost_message(name: str) -> None:
    data, header = BROKEN[name]
    broken = message(data)
    assert {finding.header for finding in findings(broken)} == {header}
    assert broken.to_bytes() == data


LOST = {
    "no start line": text("hello", VIA),
    "status of ten digits": text("SIP/2.0 4294967301 better not break the receiver", VIA),
    "negative length": text("OPTIONS sip:a@b.example SIP/2.0", VIA, "Content-Length: -999"),
    "two lengths that differ": text("OPTIONS sip:a@b.example SIP/2.0", "l: 5", "Content-Length: 8") + b"12345678",
    "body cut short": text("OPTIONS sip:a@b.example SIP/2.0", "Content-Length: 9999") + b"v=0",
    "no empty line": b"OPTIONS sip:a@b.example SIP/2.0\r\nVia: x\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", LOST)
def test_bytes_without_a_start_or_an_end_are_no_message(name: str) -> None:
    assert isinstance(parse_message(LOST[name]), Violation)


def test_empty_lines_before_a_message_are_passed_over_and_kept() -> None:
    late = message(b"\r\n\r\n" + VALID["esc01"])
    assert late == message(VALID["esc01"])
    assert late.to_bytes() == b"\r\n\r\n" + VALID["esc01"]


def test_a_second_request_in_the_same_bytes_is_another_message() -> None:
    first, second = options(VIA, FROM, TO, *IDENTITY), VALID["esc01"]
    assert message(first + second).to_bytes() == first
    framer = StreamFramer(65536)
    framer.feed(first + second)
    framed = [event.message.to_bytes() for event in framer.events() if isinstance(event, MessageFramed)]
    assert framed == [first, second]
