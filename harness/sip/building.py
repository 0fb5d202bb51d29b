"""Messages that are written here: requests, responses, and the ACK and CANCEL that copy a request."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from harness.errors import LocalProtocolError
from harness.sip.address import tag_of
from harness.sip.findings import MANDATORY
from harness.sip.headers import HeaderField, Headers
from harness.sip.message import Request, Response

Pairs: TypeAlias = Iterable[tuple[str, str]]

# RFC 3261 section 21; 430 and 439 are RFC 5626's, 494 is RFC 3329's.
REASONS = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress",
    200: "OK", 202: "Accepted", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily",
    305: "Use Proxy", 380: "Alternative Service", 400: "Bad Request", 401: "Unauthorized",
    402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone",
    413: "Request Entity Too Large", 414: "Request-URI Too Long", 415: "Unsupported Media Type",
    416: "Unsupported URI Scheme", 420: "Bad Extension", 421: "Extension Required",
    423: "Interval Too Brief", 430: "Flow Failed", 439: "First Hop Lacks Outbound Support",
    480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected",
    483: "Too Many Hops", 484: "Address Incomplete", 485: "Ambiguous", 486: "Busy Here",
    487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending", 493: "Undecipherable",
    494: "Security Agreement Required", 500: "Server Internal Error", 501: "Not Implemented",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Server Time-out", 505: "Version Not Supported",
    513: "Message Too Large", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}  # fmt: skip

# RFC 3261 12.1 and RFC 6665: the requests whose answers make dialogs, and so carry Record-Route back.
DIALOG_FORMING = ("INVITE", "SUBSCRIBE", "REFER")


def request(method: str, uri: str, *, headers: Pairs, body: bytes = b"") -> Request:
    """Return a request with these headers, Max-Forwards 70 where none is given, and its Content-Length.

    LocalProtocolError where one of the six headers of RFC 3261 8.1.1 is missing or the start line would
    break. A malformed request that is meant to be one is made with `Request` itself.
    """
    if any(character.isspace() for character in method + uri) or not (method and uri):
        raise LocalProtocolError(f"not a request line: {method!r} {uri!r}")
    made = Headers.of(headers)
    if "max-forwards" not in made:
        made = made.with_added("Max-Forwards", "70")
    if missing := [name for name in MANDATORY if name not in made]:
        raise LocalProtocolError(f"{method} without {', '.join(missing)}")
    return Request(method, uri, _with_length(made, body), body)


def respond(
    request: Request,
    status: int,
    reason: str = "",
    *,
    to_tag: str = "",
    headers: Pairs = (),
    body: bytes = b"",
) -> Response:
    """Return the response to a request (RFC 3261 8.2.6).

    Copies every Via, From, To, Call-ID and CSeq byte for byte, and Record-Route where the answer can make a
    dialog (12.1.1). `to_tag` is added to a To that has none, except on a 100; it defaults to a tag that is the same in
    every response to this request (8.2.6.2, 8.2.7). `reason` defaults to the status's own.
    """
    tag = (to_tag or _own_tag(request.headers)) if status > 100 else ""
    copied = [*_copied(request.headers, "via", "from"), *_to(request.headers, tag),
              *_copied(request.headers, "call-id", "cseq")]  # fmt: skip
    if request.method in DIALOG_FORMING and 100 < status < 300:
        copied += _copied(request.headers, "record-route")
    made = Headers((*copied, *Headers.of(headers)))
    return Response(status, reason or REASONS.get(status, "Unknown"), _with_length(made, body), body)


def acknowledge_refusal(invite: Request, response: Response) -> Request:
    """Return the ACK for a 300-699, which is part of the INVITE's transaction (RFC 3261 17.1.1.3)."""
    to = _copied(response.headers, "to")[:1] or _copied(invite.headers, "to")[:1]
    return _companion("ACK", invite, to)


def cancel(invite: Request) -> Request:
    """Return the CANCEL for an INVITE that is still pending (RFC 3261 9.1)."""
    return _companion("CANCEL", invite, _copied(invite.headers, "to")[:1])


def _companion(method: str, invite: Request, to: list[HeaderField]) -> Request:
    number = (invite.headers.get("cseq") or "0").split()[0]
    written = [("Max-Forwards", "70"), ("CSeq", f"{number} {method}")]
    fields = (*Headers.of(("Via", via) for via in invite.headers.get_list("via")[:1]),
              *_copied(invite.headers, "route", "from"), *to, *_copied(invite.headers, "call-id"),
              *Headers.of(written))  # fmt: skip
    return Request(method, invite.uri, _with_length(Headers(fields), b""))


def _copied(headers: Headers, *names: str) -> list[HeaderField]:
    return [field for name in names for field in headers if field.canonical == name]


def _own_tag(headers: Headers) -> str:
    """Return the tag of whoever answers without a dialog: made from what tells this request from all others."""
    told = "\n".join(headers.get(name) or "" for name in ("via", "from", "call-id", "cseq"))
    return sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _to(headers: Headers, tag: str) -> list[HeaderField]:
    fields = _copied(headers, "to")[:1]
    if not tag or not fields or tag_of(fields[0].value):
        return fields
    return [HeaderField.of(fields[0].name, f"{fields[0].value};tag={tag}")]


def _with_length(headers: Headers, body: bytes) -> Headers:
    return headers.without("content-length").with_added("Content-Length", str(len(body)))
