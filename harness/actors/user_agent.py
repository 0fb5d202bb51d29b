"""Both ends of a call: who calls, and who is called."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

import trio

from harness.actors.called_party import MEDIA_PORT, SDP, CalledParty
from harness.actors.site import Site
from harness.net.sip_link import Inquiry, SipLink
from harness.net.sip_transactions import Hear
from harness.sip.building import request as build_request
from harness.sip.dialog import Dialog
from harness.sip.message import Request, Response
from harness.sip.sdp import make_offer
from harness.sip.via import Via

_CALL_PATIENCE = 40.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the protagonist of a step got."""

    completed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to be made: the parties, how the caller wants it routed, and how many bytes its offer has at least."""

    caller: str
    called: str
    routes: tuple[str, ...] = ()
    contact_parameters: str = ""
    display_name: str = ""
    offer_size: int = 0


def transport_of(sip: SipLink) -> str:
    """Return the transport as Via spells it."""
    return "TLS" if sip.link.version else "TCP"


def _quoted(name: str) -> str:
    """Return a display name as From carries it (RFC 3261 section 25.1, quoted-string), empty where there is none."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" ' if name else ""


def outcome_of(final: Response | None) -> Outcome:
    """Return the outcome of a request by its final response."""
    if final is None:
        return Outcome(completed=False, detail="no answer")
    return Outcome(final.is_success, f"{final.status} {final.reason}")


class UserAgent:
    """Calls and answers for one actor."""

    def __init__(self, site: Site, *, port: int) -> None:
        self._site = site
        self._port = port
        self.called = CalledParty(site, lambda sip: self.contact(sip, site.actor))

    # --- calling ---

    async def call(self, sip: SipLink, order: CallOrder) -> Outcome:
        """INVITE, ACK, and BYE once it was answered, unless the other end has hung up by then."""
        invite = self.request(sip, "INVITE", order, body=self._offer(order.offer_size))
        answered: list[Dialog] = []

        def hear(response: Response) -> None:
            if response.is_success:  # from now on the other end may ask something in the call
                answered.append(Dialog.as_caller(invite, response))
                self.called.remember(sip, answered[-1])

        final = await self.final_response(sip, invite, hear)
        for dialog in answered:
            await self._hang_up(sip, dialog)
        return outcome_of(final)

    def _offer(self, size: int) -> bytes:
        """Return an offer of at least so many bytes: a real one grows by its ICE candidates (RFC 8839)."""
        plain = make_offer(self._site.host, MEDIA_PORT).to_bytes()
        candidate = f"a=candidate:1 1 UDP 2130706431 {self._site.host} {MEDIA_PORT} typ host"
        missing = max(0, size - len(plain))
        lines = (candidate,) * -(-missing // (len(candidate) + 2))
        return make_offer(self._site.host, MEDIA_PORT, media_lines=lines).to_bytes()

    async def options(self, sip: SipLink, order: CallOrder) -> Outcome:
        """OPTIONS, the ping of the Control Hub test."""
        return outcome_of(await self.final_response(sip, self.request(sip, "OPTIONS", order)))

    async def final_response(self, sip: SipLink, request: Request, hear: Hear | None = None) -> Response | None:
        """Send a request and return its final response, None where none came; `hear` is told of each one at once."""
        with trio.move_on_after(_CALL_PATIENCE):
            async with sip.ask(request, hear) as responses:
                async for response in responses:
                    if not response.is_provisional:
                        return response
        return None

    async def _hang_up(self, sip: SipLink, dialog: Dialog) -> None:
        ours = [("User-Agent", self._site.software)]
        await sip.send(dialog.acknowledge(via=self.via(sip), headers=ours))
        if self.called.stands(sip, dialog):
            await self.final_response(sip, dialog.request("BYE", via=self.via(sip), headers=ours))
        self.called.forget(sip, dialog)

    def request(
        self, sip: SipLink, method: str, order: CallOrder, *, body: bytes = b"", content_type: str = SDP
    ) -> Request:
        """Return a request of this agent that begins something, outside any dialog."""
        headers = [
            ("Via", str(self.via(sip))),
            *(("Route", route) for route in order.routes),
            ("From", f"{_quoted(order.display_name)}<sip:{order.caller}>;tag={self._site.identifiers.tag()}"),
            ("To", f"<sip:{order.called}>"),
            ("Call-ID", self._site.identifiers.call_id(self._site.host)),
            ("CSeq", f"1 {method}"),
            ("Contact", self.contact(sip, order.caller.partition("@")[0]) + order.contact_parameters),
            ("User-Agent", self._site.software),
        ]
        described = [("Content-Type", content_type)] if body else []
        return build_request(method, f"sip:{order.called}", headers=headers + described, body=body)

    def via(self, sip: SipLink) -> Via:
        """Return a Via with a fresh branch."""
        return Via.of(transport_of(sip), self._site.host, self._port, self._site.identifiers.branch())

    def contact(self, sip: SipLink, user: str) -> str:
        """Return this agent's Contact on that connection."""
        transport = transport_of(sip).lower()
        return f"<sip:{user}@{self._site.host}:{self._port};transport={transport}>"

    def serve(self, inquiry: Inquiry) -> Awaitable[None]:
        """Answer what a called party answers."""
        return self.called.serve(inquiry)
