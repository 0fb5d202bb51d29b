"""Datagrams on both networks: they arrive with their source, or are lost; a taken port is said to be so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from net_bench import NewNetwork, called_host, caller_host, each_network, fresh_address

from harness.errors import LabError
from harness.net.network import DatagramPort, Network
from harness.transcript import Address

pytestmark = each_network
ANY_PORT = 0


@asynccontextmanager
async def opened(network: Network, address: Address) -> AsyncIterator[DatagramPort]:
    port = await network.open_datagrams(address)
    try:
        yield port
    finally:
        port.close()


async def test_a_datagram_arrives_with_its_source_and_can_be_answered(new_network: NewNetwork) -> None:
    network, address = new_network(), fresh_address()
    async with opened(network, address) as server, opened(network, Address(caller_host(), ANY_PORT)) as client:
        await client.send(b"where is example.com?", address)
        asked, source = await server.receive()
        await server.send(b"here", source)
        answered, answerer = await client.receive()

    assert (asked, source.host) == (b"where is example.com?", caller_host())
    assert source.port != ANY_PORT
    assert (answered, answerer) == (b"here", address)


async def test_datagrams_stay_apart_and_in_order(new_network: NewNetwork) -> None:
    network, address = new_network(), fresh_address()
    async with opened(network, address) as server, opened(network, Address(caller_host(), ANY_PORT)) as client:
        for piece in (b"one", b"", b"three"):
            await client.send(piece, address)
        heard = [(await server.receive())[0] for _ in range(3)]

    assert heard == [b"one", b"", b"three"]


async def test_two_askers_of_one_host_have_ports_of_their_own(new_network: NewNetwork) -> None:
    network, address = new_network(), fresh_address()
    host = Address(caller_host(), ANY_PORT)
    async with opened(network, address) as server, opened(network, host) as first, opened(network, host) as second:
        await first.send(b"first", address)
        await second.send(b"second", address)
        sources = dict([await server.receive(), await server.receive()])
        await server.send(b"to the second", sources[b"second"])
        await server.send(b"to the first", sources[b"first"])
        told = (await first.receive())[0], (await second.receive())[0]

    assert sources[b"first"] != sources[b"second"]
    assert told == (b"to the first", b"to the second")


async def test_what_nobody_listens_for_is_lost_and_the_sender_goes_on(new_network: NewNetwork) -> None:
    network, nobody, address = new_network(), fresh_address(), fresh_address()
    async with opened(network, Address(caller_host(), ANY_PORT)) as client:
        await client.send(b"hello?", nobody)
        await client.send(b"anybody?", nobody)
        async with opened(network, nobody) as late, opened(network, address) as server:
            await server.send(b"still there?", (await _introduced(client, server, address)))
            assert (await client.receive())[0] == b"still there?"
            with trio.move_on_after(0.05) as waited:
                await late.receive()

    assert waited.cancelled_caught


async def _introduced(client: DatagramPort, server: DatagramPort, address: Address) -> Address:
    await client.send(b"it is me", address)
    return (await server.receive())[1]


async def test_what_comes_after_a_port_was_closed_is_lost(new_network: NewNetwork) -> None:
    network, address = new_network(), fresh_address()
    async with opened(network, Address(caller_host(), ANY_PORT)) as client:
        async with opened(network, address):
            pass
        await client.send(b"too late", address)
        async with opened(network, address) as again:
            await client.send(b"in time", address)
            heard, _ = await again.receive()

    assert heard == b"in time"


async def test_a_taken_port_is_no_place_for_a_second_one(new_network: NewNetwork) -> None:
    network, address = new_network(), fresh_address()
    async with opened(network, address):
        with pytest.raises(LabError, match=rf"{called_host()}:{address.port}"):
            await network.open_datagrams(address)
    async with opened(network, address):
        pass  # given up, it is free again


async def test_a_flood_is_lost_in_part_and_stops_nobody(new_network: NewNetwork) -> None:
    network, address = new_network(), fresh_address()
    async with opened(network, address) as server, opened(network, Address(caller_host(), ANY_PORT)) as client:
        for _ in range(2000):
            await client.send(b"flood", address)
        assert (await server.receive())[0] == b"flood"
