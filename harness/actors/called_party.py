"""The end of a call that is asked: it picks up, takes what comes in a dialog, and hangs up when it is told to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from harness.actors.site import Site
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.building import Pairs, respond
from harness.sip.dialog import Dialog, wants_dialog
from harness.sip.dialog_table import DialogTable, Place
from harness.sip.message import Request, Response
from harness.sip.sdp import SessionDescription, make_offer
from harness.sip.sdp import answer as answer_offer
from harness.sip.validation import callee_refusal

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"
SDP = "application/sdp"
MEDIA_PORT = 36000
_NOT_ALLOWED, _NO_CALL, _TERMINATED, _OUT_OF_ORDER = 405, 481, 487, 500


@dataclass(slots=True)
class _Call:
    """A dialog of this agent, and the version of its last session description (RFC 3264 section 8)."""

    dialog: Dialog
    version: int = 1


def options_answer(request: Request) -> Response:
    """Return what an element says of its options: what it takes, or the extension that it lacks (RFC 3261 11.2)."""
    refusal = callee_refusal(request)
    taken = [("Allow", ALLOW), ("Accept", SDP)]
    return refusal.response(request) if refusal else respond(request, 200, headers=taken)


def _not_allowed(request: Request) -> Response:
    return respond(request, _NOT_ALLOWED, headers=[("Allow", ALLOW)])


class CalledParty:
    """Answers for one agent. `contact` gives the Contact of this agent on a connection."""

    def __init__(self, site: Site, contact: Callable[[SipLink], str]) -> None:
        self._site = site
        self._contact = contact
        self._calls: DialogTable[_Call] = DialogTable()

    def __len__(self) -> int:
        return len(self._calls)

    def remember(self, sip: SipLink, dialog: Dialog) -> None:
        """Take what the other end asks in this dialog."""
        self._calls.add({Place.in_dialog(sip, dialog.identity): _Call(dialog)}, trio.current_time())
        sip.when_over(self._calls.lose)

    def stands(self, sip: SipLink, dialog: Dialog) -> bool:
        """Whether nobody has ended the call."""
        return self._calls.find(Place.in_dialog(sip, dialog.identity), trio.current_time()) is not None

    def forget(self, sip: SipLink, dialog: Dialog) -> None:
        """Take note that this end has hung up."""
        self._calls.end(Place.in_dialog(sip, dialog.identity))

    def serve(self, inquiry: Inquiry) -> Awaitable[None]:
        """Answer what a called party answers; what changes a call does so at once, in the order of its requests."""
        request = inquiry.request
        place = Place.of(inquiry.link, request)
        call = self._calls.find(place, trio.current_time())
        if request.method == "ACK":
            return inquiry.ignore()
        if (refusal := callee_refusal(request)) is not None:
            return inquiry.answer(refusal.response(request))
        if call is not None:
            return inquiry.answer(self._in_dialog(inquiry, place, call))
        if wants_dialog(request):
            return inquiry.answer(respond(request, _NO_CALL))
        if request.method == "INVITE":
            return self._pick_up(inquiry)
        if request.method == "OPTIONS":
            return inquiry.answer(options_answer(request))
        return inquiry.answer(_not_allowed(request))

    def _in_dialog(self, inquiry: Inquiry, place: Place, call: _Call) -> Response:
        """Return the answer to a request of a call that stands: hold and resume, a sign of life, the end."""
        request = inquiry.request
        if not call.dialog.receive(request):
            return respond(request, _OUT_OF_ORDER)
        match request.method:
            case "INVITE" | "UPDATE":
                return self._agreed_again(inquiry, call)
            case "BYE":
                self._calls.end(place)
                return respond(request, 200)
            case "INFO":
                return respond(request, 200)
            case "OPTIONS":
                return options_answer(request)
            case _:
                return _not_allowed(request)

    def _agreed_again(self, inquiry: Inquiry, call: _Call) -> Response:
        """Return the answer to a new offer, such as that of a hold, or an offer where a re-INVITE brings none."""
        request, described = inquiry.request, b""
        if request.body or request.method == "INVITE":
            call.version += 1
            described = self._media(request, call.version)
        return respond(request, 200, headers=self._headers(inquiry.link, described), body=described)

    async def _pick_up(self, inquiry: Inquiry) -> None:
        request, tag = inquiry.request, self._site.identifiers.tag()
        contact = [("Contact", self._contact(inquiry.link))]
        await inquiry.answer(respond(request, 180, to_tag=tag, headers=contact))
        if inquiry.cancelled.is_set():
            await inquiry.answer(respond(request, _TERMINATED, to_tag=tag))
            return
        body = self._media(request, 1)
        final = respond(request, 200, to_tag=tag, headers=self._headers(inquiry.link, body), body=body)
        self.remember(inquiry.link, Dialog.as_callee(request, final))
        await inquiry.answer(final)

    def _headers(self, sip: SipLink, body: bytes) -> Pairs:
        described = [("Content-Type", SDP)] if body else []
        return [("Contact", self._contact(sip)), ("Allow", ALLOW), *described]

    def _media(self, request: Request, version: int) -> bytes:
        """Answer an offer with one of our own, or make the offer where the request brought none."""
        if not request.body:
            return make_offer(self._site.host, MEDIA_PORT, version=version).to_bytes()
        offer = SessionDescription.parse(request.body)
        return answer_offer(offer, self._site.host, MEDIA_PORT, version=version).to_bytes()
