"""What is wrong in the headers of a message: one table, header by header (RFC 3261 8.1.1, 20; RFC 4475)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from harness.sip.address import NameAddress
from harness.sip.headers import CSeq, Headers, whole_number
from harness.sip.multipart import media_type
from harness.sip.splitting import excerpt
from harness.sip.uri import SipUri
from harness.sip.via import Via


class Finding(NamedTuple):
    """One problem and the header that has it, under its canonical name ("" for a line without a colon)."""

    header: str
    problem: str


# RFC 3261 8.1.1: without these six no request is valid; a response copies five of them.
MANDATORY = ("via", "from", "to", "call-id", "cseq", "max-forwards")
_SINGLE = ("from", "to", "call-id", "cseq", "max-forwards", "content-type", "expires")


def _whole_number(limit: int) -> Callable[[str], object]:
    def check(value: str) -> object:
        if whole_number(value, limit) is None:
            raise ValueError(f"not a number of 0 to {limit}: {excerpt(value)}")
        return value

    return check


def _call_id(value: str) -> object:
    if any(character.isspace() for character in value):  # an empty one is missing
        raise ValueError(f"not a Call-ID: {excerpt(value)}")
    return value


def _contact(value: str) -> object:
    return value if value == "*" else _address(value)


def _address(value: str) -> object:
    address = NameAddress.parse(value)
    # tel:, mailto: and schemes nobody knows are fine in an address (RFC 4475 3.3.3); a broken SIP URI is not.
    return SipUri.parse(address.uri) if address.uri.lower().startswith(("sip:", "sips:")) else address


def _route(value: str) -> object:
    if "<" not in value:
        raise ValueError("a route needs angle brackets (RFC 3261 20.34)")
    return _address(value)


# What each member of these headers must be; the reader raises ValueError with the problem.
READERS: Mapping[str, Callable[[str], object]] = {
    "via": Via.parse,
    "from": _address,
    "to": _address,
    "contact": _contact,
    "route": _route,
    "record-route": _route,
    "call-id": _call_id,
    "cseq": CSeq.parse,
    "max-forwards": _whole_number(255),
    "expires": _whole_number(2**32 - 1),
    "min-expires": _whole_number(2**32 - 1),
    "content-type": media_type,
}
_LISTS = ("via", "contact", "route", "record-route")


def header_findings(headers: Headers, method: str | None) -> tuple[Finding, ...]:
    """Return every problem of the headers of a request with that method, or of a response (None)."""
    return (*_shapeless(headers), *_missing(headers, method), *_repeated(headers), *_unreadable(headers),
            *_other_method(headers, method))  # fmt: skip


def _shapeless(headers: Headers) -> Iterator[Finding]:
    for field in headers:
        if not field.name:
            yield Finding("", f"no header name in {excerpt(field.value)}")
        elif any(character.isspace() for character in field.name):
            yield Finding(field.canonical, "blank inside the header name")


def _missing(headers: Headers, method: str | None) -> Iterator[Finding]:
    for name in MANDATORY:
        if not any(headers.get_all(name)) and not (method is None and name == "max-forwards"):
            yield Finding(name, "missing (RFC 3261 8.1.1)")


def _repeated(headers: Headers) -> Iterator[Finding]:
    for name in _SINGLE:
        if len(headers.get_all(name)) > 1:
            yield Finding(name, "occurs more than once (RFC 3261 7.3.1)")


def _unreadable(headers: Headers) -> Iterator[Finding]:
    for name, read in READERS.items():
        for value in headers.get_list(name) if name in _LISTS else headers.get_all(name):
            try:
                read(value)
            except ValueError as problem:
                yield Finding(name, str(problem))


def _other_method(headers: Headers, method: str | None) -> Iterator[Finding]:
    named = (headers.get("cseq") or "").split()[-1:]
    if method is not None and named and named != [method]:
        yield Finding("cseq", f"names {excerpt(named[0])}, the request line {excerpt(method)} (RFC 3261 8.1.1.5)")
