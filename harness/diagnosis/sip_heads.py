"""What the SIP messages of a transcript say, read by `harness.sip`: heads alone, so that a cut body does no harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from harness.sip.digest import fields
from harness.sip.message import Message, Request, Response, parse_head
from harness.sip.uri import SipUri
from harness.transcript import Event, HttpSeen, SipSeen

CHALLENGES = frozenset({401, 407})
"""A registrar, or an end, asks for credentials by 401, a proxy by 407 (RFC 3261 sections 21.4.2 and 21.4.8)."""

_CREDENTIALS = ("authorization", "proxy-authorization")
_ASKED_FOR = ("www-authenticate", "proxy-authenticate")


@lru_cache(maxsize=1024)
def _head(data: bytes) -> Message | None:
    read = parse_head(data)
    return read if isinstance(read, Request | Response) else None


def head_of(seen: SipSeen) -> Message | None:
    """Return the start line and headers of a message, None where it has no start line of SIP."""
    return _head(seen.message)


def request_in(seen: Event, method: str = "") -> Request | None:
    """Return the request that was seen, of that method where one is named; None for anything else."""
    head = head_of(seen) if isinstance(seen, SipSeen) else None
    return head if isinstance(head, Request) and method in {"", head.method} else None


def status_of(event: SipSeen | HttpSeen) -> int | None:
    """Return the status of a response, None for a request."""
    if isinstance(event, SipSeen):
        head = head_of(event)
        return head.status if isinstance(head, Response) else None
    words = event.head.split()
    is_response = len(words) > 1 and words[0].startswith("HTTP")
    return int(words[1][:3]) if is_response and words[1][:3].isdigit() else None


def carries_credentials(event: Event) -> bool:
    """Whether a request brings credentials: by digest in SIP, by any scheme in HTTP."""
    if isinstance(event, HttpSeen):
        return bool(event.scheme)
    return any(value.lower().startswith("digest ") for value in _values(request_in(event), _CREDENTIALS))


def calls_nonce_stale(event: SipSeen) -> bool:
    """Whether an answer says that the credentials were right and their nonce too old (RFC 7616 section 3.3)."""
    asked = _values(head_of(event), _ASKED_FOR)
    return any(fields(value).get("stale", "").lower() == "true" for value in asked)


def answers(seen: SipSeen, method: str) -> bool:
    """Whether a message is a response to a request of that method."""
    head = head_of(seen)
    return isinstance(head, Response) and (head.headers.get("cseq") or "").split()[1:] == [method]


def called_domain(request: Request) -> str:
    """Return the host of the Request-URI in lower case; empty for a URI of another scheme, or one without a user."""
    try:
        uri = SipUri.parse(request.uri)
    except ValueError:
        return ""
    return uri.host.lower() if uri.user else ""


def _values(head: Message | None, names: Iterable[str]) -> Iterator[str]:
    return (value for name in names for value in (head.headers.get_all(name) if head else ()))
