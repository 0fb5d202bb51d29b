"""A name server that answers in part, wrongly or not at all: what a question comes to, and when it is given up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from net_bench import on_virtual_time
from trio.testing import MockClock

from harness.dns.records import Host, Outcome, Question
from harness.net.memory import MemoryNetwork
from harness.net.network import ByteStream, DatagramPort, Listener
from harness.net.recorder import Recorder
from harness.net.resolver import BUDGET_SECONDS, TCP_SECONDS, TRIES, TRY_SECONDS, FramedReader, Resolver, framed
from harness.transcript import Address, Direction, DnsSeen

SERVER, STRANGER = Address("127.64.0.53", 5300), Address("127.64.0.99", 5300)
QUESTION = Question("us-expe1.example.com", "A")
EDGE = Host("127.64.0.10")
BUDGET = TRIES * TRY_SECONDS

Reply: TypeAlias = Callable[[dns.message.Message], bytes]
Conversation: TypeAlias = Callable[[ByteStream], Awaitable[None]]


# --- what the name server says ---


def the_address(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.answer = [dns.rrset.from_text(query.question[0].name, 300, "IN", "A", EDGE.address)]
    return response.to_wire()


def nothing_of_that_name(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.NXDOMAIN)
    soa = "ns.example.com. hostmaster.example.com. 1 3600 600 86400 30"
    response.authority = [dns.rrset.from_text("example.com.", 300, "IN", "SOA", soa)]
    return response.to_wire()


def cut_off(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def garbage(_: dns.message.Message) -> bytes:
    return b"\xff" * 40


def the_query_itself(query: dns.message.Message) -> bytes:
    return query.to_wire()


def another_number(query: dns.message.Message) -> bytes:
    answer = bytearray(the_address(query))
    answer[1] ^= 0xFF
    return bytes(answer)


def another_question(query: dns.message.Message) -> bytes:
    return the_address(dns.message.make_query("us-expe2.example.com", "A", id=query.id))


def leads_to(*names: str) -> Reply:
    """Return a server that knows nothing but where the asked name leads: from each of `names` to the next."""
    onward = dict(zip(names, (*names[1:], names[0]), strict=True))

    def reply(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        asked = query.question[0].name.to_text(omit_final_dot=True)
        response.answer = [dns.rrset.from_text(query.question[0].name, 300, "IN", "CNAME", f"{onward[asked]}.")]
        return response.to_wire()

    return reply


async def _answers(stream: ByteStream) -> None:
    query = dns.message.from_wire(await FramedReader(stream).read())
    await stream.send(framed(the_address(query)))


async def _answers_in_pieces(stream: ByteStream) -> None:
    query = dns.message.from_wire(await FramedReader(stream).read())
    for octet in framed(the_address(query)):
        await stream.send(bytes([octet]))


async def _closes(stream: ByteStream) -> None:
    await FramedReader(stream).read()
    stream.finish()


async def _resets(stream: ByteStream) -> None:
    await FramedReader(stream).read()
    stream.reset()


async def _stops_in_the_middle(stream: ByteStream) -> None:
    query = dns.message.from_wire(await FramedReader(stream).read())
    await stream.send(framed(the_address(query))[:-4])
    stream.finish()


async def _says_nothing(_: ByteStream) -> None:
    await trio.sleep_forever()


async def _stalls_in_the_middle(stream: ByteStream) -> None:
    query = dns.message.from_wire(await FramedReader(stream).read())
    await stream.send(framed(the_address(query))[:-4])
    await trio.sleep_forever()


async def _cuts_off_again(stream: ByteStream) -> None:
    query = dns.message.from_wire(await FramedReader(stream).read())
    await stream.send(framed(cut_off(query)))


# --- the bench ---


@dataclass
class Desk:
    """An asker, and a name server that plays its script; `replies` are for one query each, the last for all others."""

    network: MemoryNetwork
    recorder: Recorder
    resolver: Resolver
    heard: list[bytes] = field(default_factory=list)

    def seen(self) -> list[tuple[str, str]]:
        """Return what the asker noted: transport and direction of each message."""
        notes = [event for event in self.recorder.events if isinstance(event, DnsSeen)]
        assert {(note.actor, note.server) for note in notes} <= {("b2b-peer", SERVER)}
        return [(note.transport, note.direction.value) for note in notes]

    async def answer(self, port: DatagramPort, replies: list[Reply | None]) -> None:
        for number in range(1_000_000):
            query, asker = await port.receive()
            self.heard.append(query)
            reply = replies[min(number, len(replies) - 1)]
            if reply is not None:
                await port.send(reply(dns.message.from_wire(query)), asker)


async def _converse(listener: Listener, conversation: Conversation, nursery: trio.Nursery) -> None:
    while True:
        stream, _ = await listener.accept()
        nursery.start_soon(conversation, stream)


@asynccontextmanager
async def desk(*replies: Reply | None, tcp: Conversation | None = None) -> AsyncIterator[Desk]:
    network, recorder = MemoryNetwork(), Recorder(trio.current_time)
    resolver = Resolver(network, recorder, actor="b2b-peer", host="127.64.0.70", server=SERVER)
    opened = Desk(network, recorder, resolver)
    port = await network.open_datagrams(SERVER)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(opened.answer, port, list(replies))
        if tcp is not None:
            nursery.start_soon(_converse, await network.listen(SERVER), tcp, nursery)
        yield opened
        nursery.cancel_scope.cancel()


SENT, RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
ASKED, ANSWERED = ("udp", SENT), ("udp", RECEIVED)


# --- over UDP ---


async def test_an_answer_over_udp_is_all_it_takes(autojump_clock: MockClock) -> None:
    async with desk(the_address, tcp=_says_nothing) as here:
        answer = await here.resolver.ask(QUESTION)

    assert (answer.outcome, answer.records, answer.ttl) == (Outcome.FOUND, (EDGE,), 300)
    assert here.seen() == [ASKED, ANSWERED]
    assert autojump_clock.current_time() == 0


async def test_a_server_that_says_nothing_is_given_up_when_the_budget_is_spent(autojump_clock: MockClock) -> None:
    async with desk(None) as here:
        answer = await here.resolver.ask(QUESTION)

    assert answer.outcome is Outcome.NO_ANSWER
    assert f"{BUDGET:g} s" in answer.detail
    assert f"{TRIES} tries" in answer.detail
    assert autojump_clock.current_time() == BUDGET
    assert here.seen() == [ASKED] * TRIES
    assert len(set(here.heard)) == 1


async def test_nobody_at_the_name_servers_address_is_a_server_that_says_nothing(autojump_clock: MockClock) -> None:
    network, recorder = MemoryNetwork(), Recorder(trio.current_time)
    answer = await Resolver(network, recorder, actor="b2b-peer", host="127.64.0.70", server=SERVER).ask(QUESTION)

    assert answer.outcome is Outcome.NO_ANSWER
    assert autojump_clock.current_time() == BUDGET


async def test_a_lost_query_is_sent_once_more(autojump_clock: MockClock) -> None:
    async with desk(None, the_address) as here:
        answer = await here.resolver.ask(QUESTION)

    assert answer.records == (EDGE,)
    assert here.seen() == [ASKED, ASKED, ANSWERED]
    assert autojump_clock.current_time() == TRY_SECONDS


async def test_an_alias_of_which_no_end_was_told_is_asked_for(autojump_clock: MockClock) -> None:
    async with desk(leads_to("us-expe1.example.com", "real.example.com"), the_address) as here:
        answer = await here.resolver.ask(QUESTION)

    assert (answer.question, answer.records, answer.aliases) == (QUESTION, (EDGE,), ("real.example.com",))
    assert autojump_clock.current_time() == 0


async def test_aliases_that_go_round_one_answer_at_a_time_are_a_loop(autojump_clock: MockClock) -> None:
    async with desk(leads_to("us-expe1.example.com", "second.example.com", "third.example.com")) as here:
        answer = await here.resolver.ask(QUESTION)

    assert answer.outcome is Outcome.LOOP
    assert len(here.heard) < 10
    assert autojump_clock.current_time() == 0


async def test_slow_aliases_spend_one_budget_together(autojump_clock: MockClock) -> None:
    names = ["us-expe1.example.com", *(f"h{number}.example.com" for number in range(12))]
    slow = [reply for _ in names for reply in (None, leads_to(*names))]
    async with desk(*slow) as here:
        answer = await here.resolver.ask(QUESTION)

    assert answer.outcome is Outcome.NO_ANSWER
    assert autojump_clock.current_time() == BUDGET_SECONDS


@pytest.mark.parametrize("reply", [garbage, the_query_itself, another_number, another_question])
async def test_what_is_no_answer_to_the_question_is_said_to_be_none(reply: Reply, autojump_clock: MockClock) -> None:
    async with desk(reply) as here:
        answer = await here.resolver.ask(QUESTION)

    assert (answer.outcome, answer.records) == (Outcome.BAD_ANSWER, ())
    assert answer.detail
    assert here.seen() == [ASKED, ANSWERED]
    assert autojump_clock.current_time() == 0


async def test_a_datagram_of_a_stranger_is_not_listened_to(autojump_clock: MockClock) -> None:
    async with desk(None) as here, trio.open_nursery() as nursery:
        stranger = await here.network.open_datagrams(STRANGER)
        lie = the_address(dns.message.make_query("us-expe1.example.com", "A", id=1))

        async def shout() -> None:
            await trio.sleep(TRY_SECONDS / 2)
            for number in range(25000, 25100):
                await stranger.send(lie, Address("127.64.0.70", number))

        nursery.start_soon(shout)
        answer = await here.resolver.ask(QUESTION)

    assert answer.outcome is Outcome.NO_ANSWER
    assert autojump_clock.current_time() == BUDGET
    assert here.seen() == [ASKED] * TRIES


# --- over TCP, where UDP has no room ---


@pytest.mark.parametrize("conversation", [_answers, _answers_in_pieces])
async def test_an_answer_that_was_cut_off_comes_whole_over_tcp(
    conversation: Conversation, autojump_clock: MockClock
) -> None:
    async with desk(cut_off, tcp=conversation) as here:
        answer = await here.resolver.ask(QUESTION)

    assert (answer.outcome, answer.records) == (Outcome.FOUND, (EDGE,))
    assert here.seen() == [ASKED, ANSWERED, ("tcp", SENT), ("tcp", RECEIVED)]
    assert autojump_clock.current_time() == 0


@pytest.mark.parametrize(
    ("conversation", "seconds"),
    [
        (None, 0),
        (_closes, 0),
        (_resets, 0),
        (_stops_in_the_middle, 0),
        (_cuts_off_again, 0),
        (_says_nothing, TCP_SECONDS),
        (_stalls_in_the_middle, TCP_SECONDS),
    ],
)
async def test_an_answer_that_never_comes_whole_is_too_long(
    conversation: Conversation | None, seconds: float, autojump_clock: MockClock
) -> None:
    async with desk(cut_off, tcp=conversation) as here:
        answer = await here.resolver.ask(QUESTION)

    assert (answer.outcome, answer.records) == (Outcome.TOO_LONG, ())
    assert f"{TCP_SECONDS:g} s" in answer.detail
    assert autojump_clock.current_time() == seconds


# --- what is kept ---


async def test_a_denial_is_kept_for_as_long_as_it_says_and_asked_for_again_after_that(
    autojump_clock: MockClock,
) -> None:
    async with desk(nothing_of_that_name, the_address) as here:
        first = await here.resolver.ask(QUESTION)
        await trio.sleep(29)
        kept = await here.resolver.ask(QUESTION)
        questions_until_then = len(here.heard)
        await trio.sleep(1)
        afterwards = await here.resolver.ask(QUESTION)

    assert (first.outcome, first.ttl) == (Outcome.NO_NAME, 30)
    assert (kept.outcome, kept.ttl, questions_until_then) == (Outcome.NO_NAME, 1, 1)
    assert (afterwards.outcome, len(here.heard)) == (Outcome.FOUND, 2)
    assert autojump_clock.current_time() == 30


async def test_an_answer_is_kept_for_those_only_for_whom_it_was_given(autojump_clock: MockClock) -> None:
    async with desk(the_address) as here:
        for subnet in ("", "203.0.113.0/24", "198.51.100.0/24", "203.0.113.0/24", ""):
            assert (await here.resolver.ask(QUESTION, subnet)).outcome is Outcome.FOUND

    assert len(here.heard) == 3
    assert len(here.seen()) == 6
    assert autojump_clock.current_time() == 0


async def test_a_failure_is_not_kept(autojump_clock: MockClock) -> None:
    async with desk(None, None, garbage, the_address) as here:
        outcomes = [(await here.resolver.ask(QUESTION)).outcome for _ in range(3)]

    assert outcomes == [Outcome.NO_ANSWER, Outcome.BAD_ANSWER, Outcome.FOUND]
    assert autojump_clock.current_time() == BUDGET


# --- any name, any bytes ---


@pytest.mark.parametrize("name", ["a..b", ".example.com", "a" * 64 + ".example.com", ".".join(["a" * 60] * 5)])
async def test_a_name_that_no_question_can_hold_is_no_name_and_is_not_asked_for(
    name: str, autojump_clock: MockClock
) -> None:
    async with desk(the_address) as here:
        answer = await here.resolver.ask(Question(name, "SRV"))

    assert answer.outcome is Outcome.NO_NAME
    assert name in answer.detail
    assert here.heard == []
    assert autojump_clock.current_time() == 0


@settings(max_examples=40)
@given(name=st.text(max_size=80))
def test_any_name_at_all_comes_to_something(name: str) -> None:
    async def ask() -> Outcome:
        async with desk(None) as here:
            return (await here.resolver.ask(Question(name, "A"))).outcome

    assert on_virtual_time(ask) in {Outcome.NO_NAME, Outcome.NO_ANSWER}


@settings(max_examples=40)
@given(reply=st.binary(max_size=600), tcp=st.binary(max_size=600))
def test_any_bytes_at_all_come_to_something(reply: bytes, tcp: bytes) -> None:
    async def says(stream: ByteStream) -> None:
        await stream.send(tcp)
        stream.finish()

    async def ask(*replies: Reply) -> Outcome:
        async with desk(*replies, tcp=says) as here:
            return (await here.resolver.ask(QUESTION)).outcome

    assert on_virtual_time(partial(ask, lambda _: reply)) is not Outcome.FOUND
    assert on_virtual_time(partial(ask, cut_off)) in {Outcome.TOO_LONG, Outcome.BAD_ANSWER}
