"""What a back-to-back user agent makes of a call: two dialogs, each with Via, tags, Call-ID and Contact of its own.

A proxy passes a message on, a back-to-back user agent writes a new one. So what is copied is named by what is not:
everything that belongs to a leg stays on it. What describes media is copied with this agent's address in it, because
media go through it too. A request that names another call, as a transfer does, names its far leg afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from urllib.parse import quote, unquote

from harness.sip.address import NameAddress, sip_uri_of
from harness.sip.building import request as build_request
from harness.sip.building import respond
from harness.sip.dialog import Dialog, DialogId
from harness.sip.headers import HeaderField, Headers
from harness.sip.message import Message, Request, Response, max_forwards
from harness.sip.multipart import with_part_changed
from harness.sip.parameters import Parameters
from harness.sip.sdp import at_host
from harness.sip.via import Via

_OF_A_LEG = frozenset({
    "via", "route", "record-route", "path", "service-route", "from", "to", "call-id", "cseq", "rack", "contact",
    "max-forwards", "content-length", "user-agent", "server", "in-reply-to",
})  # fmt: skip
_NAMING_A_DIALOG = ("Replaces", "Join", "Target-Dialog")  # RFC 3891, RFC 3911, RFC 4538
_NAMED_IN_A_URI = re.compile(r"([?&]replaces=)([^&>]*)", re.IGNORECASE)  # of a Refer-To
_TAGS = ("to-tag", "from-tag", "local-tag", "remote-tag")
_SDP = "application/sdp"
_MULTIPLE_CHOICES, _AMBIGUOUS = 300, 485


@dataclass(frozen=True, slots=True)
class Identity:
    """How the agent shows itself: its address and port, and its name as User-Agent and Server tell it."""

    host: str
    port: int
    name: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What makes a leg its own: a fresh Via, and for one that begins, Call-ID and From tag."""

    via: Via
    call_id: str = ""
    tag: str = ""


FarLeg = Callable[[DialogId], DialogId | None]
"""Gives for a dialog of this agent the one of the same call on its other leg, both as the agent sees them."""


class BackToBack:
    """Writes the messages of one leg from those of the other."""

    def __init__(self, identity: Identity) -> None:
        self._me = identity

    def first(self, request: Request, marks: Marks, far_leg: FarLeg, *, keeps_parameters: bool) -> Request:
        """Return the request that begins the far leg. `keeps_parameters`: those of the Contact go along."""
        own = [
            ("Via", str(marks.via)),
            *(("Route", route) for route in request.headers.get_list("route")),
            ("From", _with_tag(request.headers.get("from") or "", marks.tag)),
            ("To", request.headers.get("to") or ""),
            ("Call-ID", marks.call_id),
            ("CSeq", f"1 {request.method}"),
            ("Max-Forwards", _one_less(request)),
            *self._contact(request, "from", keeps_parameters=keeps_parameters),
        ]
        written = build_request(request.method, request.uri, headers=own, body=self._body(request))
        return written.with_headers(_named_anew(self._completed(written, request), far_leg))

    def next(self, request: Request, far: Dialog, via: Via, far_leg: FarLeg, *, keeps_parameters: bool) -> Request:
        """Return the request of the far leg's dialog for one of the near leg's, the ACK for an ACK."""
        contact = self._contact(request, "from", keeps_parameters=keeps_parameters)
        own = [("Max-Forwards", _one_less(request)), *contact]
        if (reliable := request.headers.get("rack")) is not None:
            own.append(("RAck", f"{reliable.partition(' ')[0]} {far.invite_sequence} INVITE"))
        if request.method == "ACK":
            written = far.acknowledge(via=via, headers=own, body=self._body(request))
        else:
            written = far.request(request.method, via=via, headers=own, body=self._body(request))
        return written.with_headers(_named_anew(self._completed(written, request), far_leg))

    def answer(self, near: Request, response: Response, tag: str) -> Response:
        """Return the response to the near leg's request for one to the far leg's; `tag` for a To that has none."""
        answers = response.status < _MULTIPLE_CHOICES
        contact = self._contact(response, "to", keeps_parameters=True) if answers else _led_to(response)
        written = respond(
            near, response.status, response.reason, to_tag=tag, headers=contact, body=self._body(response)
        )
        return written.with_headers(self._completed(written, response))

    def _contact(self, message: Message, party: str, *, keeps_parameters: bool) -> list[tuple[str, str]]:
        if "contact" not in message.headers:
            return []
        uri = sip_uri_of(message.headers.get(party) or "")
        user = f"{uri.user}@" if uri and uri.user else ""
        parameters = _parameters(message.headers.get("contact") or "") if keeps_parameters else Parameters()
        return [("Contact", f"<sip:{user}{self._me.host}:{self._me.port};transport=tls>{parameters}")]

    def _completed(self, written: Message, source: Message) -> Headers:
        """Return the headers of a message that was written here, with those of its source that belong to no leg."""
        own = "Server" if isinstance(source, Response) else "User-Agent"
        kept = tuple(field for field in source.headers if field.canonical not in _OF_A_LEG)
        return Headers((*written.headers, *kept, HeaderField.of(own, self._me.name)))

    def _body(self, message: Message) -> bytes:
        content_type = message.headers.get("content-type")
        return with_part_changed(message.body, content_type, _SDP, lambda described: at_host(described, self._me.host))


def _named_anew(headers: Headers, far_leg: FarLeg) -> Headers:
    """Return headers in which each dialog that goes through this agent is named as the far end knows it."""
    for name in _NAMING_A_DIALOG:
        if name in headers:
            headers = headers.with_replaced(name, *(_as_known_there(each, far_leg) for each in headers.get_all(name)))
    if (refers := headers.get("refer-to")) is not None:
        headers = headers.with_replaced("Refer-To", _NAMED_IN_A_URI.sub(partial(_in_a_uri, far_leg), refers))
    return headers


def _in_a_uri(far_leg: FarLeg, found: re.Match[str]) -> str:
    written = unquote(found[2])
    known = _as_known_there(written, far_leg)
    return found[0] if known == written else found[1] + quote(known, safe="")


def _as_known_there(value: str, far_leg: FarLeg) -> str:
    """Return a value such as `call-id;to-tag=a;from-tag=b`; a tag of this agent's stands for one of the other end."""
    call_id, _, rest = value.partition(";")
    parameters = Parameters.parse(rest)
    tags = [(name, parameters.get(name) or "") for name in _TAGS if name in parameters]
    for (mine, local), (theirs, remote) in permutations(tags, 2):
        there = far_leg(DialogId(call_id.strip(), local, remote))
        if there is not None:
            renamed = parameters.with_value(mine, there.remote_tag).with_value(theirs, there.local_tag)
            return f"{there.call_id}{renamed}"
    return value


def _led_to(response: Response) -> list[tuple[str, str]]:
    """Return the Contacts of a redirection, or of a 485: they are its content, and no end of a leg."""
    leads = response.status // 100 == 3 or response.status == _AMBIGUOUS
    return [("Contact", value) for value in response.headers.get_list("contact")] if leads else []


def _with_tag(value: str, tag: str) -> str:
    try:
        return str(NameAddress.parse(value).with_parameter("tag", tag))
    except ValueError:
        return f"{value};tag={tag}"


def _parameters(value: str) -> Parameters:
    try:
        return NameAddress.parse(value).parameters
    except ValueError:
        return Parameters()


def _one_less(request: Request) -> str:
    hops = max_forwards(request.headers)
    return str(70 if hops is None else hops - 1)
