"""A name server that answers in part, or not at all: what a question comes to, and when it is given up."""

from __future__ import annotations

import dns.flags
import dns.message
import trio
from trio.testing import MockClock

from harness.dns.records import Outcome, Question
from harness.net.memory import MemoryNetwork
from harness.net.network import ByteStream, DatagramPort, Listener
from harness.net.recorder import Recorder
from harness.net.resolver import Resolver
from harness.transcript import Address, DnsSeen

SERVER = Address("127.64.0.53", 5300)
QUESTION = Question("us-expe1.example.com", "A")


async def _says_that_it_was_cut_off(port: DatagramPort) -> None:
    while True:
        query, asker = await port.receive()
        response = dns.message.make_response(dns.message.from_wire(query))
        response.flags |= dns.flags.TC
        await port.send(response.to_wire(), asker)


async def _accepts_and_says_nothing(listener: Listener, held: list[ByteStream]) -> None:
    while True:
        stream, _ = await listener.accept()
        held.append(stream)


def _asker(network: MemoryNetwork, recorder: Recorder) -> Resolver:
    return Resolver(network, recorder, actor="b2b-peer", host="127.64.0.70", server=SERVER)


async def test_a_server_that_is_silent_over_tcp_is_given_up_after_three_seconds(autojump_clock: MockClock) -> None:
    network, recorder = MemoryNetwork(), Recorder(trio.current_time)
    held: list[ByteStream] = []
    port, listener = await network.open_datagrams(SERVER), await network.listen(SERVER)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_says_that_it_was_cut_off, port)
        nursery.start_soon(_accepts_and_says_nothing, listener, held)
        answer = await _asker(network, recorder).ask(QUESTION)
        nursery.cancel_scope.cancel()
    assert answer.outcome is Outcome.TOO_LONG
    assert autojump_clock.current_time() == 3
    assert len(held) == 1
    assert [event.transport for event in recorder.events if isinstance(event, DnsSeen)] == ["udp", "udp", "tcp"]


async def test_a_server_that_says_nothing_is_asked_twice_and_given_up_after_four_seconds(
    autojump_clock: MockClock,
) -> None:
    network, recorder = MemoryNetwork(), Recorder(trio.current_time)
    port = await network.open_datagrams(SERVER)
    answer = await _asker(network, recorder).ask(QUESTION)
    port.close()
    assert answer.outcome is Outcome.NO_ANSWER
    assert autojump_clock.current_time() == 4
    assert [event.transport for event in recorder.events if isinstance(event, DnsSeen)] == ["udp", "udp"]
