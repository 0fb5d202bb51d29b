"""Offers of a given size, and a Unified CM that resets what is longer than it takes."""

from __future__ import annotations

import pytest
from actors_bench import NewNetwork, each_network, virtual_time, visiting

from harness.actors.webex_cloud import CloudCall
from harness.net.memory import MemoryNetwork
from harness.sip.sdp import SessionDescription
from harness.transcript import Closed, Closing, Decision, Direction

CALL = CloudCall(to="user1@example.com")


@each_network
async def test_unified_cm_resets_the_connection_over_which_too_long_a_message_comes(new_network: NewNetwork) -> None:
    async with visiting(new_network(), {"webex-cloud.offer-size": 12000}) as visit:
        outcome = await visit.lab.cast.webex_cloud.call(CALL)
        (refused,) = [each for each in visit.events("unified-cm", Decision) if each.topic == "message-size"]
        ends = [each for actor in ("unified-cm", "expressway-c") for each in visit.events(actor, Closed)]
        on_trunk = [(each.direction, each.how) for each in ends if each.connection == refused.connection]
        assert outcome.detail == "500 Server Internal Error"
        assert refused.facts["limit"] == "11000"
        assert on_trunk == [(Direction.SENT, Closing.RST), (Direction.RECEIVED, Closing.RST)]
        assert visit.heard_by("unified-cm", b"INVITE") == []


@pytest.mark.parametrize("size", [0, 1, 400, 9000])
@virtual_time
async def test_an_offer_has_at_least_its_size_and_can_be_answered(size: int) -> None:
    async with visiting(MemoryNetwork(), {"webex-cloud.offer-size": size}) as visit:
        outcome = await visit.lab.cast.webex_cloud.call(CALL)
        (invite,) = visit.heard_by("unified-cm", b"INVITE")
        body = invite.partition("\r\n\r\n")[2].encode()
        assert outcome.completed
        assert size <= len(body) < size + 400
        assert [media.medium for media in SessionDescription.parse(body).media] == ["audio"]
