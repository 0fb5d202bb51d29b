"""Calls through the B2BUA: a second leg back into the box, with a Call-ID and a Contact of its own."""

from __future__ import annotations

from typing import Any

import pytest
from actors_bench import EDGE_PORT, NOBODY, NewNetwork, Visit, asking, each_network, virtual_time, visiting

from harness.actors.b2b_peer import Door
from harness.actors.user_agent import CallOrder
from harness.actors.webex_cloud import CloudCall
from harness.lab.actors import B2BUA_PORT
from harness.net.memory import MemoryNetwork
from harness.transcript import Address, AlertSeen, Decision, Direction, HandshakeFinished

ORDER = CallOrder(caller="bob@peer.example", called="user1@example.com")
FORCED: dict[str, Any] = {"expressway-e.traversal-zone.media-encryption": "force-encrypted"}
LEFT_ALONE: dict[str, Any] = {**FORCED, "expressway-e.traversal-zone.parameter-preservation": "off"}
REMOTE = "user1@example.calls.webex.com"


async def call(visit: Visit) -> bool:
    outcome = await visit.lab.cast.b2b_peer.call(Door(f"us-expe1.example.com:{EDGE_PORT}", "tls"), ORDER)
    return outcome.completed


async def called_by_the_cloud(visit: Visit) -> bool:
    return (await visit.lab.cast.webex_cloud.call(CloudCall(to="user1@example.com"))).completed


@each_network
async def test_a_call_through_the_b2bua_shows_it_in_via_and_is_hung_up_on_both_legs(new_network: NewNetwork) -> None:
    async with visiting(new_network(), FORCED) as visit:
        assert await call(visit)
        (invite,) = visit.heard_by("unified-cm", b"INVITE")
        (hung_up,) = visit.heard_by("unified-cm", b"BYE")
        host = visit.lab.directory.address_of("b2bua")
        assert f"Via: SIP/2.0/TLS {host}:5073;" in invite
        assert ";x-cisco-local-service=nettle" in invite
        assert ";egress-zone=HybridCallTraversal" in invite
        assert [len(visit.heard_by("b2bua", start)) for start in (b"INVITE", b"ACK", b"BYE")] == [1, 1, 1]
        assert "\r\nCall-ID: b2b-" in hung_up


@virtual_time
async def test_with_media_encryption_auto_nobody_meets_the_b2bua() -> None:
    async with visiting(MemoryNetwork()) as visit:
        assert await call(visit)
        assert visit.heard_by("b2bua", b"INVITE") == []
        assert "nettle" not in visit.heard_by("unified-cm", b"INVITE")[0]


@virtual_time
async def test_the_zone_that_a_call_comes_from_engages_it_as_the_one_that_it_goes_to() -> None:
    async with visiting(MemoryNetwork(), {"expressway-e.default-zone.media-encryption": "best-effort"}) as visit:
        assert await call(visit)
        assert len(visit.heard_by("b2bua", b"INVITE")) == 1
        assert await called_by_the_cloud(visit)
        assert len(visit.heard_by("b2bua", b"INVITE")) == 1


@pytest.mark.parametrize(("tls", "alert", "thought_it_was_done"), [("1.2", 40, False), ("1.3", 116, True)])
@virtual_time
async def test_a_port_with_mutual_tls_turns_its_own_b2bua_away(tls: str, alert: int, thought_it_was_done: bool) -> None:
    change = {**FORCED, "expressway-e.default-zone.mutual-tls": "on"}
    async with visiting(MemoryNetwork(), change, tls=tls) as visit:
        assert not await called_by_the_cloud(visit)
        heard = [each for each in visit.events("b2bua", AlertSeen) if each.direction is Direction.RECEIVED]
        sent = [each for each in visit.events("expressway-e", AlertSeen) if each.connection == heard[0].connection]
        done = [each.connection for each in visit.events("b2bua", HandshakeFinished)]
        assert ([each.number for each in heard], [each.number for each in sent]) == ([alert], [alert])
        assert (heard[0].connection in done) is thought_it_was_done


@pytest.mark.parametrize(("change", "kept", "rung"), [(FORCED, True, 0), (LEFT_ALONE, False, 1)])
@virtual_time
async def test_the_mark_in_the_contact_decides_whether_the_app_rings_too(
    change: dict[str, Any], kept: bool, rung: int
) -> None:
    async with visiting(MemoryNetwork(), {**change, "unified-cm.remote-device": REMOTE}) as visit:
        assert await called_by_the_cloud(visit)
        (invite,) = visit.heard_by("unified-cm", b"INVITE")
        assert ("call-type=squared" in invite) is kept
        assert len(visit.heard_by("webex-cloud", b"INVITE")) == rung


@virtual_time
async def test_a_caller_who_gives_no_readable_contact_or_via_is_served_all_the_same() -> None:
    async with (
        visiting(MemoryNetwork(), LEFT_ALONE) as visit,
        visit.speaking(EDGE_PORT, NOBODY) as visitor,
    ):
        for contact in ("<sip:bob@peer.example", "nonsense", "*"):
            asked = asking("INVITE", "sip:user1@example.com")
            final = await visitor.ask(asked.with_headers(asked.headers.with_replaced("Contact", contact)))
            assert final is not None
            assert final.status == 200


@virtual_time
async def test_the_b2bua_speaks_to_nobody_but_the_edge() -> None:
    async with visiting(MemoryNetwork(), FORCED) as visit:
        source = f"{visit.lab.directory.block}.99"
        target = Address(visit.lab.directory.address_of("b2bua"), B2BUA_PORT)
        stream = await visit.network.dial(source, target, within=5, bound=lambda _: None)
        assert await stream.receive() == b""


@virtual_time
async def test_a_route_that_names_the_domain_of_the_edge_is_taken_for_its_own() -> None:
    async with visiting(MemoryNetwork(), {"unified-cm.cluster-name": "example.com"}) as visit:
        await called_by_the_cloud(visit)
        (stripped,) = [each for each in visit.events("expressway-e", Decision) if each.topic == "own-route"]
        assert stripped.facts == {"routes": "sip:example.com;lr"}
        assert "Route: <sip:example.com" not in visit.heard_by("expressway-c", b"INVITE")[0]
