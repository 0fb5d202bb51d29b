"""A device that swallows: TCP opens, and nothing that the dialler says arrives."""

from __future__ import annotations

from net_bench import NewNetwork, each_network, streams

from harness.net.middlebox import SwallowingStream


@each_network
async def test_what_is_said_into_an_inspection_never_arrives_and_its_end_does(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        inspected = SwallowingStream(near)

        await inspected.send(b"ClientHello")
        inspected.finish()

        assert await far.receive() == b""
        far.close()


@each_network
async def test_what_the_listener_says_comes_back_through_an_inspection(new_network: NewNetwork) -> None:
    async with streams(new_network()) as (near, far):
        inspected = SwallowingStream(near)

        await far.send(b"good bye")
        far.finish()

        assert await inspected.receive() == b"good bye"
        assert await inspected.receive() == b""
        inspected.close()
