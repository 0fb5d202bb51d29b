"""What one end of a call says at once, answers and requests, reaches the other end in that order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import trio
from actors_bench import virtual_time
from calls_bench import AS_SDP, B2BUA, OFFER, PHONE_PORT, PROXY, Stranger, meeting

from harness.actors.b2b_peer import Door
from harness.actors.user_agent import CallOrder
from harness.net.sip_link import Inquiry
from harness.sip.building import respond
from harness.sip.dialog import Dialog

each_way = pytest.mark.parametrize("change", [PROXY, B2BUA], ids=["proxy", "b2bua"])
CALLS = 20


@dataclass
class Hasty(Stranger):
    """A phone that rings, picks up, tells something and hangs up in one breath."""

    async def serve(self, inquiry: Inquiry) -> None:
        request = inquiry.request
        self.asked.append(request)
        if request.method == "INVITE":
            tag = f"{self.name}-tag{len(self.asked)}"
            ringing = respond(request, 180, to_tag=tag, headers=[self.contact])
            final = respond(request, 200, to_tag=tag, headers=[self.contact, *AS_SDP], body=OFFER)
            dialog = Dialog.as_callee(request, final)
            asked = [dialog.request(each, via=self.via()).to_bytes() for each in ("INFO", "BYE")]
            await self.link.link.send(b"".join((ringing.to_bytes(), final.to_bytes(), *asked)))
        elif request.method != "ACK":
            await inquiry.answer(respond(request, 200))


@each_way
@virtual_time
async def test_a_phone_that_answers_and_hangs_up_at_once(change: dict[str, Any]) -> None:
    async with meeting(change, phone=Hasty("phone")) as met:
        for _ in range(CALLS):
            assert await met.caller.dial() == 200
            await trio.sleep(1)
        assert met.caller.heard() == ["180", "200", "INFO", "BYE"] * CALLS
        answers = [each for each in met.phone.heard() if each.isdigit()]
        assert answers == ["200", "200"] * CALLS


@virtual_time
async def test_an_actor_takes_what_is_asked_right_after_its_call_was_answered() -> None:
    order = CallOrder(caller="bob@peer.example", called="user1@example.com")
    async with meeting(phone=Hasty("phone")) as met:
        host = met.visit.lab.directory.address_of("unified-cm")
        door = Door(f"sip:{host}:{PHONE_PORT};transport=tcp", "tcp")
        for _ in range(CALLS):
            assert (await met.visit.lab.cast.b2b_peer.call(door, order)).completed
            assert sorted(met.phone.heard()) == ["200", "200", "ACK", "INVITE"]  # there is nothing left to hang up
