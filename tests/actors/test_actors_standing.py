"""The connections that an Expressway keeps: dialled once, however many wait for it, and closed when nobody needs it."""

from __future__ import annotations

import pytest
import trio
from actors_bench import EDGE_PORT, NOBODY, asking, virtual_time, visiting
from calls_bench import B2BUA, PHONE_PORT, meeting

from harness.actors.outbound import IDLE_SECONDS
from harness.net.memory import MemoryNetwork
from harness.transcript import Address, Closed, Connected

OUTSIDE = "sip:bob@peer.example"


@virtual_time
async def test_many_calls_at_once_share_the_connection_that_the_first_one_dials() -> None:
    async with meeting(B2BUA) as met:
        statuses: list[int] = []

        async def ring() -> None:
            final = await met.caller.ask(met.caller.invite())
            statuses.append(final.status if final else 0)

        met.phone.status = 486
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(ring)
        assert statuses == [486] * 20
        assert len(met.visit.events("b2bua", Connected)) == 2  # from the edge, and back to it


@virtual_time
async def test_an_idle_connection_is_closed_but_not_under_a_call_however_silent() -> None:
    async with meeting() as met:
        assert await met.caller.dial(OUTSIDE) == 200
        await trio.sleep(IDLE_SECONDS * 5)
        assert met.visit.events("b2b-peer", Closed) == []
        assert await met.caller.ask_in_call("BYE") == 200
        await trio.sleep(IDLE_SECONDS * 2)
        assert len(met.visit.events("b2b-peer", Closed)) == 1


@virtual_time
async def test_a_company_is_dialled_once_whatever_the_case_of_its_name() -> None:
    async with meeting() as met:
        for spelt in (OUTSIDE, "sip:bob@PEER.example", "sip:bob@peer.EXAMPLE"):
            assert await met.caller.dial(spelt) == 200
        assert len(met.visit.events("b2b-peer", Connected)) == 1


@virtual_time
async def test_a_phone_that_takes_tcp_and_never_says_a_word_of_tls_is_given_up() -> None:
    secure = {"expressway-c.neighbour-zone.transport": "tls", "expressway-c.neighbour-zone.port": PHONE_PORT}
    async with visiting(MemoryNetwork(), secure) as visit, visit.speaking(EDGE_PORT, NOBODY) as visitor:
        listener = await visit.network.listen(Address(visit.lab.directory.address_of("unified-cm"), PHONE_PORT))
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.accept)
            final = await visitor.ask(asking("INVITE", "sip:user1@example.com"))
        assert final is not None
        assert final.status == 500
        assert trio.current_time() - began == pytest.approx(17, abs=3)


@virtual_time
async def test_the_way_back_of_the_b2bua_is_closed_with_the_way_there() -> None:
    async with meeting(B2BUA) as met:
        assert await met.caller.dial() == 200
        await trio.sleep(0.1)  # the ACK is on its way
        await met.visit.lab.cast.edges[0]._b2bua.close()
        await trio.sleep(5)
        assert len(met.visit.events("b2bua", Closed)) == 2
        assert met.phone.methods() == ["INVITE", "ACK", "BYE"]
