"""What a stranger's bytes cost: each reader and table that a visitor reaches works in proportion to what it is fed.

Work is counted, not timed: the calls that Python makes for n and for 4n of something. A reader that looks at each thing
once makes four times the calls; one that compares each with each makes sixteen times.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import h11
import pytest

from harness.dns.authority import Authority
from harness.sip import digest
from harness.sip.building import request, respond
from harness.sip.dialog import Dialog
from harness.sip.framing import StreamFramer
from harness.sip.message import Request, findings, parse_message
from harness.sip.proxy import add_received, forward_request, forward_response, strip_own_route
from harness.sip.registrar import Registrar
from harness.sip.sdp import SessionDescription, answer
from harness.sip.transaction_keys import server_key
from harness.sip.uri import SipUri
from harness.sip.validation import callee_refusal, proxy_refusal, syntax_refusal
from harness.sip.via import Via
from harness.tls.inspector.conversation import inspect
from harness.transcript import Chunk, Direction

FEW, TIMES = 100, 4
MOST_GROWTH = TIMES * 1.5
HEADERS = {
    "Via": "SIP/2.0/TLS a.example;branch=z9hG4bK1",
    "From": "<sip:a@a.example>;tag=a",
    "To": "<sip:b@b.example>",
    "Call-ID": "c",
}


def calls(work: Callable[[], Any]) -> int:
    """Return how many calls, of Python and of C, `work` makes."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


def asking(method: str = "INVITE", *more: tuple[str, str], uri: str = "sip:b@b.example", **headers: str) -> Request:
    fixed = {**HEADERS, "CSeq": f"1 {method}", **{name.replace("_", "-"): text for name, text in headers.items()}}
    return request(method, uri, headers=[*fixed.items(), *more])


def _everywhere(_uri: SipUri) -> bool:
    return True


def _nowhere(_uri: SipUri) -> bool:
    return False


def whole_way(asked: Request) -> None:
    """Do with a request what a proxy, an endpoint and a registrar do."""
    syntax_refusal(asked), proxy_refusal(asked), callee_refusal(asked), findings(asked)
    taken = add_received(asked, "192.0.2.1", 5061)
    server_key(taken)
    hop = Via.of("TLS", "p.example", 5061, "z9hG4bKp")
    for is_me in (_everywhere, _nowhere):
        forwarded = forward_request(strip_own_route(taken, is_me), via=hop, record_route="sip:p;lr")
    forward_response(respond(forwarded, 200))
    Dialog.as_callee(asked, respond(asked, 200, to_tag="b")).request("BYE", via=hop)
    Registrar(most_bindings=16).handle(asked, now=0)


def many(one: str, separator: str = ",") -> Callable[[int], str]:
    return lambda n: separator.join(one.replace("N", str(number)) for number in range(n))


REQUESTS: dict[str, Callable[[int], Request]] = {
    "Via": lambda n: asking("INVITE", *[("Via", f"SIP/2.0/TLS h{i};branch=z9hG4bK{i}") for i in range(n)]),
    "Via in one line": lambda n: asking(Via=many("SIP/2.0/TLS hN;branch=z9hG4bKN")(n)),
    "Via parameters": lambda n: asking(Via=HEADERS["Via"] + many(";pN=x", "")(n)),
    "Route": lambda n: asking("INVITE", *[("Route", f"<sip:h{i};lr>") for i in range(n)]),
    "Route in one line": lambda n: asking(Route=many("<sip:hN;lr>")(n)),
    "Record-Route": lambda n: asking(Record_Route=many("<sip:hN;lr>")(n)),
    "Contact": lambda n: asking("REGISTER", ("Contact", many("<sip:hN>")(n))),
    "Contact in lines": lambda n: asking("REGISTER", *[("Contact", f"<sip:h{i}>") for i in range(n)]),
    "URI parameters of 16 contacts": lambda n: asking(
        "REGISTER", *[("Contact", f"<sip:a@h{many(';pN=%41', '')(n)}>")] * 16
    ),
    "URI headers of 16 contacts": lambda n: asking(
        "REGISTER", *[("Contact", f"<sip:a@h?{many('pN=%41', '&')(n)}>")] * 16
    ),
    "Request-URI parameters": lambda n: asking(uri="sip:b@b.example" + many(";pN=x", "")(n)),
    "From parameters": lambda n: asking(From=HEADERS["From"] + many(";pN=x", "")(n)),
    "escapes in a display name": lambda n: asking(From='"' + '\\"' * n + '" <sip:a@a.example>;tag=a'),
    "quotes": lambda n: asking(From='"' * n + "<sip:a@a.example>;tag=a"),
    "Require": lambda n: asking(Require=many("xN")(n)),
    "Accept": lambda n: asking(Accept=many("a/bN")(n)),
    "Path": lambda n: asking("REGISTER", *[("Path", f"<sip:h{i};lr>") for i in range(n)]),
    "unknown headers": lambda n: asking("INVITE", *[("X-Other", "x")] * n),
}


def framing(data: bytes, piece: int) -> None:
    framer = StreamFramer(2 * len(data))
    for start in range(0, len(data), piece):
        framer.feed(data[start : start + piece])
        for _ in framer.events():
            pass


def http_head(data: bytes, piece: int) -> None:
    http = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    for start in range(0, len(data), piece):
        http.receive_data(data[start : start + piece])
        http.next_event()


def authenticated(parts: str) -> str:
    return f'Digest {parts},username="a",realm="b",nonce="c",uri="d",response="e"'


def verified(credentials: str) -> None:
    digest.verify(credentials, method="REGISTER", ha1_of=lambda *_: "0", nonce_is_fresh=lambda *_: True)


def described(body: bytes) -> None:
    answer(SessionDescription.parse(body), "h.example", 36000)


def dns_query(options: int) -> bytes:
    body = b"\xfd\xe9\x00\x01x" * options
    opt = b"\x00\x00\x29\x10\x00\x00\x00\x00\x00" + len(body).to_bytes(2, "big") + body
    return b"\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01" + b"\x01a\x00\x00\x01\x00\x01" + opt


def tls_record(content: int, data: bytes) -> bytes:
    return bytes([content, 3, 3]) + len(data).to_bytes(2, "big") + data


def client_hello(extensions: int) -> bytes:
    added = b"\xfe\x01\x00\x00" * extensions
    body = b"\x03\x03" + bytes(32) + b"\x00\x00\x02\x00\x2f\x01\x00" + len(added).to_bytes(2, "big") + added
    return b"\x01" + len(body).to_bytes(3, "big") + body


def inspected(*pieces: bytes) -> None:
    inspect([Chunk(0.0, Direction.RECEIVED, piece) for piece in pieces], [], listens=True)


OTHERS: dict[str, Callable[[int], Callable[[], Any]]] = {
    "SIP in single bytes": lambda n: lambda: framing(asking(Subject="x" * n).to_bytes(), 1),
    "SIP, many messages": lambda n: lambda: framing(asking().to_bytes() * n, 1 << 20),
    "SIP, empty lines": lambda n: lambda: framing(b"\r\n" * n, 1),
    "SIP, folded lines": lambda n: (
        lambda: parse_message(
            asking(Subject="x").to_bytes().replace(b"Subject: x\r\n", b"Subject: x\r\n" + b" x\r\n" * n)
        )
    ),
    "URI comparison": lambda n: (
        lambda: SipUri.parse("sip:a@b" + many(";pN=x", "")(n)).is_equivalent_to(
            SipUri.parse("sip:a@B" + many(";PN=X", "")(n))
        )
    ),
    "SDP, media": lambda n: lambda: described(b"v=0\r\n" + b"m=audio 1 RTP/AVP 0\r\n" * n),
    "SDP, formats": lambda n: (
        lambda: described(
            b"m=audio 1 RTP/AVP "
            + many("N", " ")(n).encode()
            + b"\r\n"
            + many("a=rtpmap:N PCMU/8000\r\n", "")(n).encode()
        )
    ),
    "SDP, lines": lambda n: lambda: described(b"a=x\r\n" * n + b"m=audio 1 RTP/AVP 0\r\n" + b"a=x\r\n" * n),
    "digest": lambda n: lambda: verified(authenticated(many("pN=x")(n))),
    "digest, escapes": lambda n: lambda: verified(authenticated('p="' + '\\"' * n + '"')),
    "HTTP, headers": lambda n: lambda: http_head(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * n + b"\r\n", 1 << 20),
    "HTTP in single bytes": lambda n: (
        lambda: http_head(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * n + b"\r\n\r\n", 1)
    ),
    "DNS, options": lambda n: lambda: Authority([]).answer(dns_query(n), source="127.0.0.1", transport="tcp"),
    "TLS, empty records": lambda n: lambda: inspected(tls_record(22, b"") * n),
    "TLS, alerts": lambda n: lambda: inspected(tls_record(21, b"\x01\x00") * n),
    "TLS, hellos": lambda n: lambda: inspected(tls_record(22, client_hello(0)) * n),
    "TLS, extensions": lambda n: lambda: inspected(tls_record(22, client_hello(n))),
    "TLS, a message in pieces": lambda n: (
        lambda: inspected(b"".join(tls_record(22, bytes([byte])) for byte in client_hello(n)))
    ),
    "TLS in single bytes": lambda n: lambda: inspected(*(bytes([byte]) for byte in tls_record(22, client_hello(n)))),
}


def assert_in_proportion(work_for: Callable[[int], Callable[[], Any]]) -> None:
    work_for(FEW)()  # caches and imports are filled
    few, more = calls(work_for(FEW)), calls(work_for(FEW * TIMES))
    assert more < few * MOST_GROWTH


@pytest.mark.parametrize("what", REQUESTS)
def test_a_request_with_four_times_as_much_in_it_costs_four_times_as_much(what: str) -> None:
    def work_for(n: int) -> Callable[[], None]:
        asked = REQUESTS[what](n)
        return lambda: whole_way(asked)

    assert_in_proportion(work_for)


@pytest.mark.parametrize("what", OTHERS)
def test_four_times_as_many_bytes_cost_four_times_as_much(what: str) -> None:
    assert_in_proportion(OTHERS[what])


def test_a_register_with_too_many_contacts_is_refused_before_any_of_them_is_compared() -> None:
    """A REGISTER with 500 contacts cost 3.8 s of CPU, in which nobody else was served."""
    registrar = Registrar(most_bindings=16)
    full = asking("REGISTER", *[("Contact", f"<sip:held{number}@h>") for number in range(16)])
    assert registrar.handle(full, now=0).status == 200
    flood = asking("REGISTER", ("Contact", many("<sip:flood@hN>")(500)))
    assert registrar.handle(flood, now=1).status == 403
    assert calls(lambda: registrar.handle(flood, now=1)) < 500 * 40  # cutting the header apart, and no more
