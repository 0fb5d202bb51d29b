"""SIP on a connection: requests, answers, timers, and everything that a peer can do wrong."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from net_bench import MEMORY, NewNetwork, Pair, caller, each_network, mutual, on_virtual_time, pair

from harness.net.link import Link
from harness.net.memory import MemoryNetwork
from harness.net.network import Network
from harness.net.sip_link import Inquiry, Serve, SipLink
from harness.sip.building import request, respond
from harness.sip.framing import Violation
from harness.sip.message import Request
from harness.transcript import Closed, Closing, Direction, Oddity, SipSeen

PATIENCE = 32.0  # 64*T1, RFC 3261 17.1.1.2
on_memory = pytest.mark.parametrize("new_network", [MEMORY])
_BRANCHES = itertools.count(1)


def asking(method: str, *, branch: str = "", body: bytes = b"") -> Request:
    headers = [
        ("Via", f"SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bK{branch or next(_BRANCHES)}"),
        ("From", "<sip:bob@peer.example>;tag=1"),
        ("To", "<sip:user1@example.com>"),
        ("Call-ID", "a-call@peer.example"),
        ("CSeq", f"1 {method}"),
    ]
    return request(method, "sip:user1@example.com", headers=headers, body=body)


@dataclass
class Answering:
    """A served end: it keeps what it was asked, and answers with `status` unless that is 0."""

    status: int = 200
    asked: list[Request] = field(default_factory=list)

    def serve(self, inquiry: Inquiry) -> Awaitable[None]:
        self.asked.append(inquiry.request)
        return inquiry.answer(respond(inquiry.request, self.status)) if self.status else inquiry.ignore()


async def nobody_asks(inquiry: Inquiry) -> None:
    raise AssertionError(f"{inquiry.request.method} came from the end that asks")


@dataclass
class Talk:
    """A caller that speaks SIP, a called end that serves, and the bare links below them."""

    met: Pair
    caller: SipLink
    called: SipLink

    async def ask(self, asked: Request) -> list[int]:
        """Return every status that came for a request, until there are no more."""
        async with self.caller.ask(asked) as responses:
            return [response.status async for response in responses]

    def oddities(self, actor: str) -> list[str]:
        return [oddity.what for oddity in self.met.seen(actor, Oddity)]


@asynccontextmanager
async def talk(network: Network, serve: Serve, *, max_message: int = 32768) -> AsyncIterator[Talk]:
    async with pair(network) as met, trio.open_nursery() as nursery:
        caller = SipLink(met.caller, met.recorder, nobody_asks)
        called = SipLink(met.called, met.recorder, serve, max_message=max_message)
        await nursery.start(caller.run)
        await nursery.start(called.run)
        yield Talk(met, caller, called)
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def strangers(network: Network, serve: Serve, *, max_message: int = 32768) -> AsyncIterator[Pair]:
    """Yield a connection whose called end speaks SIP, and whose caller sends what bytes it likes."""
    async with pair(network) as met, trio.open_nursery() as nursery:
        called = SipLink(met.called, met.recorder, serve, max_message=max_message)
        await nursery.start(called.run)
        yield met
        nursery.cancel_scope.cancel()


async def heard(link: Link) -> bytes:
    """Return all that comes until the other end is silent, or gone."""
    data = bytearray()
    with trio.move_on_after(0.3):
        while piece := await link.receive():
            data += piece
    return bytes(data)


async def until_the_end(link: Link) -> bytes:
    """Return all that comes until the other end is gone."""
    data = bytearray()
    while piece := await link.receive():
        data += piece
    return bytes(data)


def statuses(data: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"SIP/2.0 ([2-6][0-9][0-9]) ", data)]


# --- asking and answering ---


@each_network
async def test_a_request_is_served_and_its_answer_comes_back(new_network: NewNetwork) -> None:
    answering = Answering()
    async with talk(new_network(), answering.serve) as sip:
        assert await sip.ask(asking("OPTIONS")) == [200]
        assert [asked.method for asked in answering.asked] == ["OPTIONS"]
        told = [(seen.actor, seen.direction) for seen in sip.met.recorder.events if isinstance(seen, SipSeen)]
        sent, received = Direction.SENT, Direction.RECEIVED
        assert told == [("caller", sent), ("called", received), ("called", sent), ("caller", received)]


@on_memory
async def test_answers_find_their_requests_whatever_the_order(new_network: NewNetwork) -> None:
    async def serve(inquiry: Inquiry) -> None:
        await trio.sleep(1 if inquiry.request.body == b"slow" else 0)
        await inquiry.answer(respond(inquiry.request, 200, body=inquiry.request.body))

    order: list[bytes] = []
    async with talk(new_network(), serve) as sip, trio.open_nursery() as nursery:

        async def ask(body: bytes) -> None:
            async with sip.caller.ask(asking("OPTIONS", body=body)) as responses:
                order.extend([response.body async for response in responses])

        nursery.start_soon(ask, b"slow")
        nursery.start_soon(ask, b"fast")
    assert order == [b"fast", b"slow"]


@on_memory
async def test_a_callee_that_thinks_for_long_says_trying_meanwhile(new_network: NewNetwork) -> None:
    async def think(inquiry: Inquiry) -> None:
        await trio.sleep(5)
        await inquiry.answer(respond(inquiry.request, 486))

    began = trio.current_time()
    async with talk(new_network(), think) as sip:
        assert await sip.ask(asking("INVITE")) == [100, 486]
    assert trio.current_time() - began == pytest.approx(5)


@on_memory
@pytest.mark.parametrize("method", ["OPTIONS", "INVITE"])
async def test_a_request_that_nobody_answers_is_given_up_after_32_seconds(method: str, new_network: NewNetwork) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        silent = SipLink(met.caller, met.recorder, nobody_asks)
        await nursery.start(silent.run)
        began = trio.current_time()
        async with silent.ask(asking(method)) as responses:
            assert [response async for response in responses] == []
        assert trio.current_time() - began == pytest.approx(PATIENCE)
        nursery.cancel_scope.cancel()


@on_memory
async def test_a_repeated_request_is_served_once_and_answered_twice(new_network: NewNetwork) -> None:
    answering = Answering(status=486)
    invite = asking("INVITE", branch="again").to_bytes()
    async with strangers(new_network(), answering.serve) as met:
        await met.caller.send(invite)
        first = await heard(met.caller)
        await met.caller.send(invite)
        assert await heard(met.caller) == first != b""
    assert len(answering.asked) == 1


@on_memory
async def test_requests_that_come_together_are_begun_in_their_order(new_network: NewNetwork) -> None:
    answering = Answering(status=0)
    methods = ["INVITE", "ACK", "BYE", "MESSAGE", "INFO"] * 10
    async with strangers(new_network(), answering.serve) as met:
        await met.caller.send(b"".join(asking(method).to_bytes() for method in methods))
        await trio.sleep(1)
    assert [asked.method for asked in answering.asked] == methods


@on_memory
async def test_requests_in_records_of_their_own_are_begun_in_their_order_too(new_network: NewNetwork) -> None:
    """A TLS record that is there already is read without waiting: an INVITE would overtake the ACK before it."""
    answering = Answering(status=0)
    methods = ["INVITE", "ACK", "INVITE", "BYE"] * 10
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        await met.secure(caller("1.3"), mutual())
        for method in methods:
            await met.caller.send(asking(method).to_bytes())
        await nursery.start(SipLink(met.called, met.recorder, answering.serve).run)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert [asked.method for asked in answering.asked] == methods


# --- connections that die ---


@on_memory
@pytest.mark.parametrize("steps", range(5))
async def test_a_connection_that_is_cancelled_takes_no_task_any_more(new_network: NewNetwork, steps: int) -> None:
    """Ctrl-C ends `run` in a few steps, and other tasks may turn to it in between: none of them finds an error."""

    async def run_within(scope: trio.CancelScope, link: SipLink, task_status: trio.TaskStatus[None]) -> None:
        with scope:
            await link.run(task_status=task_status)

    for _ in range(20):  # the order of tasks that are ready together is random
        async with pair(new_network()) as met, trio.open_nursery() as nursery:
            link, scope = SipLink(met.caller, met.recorder, nobody_asks), trio.CancelScope()
            await nursery.start(partial(run_within, scope, link))
            scope.cancel()
            for _ in range(steps):
                await trio.lowlevel.checkpoint()
            link.start(trio.sleep_forever)
            await link.over()
            assert not link.start(trio.sleep_forever)
            assert not link.alive
            assert link.transactions == 0
            with trio.fail_after(5):
                assert await met.called.receive() == b""  # the peer is not left with an open connection


@on_memory
@pytest.mark.parametrize("provisional", [0, 180])
async def test_whoever_asks_over_a_connection_that_is_cancelled_hears_the_end(
    provisional: int, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as asker, trio.open_nursery() as running:
        link, asked = SipLink(met.caller, met.recorder, nobody_asks), asking("INVITE")
        await running.start(link.run)

        async def ask() -> None:
            with trio.fail_after(5):
                async with link.ask(asked) as responses:
                    assert [each.status async for each in responses] == [provisional] * bool(provisional)

        asker.start_soon(ask)
        if provisional:
            await met.called.receive()
            await met.called.send(respond(asked, provisional, to_tag="t").to_bytes())
        await trio.sleep(1)
        running.cancel_scope.cancel()


@each_network
@pytest.mark.parametrize("ending", ["finish", "reset"])
async def test_a_request_ends_with_its_connection(ending: str, new_network: NewNetwork) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        sip = SipLink(met.caller, met.recorder, nobody_asks)
        await nursery.start(sip.run)
        with trio.fail_after(5):
            async with sip.ask(asking("INVITE")) as responses:
                getattr(met.called._stream, ending)()
                assert [response async for response in responses] == []
            assert not sip.alive


@each_network
async def test_a_request_over_a_dead_connection_ends_at_once(new_network: NewNetwork) -> None:
    async with talk(new_network(), Answering().serve) as sip:
        await sip.called.close()
        with trio.fail_after(5):
            assert await sip.ask(asking("OPTIONS")) == []
        assert not sip.caller.alive


@each_network
async def test_closing_is_an_orderly_end_for_both(new_network: NewNetwork) -> None:
    async with talk(new_network(), Answering().serve) as sip:
        with trio.fail_after(5):
            await sip.caller.close()
        assert sip.met.caller.ended is Closing.FIN
        assert sip.met.called.ended is Closing.FIN
        assert not sip.called.alive


@dataclass
class HandedOver:
    """Counts the requests that left and are not over, as a recorder is told of them."""

    now: set[tuple[int, Hashable]] = field(default_factory=set)
    ever: int = 0

    def hand_over(self, number: int, key: Hashable) -> None:
        self.now.add((number, key))
        self.ever += 1

    def handed_back(self, number: int, key: Hashable) -> None:
        self.now.discard((number, key))


@on_memory
@pytest.mark.parametrize("becomes", ["answered", "refused", "unanswered", "lost", "given up"])
@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
async def test_whoever_was_told_that_a_request_left_is_told_when_it_is_over(
    method: str, becomes: str, new_network: NewNetwork
) -> None:
    answering = Answering({"answered": 200, "refused": 486}.get(becomes, 0))
    async with talk(new_network(), answering.serve) as sip:
        told = HandedOver()
        sip.met.recorder.hand_over = told.hand_over  # type: ignore[method-assign]
        sip.met.recorder.handed_back = told.handed_back  # type: ignore[method-assign]
        with trio.move_on_after(1 if becomes in {"lost", "given up"} else 100):
            await sip.ask(asking(method))
        if becomes == "lost":
            await sip.caller.close()
        await trio.sleep(PATIENCE * 3)
        assert told.ever >= 1
        assert told.now == set()
        assert sip.caller.transactions == 0


# --- keep-alive (RFC 5626 3.5.1) ---


@each_network
async def test_a_ping_is_answered_by_a_pong_also_between_messages(new_network: NewNetwork) -> None:
    answering = Answering()
    async with strangers(new_network(), answering.serve) as met:
        await met.caller.send(b"\r\n\r\n")
        assert await met.caller.receive() == b"\r\n"
        await met.caller.send(asking("OPTIONS").to_bytes() + b"\r\n\r\n")
        said = await heard(met.caller)
        assert said.count(b"SIP/2.0 200 OK") == 1
        assert met.called.ended is None
    assert len(answering.asked) == 1


@on_memory
async def test_a_ping_is_a_sign_of_life_and_half_a_ping_is_nothing(new_network: NewNetwork) -> None:
    told: list[int] = []
    async with strangers(new_network(), nobody_asks) as met:
        met.recorder.heard = told.append  # type: ignore[method-assign,assignment]
        await met.caller.send(b"\r\n")
        assert (await heard(met.caller), told) == (b"", [])
        await met.caller.send(b"\r\n")
        assert (await heard(met.caller), told) == (b"\r\n", [met.called.number])
        assert met.seen("called", Oddity) == []


# --- peers that do it wrong ---

NO_LENGTH = asking("OPTIONS").to_bytes().replace(b"Content-Length: 0\r\n", b"")
TOO_LARGE = asking("OPTIONS").to_bytes().replace(b"Content-Length: 0", b"Content-Length: 32768")


@each_network
@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET / HTTP/1.1\r\nHost: us-expe1.example.com\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"OPTIONS sip:example.com SIP/2.0\r\nContent-Length: nine\r\n\r\n",
        b"OPTIONS sip:example.com SIP/2.0\r\n" + b"X-Long: " + b"a" * 40_000,
    ],
    ids=["http", "tls", "length", "endless"],
)
async def test_what_is_no_sip_ends_the_connection_and_is_on_record(nonsense: bytes, new_network: NewNetwork) -> None:
    async with strangers(new_network(), nobody_asks) as met:
        await met.caller.send(nonsense)
        await heard(met.caller)
        await met.caller.close()
        assert met.caller.ended in {Closing.FIN, Closing.RST}
        assert len(met.seen("called", Oddity)) == 1


@on_memory
@pytest.mark.parametrize(
    ("said", "why"),
    [(b"nonsense\r\n", "not SIP"), (NO_LENGTH, "not SIP"), (asking("OPTIONS").to_bytes(), "")],
    ids=["nonsense", "no length", "sip"],
)
async def test_whoever_wants_to_know_hears_what_was_no_sip_and_answers_it_himself(
    said: bytes, why: str, new_network: NewNetwork
) -> None:
    heard_of: list[str] = []
    async with pair(new_network()) as met, trio.open_nursery() as nursery:

        def on_violation(link: Link, violation: Violation) -> None:
            assert link is met.called
            heard_of.append(violation.reason)

        called = SipLink(met.called, met.recorder, Answering().serve, on_violation=on_violation)
        await nursery.start(called.run)
        await met.caller.send(said)
        assert statuses(await heard(met.caller)) == ([] if why else [200])
        await met.caller.close()
        await called.over()
    assert len(heard_of) == bool(why)
    closed = [each.why for each in met.seen("called", Closed) if each.direction is Direction.SENT]
    assert closed == ([why] if why else [])


@each_network
@pytest.mark.parametrize(
    ("bad", "last"), [(b"nonsense\r\n", []), (NO_LENGTH, [400]), (TOO_LARGE, [513])], ids=["nonsense", "400", "513"]
)
async def test_good_requests_before_a_bad_one_hear_their_answers(
    bad: bytes, last: list[int], new_network: NewNetwork
) -> None:
    async def think_first(inquiry: Inquiry) -> None:
        for _ in range(10):
            await trio.lowlevel.checkpoint()
        await inquiry.answer(respond(inquiry.request, 200))

    async with strangers(new_network(), think_first) as met:
        good = [asking("OPTIONS").to_bytes() for _ in range(3)]
        await met.caller.send(b"".join(good) + bad)
        assert statuses(await until_the_end(met.caller)) == [200, 200, 200, *last]


@on_memory
async def test_where_nothing_is_set_a_message_may_have_as_many_bytes_as_on_an_expressway(
    new_network: NewNetwork,
) -> None:
    """`SipMaxSize` is 32768 (domain.md 3.1)."""
    head = len(asking("OPTIONS", branch="size", body=b"x" * 32000).to_bytes()) - 32000
    largest, larger = (asking("OPTIONS", branch="size", body=b"x" * (size - head)) for size in (32768, 32769))
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        await nursery.start(SipLink(met.called, met.recorder, Answering().serve).run)
        await met.caller.send(largest.to_bytes() + larger.to_bytes())
        assert statuses(await until_the_end(met.caller)) == [200, 513]
        nursery.cancel_scope.cancel()


@on_memory
async def test_whoever_never_answers_does_not_keep_a_broken_connection_open(new_network: NewNetwork) -> None:
    async def never(_inquiry: Inquiry) -> None:
        await trio.sleep_forever()

    async with strangers(new_network(), never) as met:
        await met.caller.send(asking("OPTIONS").to_bytes() + NO_LENGTH)
        with trio.fail_after(10):
            assert statuses(await until_the_end(met.caller)) == [400]


@on_memory
@pytest.mark.parametrize(
    ("beginning", "last"),
    [(NO_LENGTH[:20], []), (NO_LENGTH[:-2] + b"Content-Length: 9\r\n\r\nhalf", [400])],
    ids=["half a line", "half a body"],
)
async def test_a_message_that_never_ends_is_given_up_and_others_before_it_do_not_count(
    beginning: bytes, last: list[int], new_network: NewNetwork
) -> None:
    async with strangers(new_network(), Answering().serve) as met:
        for _ in range(3):
            await trio.sleep(30)
            await met.caller.send(asking("OPTIONS").to_bytes())
        begun = trio.current_time()
        for byte in beginning:
            await met.caller.send(bytes([byte]))
        assert statuses(await until_the_end(met.caller)) == [200, 200, 200, *last]
        assert trio.current_time() - begun == pytest.approx(PATIENCE, abs=3)


@each_network
async def test_a_request_that_is_malformed_is_refused_and_the_connection_goes_on(new_network: NewNetwork) -> None:
    answering = Answering()
    async with strangers(new_network(), answering.serve) as met:
        malformed = asking("OPTIONS").to_bytes().replace(b"CSeq: 1 OPTIONS", b"CSeq: 1 INVITE")
        await met.caller.send(malformed + malformed.replace(b"OPTIONS", b"ACK", 1) + asking("OPTIONS").to_bytes())
        assert statuses(await heard(met.caller)) == [400, 200]
    assert len(answering.asked) == 1


@each_network
async def test_an_answer_tells_where_its_request_really_came_from(new_network: NewNetwork) -> None:
    async with strangers(new_network(), Answering().serve) as met:
        source = met.called.peer
        behind = asking("OPTIONS").to_bytes().replace(b"127.0.0.1:5060", b"phone.example:5060")
        await met.caller.send(behind + behind.replace(b";branch=z9hG4bK", b";rport;branch=z9hG4bKr", 1))
        _, first, second = (await heard(met.caller)).decode().split("SIP/2.0 200 OK\r\n")
    assert f";received={source.host}\r\n" in first
    assert "rport" not in first
    assert f";rport={source.port};" in second
    assert f";received={source.host}\r\n" in second


@each_network
async def test_an_end_signs_its_own_answers_and_no_others(new_network: NewNetwork) -> None:
    async def serve(inquiry: Inquiry) -> None:
        answer = respond(inquiry.request, 200)
        if inquiry.request.method == "INFO":
            inquiry.pass_on(answer)
            await inquiry.link.flush()
        else:
            await inquiry.answer(answer)

    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        called = SipLink(met.called, met.recorder, serve, software="a-product/1")
        await nursery.start(called.run)
        said = []
        malformed = asking("OPTIONS").to_bytes().replace(b"CSeq: 1", b"CSeq: one")
        for asked in (asking("OPTIONS").to_bytes(), asking("INFO").to_bytes(), malformed):
            await met.caller.send(asked)
            said.append((await heard(met.caller)).decode())
        nursery.cancel_scope.cancel()
    assert [(answer[8:11], "Server: a-product/1" in answer) for answer in said] == [
        ("200", True), ("200", False), ("400", True),
    ]  # fmt: skip


@on_memory
async def test_a_message_counts_head_and_body_together(new_network: NewNetwork) -> None:
    """SipMaxSize (domain.md 3.1) is of the whole message."""
    answering, body = Answering(), bytes(800)
    small, large = asking("OPTIONS", body=body[:200]), asking("OPTIONS", body=body)
    assert len(large.to_bytes()) > 1000 > max(len(body), len(large.to_bytes()) - len(body))
    async with strangers(new_network(), answering.serve, max_message=1000) as met:
        await met.caller.send(small.to_bytes() + large.to_bytes())
        await heard(met.caller)
        assert len(met.seen("called", Oddity)) == 1
    assert [len(asked.body) for asked in answering.asked] == [200]


@on_memory
async def test_an_answer_to_nothing_is_odd_and_harmless(new_network: NewNetwork) -> None:
    answering = Answering()
    async with strangers(new_network(), answering.serve) as met:
        await met.caller.send(respond(asking("OPTIONS"), 200).to_bytes() + asking("OPTIONS").to_bytes())
        assert (await heard(met.caller)).startswith(b"SIP/2.0 200 OK")
        assert [oddity.what for oddity in met.seen("called", Oddity)] == ["a 200 that answers nothing we asked"]


@on_memory
async def test_a_peer_that_opens_too_many_transactions_is_told_so(
    new_network: NewNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.net.sip_link._TRANSACTIONS", 20)
    answering = Answering(status=0)
    async with strangers(new_network(), answering.serve) as met:
        for _ in range(30):
            await met.caller.send(asking("OPTIONS").to_bytes())
        said = await heard(met.caller)
        assert said.count(b"SIP/2.0 503 Service Unavailable") == 10
        assert len(answering.asked) == 20
        assert len(met.seen("called", Oddity)) == 10
        assert met.called.ended is None


@on_memory
async def test_more_ringing_than_anybody_reads_is_odd_and_the_final_answer_still_ends_it(
    new_network: NewNetwork,
) -> None:
    async def ring(inquiry: Inquiry) -> None:
        for _ in range(100):
            await inquiry.answer(respond(inquiry.request, 180))
        await inquiry.answer(respond(inquiry.request, 486))

    async with talk(new_network(), ring) as sip, sip.caller.ask(asking("INVITE")) as responses:
        await trio.sleep(1)
        statuses = [response.status async for response in responses]
        assert statuses.count(180) == 64
        assert len(statuses) in {64, 65}
        assert "too many provisional responses" in sip.oddities("caller")


# --- any bytes at all ---


def spoken(pieces: list[bytes]) -> tuple[Answering, Pair]:
    """Say those pieces to an end that serves, then hang up; both ends must come to rest by themselves."""
    answering, kept = Answering(), list[Pair]()

    async def say() -> None:
        async with pair(MemoryNetwork()) as met, trio.open_nursery() as nursery:
            kept.append(met)
            nursery.start_soon(SipLink(met.called, met.recorder, answering.serve).run)
            for piece in pieces:
                await met.caller.send(piece)
            await met.caller.close()

    on_virtual_time(say)
    return answering, kept[0]


@settings(max_examples=80)
@given(pieces=st.lists(st.binary(min_size=1, max_size=200), max_size=8))
def test_any_bytes_at_all_end_in_a_closed_connection_and_never_in_an_exception(pieces: list[bytes]) -> None:
    _, met = spoken(pieces)
    assert met.called.ended is not None


@settings(max_examples=80)
@given(data=st.data())
def test_any_split_of_the_bytes_asks_the_same(data: st.DataObject) -> None:
    stream = b"".join(asking(method, branch=method).to_bytes() for method in ("OPTIONS", "MESSAGE", "INFO"))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=12)))
    pieces = [stream[start:end] for start, end in itertools.pairwise([0, *cuts, len(stream)])]
    answering, _ = spoken(pieces)
    assert [asked.method for asked in answering.asked] == ["OPTIONS", "MESSAGE", "INFO"]


@settings(max_examples=80)
@given(data=st.data())
def test_a_spoilt_request_is_served_or_refused_and_never_raises(data: st.DataObject) -> None:
    spoilt = bytearray(asking("INVITE", branch="spoilt", body=b"v=0\r\n").to_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    answering, met = spoken([bytes(spoilt)])
    assert len(answering.asked) <= 1
    assert met.called.ended is not None
