"""The end of a call that is asked: it picks up, takes what comes in a dialog, and hangs up when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from harness.actors.site import Site
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import tag_of
from harness.sip.building import Pairs, respond
from harness.sip.dialog import Dialog
from harness.sip.dialog_table import DialogTable, Place
from harness.sip.message import Request, Response
from harness.sip.sdp import SessionDescription, make_offer
from harness.sip.sdp import answer as answer_offer
from harness.sip.validation import callee_refusal

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"
SDP = "application/sdp"
MEDIA_PORT = 36000
_NOT_ALLOWED, _NO_CALL, _TERMINATED, _OUT_OF_ORDER = 405, 481, 487, 500
_NEEDS_CALL = ("BYE", "INFO", "UPDATE")


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


class CalledParty:
    """Answers for one agent. `contact` gives the Contact of this agent on a connection."""

    def __init__(self, site: Site, contact: Callable[[SipLink], str]) -> None:
        self._site = site
        self._contact = contact
        self._calls: DialogTable[_Call] = DialogTable()

    def __len__(self) -> int:
        return len(self._calls)

    def remember(self, sip: SipLink, dialog: Dialog) -> Place:
        """Take what the other end asks in this dialog; return the place at which it does."""
        known = dialog.identity
        place = Place(sip, known.call_id, known.remote_tag, known.local_tag)
        self._calls.add({place: _Call(dialog)}, trio.current_time())
        sip.when_over(self._calls.lose)
        return place

    def forget(self, place: Place) -> None:
        """Take note that this end has hung up."""
        self._calls.end(place)

    async def serve(self, inquiry: Inquiry) -> None:
        """Answer what a called party answers."""
        request = inquiry.request
        place = Place.of(inquiry.link, request)
        call = self._calls.find(place, trio.current_time())
        if request.method == "ACK":
            return
        if (refusal := callee_refusal(request)) is not None:
            await inquiry.answer(refusal.response(request))
            return
        if call is not None:
            await self._in_dialog(inquiry, place, call)
        elif tag_of(request.headers.get("to")) or request.method in _NEEDS_CALL:
            await inquiry.answer(respond(request, _NO_CALL))
        elif request.method == "INVITE":
            await self._pick_up(inquiry)
        elif request.method == "OPTIONS":
            await inquiry.answer(options_answer(request))
        else:
            await inquiry.answer(respond(request, _NOT_ALLOWED, headers=[("Allow", ALLOW)]))

    async def _in_dialog(self, inquiry: Inquiry, place: Place, call: _Call) -> None:
        """Answer a request of a call that stands: hold and resume, a sign of life, the end."""
        request = inquiry.request
        if not call.dialog.receive(request):
            await inquiry.answer(respond(request, _OUT_OF_ORDER))
            return
        match request.method:
            case "INVITE" | "UPDATE":
                await self._agree_again(inquiry, call)
            case "BYE":
                self._calls.end(place)
                await inquiry.answer(respond(request, 200))
            case "INFO":
                await inquiry.answer(respond(request, 200))
            case "OPTIONS":
                await inquiry.answer(options_answer(request))
            case _:
                await inquiry.answer(respond(request, _NOT_ALLOWED, headers=[("Allow", ALLOW)]))

    async def _agree_again(self, inquiry: Inquiry, call: _Call) -> None:
        """Answer a new offer, such as that of a hold, or make one where a re-INVITE brings none (RFC 3264 8)."""
        request, described = inquiry.request, b""
        if request.body or request.method == "INVITE":
            call.version += 1
            described = self._media(request, call.version)
        await inquiry.answer(respond(request, 200, headers=self._headers(inquiry.link, described), body=described))

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
