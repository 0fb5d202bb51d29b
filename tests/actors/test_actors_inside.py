"""The way inside of Mobile and Remote Access: through the tunnel to Expressway-C, and on to Unified CM."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest
import trio
from actors_bench import NOBODY, Visit, asking, each_network, virtual_time, visiting

from harness.actors.https import NO_REPLY, ServedRequest
from harness.actors.tunnel import TunnelMouth
from harness.actors.user_agent import Outcome
from harness.net.link import Link
from harness.net.memory import MemoryNetwork, memory_stream_pair
from harness.net.recorder import Recorder
from harness.transcript import Address, AlertSeen, HttpSeen

BAD_CERTIFICATE, UNKNOWN_CA = 42, 48
OUTSIDE, EDGE, INSIDE, MANAGER = "jabber", "expressway-e", "expressway-c", "unified-cm"


async def signed_in(change: Mapping[str, Any], tls: str = "1.3") -> tuple[Outcome, Visit]:
    async with visiting(MemoryNetwork(), change, tls=tls) as visit:
        return await visit.lab.cast.mra_clients[OUTSIDE].sign_in(None), visit


def heads(visit: Visit, actor: str) -> list[str]:
    return [seen.head for seen in visit.events(actor, HttpSeen)]


def alerts(visit: Visit, actor: str) -> list[tuple[str, int]]:
    return [(alert.direction.value, alert.number) for alert in visit.events(actor, AlertSeen) if alert.level == 2]


@each_network
async def test_sign_in_goes_all_the_way_to_unified_cm_and_back(new_network: Any) -> None:
    async with visiting(new_network()) as visit:
        outcome = await visit.lab.cast.mra_clients[OUTSIDE].sign_in(None)

        assert outcome == Outcome(completed=True, detail="HTTP 200")
        asked, configuration, done = "GET /get_edge_config", "GET /jabber-config.xml", "HTTP 200"
        assert heads(visit, EDGE) == [asked, asked, done, done]
        assert heads(visit, INSIDE) == [asked, configuration, done, done]
        assert heads(visit, MANAGER) == [configuration, done]


@each_network
@pytest.mark.parametrize(("method", "answered"), [("HEAD", b"HTTP/1.1 200"), ("CONNECT", b"HTTP/1.1 405")])
async def test_who_asks_for_heads_or_for_a_way_through_gets_an_answer_and_the_next_one_signs_in(
    new_network: Any, method: str, answered: bytes
) -> None:
    async with visiting(new_network()) as visit:
        jabber = visit.lab.cast.mra_clients[OUTSIDE].settings
        basic = base64.b64encode(f"{jabber.user}:{jabber.password}".encode()).decode()
        head = f"{method} /get_edge_config HTTP/1.1\r\nHost: edge\r\nAuthorization: Basic {basic}\r\n\r\n"
        if method == "CONNECT":
            head = head.replace("/get_edge_config", "edge:443")
        link = await visit.dial(8443)
        assert await link.secure(NOBODY)
        await link.send(head.encode())
        said = await link.receive()
        await link.close()
        outcome = await visit.lab.cast.mra_clients[OUTSIDE].sign_in(None)

    assert said.startswith(answered)
    assert b"getEdgeConfigResponse" not in said
    assert outcome.completed


@virtual_time
async def test_it_is_unified_cm_that_knows_the_password() -> None:
    outcome, visit = await signed_in({"jabber.password": "guessed"})

    assert outcome.detail == "HTTP 401"
    assert heads(visit, MANAGER)[-1] == "HTTP 401"


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("change", "refuser", "alert"),
    [
        ({"unified-cm.tomcat-certificate.faults": ["self-signed"]}, INSIDE, UNKNOWN_CA),
        ({"unified-cm.system-server": "127.64.0.30"}, INSIDE, BAD_CERTIFICATE),
        ({"unified-cm.tomcat-trust": ["public-root"]}, MANAGER, UNKNOWN_CA),
    ],
)
@virtual_time
async def test_a_refusal_inside_is_a_bad_gateway_outside(
    change: dict[str, Any], refuser: str, alert: int, tls: str
) -> None:
    outcome, visit = await signed_in(change, tls)

    refused = {INSIDE: MANAGER, MANAGER: INSIDE}[refuser]
    assert outcome.detail == "HTTP 502"
    assert alerts(visit, refuser) == [("sent", alert)]
    assert alerts(visit, refused) == [("received", alert)]
    assert alerts(visit, OUTSIDE) == []


@virtual_time
async def test_several_clients_may_sign_in_at_once_through_one_tunnel() -> None:
    async with visiting(MemoryNetwork()) as visit:
        outcomes: list[Outcome] = []

        async def sign_in(client: str) -> None:
            outcomes.append(await visit.lab.cast.mra_clients[client].sign_in(None))

        async with trio.open_nursery() as nursery:
            for client in ("jabber", "mra-phone", "jabber"):
                nursery.start_soon(sign_in, client)

        assert [outcome.detail for outcome in outcomes] == ["HTTP 200"] * 3


@virtual_time
async def test_a_tunnel_whose_far_end_says_nothing_is_given_up() -> None:
    near, far = memory_stream_pair()
    recorder = Recorder(trio.current_time)
    place = Address("127.0.0.1", 2222)
    number = recorder.dialling(INSIDE, place, "ssh-tunnel")
    mouth = TunnelMouth(Link(near, recorder, actor=EDGE, number=number, listens=True, peer=place), recorder)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mouth.run)
        began = trio.current_time()

        assert await mouth.ask(ServedRequest("GET", "/", ("", ""))) == NO_REPLY
        assert trio.current_time() - began == pytest.approx(30)

        far.close()


@virtual_time
async def test_a_tunnel_that_closes_in_the_middle_of_a_request_gives_no_reply() -> None:
    near, far = memory_stream_pair()
    recorder = Recorder(trio.current_time)
    place = Address("127.0.0.1", 2222)
    number = recorder.dialling(INSIDE, place, "ssh-tunnel")
    mouth = TunnelMouth(Link(near, recorder, actor=EDGE, number=number, listens=True, peer=place), recorder)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mouth.run)
        await far.receive()
        far.close()

        assert await mouth.ask(ServedRequest("GET", "/", ("", ""))) == NO_REPLY


# --- the line side ---

PROFILE = "secure-phones.example.com"


async def registered(change: Mapping[str, Any]) -> tuple[Outcome, Visit]:
    async with visiting(MemoryNetwork(), change) as visit:
        return await visit.lab.cast.mra_clients[OUTSIDE].register(5061, 1), visit


@virtual_time
async def test_phones_register_apart_from_the_trunk() -> None:
    outcome, visit = await registered({})

    dialled = [each.target.port for each in visit.lab.recorder.connections() if each.listener == MANAGER]
    assert outcome.completed
    assert dialled == [5060]


@virtual_time
async def test_a_trunk_registers_nobody() -> None:
    outcome, visit = await registered({"unified-cm.trunk-port": 5060})

    assert outcome.detail.startswith("405")
    assert ["SIP trunk disallows REGISTER" in text for text in visit.heard_by(INSIDE, b"SIP/2.0 405")] == [True]


@pytest.mark.parametrize(
    ("names", "registers"), [(["expc1.example.com", PROFILE], True), (["expc1.example.com"], False)]
)
@virtual_time
async def test_a_phone_security_profile_must_be_named_by_expressway_c(*, names: list[str], registers: bool) -> None:
    change = {"unified-cm.phone-security-profile": PROFILE, "expressway-c.server-certificate.dns-names": names}

    outcome, visit = await registered(change)

    (inside,) = [each for each in visit.lab.recorder.connections() if each.listener == MANAGER]
    assert outcome.completed is registers
    assert inside.target.port == 5061
    assert all(end.tls for end in inside.ends)
    assert alerts(visit, MANAGER) == alerts(visit, INSIDE) == []


@virtual_time
async def test_unified_cm_that_is_somebody_else_gets_no_phones() -> None:
    change = {"unified-cm.phone-security-profile": PROFILE, "unified-cm.certificate.faults": ["wrong-name"]}

    outcome, visit = await registered(change)

    assert outcome.detail.startswith("500")
    assert visit.heard_by(MANAGER, b"REGISTER") == []


@virtual_time
async def test_phones_with_a_profile_are_not_registered_in_clear() -> None:
    async with visiting(MemoryNetwork(), {"unified-cm.phone-security-profile": PROFILE}) as visit:
        link = await visit.lab.cast.b2b_peer.site.dial(visit.lab.directory.address_of(MANAGER), 5060)
        assert link is not None
        await link.send(asking("REGISTER", "sip:example.com").to_bytes())

        assert (await link.receive()).startswith(b"SIP/2.0 403")
        link.drop()
