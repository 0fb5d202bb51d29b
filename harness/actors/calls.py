"""The dialogs that pass through one Expressway: which connection a request of one end goes on over, and until when.

A call is bound to its connections: nobody else may speak in it. So one whose connection is gone can go on for nobody,
and its other end is told so by a BYE. That is ours: no document says what an Expressway does then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import trio

from harness.actors.exchange import CHALLENGES
from harness.actors.relay import Heard, Leg
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import tag_of
from harness.sip.building import DIALOG_FORMING
from harness.sip.dialog import Dialog
from harness.sip.dialog_table import DialogTable, Place
from harness.sip.message import Request, Response

_MOST_FORKS = 16
"""Phones of one call whose ringing makes early dialogs."""

_REFRESHING = ("INVITE", "UPDATE")


@dataclass(slots=True)
class _Call:
    """A call or a subscription, by the method that began it; `answered`, or it still rings."""

    begun_by: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class _Onward:
    """What one end's requests lead to: the leg to the other end.

    `here` and `there` are the dialogs that this box would have with the two ends if it were the other end of each.
    """

    call: _Call
    leg: Leg
    here: Dialog
    there: Dialog


HangUp = Callable[[Leg, Dialog], None]
"""Begins to tell the end of a leg that its call is over."""


class Calls:
    """Calls and subscriptions by both their ends. Each is over with its BYE, or with one of its connections."""

    def __init__(self, hang_up: HangUp) -> None:
        self._hang_up = hang_up
        self._dialogs: DialogTable[_Onward] = DialogTable()

    def __len__(self) -> int:
        return len(self._dialogs)

    def go_over(self, sip: SipLink) -> bool:
        """Whether one of them goes over a connection."""
        return self._dialogs.touches(sip)

    def leads(self, inquiry: Inquiry) -> Leg | None:
        """Return where a request of a dialog goes on; None where it belongs to none that came this way."""
        onward = self._dialogs.find(_place(inquiry), trio.current_time())
        if onward is None:
            return None
        onward.here.receive(inquiry.request)
        onward.there.follow(inquiry.request)
        return onward.leg

    @contextmanager
    def beginning(self, inquiry: Inquiry, came: Leg, leg: Leg) -> Iterator[Heard]:
        """Give what is to hear the responses to a request that may begin a dialog.

        Ringing makes early dialogs (RFC 3261 12.1): of those the one that is answered stays, none where none is.
        """
        early: dict[str, Place] = {}

        def give_up() -> None:
            while early:
                self._dialogs.end(early.popitem()[1])

        def heard(response: Response) -> None:
            tag = tag_of(response.headers.get("to"))
            if response.status >= 300:
                give_up()
            elif response.status > 100 and inquiry.request.method in DIALOG_FORMING:
                if tag not in early and (response.is_success or len(early) < _MOST_FORKS):
                    early[tag] = self._add(inquiry, came, leg, response)
                if response.is_success:
                    self._answered(early.pop(tag), response)

        try:
            yield heard
        finally:
            give_up()

    def _add(self, inquiry: Inquiry, came: Leg, leg: Leg, response: Response) -> Place:
        """Remember a dialog with both its ends."""
        request, call = inquiry.request, _Call(inquiry.request.method)
        caller = _place(inquiry)._replace(to_tag=tag_of(response.headers.get("to")))
        near, far = Dialog.as_callee(request, response), Dialog.as_caller(request, response)
        both = {caller: _Onward(call, leg, near, far), caller.across(leg.sip): _Onward(call, came, far, near)}
        self._dialogs.add(both, trio.current_time())
        for sip in (came.sip, leg.sip):
            if sip is not None:
                sip.when_over(self._lose)
        return caller

    def _answered(self, place: Place, response: Response) -> None:
        onward = self._dialogs.find(place, trio.current_time())
        if onward is not None:
            onward.call.answered = True
            onward.there.refresh(response)

    def _lose(self, sip: SipLink) -> None:
        for onward in self._dialogs.lose(sip):
            if onward.call.begun_by == "INVITE" and onward.call.answered:
                self._hang_up(onward.leg, onward.there)

    def done(self, inquiry: Inquiry, final: Response | None) -> None:
        """Take note of how a request in a dialog ended; `final` is None where nobody answered it."""
        place = _place(inquiry)
        onward = self._dialogs.find(place, trio.current_time())
        if onward is not None and final is not None and final.is_success and inquiry.request.method in _REFRESHING:
            onward.there.refresh(final)
        challenged = final is not None and final.status in CHALLENGES
        if onward is not None and not challenged and _ends(inquiry.request, onward.call.begun_by):
            self._dialogs.end(place)


def _place(inquiry: Inquiry) -> Place:
    return Place.of(inquiry.link, inquiry.request)


def _ends(request: Request, begun_by: str) -> bool:
    """Whether a request ends the dialog that it is in: a BYE, or the last NOTIFY of a subscription (RFC 6665 4.1.3)."""
    if request.method == "NOTIFY" and begun_by != "INVITE":
        return (request.headers.get("subscription-state") or "").lower().startswith("terminated")
    return request.method == "BYE"
