"""Dialogs: what both ends of a call remember of each other (RFC 3261 section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.sip.address import NameAddress, sip_uri_of, tag_of
from harness.sip.building import Pairs
from harness.sip.building import request as build_request
from harness.sip.message import Message, Request, Response, cseq_number
from harness.sip.via import Via

NOBODY = "sip:anonymous.invalid"
"""Where requests go to a peer that gave no usable address at all (RFC 3323 4.1.1.3)."""

_ONLY_IN_A_DIALOG = ("BYE", "INFO", "UPDATE", "PRACK")
_REFRESHES_TARGET = ("INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY")


@dataclass(frozen=True, slots=True)
class DialogId:
    """Call-ID and both tags as one end sees them (RFC 3261 12)."""

    call_id: str
    local_tag: str
    remote_tag: str


class Dialog:
    """One end of a dialog: its identity, route set, remote target and sequence numbers.

    `local` and `remote` are the From and To values of requests sent from this end, tags included. `target` is
    where requests go in the end; `routes` are Route values as they were written, nearest first. Messages of a
    sloppy peer (no Contact, no tag) make a dialog too: the target falls back to the Request-URI or to the
    From URI, the tag to "".
    """

    def __init__(self, identity: DialogId, local: str, remote: str, target: str) -> None:
        self.identity = identity
        self.local = local
        self.remote = remote
        self.target = target
        self.routes: tuple[str, ...] = ()
        self.local_sequence = 0
        self.remote_sequence: int | None = None
        self._invite_sequence = 0

    @classmethod
    def as_caller(cls, request: Request, response: Response) -> Dialog:
        """Return the dialog of the end that sent `request` and got a 101-299 for it (RFC 3261 12.1.2)."""
        local, remote = _value(request, "from"), _value(response, "to")
        identity = DialogId(_value(request, "call-id"), tag_of(local), tag_of(remote))
        dialog = cls(identity, local, remote, _contact(response) or request.uri)
        dialog.routes = tuple(reversed(response.headers.get_list("record-route")))
        dialog.local_sequence = dialog._invite_sequence = cseq_number(request.headers)
        return dialog

    @classmethod
    def as_callee(cls, request: Request, response: Response) -> Dialog:
        """Return the dialog of the end that got `request` and sent the 101-299 (RFC 3261 12.1.1)."""
        local, remote = _value(response, "to"), _value(request, "from")
        identity = DialogId(_value(request, "call-id"), tag_of(local), tag_of(remote))
        dialog = cls(identity, local, remote, _contact(request) or _address_uri(remote) or NOBODY)
        dialog.routes = request.headers.get_list("record-route")
        dialog.remote_sequence = cseq_number(request.headers)
        return dialog

    def request(self, method: str, *, via: Via, headers: Pairs = (), body: bytes = b"") -> Request:
        """Return the next request in this dialog (RFC 3261 12.2.1.1); each one counts CSeq up by one."""
        self.local_sequence += 1
        if method == "INVITE":
            self._invite_sequence = self.local_sequence
        return self._written(method, self.local_sequence, via, (*headers,), body)

    @property
    def invite_sequence(self) -> int:
        """The CSeq number of the last INVITE that this end sent, 0 where it sent none."""
        return self._invite_sequence

    def acknowledge(self, *, via: Via, headers: Pairs = (), body: bytes = b"") -> Request:
        """Return the ACK for a 2xx to our last INVITE, with a branch of its own (RFC 3261 13.2.2.4)."""
        return self._written("ACK", self._invite_sequence, via, (*headers,), body)

    def belongs(self, request: Request) -> bool:
        """Whether a request from the peer is in this dialog (RFC 3261 12.2.2)."""
        return DialogId(_value(request, "call-id"), tag_of(_value(request, "to")),
                        tag_of(_value(request, "from"))) == self.identity  # fmt: skip

    def receive(self, request: Request) -> bool:
        """Take a request from the peer; False where its CSeq goes back and a 500 is due (RFC 3261 12.2.2).

        An ACK counts nothing. A target refresh (re-INVITE, UPDATE) moves the target to its Contact.
        """
        number = cseq_number(request.headers)
        if request.method == "ACK":
            return True
        if self.remote_sequence is not None and number < self.remote_sequence:
            return False
        self.remote_sequence = number
        if request.method in _REFRESHES_TARGET:
            self.target = _contact(request) or self.target
        return True

    def follow(self, request: Request) -> None:
        """Take note of a request that somebody else sent from this end, so that one of ours has a higher CSeq."""
        self.local_sequence = max(self.local_sequence, cseq_number(request.headers))

    def refresh(self, response: Response) -> None:
        """Take a 2xx to our re-INVITE or UPDATE: its Contact is the new target (RFC 3261 12.2.1.2)."""
        self.target = _contact(response) or self.target

    def _written(self, method: str, number: int, via: Via, headers: Pairs, body: bytes) -> Request:
        uri, routes = self._path()
        head = [("Via", str(via)), *(("Route", route) for route in routes), ("From", self.local),
                ("To", self.remote), ("Call-ID", self.identity.call_id),
                ("CSeq", f"{number} {method}")]  # fmt: skip
        return build_request(method, uri, headers=[*head, *headers], body=body)

    def _path(self) -> tuple[str, tuple[str, ...]]:
        # A first hop without lr is a strict router: it wants its own URI as the Request-URI, and the target
        # travels at the end of the routes.
        first = sip_uri_of(self.routes[0]) if self.routes else None
        if first is None or first.is_loose_router:
            return self.target, self.routes
        return str(first), (*self.routes[1:], f"<{self.target}>")


def wants_dialog(request: Request) -> bool:
    """Whether a request is of a dialog: by its To tag, or because its method has no sense outside one.

    BYE (RFC 3261 15), INFO (RFC 6086), UPDATE (RFC 3311) and PRACK (RFC 3262): where nobody knows the dialog, 481.
    """
    return request.method in _ONLY_IN_A_DIALOG or bool(tag_of(_value(request, "to")))


def _value(message: Message, name: str) -> str:
    return message.headers.get(name) or ""


def _contact(message: Message) -> str:
    return next((_address_uri(value) for value in message.headers.get_list("contact")), "")


def _address_uri(value: str) -> str:
    try:
        return NameAddress.parse(value).uri
    except ValueError:
        return ""
