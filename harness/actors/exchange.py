"""One request on its way through: asked over another connection, its responses passed back, a CANCEL passed on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

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


def exchange(inquiry: Inquiry, sip: SipLink, outgoing: Request, translate: Translate) -> Awaitable[Response | None]:
    """Ask `outgoing` over `sip` and answer `inquiry` with what comes back.

    It is asked when this returns, in the order of what came in; what is returned waits for the outcome, and must be
    awaited. It gives the final response as it came; None where there was none: the caller hears 408, 487 or 500 then.
    """
    return _Exchange(inquiry, sip, outgoing, translate).outcome()


class _Exchange:
    """One request on its way, and what was heard of it. Whoever asks is answered in the order of what is heard."""

    def __init__(self, inquiry: Inquiry, sip: SipLink, outgoing: Request, translate: Translate) -> None:
        self._inquiry = inquiry
        self._sip = sip
        self._outgoing = outgoing
        self._translate = translate
        self._final: Response | None = None
        self._ringing = trio.CancelScope(deadline=trio.current_time() + TIMER_C)
        self._asked = sip.ask(outgoing, self._pass_back)

    def _pass_back(self, response: Response) -> None:
        if response.status == _TRYING:
            return
        if not response.is_provisional:
            self._final = response
        elif not self._inquiry.cancelled.is_set():
            self._ringing.deadline = trio.current_time() + TIMER_C
        self._inquiry.pass_on(self._translate(response))

    async def outcome(self) -> Response | None:
        """Wait for the final response, an INVITE for as long as somebody wants it and the phone still rings."""
        if self._outgoing.method == "INVITE":
            with self._ringing:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._pass_cancel_on)
                    await self._until_answered()
                    nursery.cancel_scope.cancel()
        else:
            await self._until_answered()
        if self._final is None:
            inquiry, alive = self._inquiry, self._sip.alive
            status = _TERMINATED if inquiry.cancelled.is_set() else _TIMED_OUT if alive else TRANSPORT_FAILURE
            await inquiry.answer(respond(inquiry.request, status))
        return self._final

    async def _until_answered(self) -> None:
        async with self._asked as responses:
            async for _ in responses:
                await self._inquiry.link.flush()

    async def _pass_cancel_on(self) -> None:
        await self._inquiry.cancelled.wait()
        self._ringing.deadline = trio.current_time() + PATIENCE
        await self._sip.cancel(self._outgoing)


async def hang_up(sip: SipLink, bye: Request) -> None:
    """Send a BYE whose answer changes nothing; not while the lab ends, which is no end of a call."""
    await trio.lowlevel.checkpoint()
    async with sip.ask(bye) as responses:
        async for _ in responses:
            pass
