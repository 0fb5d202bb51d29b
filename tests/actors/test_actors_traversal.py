"""The links between the boxes of one company: traversal zones, the SSH tunnel, cluster peers, the trunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import trio
from actors_bench import NewNetwork, Visit, each_network, virtual_time, visiting, wearing

from harness.actors.stand_in import GREETING
from harness.actors.user_agent import Outcome
from harness.actors.webex_cloud import CloudCall
from harness.errors import LabError
from harness.lab.actors import ZONES
from harness.lab.releases import RELEASE_NAMES
from harness.net.memory import MemoryNetwork
from harness.run.cast import Cast
from harness.scenario.model import Step
from harness.transcript import AlertSeen, Closed, Decision, VerifyFailed

TUNNEL_PORT, CLUSTER_PORT, ZONE_PORT = 2222, 4372, 7003
UNKNOWN_CA, UNSUPPORTED = 48, 43
TWO_NODES = {"edges": [{"name": "us-expe2", "address": "127.64.0.11"}]}
ENFORCING = {**TWO_NODES, "expressway-e.cluster-tls-verification": "enforcing"}
SECURE_TRUNK = {"expressway-c.neighbour-zone.transport": "tls", "expressway-c.neighbour-zone.tls-verify": "on"}
SERVER_ONLY = {"profile": "expressway-c", "faults": ["server-auth-only"]}
OUTWARD = "bob@example.calls.webex.com"


def decided(visit: Visit, actor: str, topic: str) -> list[str]:
    return [each.outcome for each in visit.events(actor, Decision) if each.topic == topic]


def alerts(visit: Visit, actor: str) -> list[int]:
    return [alert.number for alert in visit.events(actor, AlertSeen) if alert.level == 2]


async def did(cast: Cast, actor: str, verb: str, **options: Any) -> Outcome:
    return await cast.perform(Step(actor, verb, verb, options))


# --- every link, on every release ---


@pytest.mark.parametrize("release", RELEASE_NAMES)
@virtual_time
async def test_in_a_healthy_lab_every_link_comes_up_on_every_release(release: str) -> None:
    async with visiting(MemoryNetwork(), {"release": release, **ENFORCING, **SECURE_TRUNK}) as visit:
        cast = visit.lab.cast
        for zone in ZONES:
            assert (await did(cast, "expressway-c", "connect-zone", zone=zone)).detail == "Active"
        assert (await did(cast, "expressway-c", "open-tunnel")).detail == "up"
        assert (await did(cast, "expressway-e", "join-cluster")).detail == "joined"
        assert (await did(cast, "jabber", "register")).completed
        assert (await cast.webex_cloud.call(CloudCall(to="user1@example.com"))).completed
        assert (await cast.unified_cm.call(OUTWARD)).completed


# --- zones and the tunnel ---


@each_network
async def test_calls_go_in_through_a_zone_that_was_dialled_anew(new_network: NewNetwork) -> None:
    async with visiting(new_network()) as visit:
        assert (await visit.lab.cast.expressway_c.connect_zone("traversal")).completed
        assert (await visit.lab.cast.webex_cloud.call(CloudCall(to="user1@example.com"))).completed
        dialled = [each.number for each in visit.lab.recorder.connections() if each.target.port == ZONE_PORT]
        closed = {each.connection for each in visit.events("expressway-c", Closed)}
        assert [number in closed for number in dialled] == [True, False]


@virtual_time
async def test_a_zone_keeps_the_connection_to_the_other_node_when_one_is_dialled_in_vain() -> None:
    async with visiting(MemoryNetwork(), TWO_NODES) as visit:
        visit.lab.directory.alive.discard("expressway-e")
        assert not (await visit.lab.cast.expressway_c.connect_zone("traversal")).completed
        assert (await visit.lab.cast.unified_cm.call(OUTWARD)).completed


@virtual_time
async def test_calls_go_out_by_the_second_node_once_the_first_has_hung_up() -> None:
    async with visiting(MemoryNetwork(), TWO_NODES) as visit:
        for link in visit.lab.cast.edges[0]._traversal._links.values():
            await link.close()
        assert (await visit.lab.cast.unified_cm.call(OUTWARD)).completed
        assert visit.heard_by("expressway-e", b"INVITE") == []
        assert len(visit.heard_by("us-expe2", b"INVITE")) == 1


@virtual_time
async def test_nobody_signs_in_between_the_end_of_a_tunnel_and_the_next_one() -> None:
    async with visiting(MemoryNetwork()) as visit:
        cast = visit.lab.cast
        jabber, tunnels = cast.mra_clients["jabber"], cast.expressway_c._traversal._tunnels
        assert (await jabber.sign_in(None)).detail == "HTTP 200"
        await tunnels["expressway-e"].finish()
        await trio.sleep(1)
        assert (await jabber.sign_in(None)).detail == "HTTP 502"
        assert (await cast.expressway_c.open_tunnel()).completed
        assert (await jabber.sign_in(None)).detail == "HTTP 200"


@pytest.mark.parametrize(
    ("change", "by", "alert"),
    [
        ({"expressway-e.trusted-ca": ["public-root", "public-issuing", "private-root"]}, "expressway-e", UNKNOWN_CA),
        ({"expressway-c.trusted-ca": ["private-root", "private-issuing", "public-root"]}, "expressway-c", UNKNOWN_CA),
        ({"expressway-c.client-certificate": SERVER_ONLY, "expressway-e.sip.eku-check": "off"}, "expressway-e", 43),
    ],
)
@virtual_time
async def test_the_tunnel_is_stricter_than_the_zone_beside_it(change: Mapping[str, Any], by: str, alert: int) -> None:
    async with visiting(MemoryNetwork(), change) as visit:
        cast, other = visit.lab.cast, {"expressway-e": "expressway-c", "expressway-c": "expressway-e"}[by]
        assert (await cast.expressway_c.connect_zone("uc-traversal")).completed
        assert alerts(visit, by).count(alert) == 1
        assert not (await cast.expressway_c.open_tunnel()).completed
        assert alerts(visit, by) == alerts(visit, other) == [alert, alert]


@virtual_time
async def test_a_stranger_is_not_let_into_the_tunnel_and_a_talkative_one_does_no_harm() -> None:
    async with visiting(MemoryNetwork()) as visit:
        stranger, talkative = await visit.dial(TUNNEL_PORT), await visit.dial(TUNNEL_PORT)
        assert await stranger.secure(replace(wearing("unified-cm"), verify=False))
        assert await stranger.receive() == b""
        assert decided(visit, "expressway-e", "identity")[-1] == "unacceptable"
        assert await talkative.secure(replace(wearing("expressway-c"), verify=False))
        assert await talkative.receive() == GREETING
        for _ in range(100):
            assert await talkative.send(b"\x00" * 4096)
        await talkative.close()
        assert (await visit.lab.cast.mra_clients["jabber"].sign_in(None)).completed


@virtual_time
async def test_a_peer_address_is_what_is_dialled_and_what_is_looked_for() -> None:
    address = {"expressway-c.traversal-zone.peer-address": "127.64.0.10"}
    async with visiting(MemoryNetwork(), address) as visit:
        assert decided(visit, "expressway-c", "traversal-zone") == ["active", "failed"]
        (refused,) = [
            each for each in visit.events("expressway-c", Decision)
            if (each.topic, each.outcome) == ("identity", "unacceptable")
        ]  # fmt: skip
        assert visit.lab.recorder.connections()[refused.connection - 1].target.host == visit.edge


# --- the cluster ---


@pytest.mark.parametrize(("mode", "joined"), [("enforcing", "not joined"), ("permissive", "joined")])
@virtual_time
async def test_a_node_with_another_name_joins_a_permissive_cluster_only(mode: str, joined: str) -> None:
    other = {"profile": "expressway-e", "faults": ["wrong-name"]}
    lab = {**TWO_NODES, "expressway-e.cluster-tls-verification": mode, "expressway-e.server-certificate": other}
    async with visiting(MemoryNetwork(), lab) as visit:
        assert (await did(visit.lab.cast, "expressway-e", "join-cluster", node="us-expe2")).detail == joined
        permitted = {"enforcing": [], "permissive": ["permitted"]}[mode]
        assert decided(visit, "us-expe2", "cluster-peer") == permitted


@virtual_time
async def test_a_permissive_cluster_takes_a_stranger_and_an_enforcing_one_does_not() -> None:
    for lab, heard in ((TWO_NODES, GREETING), (ENFORCING, b"")):
        async with visiting(MemoryNetwork(), lab) as visit:
            for visitor in (wearing("b2b-peer", "self-signed"), replace(wearing("b2b-peer"), chain=())):
                link = await visit.dial(CLUSTER_PORT)
                assert await link.secure(visitor)
                assert await link.receive() == heard
                link.drop()


@pytest.mark.parametrize(("release", "alert"), [("x15.2", [UNSUPPORTED]), ("x15.4", [])])
@virtual_time
async def test_an_enforcing_cluster_forgives_a_missing_client_auth_from_x15_4(release: str, alert: list[int]) -> None:
    held = {"profile": "expressway-e", "faults": ["server-auth-only"]}
    lab = {**ENFORCING, "release": release, "expressway-e.server-certificate": held}
    async with visiting(MemoryNetwork(), lab) as visit:
        outcome = await did(visit.lab.cast, "expressway-e", "join-cluster")
        assert outcome.completed is (alert == [])
        assert alerts(visit, "us-expe2") == alerts(visit, "expressway-e") == alert
        assert [seen.overridden for seen in visit.events("us-expe2", VerifyFailed)] == [not alert]


@pytest.mark.parametrize(("lab", "node"), [({}, ""), (TWO_NODES, "us-expe9"), (TWO_NODES, "expressway-e")])
@virtual_time
async def test_a_node_joins_nobody_who_is_not_there(lab: Mapping[str, Any], node: str) -> None:
    async with visiting(MemoryNetwork(), lab) as visit:
        with pytest.raises(LabError, match="edges"):
            await visit.lab.cast.edges[0].join_cluster(node)


@virtual_time
async def test_a_node_without_power_joins_nobody() -> None:
    async with visiting(MemoryNetwork(), {**TWO_NODES, "expressway-e.power": "off"}) as visit:
        assert not (await did(visit.lab.cast, "expressway-e", "join-cluster")).completed


# --- the trunk ---


@pytest.mark.parametrize(("verify", "zone"), [("on", "Failed"), ("off", "Active")])
@virtual_time
async def test_a_zone_that_does_not_verify_takes_any_unified_cm(verify: str, zone: str) -> None:
    lab = {
        **SECURE_TRUNK,
        "expressway-c.neighbour-zone.tls-verify": verify,
        "unified-cm.certificate.faults": ["self-signed", "wrong-name"],
    }
    async with visiting(MemoryNetwork(), lab) as visit:
        assert (await visit.lab.cast.expressway_c.connect_zone("neighbour")).detail == zone
        assert (await visit.lab.cast.unified_cm.call(OUTWARD)).completed is (zone == "Active")


@virtual_time
async def test_expressway_c_that_checks_no_usages_is_called_by_a_server_certificate() -> None:
    lab = {**SECURE_TRUNK, "unified-cm.certificate.faults": ["server-auth-only"], "expressway-c.eku-check": "off"}
    async with visiting(MemoryNetwork(), lab) as visit:
        assert (await visit.lab.cast.unified_cm.call(OUTWARD)).completed
        assert [seen.overridden for seen in visit.events("expressway-c", VerifyFailed)] == [True]


@pytest.mark.parametrize(("port", "arrives"), [(5075, True), (5065, False)])
@virtual_time
async def test_calls_go_to_the_trunk_port_that_the_zone_names(port: int, arrives: bool) -> None:
    async with visiting(
        MemoryNetwork(), {"expressway-c.neighbour-zone.port": 5075, "unified-cm.trunk-port": port}
    ) as visit:
        assert (await visit.lab.cast.webex_cloud.call(CloudCall(to="user1@example.com"))).completed is arrives
