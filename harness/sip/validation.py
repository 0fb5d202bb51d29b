"""Which requests are refused before anybody looks at what they ask for, and with which words (RFC 3261 8.2, 16.3).

`syntax_refusal` is for whoever reads a request, `proxy_refusal` for who forwards one, `callee_refusal` for who answers
it. Each returns the first objection, None where there is none. An ACK is never answered, whatever it is refused for;
ACK and CANCEL require no extension (8.2.2.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.sip.building import respond
from harness.sip.findings import Finding, header_findings
from harness.sip.headers import Headers
from harness.sip.message import SIP_VERSION, Request, Response
from harness.sip.multipart import kind_of
from harness.sip.uri import SipUri

_BAD_REQUEST, _MEDIA_TYPE, _SCHEME, _EXTENSION, _NOT_ACCEPTABLE, _VERSION = 400, 415, 416, 420, 406, 505
_SCHEME_OF = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = ("sip", "sips", "tel")
_BODY = "application/sdp"

# What a proxy or an endpoint must understand; a header that nobody needs may hold anything (RFC 3261 16.3 step 1).
_NEEDED = ("from", "to", "call-id", "cseq", "via", "max-forwards", "route")
_NEEDED_BY = {"REGISTER": "contact"}
_SPELLINGS = {"call-id": "Call-ID", "cseq": "CSeq"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A final answer: its status, its reason phrase ("" for the usual one), and the headers that it needs."""

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def response(self, request: Request) -> Response:
        """Return the refusal as the answer to a request."""
        return respond(request, self.status, self.reason, headers=self.headers)


def syntax_refusal(request: Request) -> Refusal | None:
    """Return why a request cannot be understood: another SIP version, a malformed part, an unknown URI scheme."""
    if request.version != SIP_VERSION:
        return Refusal(_VERSION)
    problem = next(_problems(request), "")
    if problem:
        return Refusal(_BAD_REQUEST, problem)
    return None if _scheme(request.uri) in _SCHEMES else Refusal(_SCHEME)


def proxy_refusal(request: Request) -> Refusal | None:
    """Return the objection of a proxy that knows no extensions (RFC 3261 16.3 step 5)."""
    return _unsupported(request, "proxy-require", ())


def callee_refusal(request: Request, supported: tuple[str, ...] = ()) -> Refusal | None:
    """Return the objection of an endpoint that knows the extensions `supported` and reads SDP (RFC 3261 8.2)."""
    refusal = _unsupported(request, "require", supported)
    if refusal or request.method != "INVITE":
        return refusal
    return _unreadable_body(request) or _unreadable_answer(request.headers)


def _problems(request: Request) -> Iterator[str]:
    """Yield what is malformed, as reason phrases."""
    if line := _line_problem(request.uri):
        yield line
    for finding in header_findings(request.headers, request.method):
        needed = finding.header in _NEEDED or finding.header == _NEEDED_BY.get(request.method)
        if needed and not _is_old_style(request.headers, finding):
            yield f"{_spelled(finding.header)}: {_printable(finding.problem)}"


def _line_problem(uri: str) -> str:
    """Return what is wrong with a Request-URI, empty where nothing is; RFC 3261 19.1.1 allows it no headers."""
    scheme = _scheme(uri)
    if not scheme or " " in uri or not uri.isprintable():
        return "Malformed Request-URI"
    if scheme not in ("sip", "sips"):
        return ""
    try:
        return "Request-URI with headers" if SipUri.parse(uri).headers else ""
    except ValueError:
        return "Malformed Request-URI"


def _is_old_style(headers: Headers, finding: Finding) -> bool:
    """Whether a finding is one that RFC 3261 16.6 step 3 lets pass: no Max-Forwards at all."""
    return finding.header == "max-forwards" and "max-forwards" not in headers


def _unsupported(request: Request, header: str, supported: tuple[str, ...]) -> Refusal | None:
    if request.method in ("ACK", "CANCEL"):
        return None
    unknown = [tag for tag in request.headers.get_list(header) if tag.lower() not in supported]
    return Refusal(_EXTENSION, headers=(("Unsupported", ", ".join(unknown)),)) if unknown else None


def _unreadable_body(request: Request) -> Refusal | None:
    coding = (request.headers.get("content-encoding") or "identity").strip().lower()
    if request.body and coding != "identity":
        return Refusal(_MEDIA_TYPE, headers=(("Accept-Encoding", "identity"),))
    kind = kind_of(request.headers.get("content-type") or _BODY)
    if request.body and kind != _BODY and not kind.startswith("multipart/"):
        return Refusal(_MEDIA_TYPE, headers=(("Accept", _BODY),))
    return None


def _unreadable_answer(headers: Headers) -> Refusal | None:
    """Refuse whoever cannot read our answer; an INVITE without Accept takes SDP (RFC 3261 20.1)."""
    accepted = {kind_of(value) for value in headers.get_list("accept")}
    return None if "accept" not in headers or accepted & {_BODY, "application/*", "*/*"} else Refusal(_NOT_ACCEPTABLE)


def _scheme(uri: str) -> str:
    found = _SCHEME_OF.match(uri)
    return found[1].lower() if found else ""


def _spelled(header: str) -> str:
    return _SPELLINGS.get(header, header.title())


def _printable(problem: str) -> str:
    return problem.encode("ascii", "backslashreplace").decode("ascii")[:120]
