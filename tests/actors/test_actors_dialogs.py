"""Calls between two strangers through both Expressways: what either end asks in the call reaches the other end."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from actors_bench import virtual_time
from calls_bench import AS_SDP, B2BUA, CALLED, HOLD, OFFER, PROXY, Stranger, meeting, speak

from harness.sip.dialog import Dialog, DialogId
from harness.sip.message import cseq_number
from harness.sip.sdp import SessionDescription

each_way = pytest.mark.parametrize("change", [PROXY, B2BUA], ids=["proxy", "b2bua"])
NOTHING_HELD = {"expressway-e": 0, "expressway-c": 0}


@each_way
@virtual_time
async def test_the_called_end_hangs_up(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        assert await met.phone.ask_in_call("BYE") == 200
        assert met.caller.methods() == ["BYE"]
        assert met.phone.methods() == ["INVITE", "ACK"]
        assert met.held() == NOTHING_HELD


@each_way
@virtual_time
async def test_the_calling_end_hangs_up(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        assert await met.caller.ask_in_call("BYE") == 200
        assert met.phone.methods() == ["INVITE", "ACK", "BYE"]
        assert met.held() == NOTHING_HELD


@each_way
@pytest.mark.parametrize("holder", ["caller", "phone"])
@virtual_time
async def test_either_end_holds_and_resumes(holder: str, change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        holds, held = (met.caller, met.phone) if holder == "caller" else (met.phone, met.caller)
        assert await holds.ask_in_call("INVITE", AS_SDP, HOLD) == 200
        assert await holds.ask_in_call("INVITE", AS_SDP, OFFER) == 200
        await trio.sleep(0.1)  # the last ACK is on its way
        offers = [SessionDescription.parse(each.body) for each in held.asked if each.method == "INVITE" and each.body]
        assert [each.media[0].direction for each in offers] == ["sendonly", "sendrecv"]
        assert held.methods()[-4:] == ["INVITE", "ACK", "INVITE", "ACK"]
        assert await held.ask_in_call("BYE") == 200


@each_way
@pytest.mark.parametrize("method", ["UPDATE", "INFO", "OPTIONS", "MESSAGE", "NOTIFY"])
@virtual_time
async def test_whatever_is_asked_in_a_call_reaches_its_other_end(method: str, change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        assert await met.caller.ask_in_call(method) == 200
        assert await met.phone.ask_in_call(method) == 200
        assert [each.asked[-1].method for each in (met.caller, met.phone)] == [method, method]


@each_way
@virtual_time
async def test_many_calls_on_one_connection_are_kept_apart(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        first = met.caller.dialog
        met.phone.dialog = None
        assert await met.caller.dial() == 200
        assert await met.caller.ask_in_call("BYE") == 200
        met.caller.dialog = first
        assert await met.caller.ask_in_call("INFO") == 481  # by the phone, which knows the second call alone
        assert met.phone.methods() == ["INVITE", "ACK", "INVITE", "ACK", "BYE", "INFO"]


@each_way
@virtual_time
async def test_a_call_id_may_be_used_again(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        asked = met.caller.invite()
        for _ in range(2):
            met.phone.dialog = None
            again = asked.with_headers(asked.headers.with_replaced("Via", str(met.caller.via())))
            final = await met.caller.ask(again)
            assert final is not None
            met.caller.dialog = Dialog.as_caller(again, final)
            assert await met.phone.ask_in_call("BYE") == 200
        assert met.held() == NOTHING_HELD


# --- who may speak in a call ---


@each_way
@virtual_time
async def test_a_bye_from_another_connection_ends_nothing(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        mallory = await met.another_caller()
        mallory.dialog = met.caller.dialog
        assert await mallory.ask_in_call("BYE") == 481
        assert await met.caller.ask_in_call("INFO") == 200
        assert await met.phone.ask_in_call("BYE") == 200
        assert "BYE" not in met.phone.methods()


@each_way
@pytest.mark.parametrize("spoilt", ["local_tag", "remote_tag", "both"])
@virtual_time
async def test_wrong_tags_are_of_no_call(spoilt: str, change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        true, call = met.caller.call, met.caller.call
        local = f"{call.local}x" if spoilt in {"local_tag", "both"} else call.local
        remote = f"{call.remote}x" if spoilt in {"remote_tag", "both"} else call.remote
        met.caller.dialog = Dialog(DialogId(call.identity.call_id, "", ""), local, remote, call.target)
        met.caller.dialog.local_sequence = 7
        assert await met.caller.ask_in_call("BYE") == 481
        assert await met.caller.ask_in_call("INVITE") == 481
        met.caller.dialog = true
        assert await met.caller.ask_in_call("BYE") == 200


@each_way
@pytest.mark.parametrize("method", ["BYE", "INFO", "UPDATE", "PRACK"])
@virtual_time
async def test_without_a_tag_it_is_of_no_call_either(method: str, change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        call = met.caller.call
        met.caller.dialog = Dialog(DialogId(call.identity.call_id, "", ""), call.local, f"<{CALLED}>", call.target)
        met.caller.dialog.local_sequence = 7
        assert await met.caller.ask_in_call(method) == 481
        met.caller.dialog = call
        assert await met.caller.ask_in_call("BYE") == 200


@each_way
@virtual_time
async def test_a_call_ends_with_the_connection_of_its_caller(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        assert await met.caller.ask_in_call("INFO") == 200
        await met.caller.link.close()
        await trio.sleep(1)
        assert met.phone.methods() == ["INVITE", "ACK", "INFO", "BYE"]
        info, bye = met.phone.asked[-2:]
        assert cseq_number(bye.headers) == cseq_number(info.headers) + 1
        assert met.phone.call.belongs(bye)
        assert bye.uri == met.phone.contact[1].strip("<>")
        assert await met.phone.ask_in_call("BYE") == 481
        assert met.held() == NOTHING_HELD


@each_way
@virtual_time
async def test_a_call_ends_with_the_connection_of_the_called(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        assert await met.caller.dial() == 200
        assert await met.phone.ask_in_call("INFO") == 200
        await met.phone.link.close()
        await trio.sleep(1)
        assert met.caller.methods() == ["INFO", "BYE"]
        info, bye = met.caller.asked[-2:]
        assert cseq_number(bye.headers) == cseq_number(info.headers) + 1
        assert met.caller.call.belongs(bye)
        assert await met.caller.ask_in_call("BYE") == 481
        assert met.held() == NOTHING_HELD


@each_way
@pytest.mark.parametrize("who", ["caller", "phone"])
@virtual_time
async def test_a_call_that_still_rings_is_not_hung_up_but_taken_back(who: str, change: dict[str, Any]) -> None:
    async with meeting(change, status=0) as met, trio.open_nursery() as nursery:
        nursery.start_soon(met.caller.dial)
        await met.phone.rang.wait()
        await (met.caller if who == "caller" else met.phone).link.close()
        await trio.sleep(1)
        assert [met.caller.methods(), met.phone.methods()] == [[], ["INVITE"]]
        assert met.held() == NOTHING_HELD


# --- calls that come to nothing ---


@each_way
@virtual_time
async def test_a_caller_who_gives_up_is_heard_by_the_ringing_phone(change: dict[str, Any]) -> None:
    async with meeting(change, status=0) as met:
        asked = met.caller.invite()
        async with met.caller.link.ask(asked) as responses:
            await met.phone.rang.wait()
            await met.caller.link.cancel(asked)
            statuses = [response.status async for response in responses]
        assert statuses[-1] == 487
        await trio.sleep(1)
        assert met.held() == NOTHING_HELD


@each_way
@virtual_time
async def test_a_phone_stops_ringing_when_the_caller_is_gone(change: dict[str, Any]) -> None:
    async with meeting(change, status=0) as met, trio.open_nursery() as nursery:
        nursery.start_soon(met.caller.dial)
        await met.phone.rang.wait()
        await met.caller.link.close()
        await trio.sleep(1)
        assert met.phone.link.transactions == 0
        assert met.held() == NOTHING_HELD


@each_way
@virtual_time
async def test_a_phone_from_which_nothing_more_comes_is_given_up_after_timer_c(change: dict[str, Any]) -> None:
    async with meeting(change, status=100) as met:
        began = trio.current_time()
        assert await met.caller.dial() == 408
        assert trio.current_time() - began == pytest.approx(181, abs=1)  # RFC 3261 16.6 step 11: over 3 minutes
        await trio.sleep(33)
        assert met.phone.link.transactions == 0  # the CANCEL came
        assert met.held() == NOTHING_HELD


@each_way
@pytest.mark.parametrize("status", [404, 486, 503, 603])
@virtual_time
async def test_a_refused_call_leaves_nothing_behind(status: int, change: dict[str, Any]) -> None:
    async with meeting(change, status=status) as met:
        assert await met.caller.dial() == status
        assert met.held() == NOTHING_HELD


@virtual_time
async def test_a_thousand_refused_calls_do_not_spoil_the_next_one() -> None:
    async with meeting(status=404) as met:
        for _ in range(1100):
            assert await met.caller.dial() == 404
        met.phone.status = 200
        assert await met.caller.dial() == 200
        assert await met.caller.ask_in_call("BYE") == 200


# --- where it is found ---


@virtual_time
async def test_a_caller_on_tcp_is_told_the_tcp_port_to_come_back_to() -> None:
    async with meeting({"expressway-e.sip.tcp-mode": "on"}) as met:
        plain = Stranger("plain")
        await speak(met.nursery, plain, await met.visit.dial(5060))
        assert await plain.dial(CALLED) == 200
        assert plain.call.routes[0] == f"<sip:{met.visit.edge}:5060;transport=tcp;lr>"
        assert await met.phone.ask_in_call("BYE") == 200
