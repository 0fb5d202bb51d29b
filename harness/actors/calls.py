"""The dialogs that pass through one Expressway: which connection a request of one end goes on over, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import trio

from harness.actors.exchange import CHALLENGES
from harness.actors.relay import Heard, Leg
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.address import tag_of
from harness.sip.building import DIALOG_FORMING
from harness.sip.dialog_table import DialogTable, Place
from harness.sip.message import Request, Response

_MOST_FORKS = 16
"""Phones of one call whose ringing makes early dialogs."""


@dataclass(frozen=True, slots=True)
class _Onward:
    """The leg to the other end, and the method that began the dialog."""

    leg: Leg
    begun_by: str


class Calls:
    """Calls and subscriptions by both their ends. Each is over with its BYE, or with one of its connections."""

    def __init__(self) -> None:
        self._dialogs: DialogTable[_Onward] = DialogTable()

    def __len__(self) -> int:
        return len(self._dialogs)

    def go_over(self, sip: SipLink) -> bool:
        """Whether one of them goes over a connection."""
        return self._dialogs.touches(sip)

    def leads(self, inquiry: Inquiry) -> Leg | None:
        """Return where a request of a dialog goes on; None where it belongs to none that came this way."""
        onward = self._dialogs.find(_place(inquiry), trio.current_time())
        return onward.leg if onward else None

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
                    early[tag] = self._add(inquiry, came, leg, tag)
                if response.is_success:
                    del early[tag]

        try:
            yield heard
        finally:
            give_up()

    def _add(self, inquiry: Inquiry, came: Leg, leg: Leg, tag: str) -> Place:
        """Remember a dialog with both its ends."""
        caller, method = _place(inquiry)._replace(to_tag=tag), inquiry.request.method
        both = {caller: _Onward(leg, method), caller.across(leg.sip): _Onward(came, method)}
        self._dialogs.add(both, trio.current_time())
        for sip in (came.sip, leg.sip):
            if sip is not None:
                sip.when_over(self._dialogs.lose)
        return caller

    def done(self, inquiry: Inquiry, final: Response | None) -> None:
        """Take note of how a request in a dialog ended; `final` is None where nobody answered it."""
        place = _place(inquiry)
        onward = self._dialogs.find(place, trio.current_time())
        challenged = final is not None and final.status in CHALLENGES
        if onward is not None and not challenged and _ends(inquiry.request, onward.begun_by):
            self._dialogs.end(place)


def _place(inquiry: Inquiry) -> Place:
    return Place.of(inquiry.link, inquiry.request)


def _ends(request: Request, begun_by: str) -> bool:
    """Whether a request ends the dialog that it is in: a BYE, or the last NOTIFY of a subscription (RFC 6665 4.1.3)."""
    if request.method == "NOTIFY" and begun_by != "INVITE":
        return (request.headers.get("subscription-state") or "").lower().startswith("terminated")
    return request.method == "BYE"
