"""What becomes of a request that got in: refusals with their reasons, and the marks of who passed it on."""

from __future__ import annotations

import pytest
from actors_bench import (
    EDGE_PORT,
    NOBODY,
    Visit,
    asking,
    virtual_time,
    visiting,
    wearing,
)

from harness.actors.b2b_peer import Door
from harness.actors.user_agent import CallOrder
from harness.actors.webex_cloud import CloudCall
from harness.net.memory import MemoryNetwork
from harness.sip.message import Message, Request, Response
from harness.transcript import Decision

CALLED = "sip:user1@example.com"
CLUSTER = "<sip:cucm-cluster.example.com;lr>"


def decisions(visit: Visit, topic: str, actor: str = "expressway-e") -> list[str]:
    return [decision.outcome for decision in visit.events(actor, Decision) if decision.topic == topic]


def values(message: Message, name: str) -> list[str]:
    return list(message.headers.get_list(name))


async def asked_from_outside(visit: Visit, asked: Request) -> Response:
    async with visit.speaking(EDGE_PORT, NOBODY) as visitor:
        final = await visitor.ask(asked)
    assert final is not None
    return final


# --- refusals ---


@virtual_time
async def test_call_policy_forbids_the_clouds_addresses_to_strangers() -> None:
    async with visiting(MemoryNetwork()) as visit:
        invite = asking("INVITE", CALLED, caller="user2@example.calls.webex.com")
        final = await asked_from_outside(visit, invite)
        assert (final.status, values(final, "warning")) == (403, [f'399 {visit.edge}:5061 "Policy Response"'])
        assert decisions(visit, "cpl") == ["rejected"]
        assert visit.heard_by("expressway-c", b"INVITE") == []


@virtual_time
async def test_call_policy_lets_the_cloud_use_its_own_addresses() -> None:
    async with visiting(MemoryNetwork()) as visit:
        outcome = await visit.lab.cast.webex_cloud.call(CloudCall(to="user1@example.com"))
        assert outcome.completed
        assert decisions(visit, "cpl") == []


@virtual_time
async def test_a_preloaded_route_is_not_found_where_the_zone_does_not_take_it() -> None:
    async with visiting(MemoryNetwork()) as visit:
        routes = (f"<sip:{visit.edge}:5061;transport=tls;lr>", CLUSTER)
        final = await asked_from_outside(visit, asking("INVITE", CALLED, routes=routes))
        assert (final.status, len(values(final, "warning"))) == (404, 1)
        assert decisions(visit, "preloaded-route") == ["refused"]


@virtual_time
async def test_a_route_that_names_only_this_box_is_no_preloaded_route() -> None:
    """What is left of the Route header counts (RFC 3261 16.4), and that is nothing."""
    async with visiting(MemoryNetwork()) as visit:
        routes = (f"<sip:{visit.edge}:5061;transport=tls;lr>",)
        final = await asked_from_outside(visit, asking("INVITE", CALLED, routes=routes))
        assert final.status == 200
        assert decisions(visit, "preloaded-route") == []


@virtual_time
async def test_what_no_search_rule_knows_is_not_found() -> None:
    async with visiting(MemoryNetwork()) as visit:
        final = await asked_from_outside(visit, asking("INVITE", "sip:nowhere.example"))
        assert (final.status, len(values(final, "warning"))) == (404, 1)
        assert decisions(visit, "search-rule") == ["no-match"]


@virtual_time
async def test_a_company_that_is_not_in_the_dns_is_not_found() -> None:
    async with visiting(MemoryNetwork()) as visit:
        final = await asked_from_outside(visit, asking("INVITE", "sip:carol@nowhere.example"))
        assert final.status == 404
        assert decisions(visit, "search-rule") == ["dns-zone"]


@virtual_time
async def test_an_unknown_user_is_not_found_by_unified_cm_and_has_no_warning() -> None:
    async with visiting(MemoryNetwork()) as visit:
        final = await asked_from_outside(visit, asking("INVITE", "sip:nobody@example.com"))
        assert (final.status, values(final, "warning")) == (404, [])
        assert len(visit.heard_by("unified-cm", b"INVITE")) == 1


@virtual_time
async def test_a_request_without_hops_left_goes_no_further() -> None:
    async with visiting(MemoryNetwork()) as visit:
        final = await asked_from_outside(visit, asking("INVITE", CALLED, more=(("Max-Forwards", "0"),)))
        assert final.status == 483
        assert visit.heard_by("expressway-c", b"INVITE") == []


@virtual_time
async def test_a_bye_for_a_call_that_nobody_made_is_told_so() -> None:
    async with visiting(MemoryNetwork()) as visit:
        assert (await asked_from_outside(visit, asking("BYE", CALLED, to_tag="2"))).status == 481


@pytest.mark.parametrize("target", ["sip:us-expe1.example.com", "sip:us-expe1.example.com:5061;transport=tls"])
@virtual_time
async def test_a_ping_is_answered_by_the_box_itself(target: str) -> None:
    async with visiting(MemoryNetwork()) as visit:
        final = await asked_from_outside(visit, asking("OPTIONS", target))
        assert final.status == 200
        assert "INVITE" in values(final, "allow")


# --- who passed it on ---


@virtual_time
async def test_a_hybrid_call_carries_the_zones_that_it_crossed() -> None:
    """domain.md 1.3: the top Via of each hop names its ingress and its egress zone."""
    async with visiting(MemoryNetwork()) as visit:
        assert (await visit.lab.cast.webex_cloud.call(CloudCall(to="user1@example.com"))).completed
        [text] = visit.heard_by("unified-cm", b"INVITE")
        vias = [line for line in text.split("\r\n") if line.startswith("Via:")]
        assert ["egress-zone=CUCMNeighbour" in via for via in vias] == [True, False, False]
        assert ["egress-zone=HybridCallTraversal" in via for via in vias] == [False, True, False]
        assert ["ingress-zone=HybridCallTraversal" in via for via in vias] == [False, True, False]
        assert ["ingress-zone=WebexZone" in via for via in vias] == [False, False, True]


@virtual_time
async def test_both_expressways_stay_in_the_path_and_spend_a_hop_each() -> None:
    async with visiting(MemoryNetwork()) as visit:
        directory = visit.lab.directory
        assert (await visit.lab.cast.webex_cloud.call(CloudCall(to="user1@example.com"))).completed
        [text] = visit.heard_by("unified-cm", b"INVITE")
        lines = text.split("\r\n")
        hosts = [line.split("sip:")[1].split(":")[0] for line in lines if line.startswith("Record-Route:")]
        assert hosts == [directory.address_of("expressway-c"), directory.address_of("expressway-e")]
        assert "Max-Forwards: 68" in lines


@virtual_time
async def test_the_cloud_finds_its_way_by_the_route_and_not_by_the_address() -> None:
    """domain.md 1.3: by its address this call would leave again through the DNS zone."""
    async with visiting(MemoryNetwork()) as visit:
        await visit.lab.cast.webex_cloud.call(CloudCall(to="carol@elsewhere.example"))
        assert decisions(visit, "search-rule") == ["traversal-zone"]
        [text] = visit.heard_by("expressway-c", b"INVITE")
        assert f"Route: {CLUSTER}" in text


@virtual_time
async def test_the_answer_finds_its_way_back_with_the_callers_own_via_only() -> None:
    async with visiting(MemoryNetwork()) as visit, visit.speaking(EDGE_PORT, NOBODY) as visitor:
        invite = asking("INVITE", CALLED)
        final = await visitor.ask(invite)
        assert final is not None
        assert final.status == 200
        [via] = values(final, "via")
        assert via.startswith("SIP/2.0/TLS visitor.example;")
        assert "ingress-zone=DefaultZone" in via
        assert len(values(final, "record-route")) == 2


@virtual_time
async def test_ack_never_loses_its_race_against_bye() -> None:
    for _ in range(20):
        async with visiting(MemoryNetwork()) as visit:
            order = CallOrder(caller="bob@peer.example", called="user1@example.com")
            assert (
                await visit.lab.cast.b2b_peer.call(Door(f"us-expe1.example.com:{EDGE_PORT}", "tls"), order)
            ).completed
            acks_and_byes = visit.heard_by("unified-cm", b"ACK") + visit.heard_by("unified-cm", b"BYE")
            texts = visit.heard_by("unified-cm", b"")
            assert [text[:3] for text in texts if text in acks_and_byes] == ["ACK", "BYE"]


@virtual_time
async def test_a_traversal_zone_carries_more_calls_than_it_forgets_in_the_meantime() -> None:
    """Each call is remembered for 32 s after its answer; a limit on them must not be a limit on calls."""
    async with visiting(MemoryNetwork()) as visit, visit.speaking(EDGE_PORT, NOBODY) as visitor:
        statuses = []
        for _ in range(300):
            final = await visitor.ask(asking("INVITE", CALLED))
            statuses.append(final.status if final else 0)
        assert statuses == [200] * 300
        assert visit.lab.recorder.now() < 32


# --- the registrar ---


@pytest.mark.parametrize(
    ("setting", "value", "status"),
    [
        ("jabber.user", "user1@example.com", 200),
        ("jabber.password", "guessed", 401),
        ("jabber.user", "user2@example.com", 401),
        ("unified-cm.realm", "other.example", 200),
    ],
)
@virtual_time
async def test_a_phone_registers_with_the_right_password_only(setting: str, value: str, status: int) -> None:
    async with visiting(MemoryNetwork(), {setting: value}) as visit:
        outcome = await visit.lab.cast.mra_clients["jabber"].register(EDGE_PORT, 1)
        assert outcome.completed is (status == 200)
        assert outcome.detail.startswith(str(status))
        assert len(visit.heard_by("unified-cm", b"REGISTER")) == 2


@virtual_time
async def test_sign_in_needs_the_password_too() -> None:
    async with visiting(MemoryNetwork(), {"jabber.password": "guessed"}) as visit:
        outcome = await visit.lab.cast.mra_clients["jabber"].sign_in(8443)
        assert (outcome.completed, outcome.detail) == (False, "HTTP 401")


# --- time ---


@virtual_time
async def test_a_silent_caller_is_given_up_after_the_handshake_timeout() -> None:
    async with visiting(MemoryNetwork()) as visit:
        link = await visit.dial(EDGE_PORT)
        began = visit.lab.recorder.elapsed()
        assert await link.receive() == b""
        assert visit.lab.recorder.elapsed() - began == pytest.approx(5)
        await link.close()


@pytest.mark.parametrize(("waits", "stands"), [(4, True), (6, False)])
@virtual_time
async def test_a_partner_sees_how_long_its_silence_is_borne(waits: int, stands: bool) -> None:
    async with visiting(MemoryNetwork()) as visit:
        outcome = await visit.lab.cast.b2b_peer.stay_silent(EDGE_PORT, waits)
        assert outcome.completed is stands


# --- traversal zones ---


@virtual_time
async def test_an_expressway_c_with_another_name_gets_no_traversal_zone() -> None:
    other = {"profile": "expressway-c", "faults": ["wrong-name"]}
    async with visiting(MemoryNetwork(), {"expressway-c.server-certificate": other}) as visit:
        assert decisions(visit, "traversal-zone", "expressway-c") == ["failed", "failed"]
        assert decisions(visit, "identity") == ["unacceptable", "unacceptable"]
        final = await asked_from_outside(visit, asking("INVITE", CALLED))
        assert final.status == 500


@virtual_time
async def test_a_stranger_cannot_pose_as_the_traversal_client() -> None:
    async with visiting(MemoryNetwork()) as visit:
        link = await visit.dial(7003)
        await link.secure(wearing("b2b-peer"))
        assert await link.receive() == b""
        assert decisions(visit, "identity") == ["accepted", "accepted", "accepted", "unacceptable"]
