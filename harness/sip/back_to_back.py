"""What a back-to-back user agent makes of a call: two dialogs, each with Via, tags, Call-ID and Contact of its own.

A proxy passes a message on, a back-to-back user agent writes a new one. So what is copied is named by what is not:
everything that belongs to a leg stays on it. What describes media is copied with this agent's address in it, because
media go through it too.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.sip.address import NameAddress, sip_uri_of
from harness.sip.building import request as build_request
from harness.sip.building import respond
from harness.sip.dialog import Dialog
from harness.sip.headers import HeaderField, Headers, whole_number
from harness.sip.message import Message, Request, Response
from harness.sip.parameters import Parameters
from harness.sip.sdp import at_host
from harness.sip.via import Via

_OF_A_LEG = frozenset({
    "via", "route", "record-route", "path", "service-route", "from", "to", "call-id", "cseq", "rack", "contact",
    "max-forwards", "content-length", "user-agent", "server",
})  # fmt: skip
_SDP = "application/sdp"


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


class BackToBack:
    """Writes the messages of one leg from those of the other."""

    def __init__(self, identity: Identity) -> None:
        self._me = identity

    def first(self, request: Request, marks: Marks, *, keeps_parameters: bool) -> Request:
        """Return the request that begins the far leg. `keeps_parameters`: those of the Contact go along."""
        own = [
            ("Via", str(marks.via)),
            *(("Route", route) for route in request.headers.get_list("route")),
            ("From", _with_tag(request.headers.get("from") or "", marks.tag)),
            ("To", request.headers.get("to") or ""),
            ("Call-ID", marks.call_id),
            ("CSeq", request.headers.get("cseq") or ""),
            ("Max-Forwards", _one_less(request)),
            *self._contact(request, "from", keeps_parameters=keeps_parameters),
        ]
        written = build_request(request.method, request.uri, headers=own, body=self._body(request))
        return written.with_headers(self._completed(written, request))

    def next(self, request: Request, far: Dialog, via: Via, *, keeps_parameters: bool) -> Request:
        """Return the request of the far leg's dialog for one of the near leg's, the ACK for an ACK."""
        contact = self._contact(request, "from", keeps_parameters=keeps_parameters)
        own = [("Max-Forwards", _one_less(request)), *contact]
        if (reliable := request.headers.get("rack")) is not None:
            own.append(("RAck", f"{reliable.partition(' ')[0]} {far.invite_sequence} INVITE"))
        if request.method == "ACK":
            written = far.acknowledge(via=via, headers=own, body=self._body(request))
        else:
            written = far.request(request.method, via=via, headers=own, body=self._body(request))
        return written.with_headers(self._completed(written, request))

    def answer(self, near: Request, response: Response, tag: str) -> Response:
        """Return the response to the near leg's request for one to the far leg's; `tag` for a To that has none."""
        contact = self._contact(response, "to", keeps_parameters=True) if response.status < 300 else _moved_to(response)
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
        kind = (message.headers.get("content-type") or "").partition(";")[0].strip().lower()
        return at_host(message.body, self._me.host) if kind == _SDP else message.body


def _moved_to(response: Response) -> list[tuple[str, str]]:
    """Return the Contacts of a redirection: they are its content, and no end of a leg."""
    return [("Contact", value) for value in response.headers.get_list("contact")]


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
    hops = whole_number(request.headers.get("max-forwards"), 2**32 - 1)
    return str(70 if hops is None else hops - 1)
