"""Sockets and memory behave alike: how a connection comes about, carries bytes, and ends."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

import pytest
import trio
import trio.testing
from net_bench import (
    MEMORY,
    NewNetwork,
    called_host,
    caller_host,
    each_network,
    fresh_address,
    listening,
    streams,
)

from harness.errors import LabError
from harness.net.loopback import LoopbackNetwork
from harness.net.network import ByteStream, DialError, Network, StreamResetError
from harness.transcript import Address, DialFailure


async def dialled(network: Network, target: Address, *, within: float = 5) -> ByteStream:
    return await network.dial(caller_host(), target, within=within, bound=lambda _: None)


async def received(stream: ByteStream) -> bytes:
    """Return all that comes until the peer's FIN."""
    data = bytearray()
    while piece := await stream.receive():
        data += piece
    return bytes(data)


async def write_on(stream: ByteStream) -> None:
    """Write for a second at most: a kernel takes what it can send, whatever has become of the peer."""
    for _ in range(100):
        await stream.send(b"INVITE")
        await trio.sleep(0.01)


def resetting_everybody(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            taken, _ = listener.accept()
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            taken.close()


# --- coming about ---


@each_network
async def test_a_listener_learns_the_address_that_the_dialler_was_bound_to(new_network: NewNetwork) -> None:
    network, bound = new_network(), list[Address]()
    async with listening(network) as (listener, address):
        near = await network.dial(caller_host(), address, within=5, bound=bound.append)
        far, source = await listener.accept()
        assert [source] == bound
        assert source.host == caller_host()
        near.close()
        far.close()


@each_network
async def test_nobody_at_a_port_refuses_the_syn(new_network: NewNetwork) -> None:
    with pytest.raises(DialError) as refused:
        await dialled(new_network(), fresh_address())
    assert refused.value.failure is DialFailure.REFUSED


async def test_a_port_that_resets_at_once_was_reached_however_soon_its_reset_comes() -> None:
    with socket.create_server((called_host(), 0)) as listener:
        threading.Thread(target=resetting_everybody, args=(listener,), daemon=True).start()
        address = Address(*listener.getsockname())
        for _ in range(200):  # every third reset or so is there before the dialler looks
            stream = await dialled(LoopbackNetwork(), address)
            with pytest.raises(StreamResetError):
                await received(stream)
            stream.close()
        listener.shutdown(socket.SHUT_RDWR)


@each_network
async def test_a_closed_listener_refuses_the_syn(new_network: NewNetwork) -> None:
    network = new_network()
    async with listening(network) as (_, address):
        pass
    with pytest.raises(DialError) as refused:
        await dialled(network, address)
    assert refused.value.failure is DialFailure.REFUSED


@each_network
async def test_a_listener_that_accepts_nobody_lets_the_dialler_time_out(
    new_network: NewNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.net.loopback._BACKLOG", 128)  # the usual limit of open files is near 1024
    network, waiting = new_network(), list[ByteStream]()
    async with listening(network) as (_, address):

        async def dial_on() -> None:
            while len(waiting) < 1000:
                waiting.append(await dialled(network, address, within=0.25))

        with pytest.raises(DialError) as timed_out:
            await dial_on()
        assert timed_out.value.failure is DialFailure.TIMED_OUT
        assert 100 < len(waiting) < 300
        for stream in waiting:
            stream.close()


@each_network
async def test_two_listeners_at_one_address_are_a_lab_error(new_network: NewNetwork) -> None:
    network = new_network()
    async with listening(network) as (_, address):
        with pytest.raises(LabError, match=str(address.port)):
            await network.listen(address)


async def test_an_address_of_another_machine_is_a_lab_error_that_says_what_to_do() -> None:
    with pytest.raises(LabError, match="--network memory"):
        await LoopbackNetwork().listen(Address("192.0.2.1", 5061))


async def test_an_address_that_cannot_be_dialled_from_here_is_unreachable() -> None:
    with pytest.raises(DialError) as unreachable:
        await LoopbackNetwork().dial("192.0.2.1", fresh_address(), within=1, bound=lambda _: None)
    assert unreachable.value.failure is DialFailure.UNREACHABLE


# --- carrying bytes ---


@each_network
async def test_bytes_arrive_in_order_and_a_fin_after_them(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        for text in (b"INVITE ", b"sip:user1@", b"example.com"):
            await near.send(text)
        near.finish()
        assert await received(far) == b"INVITE sip:user1@example.com"
        assert await far.receive() == b""


@each_network
async def test_sending_nothing_is_no_fin(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        await near.send(b"")
        await near.send(b"INVITE")
        assert await far.receive() == b"INVITE"


@each_network
async def test_after_a_fin_the_other_direction_still_carries(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        near.finish()
        assert await far.receive() == b""
        await far.send(b"one more thing")
        far.finish()
        assert await received(near) == b"one more thing"


@each_network
async def test_a_peer_that_does_not_read_slows_the_sender_down(new_network: NewNetwork) -> None:
    piece, sent = bytes(1 << 20), 0
    async with streams(new_network()) as (near, _far):
        with trio.move_on_after(0.5) as patience:
            for _ in range(256):
                await near.send(piece)
                sent += len(piece)
        assert patience.cancelled_caught
        assert sent < 256 << 20


# --- ending ---


@each_network
async def test_a_reset_is_told_from_a_fin(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        far.reset()
        with pytest.raises(StreamResetError):
            await near.receive()


@each_network
async def test_what_was_sent_before_a_reset_is_still_read(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        await far.send(b"Finished")
        far.reset()
        assert await near.receive() == b"Finished"
        with pytest.raises(StreamResetError):
            await near.receive()


@each_network
async def test_a_reset_that_a_write_ran_into_is_still_a_reset_for_the_reader(new_network: NewNetwork) -> None:
    """The kernel tells a pending error once, to whoever asks first; to the reader it then says FIN."""
    async with streams(new_network()) as (near, far):
        far.reset()
        with pytest.raises(StreamResetError):
            await write_on(near)
        with pytest.raises(StreamResetError):
            await near.receive()


@each_network
async def test_a_fin_stays_a_fin_although_a_later_write_is_answered_by_a_reset(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        far.close()
        with pytest.raises(StreamResetError):
            await write_on(near)
        assert await near.receive() == b""


@each_network
async def test_closing_with_unread_bytes_resets(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        await near.send(b"INVITE")
        await trio.sleep(0.01)
        far.close()
        with pytest.raises(StreamResetError):
            await near.receive()


@each_network
@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_an_end_that_let_go_hears_and_says_nothing_more(ending: str, new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, _):
        getattr(near, ending)()
        getattr(near, ending)()
        near.finish()
        with pytest.raises(StreamResetError):
            await near.receive()
        with pytest.raises(StreamResetError):
            await near.send(b"INVITE")


@each_network
async def test_letting_go_wakes_the_task_that_was_reading(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, _), trio.open_nursery() as nursery:
        nursery.start_soon(let_go_soon, near)
        with pytest.raises(StreamResetError):
            await near.receive()


async def let_go_soon(stream: ByteStream) -> None:
    await trio.testing.wait_all_tasks_blocked()
    stream.close()


# --- memory alone ---


@pytest.mark.parametrize("new_network", [MEMORY])
async def test_memory_shows_the_ports_that_expressway_would_dial_from(new_network: NewNetwork) -> None:
    network, bound = new_network(), list[Address]()
    with pytest.raises(DialError):
        await network.dial(caller_host(), Address(called_host(), 1), within=5, bound=bound.append)
    assert 25000 <= bound[0].port <= 29999
