"""The transaction layer on a connection: who is told of what, and what becomes of a request that is taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Hashable
from dataclasses import dataclass, field

import pytest
import trio
from net_bench import MEMORY, NewNetwork, pair
from test_net_sip_link import PATIENCE, Answering, Talk, asking, heard, nobody_asks, statuses, strangers, talk

from harness.net.sip_link import Inquiry, SipLink
from harness.net.trace import Trace, current, follow
from harness.sip.building import cancel, respond
from harness.sip.message import Request, Response
from harness.transcript import Direction, Oddity, SipSeen

on_memory = pytest.mark.parametrize("new_network", [MEMORY])


@dataclass
class Ringing:
    """A served end that rings after `before` seconds, and answers when it is told to or the caller has given up."""

    before: float = 0.0
    status: int = 0
    asked: list[str] = field(default_factory=list)
    was_cancelled: bool = False

    async def serve(self, inquiry: Inquiry) -> None:
        self.asked.append(inquiry.request.method)
        await trio.sleep(self.before)
        await inquiry.answer(respond(inquiry.request, 180, to_tag="t"))
        if self.status:
            await inquiry.answer(respond(inquiry.request, self.status, to_tag="t"))
        await inquiry.cancelled.wait()
        self.was_cancelled = True
        await inquiry.answer(respond(inquiry.request, 487, to_tag="t"))


def received(sip: Talk, actor: str) -> list[str]:
    """Return the methods and statuses that came to an end, in their order."""
    seen = [each for each in sip.met.seen(actor, SipSeen) if each.direction is Direction.RECEIVED]
    words = [each.message.split(b" ", 2) for each in seen]
    return [(second if first == b"SIP/2.0" else first).decode() for first, second, _ in words]


# --- taking an INVITE back ---


@on_memory
async def test_an_invite_is_taken_back_by_a_cancel_and_ends_in_487(new_network: NewNetwork) -> None:
    ringing = Ringing()
    async with talk(new_network(), ringing.serve) as sip:
        invite, got = asking("INVITE"), list[int]()
        async with sip.caller.ask(invite) as responses:
            async for response in responses:
                got.append(response.status)
                if response.status == 180:
                    await sip.caller.cancel(invite)
        assert got == [180, 487]
        await trio.sleep(0.1)  # the ACK is on its way
        assert received(sip, "called") == ["INVITE", "CANCEL", "ACK"]
        assert received(sip, "caller") == ["180", "200", "487"]
        await trio.sleep(PATIENCE + 1)
        assert (sip.caller.transactions, sip.called.transactions) == (0, 0)


@on_memory
async def test_a_cancel_waits_for_the_first_sign_of_life(new_network: NewNetwork) -> None:
    """RFC 3261 9.1: no CANCEL before a provisional response."""
    ringing = Ringing(before=0.1)
    async with talk(new_network(), ringing.serve) as sip:
        began, invite = trio.current_time(), asking("INVITE")
        async with sip.caller.ask(invite) as responses:
            await sip.caller.cancel(invite)
            assert trio.current_time() - began == pytest.approx(0.1)
            assert [response.status async for response in responses] == [180, 487]
        await trio.sleep(0.1)
        assert received(sip, "called") == ["INVITE", "CANCEL", "ACK"]


@on_memory
async def test_a_second_cancel_is_not_sent(new_network: NewNetwork) -> None:
    async def never(inquiry: Inquiry) -> None:
        await inquiry.answer(respond(inquiry.request, 180))
        await trio.sleep_forever()

    async with talk(new_network(), never) as sip, trio.open_nursery() as nursery:
        invite = asking("INVITE")
        async with sip.caller.ask(invite) as responses:
            await responses.receive()
            for _ in range(3):
                nursery.start_soon(sip.caller.cancel, invite)
            await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert received(sip, "called").count("CANCEL") <= 3
    assert len({each.message for each in sip.met.seen("called", SipSeen) if each.message.startswith(b"CANCEL")}) == 1


@on_memory
@pytest.mark.parametrize(("status", "acked"), [(200, []), (300, ["ACK"]), (486, ["ACK"])])
async def test_what_was_answered_is_not_taken_back(status: int, acked: list[str], new_network: NewNetwork) -> None:
    async with talk(new_network(), Ringing(status=status).serve) as sip:
        invite = asking("INVITE")
        assert await sip.ask(invite) == [180, status]
        await sip.caller.cancel(invite)
        await trio.sleep(1)
        assert received(sip, "called") == ["INVITE", *acked]


@on_memory
@pytest.mark.parametrize("leaves", ["at once", "after the first", "by cancellation"])
@pytest.mark.parametrize("rings", [True, False])
async def test_whoever_does_not_wait_takes_the_invite_back(rings: bool, leaves: str, new_network: NewNetwork) -> None:
    ringing = Ringing(before=0.0 if rings else 10.0)
    async with talk(new_network(), ringing.serve) as sip:
        tasks = trio.lowlevel.current_statistics().tasks_living
        with trio.move_on_after(1):
            async with sip.caller.ask(asking("INVITE")) as responses:
                if leaves == "after the first":
                    await responses.receive()
                elif leaves == "by cancellation":
                    async for _ in responses:
                        pass
        await trio.sleep(15)
        assert received(sip, "called") == ["INVITE", "CANCEL", "ACK"]
        assert ringing.was_cancelled
        assert trio.lowlevel.current_statistics().tasks_living == tasks  # nobody waits for what is over
        await trio.sleep(PATIENCE * 2)
        assert (sip.caller.transactions, sip.called.transactions) == (0, 0)


@on_memory
async def test_an_invite_that_timed_out_is_not_taken_back(new_network: NewNetwork) -> None:
    """RFC 3261 9.1: no CANCEL where nothing was heard."""
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        sip = SipLink(met.caller, met.recorder, nobody_asks)
        await nursery.start(sip.run)
        async with sip.ask(asking("INVITE")) as responses:
            assert [each async for each in responses] == []
        await trio.sleep(PATIENCE * 2)
        assert (await heard(met.called)).count(b" SIP/2.0\r\n") == 1
        nursery.cancel_scope.cancel()


@on_memory
async def test_whoever_does_not_wait_for_another_answer_sends_nothing_more(new_network: NewNetwork) -> None:
    async with talk(new_network(), Answering(0).serve) as sip:
        with trio.move_on_after(1):
            async with sip.caller.ask(asking("OPTIONS")) as responses:
                async for _ in responses:
                    pass
        assert sip.caller.transactions == 1
        await trio.sleep(PATIENCE + 1)
        assert sip.caller.transactions == 0
        assert received(sip, "called") == ["OPTIONS"]


@on_memory
async def test_an_answered_invite_whose_asker_left_is_remembered_for_its_repeated_200(new_network: NewNetwork) -> None:
    async with talk(new_network(), Ringing(status=200).serve) as sip:
        async with sip.caller.ask(asking("INVITE")) as responses:
            while (await responses.receive()).status != 200:
                pass
        await trio.sleep(PATIENCE / 2)
        assert sip.caller.transactions == 1
        await trio.sleep(PATIENCE)
        assert sip.caller.transactions == 0
        assert received(sip, "called") == ["INVITE"]


@on_memory
@pytest.mark.parametrize(
    ("method", "answer", "let_go_after"),
    [
        ("INVITE", 0, PATIENCE),  # timer B
        ("OPTIONS", 0, PATIENCE),  # timer F
        ("INVITE", 180, 100),  # a phone may ring for ever (RFC 3261 17.1.1.2)
        ("OPTIONS", 180, PATIENCE),  # a provisional response does not stop timer F (17.1.2.2)
        ("OPTIONS", 200, 100),
        ("INVITE", 200, 100),
        ("INVITE", 486, 100),
    ],
)
async def test_whoever_is_busy_while_his_request_times_out_is_let_go_then_and_not_otherwise(
    method: str, answer: int, let_go_after: float, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        sip = SipLink(met.caller, met.recorder, nobody_asks)
        await nursery.start(sip.run)
        asked, began = asking(method), trio.current_time()
        async with sip.ask(asked):
            if answer:
                await met.called.send(respond(asked, answer, to_tag="t").to_bytes())
            await trio.sleep(100)
        assert trio.current_time() - began == pytest.approx(let_go_after)
        nursery.cancel_scope.cancel()


# --- a CANCEL that comes in ---


@on_memory
async def test_a_cancel_about_nothing_hears_481_and_one_too_late_changes_nothing(new_network: NewNetwork) -> None:
    ringing = Ringing(status=486)
    async with strangers(new_network(), ringing.serve) as met:
        invite = asking("INVITE", branch="late")
        await met.caller.send(cancel(invite).to_bytes())
        assert statuses(await heard(met.caller)) == [481]
        await met.caller.send(invite.to_bytes())
        assert statuses(await heard(met.caller)) == [486]
        await met.caller.send(cancel(invite).to_bytes())
        assert statuses(await heard(met.caller)) == [200]
        assert not ringing.was_cancelled
        await met.caller.send(cancel(asking("INVITE")).to_bytes())
        assert statuses(await heard(met.caller)) == [481]


@on_memory
async def test_a_response_of_our_own_making_answers_nothing_that_was_asked_of_us(new_network: NewNetwork) -> None:
    """The keys of both sides differ: a peer cannot answer, with our branch, what it asked itself."""
    async with strangers(new_network(), Ringing().serve) as met:
        invite = asking("INVITE", branch="mine")
        await met.caller.send(invite.to_bytes() + respond(invite, 200, to_tag="x").to_bytes())
        assert statuses(await heard(met.caller)) == []
        assert len(met.seen("called", SipSeen)) == 3


@on_memory
async def test_an_answer_to_nothing_is_on_record_and_the_connection_goes_on(new_network: NewNetwork) -> None:
    async with strangers(new_network(), Answering().serve) as met:
        await met.caller.send(respond(asking("BYE"), 200, to_tag="x").to_bytes() + asking("OPTIONS").to_bytes())
        assert statuses(await heard(met.caller)) == [200]
        assert [odd.what for odd in met.seen("called", Oddity)] == ["a 200 that answers nothing we asked"]


# --- hearing ---


@on_memory
async def test_whoever_hears_is_told_before_what_comes_next_is_looked_at(new_network: NewNetwork) -> None:
    order: list[str] = []

    async def serve(inquiry: Inquiry) -> None:
        final = respond(inquiry.request, 200, to_tag="t").to_bytes()
        ringing = respond(inquiry.request, 180, to_tag="t").to_bytes()
        await inquiry.link.link.send(ringing + final + asking("INFO").to_bytes() + asking("BYE").to_bytes())

    def asked_back(inquiry: Inquiry) -> Awaitable[None]:
        order.append(inquiry.request.method)
        return inquiry.answer(respond(inquiry.request, 200))

    def told(response: Response) -> None:
        order.append(str(response.status))

    for _ in range(20):
        order.clear()
        async with pair(new_network()) as met, trio.open_nursery() as nursery:
            caller = SipLink(met.caller, met.recorder, asked_back)
            await nursery.start(caller.run)
            await nursery.start(SipLink(met.called, met.recorder, serve).run)
            async with caller.ask(asking("INVITE"), told) as responses:
                got = [response.status async for response in responses]
            await trio.sleep(0.1)
            nursery.cancel_scope.cancel()
        assert order == ["180", "200", "INFO", "BYE"]
        assert got == [180, 200]


@on_memory
async def test_whoever_has_left_hears_nothing_more(new_network: NewNetwork) -> None:
    told: list[int] = []
    async with talk(new_network(), Ringing(before=5).serve) as sip:
        with trio.move_on_after(1):
            async with sip.caller.ask(asking("INVITE"), lambda response: told.append(response.status)) as responses:
                async for _ in responses:
                    pass
        await trio.sleep(10)
        assert told == [100]
        assert "180" in received(sip, "caller")


# --- the end of the connection ---


@on_memory
@pytest.mark.parametrize("end", ["finish", "reset"])
async def test_who_asked_for_the_end_of_a_connection_is_told_once(end: str, new_network: NewNetwork) -> None:
    told: list[SipLink] = []
    async with talk(new_network(), Answering().serve) as sip:
        for _ in range(2):
            sip.caller.when_over(told.append)
        assert told == []
        getattr(sip.met.called._stream, end)()
        with trio.fail_after(5):
            await sip.caller.over()
        assert told == [sip.caller]
        sip.caller.when_over(told.append)
        assert told == [sip.caller, sip.caller]  # it was over already


@on_memory
async def test_a_connection_that_is_closed_gives_its_last_answers_first(new_network: NewNetwork) -> None:
    async def think(inquiry: Inquiry) -> None:
        await trio.sleep(float(inquiry.request.body))
        await inquiry.answer(respond(inquiry.request, 200))

    async with talk(new_network(), think) as sip, trio.open_nursery() as nursery:
        got: list[list[int]] = []
        began = trio.current_time()

        async def ask(request: Request) -> None:
            got.append(await sip.ask(request))

        for seconds in (b"2.0", b"3.0", b"4.0"):
            nursery.start_soon(ask, asking("OPTIONS", body=seconds))
        await trio.sleep(1)
        async with trio.open_nursery() as closing:
            for _ in range(2):
                closing.start_soon(sip.called.close)
        assert trio.current_time() - began == pytest.approx(4, abs=0.1)
    assert got == [[200]] * 3


@on_memory
async def test_a_connection_is_not_kept_open_by_what_is_never_answered(new_network: NewNetwork) -> None:
    async def never(_inquiry: Inquiry) -> None:
        await trio.sleep_forever()

    async with talk(new_network(), never) as sip, trio.open_nursery() as nursery:
        nursery.start_soon(sip.ask, asking("OPTIONS"))
        await trio.sleep(1)
        began = trio.current_time()
        await sip.called.close()
        assert trio.current_time() - began == pytest.approx(5, abs=0.1)


@on_memory
@pytest.mark.parametrize("when", ["before", "while it is asked"])
async def test_whoever_asks_over_a_dead_connection_hears_the_end_and_leaves_nothing(
    when: str, new_network: NewNetwork
) -> None:
    async with talk(new_network(), Answering(0).serve) as sip:
        if when == "before":
            await sip.called.close()
            await sip.caller.over()
        with trio.fail_after(5):
            async with sip.caller.ask(asking("INVITE")) as responses:
                sip.met.called.reset("gone")
                assert [each async for each in responses] == []
        assert sip.caller.transactions == 0


@on_memory
@pytest.mark.parametrize("provisional", [0, 180])
@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
async def test_an_asker_hears_at_once_that_the_peer_spoke_no_sip_although_it_stays(
    method: str, provisional: int, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        sip = SipLink(met.caller, met.recorder, nobody_asks)
        await nursery.start(sip.run)
        asked, began = asking(method), trio.current_time()
        async with sip.ask(asked) as responses:
            if provisional:
                await met.called.send(respond(asked, provisional, to_tag="t").to_bytes())
            await met.called.send(b"nonsense\r\n")
            assert [response.status async for response in responses] == [provisional] * bool(provisional)
        assert trio.current_time() == began  # not when the goodbye is over
        rings = method == "INVITE" and provisional  # RFC 3261 figure 5: a lost transport changes nothing then
        assert sip.transactions == bool(rings)
        await sip.over()
        assert sip.transactions == 0
        nursery.cancel_scope.cancel()


@on_memory
async def test_idle_is_counted_from_the_last_message_in_either_direction(new_network: NewNetwork) -> None:
    async with talk(new_network(), Answering().serve) as sip:
        await trio.sleep(10)
        assert sip.caller.idle_seconds == pytest.approx(10)
        await sip.ask(asking("OPTIONS"))
        assert max(sip.caller.idle_seconds, sip.called.idle_seconds) == pytest.approx(0)
        await trio.sleep(3)
        await sip.met.caller.send(b"\r\n\r\n")  # a sign of life is no use
        await trio.sleep(1)
        assert sip.called.idle_seconds == pytest.approx(4)


@on_memory
async def test_an_ack_that_nobody_can_use_is_on_record_and_gets_no_answer(new_network: NewNetwork) -> None:
    async with strangers(new_network(), nobody_asks) as met:
        await met.caller.send(asking("ACK").to_bytes().replace(b"CSeq: 1 ACK", b"CSeq: one ACK"))
        assert await heard(met.caller) == b""
        assert met.called.ended is None
        (odd,) = met.seen("called", Oddity)
        assert odd.what.startswith("an ACK that nobody can use: ")


@on_memory
async def test_a_connection_may_be_silent_between_messages(new_network: NewNetwork) -> None:
    async with strangers(new_network(), Answering().serve) as met:
        for _ in range(2):
            await met.caller.send(asking("OPTIONS").to_bytes())
            assert statuses(await heard(met.caller)) == [200]
            await trio.sleep(100)


@on_memory
async def test_one_that_was_to_speak_first_and_never_did_can_be_closed(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        sip = SipLink(met.caller, met.recorder, nobody_asks, speaks_first=True)
        await nursery.start(sip.run)
        await met.called.close()
        await sip.close()
        with trio.fail_after(5):
            await sip.over()


@on_memory
async def test_a_recorder_is_told_what_is_asked_and_of_an_ack_only_that_it_came(new_network: NewNetwork) -> None:
    taken: list[str] = []

    def take_up(number: int, key: Hashable, request: str) -> None:
        assert number
        assert key
        taken.append(request)

    async with strangers(new_network(), Answering().serve) as met:
        met.recorder.take_up = take_up  # type: ignore[method-assign]
        cut = asking("INFO").to_bytes().replace(b"Content-Length: 0\r\n", b"")
        await met.caller.send(asking("OPTIONS").to_bytes() + asking("ACK").to_bytes() + cut)
        await trio.sleep(1)
    assert taken == ["OPTIONS sip:user1@example.com", "", "INFO sip:user1@example.com"]


@on_memory
@pytest.mark.parametrize(
    ("software", "theirs", "told"), [("us/1", "", "us/1"), ("us/1", "them/2", "them/2"), ("", "", None)]
)
async def test_an_answer_is_signed_once_by_whoever_has_a_name(
    software: str, theirs: str, told: str | None, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met:
        sip = SipLink(met.called, met.recorder, nobody_asks, software=software)
        more = [("Server", theirs)] if theirs else []
        signed = sip.signed(respond(asking("OPTIONS"), 200, headers=more))
        assert signed.headers.get("server") == told
        assert len(signed.headers.get_all("server")) == (told is not None)


@on_memory
async def test_an_answer_is_told_for_its_request_and_its_writer_works_on_for_another(new_network: NewNetwork) -> None:
    for_whom: list[Trace | None] = []

    async def serve(inquiry: Inquiry) -> None:
        follow(Trace(99))
        inquiry.pass_on(respond(inquiry.request, 200))
        for_whom.append(current())
        await inquiry.link.flush()

    async with talk(new_network(), serve) as sip:
        assert await sip.ask(asking("OPTIONS")) == [200]
    assert for_whom == [Trace(99)]
