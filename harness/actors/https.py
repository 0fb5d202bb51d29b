"""HTTP on a link, plain or over TLS, by h11: enough to sign in and to fetch, with the same observations as SIP."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

import h11

from harness.net.link import Link
from harness.net.recorder import Recorder
from harness.transcript import Address, Direction, HttpSeen, Oddity

_MOST_HEAD = 16384
_MOST_BODY = 1 << 20
_KNOWN_STATUSES = frozenset(HTTPStatus)
_ONE_AT_A_TIME = "HTTP/1.1"
"""The key of every request on its connection: the next one is read when this one was answered."""

_BASIC = "Basic"
_LONGEST_SCHEME = 32


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """A request as a service sees it.

    `scheme` is that of its Authorization header, `credentials` are user and password of Basic; empty without. `host` is
    the one of the Host header, in lower case and without a port.
    """

    method: str
    target: str
    credentials: tuple[str, str]
    body: bytes = b""
    host: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: its status, None where none came, and the beginning of its body."""

    status: int | None = None
    body: bytes = b""
    content_type: str = "application/xml"


NO_REPLY = Reply()

Answer = Callable[[ServedRequest], Awaitable[Reply]]
"""Takes a request, gives what is answered."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A document to be sent with a request."""

    body: bytes
    content_type: str


class Pipe(Protocol):
    """What HTTP is spoken on: a link, or what stands for one."""

    @property
    def actor(self) -> str:
        """Whose end this is."""

    @property
    def number(self) -> int:
        """The number of the connection."""

    @property
    def peer(self) -> Address:
        """The address of the other end."""

    async def send(self, data: bytes) -> bool:
        """Send data; False where it could not be written."""

    async def receive(self) -> bytes:
        """Return the next data, empty at the end."""


async def serve_https(link: Link, recorder: Recorder, answer: Answer) -> None:
    """Answer requests until the client leaves; what is not HTTP gets a 400 and is on record."""
    http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_HEAD)
    try:
        while (request := await _next_request(http, link)) is not None:
            asked = f"{request.method} {request.target}"
            recorder.take_up(link.number, _ONE_AT_A_TIME, asked)
            _note(link, recorder, Direction.RECEIVED, asked, request.scheme)
            await _respond(http, link, recorder, await _answered(request, answer))
            if http.our_state is h11.MUST_CLOSE:
                break
            http.start_next_cycle()
    except h11.RemoteProtocolError as error:
        _complain(link, recorder, error)
        if http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await _respond(http, link, recorder, Reply(error.error_status_hint))
    await link.close()


async def _answered(request: ServedRequest, answer: Answer) -> Reply:
    """Return the answer: to HEAD without a body, to CONNECT never a way through (RFC 9110 section 9.3)."""
    match request.method:
        case "CONNECT":
            return Reply(405)
        case "HEAD":
            return replace(await answer(request), body=b"")
        case _:
            return await answer(request)


async def ask_https(link: Pipe, recorder: Recorder, target: str, credentials: tuple[str, str] = ("", "")) -> Reply:
    """GET `target`, with Basic credentials where there are any."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)
    headers = [("Host", str(link.peer))]
    if any(credentials):
        basic = base64.b64encode(":".join(credentials).encode()).decode("ascii")
        headers.append(("Authorization", f"Basic {basic}"))
    recorder.hand_over(link.number, _ONE_AT_A_TIME)
    _note(link, recorder, Direction.SENT, f"GET {target}", _BASIC if any(credentials) else "")
    await link.send(http.send(h11.Request(method="GET", target=target, headers=headers)) or b"")
    await link.send(http.send(h11.EndOfMessage()) or b"")
    try:
        return await _next_reply(http, link, recorder)
    except h11.RemoteProtocolError as error:
        _complain(link, recorder, error)
        return NO_REPLY
    finally:
        recorder.handed_back(link.number, _ONE_AT_A_TIME)


async def fetch(link: Link, recorder: Recorder, host: str, target: str, posting: Posting | None = None) -> Reply:
    """GET `target`, or POST a document there, once; the connection is done then."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)
    headers = [("Host", host), ("Connection", "close")]
    if posting:
        headers += [("Content-Type", posting.content_type), ("Content-Length", str(len(posting.body)))]
    method = "POST" if posting else "GET"
    recorder.hand_over(link.number, _ONE_AT_A_TIME)
    _note(link, recorder, Direction.SENT, f"{method} {target}")
    body = h11.Data(data=posting.body if posting else b"")
    try:
        for event in (h11.Request(method=method, target=target, headers=headers), body, h11.EndOfMessage()):
            await link.send(http.send(event) or b"")
        return await _next_reply(http, link, recorder)
    except (h11.LocalProtocolError, h11.RemoteProtocolError) as error:  # local: a target that no request can have
        _complain(link, recorder, error)
        return NO_REPLY
    finally:
        recorder.handed_back(link.number, _ONE_AT_A_TIME)


def _complain(link: Pipe, recorder: Recorder, error: h11.ProtocolError) -> None:
    """Put on record what is no HTTP; h11 shows bytes as Python writes a bytearray."""
    told = re.sub(r"bytearray\(b(.*)\)", r"\1", str(error))
    recorder.note(Oddity(recorder.now(), link.actor, link.number, f"not HTTP: {told}"))


async def _next_reply(http: h11.Connection, link: Pipe, recorder: Recorder) -> Reply:
    """Return the final response with as much of its body as we keep."""
    reply, body = NO_REPLY, bytearray()
    while True:
        event = await _next_event(http, link)
        match event:
            case h11.Response():
                _note(link, recorder, Direction.RECEIVED, f"HTTP {event.status_code}")
                reply = Reply(event.status_code)
            case h11.Data():
                body += event.data[: _MOST_BODY - len(body)]
            case h11.InformationalResponse():
                pass
            case _:
                return replace(reply, body=bytes(body))


async def _next_request(http: h11.Connection, link: Link) -> ServedRequest | None:
    """Return the next request with its body, None at the end; RemoteProtocolError where that is over the limit."""
    request: ServedRequest | None = None
    body = bytearray()
    while True:
        event = await _next_event(http, link)
        match event:
            case h11.Request():
                request = _served(event)
                if _declared_length(event) > _MOST_BODY:
                    raise _too_much()
                await _invite_body(http, link)
            case h11.EndOfMessage():
                return replace(request, body=bytes(body)) if request else None
            case h11.Data():
                body += event.data
                if len(body) > _MOST_BODY:
                    raise _too_much()
            case _:
                return None


async def _invite_body(http: h11.Connection, link: Link) -> None:
    """Answer `Expect: 100-continue`: a client that sends it waits with its body (RFC 9110 section 10.1.1)."""
    if http.they_are_waiting_for_100_continue:
        await link.send(http.send(h11.InformationalResponse(status_code=100, headers=[], reason=_reason(100))) or b"")


def _declared_length(request: h11.Request) -> int:
    """Return the Content-Length, which h11 has found to be a number; 0 where there is none."""
    return int(dict(request.headers).get(b"content-length", b"0"))


def _too_much() -> h11.RemoteProtocolError:
    return h11.RemoteProtocolError(f"more than {_MOST_BODY} bytes of body", error_status_hint=413)


def _reason(status: int) -> bytes:
    """Return the reason phrase of RFC 9110; HTTP/1.1 lets it be empty, and old clients do not."""
    return HTTPStatus(status).phrase.encode("ascii") if status in _KNOWN_STATUSES else b"Unknown"


async def _next_event(http: h11.Connection, link: Pipe) -> object:
    while True:
        event = http.next_event()
        if event is not h11.NEED_DATA:
            return event
        http.receive_data(await link.receive())


async def _respond(http: h11.Connection, link: Link, recorder: Recorder, answer: Reply) -> None:
    status = answer.status or 500
    _note(link, recorder, Direction.SENT, f"HTTP {status}")
    headers = [("Content-Length", str(len(answer.body))), ("Content-Type", answer.content_type)]
    if status == 401:
        headers.append(("WWW-Authenticate", 'Basic realm="sip-mtls"'))
    response = h11.Response(status_code=status, headers=headers, reason=_reason(status))
    for event in (response, h11.Data(data=answer.body), h11.EndOfMessage()):
        await link.send(http.send(event) or b"")


def _host(request: h11.Request) -> str:
    """Return the host that is meant, in lower case and without a port; empty where it cannot be read."""
    try:
        return urlsplit(f"//{dict(request.headers).get(b'host', b'').decode()}").hostname or ""
    except ValueError:
        return ""


def _served(request: h11.Request) -> ServedRequest:
    scheme, _, encoded = dict(request.headers).get(b"authorization", b"").partition(b" ")
    is_basic = scheme.lower() == _BASIC.lower().encode()
    credentials = _credentials(encoded) if is_basic else ("", "")
    name = _BASIC if is_basic else scheme.decode("ascii", "replace")[:_LONGEST_SCHEME]
    return ServedRequest(
        request.method.decode(), request.target.decode(), credentials, host=_host(request), scheme=name
    )


def _credentials(encoded: bytes) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _note(link: Pipe, recorder: Recorder, direction: Direction, head: str, scheme: str = "") -> None:
    recorder.note(HttpSeen(recorder.now(), link.actor, link.number, direction, head, scheme))
