"""From a name to a connection: the next target where one fails, devices in the path, the name server, the portal."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import pytest
import trio
from actors_bench import Visit, on_virtual_time, virtual_time, visiting
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.actors.b2b_peer import Door
from harness.actors.user_agent import CallOrder, Outcome
from harness.actors.webex_cloud import CloudCall
from harness.dns.message import query_message, read_answer
from harness.dns.records import Host, Question
from harness.net.loopback import LoopbackNetwork
from harness.net.memory import MemoryNetwork
from harness.net.network import ByteStream, DatagramPort, StreamResetError
from harness.net.resolver import FramedReader, framed
from harness.transcript import (
    Address,
    AlertSeen,
    Closed,
    Closing,
    Decision,
    DialFailed,
    DialFailure,
    Direction,
    DnsSeen,
    HandshakeFailed,
)

CLOUD, EDGE, PARTNER, PORTAL = "webex-cloud", "expressway-e", "b2b-peer", "control-hub"
CALLED = "user1@example.com"
TO_THE_CLOUD = "cloud.user@example.calls.webex.com"
TWO_EDGES: dict[str, Any] = {
    "edges": [{"name": "emea-expe1", "site": "emea", "address": "127.64.0.12"}],
    "name-server.records": "_sips._tcp.mtls.example.com. 300 SRV 10 10 5062 us-expe1.example.com.\n"
    "_sips._tcp.mtls.example.com. 300 SRV 20 10 5062 emea-expe1.example.com.\n",
}
HANDSHAKE_FAILURE, CERTIFICATE_REQUIRED = 40, 116
ORDER = CallOrder(caller="bob@peer.example", called=CALLED)


def decided(visit: Visit, topic: str, actor: str) -> list[str]:
    return [decision.outcome for decision in visit.events(actor, Decision) if decision.topic == topic]


def facts(visit: Visit, topic: str, actor: str) -> list[dict[str, str]]:
    return [dict(decision.facts) for decision in visit.events(actor, Decision) if decision.topic == topic]


def dialled_by(visit: Visit, actor: str) -> list[tuple[int, int]]:
    """Return whom an actor dialled, in order: last octet of the address, and port."""
    dialled = [each.target for each in visit.lab.recorder.connections() if each.dialler == actor]
    return [(int(target.host.rpartition(".")[2]), target.port) for target in dialled]


def dialled_in_vain(visit: Visit, actor: str) -> list[DialFailure]:
    return [event.failure for event in visit.events(actor, DialFailed)]


async def cloud_calls(visit: Visit, **words: str) -> Outcome:
    return await visit.lab.cast.webex_cloud.call(CloudCall(to=CALLED, **words))


async def partner_calls(visit: Visit, destination: str) -> Outcome:
    return await visit.lab.cast.b2b_peer.call(Door(destination, "tls"), ORDER)


# --- the next target ---


@virtual_time
async def test_a_dead_edge_costs_one_connect_timeout_and_the_next_one_takes_the_call() -> None:
    async with visiting(MemoryNetwork(), TWO_EDGES | {"expressway-e.power": "off"}) as visit:
        began = trio.current_time()
        outcome = await cloud_calls(visit)

        assert outcome.completed
        assert dialled_in_vain(visit, CLOUD) == [DialFailure.TIMED_OUT]
        assert [event.at - began for event in visit.events(CLOUD, DialFailed)] == [10]
        assert decided(visit, "failover", CLOUD) == ["next-target"]
        (told,) = facts(visit, "failover", CLOUD)
        assert told["failed"] == "us-expe1.example.com:5062"
        assert told["next"] == "emea-expe1.example.com:5062"
        assert (told["why"], told["seconds"]) == ("timed-out", "10")
        assert dialled_by(visit, CLOUD) == [(10, 5062), (12, 5062)]
        assert visit.heard_by(EDGE, b"INVITE") == []
        assert len(visit.heard_by("emea-expe1", b"INVITE")) == 1


@virtual_time
async def test_the_connect_timeout_is_the_callers_own() -> None:
    change = TWO_EDGES | {"expressway-e.power": "off", "webex-cloud.connect-timeout": 3}
    async with visiting(MemoryNetwork(), change) as visit:
        began = trio.current_time()
        assert (await cloud_calls(visit)).completed
        assert [event.at - began for event in visit.events(CLOUD, DialFailed)] == [3]


@virtual_time
async def test_where_every_edge_is_dead_each_costs_its_timeout_and_nobody_is_left() -> None:
    edges = [{"name": "emea-expe1", "address": "127.64.0.12", "power": "off"}]
    async with visiting(MemoryNetwork(), TWO_EDGES | {"expressway-e.power": "off", "edges": edges}) as visit:
        began = trio.current_time()
        outcome = await cloud_calls(visit)

        assert (outcome.completed, outcome.detail) == (False, "no connection")
        assert trio.current_time() - began == 20
        assert decided(visit, "failover", CLOUD) == ["next-target", "no-target-left"]


@virtual_time
async def test_the_first_edge_gets_its_calls_back_when_it_is_alive_again() -> None:
    async with visiting(MemoryNetwork(), TWO_EDGES) as visit:
        visit.lab.directory.alive.discard(EDGE)
        assert (await cloud_calls(visit)).completed
        assert (visit.heard_by(EDGE, b"INVITE"), len(visit.heard_by("emea-expe1", b"INVITE"))) == ([], 1)
        visit.lab.directory.alive.add(EDGE)
        assert (await cloud_calls(visit)).completed
        assert (len(visit.heard_by(EDGE, b"INVITE")), len(visit.heard_by("emea-expe1", b"INVITE"))) == (1, 1)


UNKNOWN_FIRST_EDGE = TWO_EDGES | {
    "expressway-e.server-certificate.faults": ["self-signed"],
    "edges": [
        {
            "name": "emea-expe1",
            "address": "127.64.0.12",
            "server-certificate": {
                "profile": "expressway-e",
                "common-name": "emea-expe1.example.com",
                "dns-names": ["emea-expe1.example.com"],
            },
        }
    ],
}


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@virtual_time
async def test_a_tls_failure_leads_to_the_next_target_where_the_caller_wants_that(tls: str) -> None:
    async with visiting(MemoryNetwork(), UNKNOWN_FIRST_EDGE, tls=tls) as visit:
        outcome = await cloud_calls(visit)

        assert outcome.completed
        assert decided(visit, "failover", CLOUD) == ["next-target"]
        assert facts(visit, "failover", CLOUD)[0]["why"] == "handshake"
        assert len(visit.events(CLOUD, HandshakeFailed)) == 1
        assert len(visit.heard_by("emea-expe1", b"INVITE")) == 1


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@virtual_time
async def test_a_tls_failure_is_final_where_the_caller_takes_it_so(tls: str) -> None:
    change = UNKNOWN_FIRST_EDGE | {"webex-cloud.failover-on-tls-error": "off"}
    async with visiting(MemoryNetwork(), change, tls=tls) as visit:
        outcome = await cloud_calls(visit)

        assert (outcome.completed, outcome.detail) == (False, "no connection")
        assert decided(visit, "failover", CLOUD) == ["gave-up"]
        assert dialled_by(visit, CLOUD) == [(10, 5062)]


@pytest.mark.parametrize(("setting", "outcomes"), [("on", ["next-target"]), ("off", ["gave-up"])])
@virtual_time
async def test_expressway_has_the_same_choice_when_it_dials(setting: str, outcomes: list[str]) -> None:
    change = {
        "expressway-e.failover-on-tls-error": setting,
        "firewall.rules": [{"source": EDGE, "to": CLOUD, "port": 5061, "action": "reset-after-client-hello"}],
        "name-server.records": "_sips._tcp.callservice.webex.com. 300 SRV 1 10 5061 l2sip-lab-01.webex.com.\n"
        "_sips._tcp.callservice.webex.com. 300 SRV 2 10 5062 l2sip-lab-01.webex.com.\n",
    }
    async with visiting(MemoryNetwork(), change) as visit:
        outcome = await visit.lab.cast.unified_cm.call(TO_THE_CLOUD)

        assert outcome.completed is (setting == "on")
        assert decided(visit, "failover", EDGE) == outcomes
        assert len(visit.heard_by(CLOUD, b"INVITE")) == (1 if setting == "on" else 0)


@pytest.mark.parametrize(
    ("tls", "alert", "goes_on"), [("1.2", HANDSHAKE_FAILURE, True), ("1.3", CERTIFICATE_REQUIRED, False)]
)
@virtual_time
async def test_a_refusal_that_comes_late_never_leads_to_the_next_target(tls: str, alert: int, goes_on: bool) -> None:
    """In TLS 1.3 the caller without a certificate believes that it is done, and the alert comes after its INVITE."""
    records = (
        "_sips._tcp.two.example.com. 300 SRV 10 10 5062 us-expe1.example.com.\n"
        "_sips._tcp.two.example.com. 300 SRV 20 10 5061 us-expe1.example.com.\n"
    )
    async with visiting(MemoryNetwork(), {"name-server.records": records}, tls=tls) as visit:
        outcome = await partner_calls(visit, "sips:two.example.com")

        assert outcome.completed is goes_on
        assert decided(visit, "failover", PARTNER) == (["next-target"] if goes_on else [])
        assert dialled_by(visit, PARTNER) == ([(10, 5062), (10, 5061)] if goes_on else [(10, 5062)])
        assert len(visit.events(EDGE, HandshakeFailed)) == 1
        assert len(visit.events(PARTNER, HandshakeFailed)) == (1 if goes_on else 0)
        alerts = [event for event in visit.events(PARTNER, AlertSeen) if event.direction is Direction.RECEIVED]
        assert [event.number for event in alerts] == [alert]
        assert len(visit.heard_by(EDGE, b"INVITE")) == (1 if goes_on else 0)


# --- what stands in the path ---


def _rule(action: str, **more: Any) -> dict[str, Any]:
    return {"firewall.rules": [{"source": PARTNER, "to": EDGE, "port": 5061, "action": action, **more}]}


@pytest.mark.parametrize(
    ("action", "failure", "seconds"),
    [("drop", DialFailure.TIMED_OUT, 10), ("refuse", DialFailure.REFUSED, 0)],
)
@virtual_time
async def test_a_firewall_drops_in_silence_or_refuses_at_once(
    action: str, failure: DialFailure, seconds: float
) -> None:
    async with visiting(MemoryNetwork(), _rule(action)) as visit:
        began = trio.current_time()
        outcome = await partner_calls(visit, "us-expe1.example.com:5061")

        assert (outcome.completed, outcome.detail) == (False, "no connection")
        assert dialled_in_vain(visit, PARTNER) == [failure]
        assert trio.current_time() - began == seconds
        assert visit.heard_by(EDGE, b"INVITE") == []


@pytest.mark.parametrize("change", [{"source": CLOUD}, {"to": "expressway-c"}, {"port": 5062}])
@virtual_time
async def test_a_rule_for_others_stops_nobody(change: dict[str, Any]) -> None:
    async with visiting(MemoryNetwork(), _rule("drop", **change)) as visit:
        assert (await partner_calls(visit, "us-expe1.example.com:5061")).completed
        assert len(visit.heard_by(EDGE, b"INVITE")) == 1


@virtual_time
async def test_the_first_rule_that_fits_decides() -> None:
    rules = [{"source": PARTNER, "action": "refuse"}, {"action": "drop"}]
    async with visiting(MemoryNetwork(), {"firewall.rules": rules}) as visit:
        await partner_calls(visit, "us-expe1.example.com:5061")
        await cloud_calls(visit)
        assert (dialled_in_vain(visit, PARTNER), dialled_in_vain(visit, CLOUD)) == (
            [DialFailure.REFUSED],
            [DialFailure.TIMED_OUT],
        )


@virtual_time
async def test_a_firewall_that_translates_the_port_leads_to_another_listener() -> None:
    """A caller without a certificate who aims at mutual TLS gets in, for it was led to the other port."""
    rules = [{"source": PARTNER, "to": EDGE, "port": 5062, "action": "translate", "to-port": 5061}]
    async with visiting(MemoryNetwork(), {"firewall.rules": rules}) as visit:
        outcome = await partner_calls(visit, "us-expe1.example.com:5062")
        (connection,) = [each for each in visit.lab.recorder.connections() if each.dialler == PARTNER]

        assert outcome.completed
        assert (connection.target.port, connection.listener) == (5062, EDGE)
        assert connection.reached is not None
        assert connection.reached.port == 5061


@pytest.mark.parametrize("action", ["reset-after-client-hello", "reset-after-handshake"])
@virtual_time
async def test_a_reset_in_the_path_reaches_both_ends_and_no_call_goes_through(action: str) -> None:
    async with visiting(MemoryNetwork(), _rule(action)) as visit:
        outcome = await partner_calls(visit, "us-expe1.example.com:5061")
        await trio.sleep(1)  # the listener reads on before it hears of the reset
        early = action == "reset-after-client-hello"
        (number,) = [each.number for each in visit.lab.recorder.connections() if each.dialler == PARTNER]

        assert not outcome.completed
        for end in (PARTNER, EDGE):
            failures = [event.reason for event in visit.events(end, HandshakeFailed) if event.connection == number]
            assert failures == (["peer-reset"] if early else [])
            closed = [event for event in visit.events(end, Closed) if event.connection == number]
            assert [(event.direction, event.how) for event in closed] == [(Direction.RECEIVED, Closing.RST)]


@pytest.mark.parametrize(
    ("octet", "failure", "seconds"), [(99, DialFailure.TIMED_OUT, 10), (70, DialFailure.REFUSED, 0)]
)
@virtual_time
async def test_where_nobody_lives_a_syn_is_lost_and_where_nobody_listens_it_is_refused(
    octet: int, failure: DialFailure, seconds: float
) -> None:
    async with visiting(MemoryNetwork()) as visit:
        began = trio.current_time()
        outcome = await cloud_calls(visit, destination=f"127.64.0.{octet}:5999")

        assert not outcome.completed
        assert dialled_in_vain(visit, CLOUD) == [failure]
        assert trio.current_time() - began == seconds
        assert dialled_by(visit, CLOUD) == [(octet, 5999)]
        assert visit.events(CLOUD, DnsSeen) == []


# --- the name server ---


ADDRESS_OF_THE_EDGE = Question("us-expe1.example.com", "A")
QUERY = query_message(ADDRESS_OF_THE_EDGE, number=7)
Mischief: TypeAlias = Callable[[Visit], Awaitable[None]]


@asynccontextmanager
async def a_port(visit: Visit) -> AsyncIterator[DatagramPort]:
    port = await visit.network.open_datagrams(Address(f"{visit.lab.directory.block}.99", 0))
    try:
        yield port
    finally:
        port.close()


async def connected(visit: Visit) -> ByteStream:
    source, server = f"{visit.lab.directory.block}.99", visit.lab.cast.name_server.address
    return await visit.network.dial(source, server, within=5, bound=lambda _: None)


async def answers_over_udp(visit: Visit) -> bool:
    async with a_port(visit) as port:
        await port.send(QUERY, visit.lab.cast.name_server.address)
        with trio.fail_after(5):
            return says_where_the_edge_is(visit, (await port.receive())[0])


async def answers_over_tcp(visit: Visit) -> bool:
    stream = await connected(visit)
    with trio.fail_after(30):
        await stream.send(framed(QUERY))
        reply = await FramedReader(stream).read()
    stream.close()
    return says_where_the_edge_is(visit, reply)


def says_where_the_edge_is(visit: Visit, reply: bytes) -> bool:
    answer = read_answer(reply, ADDRESS_OF_THE_EDGE, number=7)
    return answer is not None and answer.records == (Host(visit.edge),)


async def say(visit: Visit, data: bytes) -> None:
    """Send over TCP and stay until the name server has enough."""
    stream = await connected(visit)
    try:
        with trio.fail_after(60):
            await stream.send(data)
            while await stream.receive():
                pass
    except StreamResetError:
        pass
    finally:
        stream.close()


async def random_datagrams(visit: Visit) -> None:
    chance = random.Random(53)  # noqa: S311  # no secret
    async with a_port(visit) as port:
        for length in (0, 1, 2, 11, 12, 13, 40, 512, 4096):
            await port.send(chance.randbytes(length), visit.lab.cast.name_server.address)


async def every_query_with_one_octet_changed(visit: Visit) -> None:
    async with a_port(visit) as port:
        for place in range(len(QUERY)):
            spoilt = QUERY[:place] + bytes([QUERY[place] ^ 0xFF]) + QUERY[place + 1 :]
            await port.send(spoilt, visit.lab.cast.name_server.address)


async def every_query_cut_short(visit: Visit) -> None:
    async with a_port(visit) as port:
        for length in range(len(QUERY)):
            await port.send(QUERY[:length], visit.lab.cast.name_server.address)


async def an_answer_instead_of_a_question(visit: Visit) -> None:
    async with a_port(visit) as port:
        await port.send(QUERY[:2] + b"\x84" + QUERY[3:], visit.lab.cast.name_server.address)


async def random_bytes_over_tcp(visit: Visit) -> None:
    await say(visit, random.Random(53).randbytes(4096))  # noqa: S311  # no secret


async def half_a_length_and_silence(visit: Visit) -> None:
    await say(visit, b"\x00")


async def a_length_and_silence(visit: Visit) -> None:
    await say(visit, b"\xff\xff")


async def an_empty_message(visit: Visit) -> None:
    await say(visit, b"\x00\x00")


async def a_query_and_a_reset(visit: Visit) -> None:
    for _ in range(50):
        stream = await connected(visit)
        await stream.send(framed(QUERY))
        stream.reset()


async def seventy_silent_connections(visit: Visit) -> None:
    """More than it serves at once; those who wait get their turn when the first have been thrown out."""
    async with trio.open_nursery() as nursery:
        for _ in range(70):
            nursery.start_soon(say, visit, b"")


MISCHIEVOUS = [
    random_datagrams,
    every_query_with_one_octet_changed,
    every_query_cut_short,
    an_answer_instead_of_a_question,
    random_bytes_over_tcp,
    half_a_length_and_silence,
    a_length_and_silence,
    an_empty_message,
    a_query_and_a_reset,
    seventy_silent_connections,
]


@pytest.mark.parametrize("mischief", MISCHIEVOUS, ids=lambda mischief: mischief.__name__)
@virtual_time
async def test_the_name_server_survives_it_and_answers_the_next_honest_question(mischief: Mischief) -> None:
    async with visiting(MemoryNetwork()) as visit:
        began = trio.current_time()
        await mischief(visit)

        assert trio.current_time() - began <= 20
        assert await answers_over_udp(visit)
        assert await answers_over_tcp(visit)


@virtual_time
async def test_while_seventy_connections_are_silent_others_are_answered_at_once() -> None:
    async with visiting(MemoryNetwork()) as visit, trio.open_nursery() as nursery:
        nursery.start_soon(seventy_silent_connections, visit)
        await trio.sleep(1)
        assert await answers_over_udp(visit)
        assert await answers_over_tcp(visit)
        assert trio.current_time() == 1


@virtual_time
async def test_one_connection_asks_more_than_once_and_is_closed_when_it_falls_silent() -> None:
    async with visiting(MemoryNetwork()) as visit:
        stream = await connected(visit)
        for _ in range(3):
            await trio.sleep(8)
            await stream.send(framed(QUERY))
            assert says_where_the_edge_is(visit, await FramedReader(stream).read())
        fell_silent = trio.current_time()
        assert await stream.receive() == b""
        assert trio.current_time() - fell_silent == 10


@virtual_time
async def test_two_questions_in_one_piece_get_two_answers() -> None:
    async with visiting(MemoryNetwork()) as visit:
        stream = await connected(visit)
        replies = FramedReader(stream)
        await stream.send(framed(QUERY) * 2)

        with trio.fail_after(5):
            assert says_where_the_edge_is(visit, await replies.read())
            assert says_where_the_edge_is(visit, await replies.read())
        stream.close()


@settings(max_examples=40)
@given(messages=st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_at_all_leave_the_name_server_at_work(messages: list[bytes]) -> None:
    async def story() -> None:
        async with visiting(MemoryNetwork()) as visit:
            async with a_port(visit) as port:
                for message in messages:
                    await port.send(message, visit.lab.cast.name_server.address)
            await say(visit, b"".join(messages))
            assert await answers_over_udp(visit)

    on_virtual_time(story)


async def test_a_real_socket_gets_the_same_answers() -> None:
    async with visiting(LoopbackNetwork()) as visit:
        assert await answers_over_udp(visit)
        assert await answers_over_tcp(visit)
        async with a_port(visit) as port:
            await port.send(b"\xff" * 300, visit.lab.cast.name_server.address)
        assert await answers_over_udp(visit)


@virtual_time
async def test_a_record_that_is_published_is_seen_by_whoever_asks_afterwards() -> None:
    async with visiting(MemoryNetwork()) as visit:
        assert not (await cloud_calls(visit, destination="new.example.com")).completed
        visit.lab.cast.name_server.publish("_sips._tcp.newer.example.com. 300 SRV 1 1 5062 us-expe1.example.com.")
        visit.lab.cast.name_server.publish("newest.example.com. 300 A 127.64.0.10")

        assert (await cloud_calls(visit, destination="newer.example.com")).completed
        assert (await cloud_calls(visit, destination="newest.example.com:5062")).completed
        assert (await cloud_calls(visit, destination="us-expe1.example.com:5062")).completed


# --- who owns a domain ---


async def verified(visit: Visit, domain: str, organisation: str = "") -> Outcome:
    return await visit.lab.cast.control_hub.verify(domain, organisation)


def on_record(visit: Visit) -> list[tuple[str, str, str]]:
    told = [each for each in visit.events(PORTAL, Decision) if each.topic == "ownership"]
    return [(each.outcome, each.facts["domain"], each.facts["organisation"]) for each in told]


@virtual_time
async def test_a_domain_is_pending_then_proven_then_removed() -> None:
    async with visiting(MemoryNetwork(), {"webex-cloud.verified-domains": []}) as visit:
        portal = visit.lab.cast.control_hub
        handed_out = portal.hand_out_token("example.com", "")
        assert handed_out.completed
        assert "cisco-ci-domain-verification=1234" in handed_out.detail
        assert portal.proven == frozenset()

        assert (await verified(visit, "example.com")).completed
        assert portal.proven == {"example.com"}
        assert portal.remove("example.com", "").completed
        assert portal.proven == frozenset()
        assert on_record(visit) == [
            (outcome, "example.com", "example.com") for outcome in ("pending", "verified", "removed")
        ]


@pytest.mark.parametrize(
    ("domain", "kind"),
    [("peer.example", "no-record"), ("nobody.example.com", "no-name"), ("hacker.com", "wrong-token")],
)
@virtual_time
async def test_a_domain_without_the_token_is_refused(domain: str, kind: str) -> None:
    async with visiting(MemoryNetwork()) as visit:
        outcome = await verified(visit, domain)

        assert not outcome.completed
        assert visit.lab.cast.control_hub.proven == {"example.com"}
        assert on_record(visit) == [("refused", domain, "example.com")]
        assert facts(visit, "ownership", PORTAL)[0]["kind"] == kind


@virtual_time
async def test_what_was_proven_stays_proven_when_a_later_look_up_fails() -> None:
    async with visiting(MemoryNetwork()) as visit:
        visit.lab.cast.name_server.publish('example.com. 300 TXT "something else"')
        assert not (await verified(visit, "example.com")).completed
        assert visit.lab.cast.control_hub.proven == {"example.com"}


@virtual_time
async def test_an_alias_leads_to_the_fault_behind_it() -> None:
    """The name server keeps what is faulty out of the chain, so that whoever follows has to ask for it."""
    change = {
        "name-server.records": "_sips._tcp.alias.example.com. 300 CNAME _sips._tcp.spoilt.example.com.\n"
        "_sips._tcp.spoilt.example.com. 300 SRV 1 1 5062 us-expe1.example.com.",
        "name-server.faults": [{"fault": "servfail", "name": "spoilt.example.com"}],
    }
    async with visiting(MemoryNetwork(), change) as visit:
        assert not (await cloud_calls(visit, destination="alias.example.com")).completed
        assert [each.outcome for each in visit.events(CLOUD, Decision) if each.topic == "locate"] == ["server-failure"]


@pytest.mark.parametrize(
    ("step", "missing"),
    [("sign-in", "SRV _collab-edge._tls.example.com"), ("register", "A us-expe1.example.com")],
)
@virtual_time
async def test_a_client_that_dns_leads_nowhere_says_so(step: str, missing: str) -> None:
    async with visiting(MemoryNetwork(), {"name-server.without": [missing]}) as visit:
        jabber = visit.lab.cast.mra_clients["jabber"]
        outcome = await (jabber.sign_in(None) if step == "sign-in" else jabber.register(5061, 1))

        assert not outcome.completed
        found = [each.outcome for each in visit.events("jabber", Decision) if each.topic == "locate"]
        assert found in (["no-records"], ["no-address"])
        assert dialled_by(visit, "jabber") == []


@virtual_time
async def test_a_display_name_arrives_as_it_was_written() -> None:
    async with visiting(MemoryNetwork()) as visit:
        call = CloudCall(to="user1@example.com", display_name='Jane "JR" Roe \\')
        assert (await visit.lab.cast.webex_cloud.call(call)).completed
        (rings,) = facts(visit, "phone", "unified-cm")
        assert rings["caller"].startswith('"Jane \\"JR\\" Roe \\\\" <sip:')


@virtual_time
async def test_the_token_that_was_handed_out_is_the_one_that_is_wanted() -> None:
    async with visiting(MemoryNetwork(), {"webex-cloud.verified-domains": []}) as visit:
        told = visit.lab.cast.control_hub.hand_out_token("fresh.hacker.com", "newcomer.example")
        domain, text = told.detail.removeprefix("publish TXT ").split(" ", 1)
        visit.lab.cast.name_server.publish(f'{domain}. 300 TXT "{text}"')

        assert (await verified(visit, domain, "newcomer.example")).completed
        assert not (await verified(visit, domain, "example.com")).completed


@virtual_time
async def test_a_domain_is_not_asked_for_again_while_the_denial_is_kept() -> None:
    async with visiting(MemoryNetwork(), {"webex-cloud.verified-domains": []}) as visit:
        assert not (await verified(visit, "late.example")).completed
        text = visit.lab.cast.control_hub.hand_out_token("late.example", "").detail.split()[-1]
        visit.lab.cast.name_server.publish(f'late.example. 300 TXT "{text}"')
        assert not (await verified(visit, "late.example")).completed
        await trio.sleep(2)
        assert (await verified(visit, "late.example")).completed
        assert len(visit.events(PORTAL, DnsSeen)) == 4


THREE_DOMAINS = {
    "control-hub.organisations": [
        {
            "name": "example.com",
            "email": "mail.example",
            "expressway-e": "edge.example",
            "directory-uri": "uri.example",
            "token": "a" * 60,
        }
    ],
    "control-hub.activated": [],
    "webex-cloud.verified-domains": [],
    "name-server.zones": [
        {
            "origin": origin,
            "text": "@ 300 SOA ns hostmaster 1 3600 600 86400 300\n"
            f'@ 300 TXT "cisco-ci-domain-verification={"a" * 60}"\n',
        }
        for origin in ("mail.example", "edge.example", "uri.example")
    ],
}


@pytest.mark.parametrize("left_out", ["mail.example", "edge.example", "uri.example", ""])
@virtual_time
async def test_activation_needs_all_three_kinds_of_domain(left_out: str) -> None:
    async with visiting(MemoryNetwork(), THREE_DOMAINS) as visit:
        portal = visit.lab.cast.control_hub
        for domain in {"mail.example", "edge.example", "uri.example"} - {left_out}:
            assert (await verified(visit, domain)).completed
        outcome = portal.activate("")

        assert outcome.completed is (left_out == "")
        assert left_out in outcome.detail
        assert portal.may_call("example.com") is (left_out == "")
        assert decided(visit, "activation", PORTAL) == (["refused"] if left_out else ["activated"])


@virtual_time
async def test_jane_roe_is_nobodys_but_her_own_while_the_check_is_on() -> None:
    """Hacker.com says that a directory URI of example.com is hers: unchecked the call reaches John as Jane's."""
    jane = {"organisation": "hacker.com", "caller": "jane.roe@example.com", "display_name": "Jane Roe"}
    async with visiting(MemoryNetwork()) as visit:
        portal = visit.lab.cast.control_hub
        assert (await verified(visit, "hacker.com", "hacker.com")).completed
        assert not (await verified(visit, "example.com", "hacker.com")).completed
        refused = portal.activate("hacker.com")
        assert (refused.completed, refused.detail) == (False, "not proven: directory-uri example.com")
        assert not (await cloud_calls(visit, **jane)).completed
        assert decided(visit, "calling", CLOUD) == ["refused"]
        assert dialled_by(visit, CLOUD) == []

        portal.switch_check(on=False)
        assert portal.activate("hacker.com").completed
        assert (await cloud_calls(visit, **jane)).completed
        (invite,) = visit.heard_by("unified-cm", b"INVITE")
        assert "jane.roe@example.com" in invite
        assert "Jane Roe" in invite

        portal.switch_check(on=True)
        assert not portal.may_call("hacker.com")
        assert portal.may_call("example.com")
        assert not (await cloud_calls(visit, **jane)).completed


@virtual_time
async def test_who_is_no_customer_is_not_activated_even_unchecked() -> None:
    async with visiting(MemoryNetwork(), {"control-hub.domain-check": "off"}) as visit:
        outcome = visit.lab.cast.control_hub.activate("stranger.example")
        assert not outcome.completed
        assert not visit.lab.cast.control_hub.may_call("stranger.example")
