"""The workbench of calls between two strangers: one dials Expressway-E, the other is the phone behind Expressway-C."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import trio
from actors_bench import EDGE_PORT, NOBODY, Visit, asking, visiting

from harness.net.link import Link
from harness.net.memory import MemoryNetwork
from harness.net.recorder import Recorder
from harness.net.sip_link import Inquiry, SipLink
from harness.sip.building import Pairs, respond
from harness.sip.dialog import Dialog
from harness.sip.message import Request, Response
from harness.sip.sdp import make_offer
from harness.sip.via import Via
from harness.transcript import Address, Direction, SipSeen

PHONE_PORT = 5999
SILENT = -1
CALLED = "sip:user1@example.com"
OFFER = make_offer("192.0.2.1", 4000).to_bytes()
HOLD = OFFER.replace(b"a=sendrecv", b"a=sendonly")
AS_SDP = [("Content-Type", "application/sdp")]
PROXY: dict[str, Any] = {}
B2BUA: dict[str, Any] = {"expressway-e.traversal-zone.media-encryption": "force-encrypted"}


@dataclass
class Stranger:
    """One end of a call, which is nobody of the lab: what it was asked, and how it answers an INVITE.

    `status` 0 lets the phone ring for ever, 100 says no more than that, and `SILENT` says nothing.
    """

    name: str
    status: int = 200
    sip: SipLink | None = None
    dialog: Dialog | None = None
    asked: list[Request] = field(default_factory=list)
    rang: trio.Event = field(default_factory=trio.Event)
    _branches: int = 0

    @property
    def link(self) -> SipLink:
        assert self.sip is not None
        return self.sip

    @property
    def call(self) -> Dialog:
        assert self.dialog is not None
        return self.dialog

    @property
    def contact(self) -> tuple[str, str]:
        return ("Contact", f"<sip:{self.name}@{self.name}.invalid:5080;transport=tls>")

    def via(self) -> Via:
        self._branches += 1
        return Via.of("TLS", f"{self.name}.invalid", 5080, f"z9hG4bK{self.name}{id(self)}{self._branches}")

    async def serve(self, inquiry: Inquiry) -> None:
        request = inquiry.request
        self.asked.append(request)
        if request.method == "INVITE" and self.dialog is None:
            await self._ring(inquiry)
        elif request.method == "OPTIONS" or (self.dialog and self.dialog.belongs(request)):
            if request.method != "ACK":
                more = [self.contact, *(AS_SDP if request.body else [])]
                await inquiry.answer(respond(request, 200, headers=more, body=request.body))
        else:
            await inquiry.answer(respond(request, 481))

    async def _ring(self, inquiry: Inquiry) -> None:
        if self.status == SILENT:
            return
        tag = f"{self.name}-tag"
        ringing = respond(inquiry.request, 180, to_tag=tag, headers=[self.contact])
        await inquiry.answer(respond(inquiry.request, 100) if self.status == 100 else ringing)
        self.rang.set()
        if self.status in {0, 100}:
            await inquiry.cancelled.wait()
            await inquiry.answer(respond(inquiry.request, 487, to_tag=tag))
            return
        more = [self.contact, *AS_SDP] if self.status == 200 else []
        final = respond(inquiry.request, self.status, to_tag=tag, headers=more, body=OFFER if more else b"")
        if final.is_success:
            self.dialog = Dialog.as_callee(inquiry.request, final)
        await inquiry.answer(final)

    async def ask(self, request: Request) -> Response | None:
        """Return the final response, None where none came."""
        async with self.link.ask(request) as responses:
            final = [response async for response in responses if not response.is_provisional]
        return final[-1] if final else None

    async def ask_in_call(self, method: str, headers: Pairs = (), body: bytes = b"") -> int:
        """Ask something in the call; return the final status, 0 for none; an INVITE is acknowledged."""
        request = self.call.request(method, via=self.via(), headers=[self.contact, *headers], body=body)
        final = await self.ask(request)
        if final is not None and method == "INVITE" and final.is_success:
            self.call.refresh(final)
            await self.link.send(self.call.acknowledge(via=self.via()))
        return final.status if final else 0

    def invite(self, uri: str = CALLED) -> Request:
        """Return an INVITE of this end, with a Via and a Contact of its own."""
        asked = asking("INVITE", uri)
        headers = asked.headers.with_replaced("Via", str(self.via())).with_replaced(*self.contact)
        return Request("INVITE", uri, headers)

    async def dial(self, uri: str = CALLED) -> int:
        """Call; return the final status. The call stands where that is 200."""
        asked = self.invite(uri)
        final = await self.ask(asked)
        if final is not None and final.is_success:
            self.dialog = Dialog.as_caller(asked, final)
            await self.link.send(self.dialog.acknowledge(via=self.via()))
        return final.status if final else 0

    def heard(self) -> list[str]:
        """Return what came to this end in its order: the methods of requests, the statuses of responses."""
        seen = [event for event in self.link._recorder.events if isinstance(event, SipSeen)]
        lines = [event.message.split(b" ", 2) for event in seen if event.direction is Direction.RECEIVED]
        return [(second if first == b"SIP/2.0" else first).decode() for first, second, _ in lines]

    def methods(self) -> list[str]:
        """Return the methods of all that this end was asked, pings left out."""
        return [request.method for request in self.asked if request.method != "OPTIONS"]


@dataclass
class Meeting:
    """A caller outside and a phone inside, with the lab between them."""

    visit: Visit
    caller: Stranger
    phone: Stranger
    nursery: trio.Nursery

    async def another_caller(self, name: str = "mallory") -> Stranger:
        """Return somebody on a connection of their own."""
        stranger = Stranger(name)
        link = await self.visit.dial(EDGE_PORT)
        assert await link.secure(NOBODY)
        await speak(self.nursery, stranger, link)
        return stranger

    def held(self) -> dict[str, int]:
        """Return how many dialogs each box remembers."""
        cast = self.visit.lab.cast
        return {"expressway-e": len(cast.edges[0].calls), "expressway-c": len(cast.expressway_c.calls)}


async def speak(nursery: trio.Nursery, stranger: Stranger, link: Link) -> None:
    """Let a stranger speak SIP on a connection."""
    stranger.sip = SipLink(link, link._recorder, stranger.serve)
    await nursery.start(stranger.sip.run)


@asynccontextmanager
async def meeting(
    change: Mapping[str, Any] | None = None, *, status: int = 200, phone: Stranger | None = None
) -> AsyncIterator[Meeting]:
    """Open the lab with a stranger in the place of the phone, and another one connected to Expressway-E."""
    phone_is_there = {"expressway-c.neighbour-zone.port": PHONE_PORT, **(change or {})}
    async with visiting(MemoryNetwork(), phone_is_there) as visit, trio.open_nursery() as nursery:
        phone = phone or Stranger("phone", status)
        await nursery.start(_answer_the_phone, visit, phone)
        met = Meeting(visit, await Meeting(visit, phone, phone, nursery).another_caller("caller"), phone, nursery)
        yield met
        nursery.cancel_scope.cancel()


async def _answer_the_phone(
    visit: Visit, phone: Stranger, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    here = Address(visit.lab.directory.address_of("unified-cm"), PHONE_PORT)
    listener = await visit.network.listen(here)
    task_status.started()
    async with trio.open_nursery() as nursery:
        while True:
            stream, source = await listener.accept()
            recorder = Recorder(trio.current_time)
            number = recorder.dialling("phone", here, "sip")
            link = Link(stream, recorder, actor="phone", number=number, listens=True, peer=source)
            await speak(nursery, phone, link)
