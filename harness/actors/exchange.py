"""One request on its way through: asked over another connection, its responses passed back, a CANCEL passed on."""

from __future__ import annotations

from collections.abc import Callable

import trio

from harness.net.sip_link import Inquiry, SipLink
from harness.sip.building import respond
from harness.sip.message import Request, Response
from harness.sip.transaction_tables import PATIENCE

TRANSPORT_FAILURE = 500
"""What the caller hears when the next hop cannot be reached (RFC 3261 16.7: a 503 is not passed on)."""

CHALLENGES = (401, 407)
"""Final answers after which a request is asked once more, with credentials: a BYE has ended nothing yet."""

TIMER_C = 181.0
"""Seconds for which a phone may ring without a sign of life: more than 3 minutes (RFC 3261 16.6 step 11)."""

_TRYING, _TIMED_OUT, _TERMINATED = 100, 408, 487

Translate = Callable[[Response], Response]
"""Gives the response as the other connection is to have it."""


async def exchange(inquiry: Inquiry, sip: SipLink, outgoing: Request, translate: Translate) -> Response | None:
    """Ask `outgoing` over `sip` and answer `inquiry` with what comes back.

    Returns the final response as it came. None where there was none: the caller has heard 408, 487 or 500 then.
    """
    if outgoing.method != "INVITE":
        final = await _pass_back(inquiry, sip, outgoing, translate)
    else:
        final = await _ring(inquiry, sip, outgoing, translate)
    if final is None:
        status = _TERMINATED if inquiry.cancelled.is_set() else _TIMED_OUT if sip.alive else TRANSPORT_FAILURE
        await inquiry.answer(respond(inquiry.request, status))
    return final


async def _ring(inquiry: Inquiry, sip: SipLink, invite: Request, translate: Translate) -> Response | None:
    """Ask an INVITE, for as long as somebody wants the answer and the phone still rings."""
    final = None
    with trio.CancelScope() as ringing:

        def heard(response: Response) -> Response:
            ringing.deadline = trio.current_time() + TIMER_C
            return translate(response)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(_pass_cancel_on, inquiry, sip, invite, ringing)
            final = await _pass_back(inquiry, sip, invite, heard)
            nursery.cancel_scope.cancel()
    return final


async def _pass_cancel_on(inquiry: Inquiry, sip: SipLink, invite: Request, ringing: trio.CancelScope) -> None:
    await inquiry.cancelled.wait()
    ringing.deadline = trio.current_time() + PATIENCE
    await sip.cancel(invite)


async def _pass_back(inquiry: Inquiry, sip: SipLink, outgoing: Request, translate: Translate) -> Response | None:
    async with sip.ask(outgoing) as responses:
        async for response in responses:
            if response.status != _TRYING:
                await inquiry.pass_on(translate(response))
            if not response.is_provisional:
                return response
    return None
