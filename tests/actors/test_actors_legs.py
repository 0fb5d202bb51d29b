"""The two legs of a call through the B2BUA: nothing that is marked as one end's reaches the other."""

from __future__ import annotations

from actors_bench import asking, virtual_time
from calls_bench import AS_SDP, B2BUA, CALLED, Meeting, Stranger, meeting

from harness.net.sip_link import Inquiry
from harness.sip.building import respond
from harness.sip.dialog import Dialog
from harness.sip.message import Request
from harness.transcript import Direction, SipSeen


def described(mark: str, direction: str = "sendrecv") -> bytes:
    lines = (
        "v=0", f"o=- 1 1 IN IP4 {mark}.invalid", "s=-", f"c=IN IP4 {mark}.invalid", "t=0 0", "m=audio 4000 RTP/AVP 0",
        f"a=candidate:1 1 UDP 1 {mark}.invalid 4000 typ host", f"a={direction}", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


class Marked(Stranger):
    """A phone that puts its mark, its name, wherever an end may write something of its own."""

    async def serve(self, inquiry: Inquiry) -> None:
        request = inquiry.request
        self.asked.append(request)
        if request.method == "ACK":
            return
        more = [self.contact, ("Server", f"{self.name}-agent"), *AS_SDP]
        tag = "" if "tag=" in (request.headers.get("to") or "") else f"{self.name}-tag"
        statuses = (180, 183, 200) if request.method == "INVITE" and tag else (200,)
        for status in statuses:
            answer = respond(request, status, to_tag=tag, headers=more, body=described(self.name))
            behind = answer.headers.with_prepended("Record-Route", f"<sip:{self.name}-proxy.invalid;lr>")
            self.dialog = self.dialog or Dialog.as_callee(request, answer.with_headers(behind))
            await inquiry.answer(answer.with_headers(behind) if tag else answer)


def invite(caller: Stranger, *more: tuple[str, str]) -> Request:
    """Return an INVITE with the caller's mark on everything that is a leg's own."""
    name = caller.name
    asked = asking("INVITE", CALLED)
    headers = asked.headers
    for header, value in (
        ("From", f"<sip:bob@peer.example>;tag={name}-tag"), ("Call-ID", f"{name}-call"), ("CSeq", "70707 INVITE"),
        caller.contact, ("User-Agent", f"{name}-agent"), ("Record-Route", f"<sip:{name}-proxy.invalid;lr>"),
        ("Via", f"SIP/2.0/TLS {name}.invalid;branch=z9hG4bK{name}"), ("In-Reply-To", f"{name}-call-before"),
        ("Content-Type", "application/sdp"), ("Subject", "hello"), ("Content-Length", str(len(described(name)))), *more,
    ):  # fmt: skip
        headers = headers.with_replaced(header, value)
    headers = headers.with_prepended(
        "Via", f"SIP/2.0/TLS {name}-proxy.invalid;branch=z9hG4bK{name}-{caller.via().branch}"
    )
    return Request("INVITE", CALLED, headers, described(name))


def heard(end: Stranger) -> str:
    """Return all that an end was told, as text."""
    seen = [event for event in end.link._recorder.events if isinstance(event, SipSeen)]
    return "".join(event.message.decode() for event in seen if event.direction is Direction.RECEIVED)


async def call(met: Meeting, *more: tuple[str, str]) -> None:
    asked = invite(met.caller, *more)
    final = await met.caller.ask(asked)
    assert final is not None
    assert final.status == 200
    met.caller.dialog = Dialog.as_caller(asked, final)
    await met.caller.link.send(met.caller.dialog.acknowledge(via=met.caller.via()))


async def ask_marked(end: Stranger, method: str) -> int:
    agent = ("User-Agent", f"{end.name}-agent")
    return await end.ask_in_call(method, [agent, *AS_SDP], described(end.name, "sendonly"))


@virtual_time
async def test_neither_end_hears_anything_of_the_others_leg() -> None:
    async with meeting(B2BUA, phone=Marked("phone")) as met:
        await call(met)
        for method in ("INVITE", "UPDATE", "INFO", "MESSAGE"):
            assert await ask_marked(met.caller, method) == 200
            assert await ask_marked(met.phone, method) == 200
        assert await ask_marked(met.phone, "BYE") == 200
        assert "Subject: hello" in heard(met.phone)
        assert "70707" not in heard(met.phone)
        for told, other in ((heard(met.phone), "caller"), (heard(met.caller), "phone")):
            assert [line for line in told.splitlines() if other in line] == []


@virtual_time
async def test_an_invite_that_replaces_a_call_names_the_leg_that_the_phone_knows() -> None:
    """A transfer: a second visitor takes over the call of the first, who told it the dialog as it knows it."""
    async with meeting(B2BUA, phone=Marked("phone")) as met:
        await call(met)
        known = met.caller.call.identity
        met.phone.dialog, first = None, met.phone.call.identity
        another = await met.another_caller("another")
        replaces = f"{known.call_id};to-tag={known.remote_tag};from-tag={known.local_tag}"
        await another.ask(invite(another, ("Replaces", replaces)))
        told = met.phone.asked[-1].headers.get("replaces")
        assert told == f"{first.call_id};to-tag={first.local_tag};from-tag={first.remote_tag}"
