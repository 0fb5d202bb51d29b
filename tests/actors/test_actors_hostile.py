"""Visitors who mean no good: the listeners survive them, remember them, and answer the next honest call."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

import pytest
import trio
from actors_bench import (
    EDGE_PORT,
    MUTUAL_PORT,
    NOBODY,
    NewNetwork,
    Visit,
    asking,
    each_network,
    on_virtual_time,
    visiting,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.actors.b2b_peer import Door
from harness.actors.user_agent import CallOrder
from harness.net.link import Link
from harness.net.memory import MemoryNetwork
from harness.sip.message import Request
from harness.tls.engine import TlsEngine
from harness.transcript import AlertSeen, HandshakeFailed, Oddity

Mischief: TypeAlias = Callable[[Visit], Awaitable[None]]
INVITE = asking("INVITE", "sip:user1@example.com").to_bytes()
HTTP = b"GET / HTTP/1.1\r\nHost: us-expe1.example.com\r\n\r\n"
MEBIBYTE = 1 << 20
TIMEOUT = {"expressway-e.sip.tls-handshake-timeout": 1}
IN_TIME = 20.0


def client_hello() -> bytes:
    engine = TlsEngine(NOBODY, listens=False)
    engine.handshake()
    return engine.outgoing()


async def say(link: Link, data: bytes) -> None:
    """Send without TLS, read what comes, and leave."""
    await link.send(data)
    while await link.receive():
        pass
    await link.close()


async def random_bytes(visit: Visit) -> None:
    await say(await visit.dial(MUTUAL_PORT), random.Random(5062).randbytes(4096))  # noqa: S311  # no secret


async def half_a_client_hello_then_silence(visit: Visit) -> None:
    await say(await visit.dial(MUTUAL_PORT), client_hello()[:200])


async def plaintext_on_the_tls_port(visit: Visit) -> None:
    await say(await visit.dial(EDGE_PORT), INVITE)


async def http_on_the_tls_port(visit: Visit) -> None:
    await say(await visit.dial(EDGE_PORT), HTTP)


async def http_inside_tls(visit: Visit) -> None:
    link = await visit.dial(EDGE_PORT)
    assert await link.secure(NOBODY)
    await say(link, HTTP)


async def one_mebibyte_of_header(visit: Visit) -> None:
    link = await visit.dial(EDGE_PORT)
    assert await link.secure(NOBODY)
    await say(link, b"OPTIONS sip:us-expe1.example.com SIP/2.0\r\nX-Long: " + b"a" * MEBIBYTE + b"\r\n\r\n")


async def a_header_without_end(visit: Visit) -> None:
    link = await visit.dial(EDGE_PORT)
    assert await link.secure(NOBODY)
    await link.send(b"OPTIONS sip:us-expe1.example.com SIP/2.0\r\nX-Endless: ")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(say, link, b"")
        while await link.send(b"a" * 65536):
            await trio.lowlevel.checkpoint()
    await link.close()


async def connect_and_reset(visit: Visit) -> None:
    for _ in range(50):
        (await visit.dial(MUTUAL_PORT)).reset("mischief")


async def three_hundred_connections(visit: Visit) -> None:
    """More than Expressway-E serves at once, all of them silent until they are thrown out."""
    async with trio.open_nursery() as nursery:
        for _ in range(300):
            nursery.start_soon(say, await visit.dial(MUTUAL_PORT), b"")


def failures(visit: Visit) -> list[str]:
    return [event.reason for event in visit.events("expressway-e", HandshakeFailed)]


def oddities(visit: Visit) -> list[str]:
    return [event.what for event in visit.events("expressway-e", Oddity)]


MISCHIEF: list[tuple[Mischief, Callable[[Visit], list[str]], set[str], int]] = [
    (random_bytes, failures, {"not-tls"}, 1),
    (half_a_client_hello_then_silence, failures, {"timed-out"}, 1),
    (plaintext_on_the_tls_port, failures, {"not-tls"}, 1),
    (http_on_the_tls_port, failures, {"not-tls"}, 1),
    (http_inside_tls, oddities, set(), 1),
    (one_mebibyte_of_header, oddities, set(), 1),
    (a_header_without_end, oddities, set(), 1),
    (connect_and_reset, failures, {"peer-reset"}, 50),
    (three_hundred_connections, failures, {"timed-out"}, 300),
]


@each_network
@pytest.mark.parametrize(
    ("mischief", "remembered", "reasons", "times"), MISCHIEF, ids=[row[0].__name__ for row in MISCHIEF]
)
async def test_the_listener_survives_and_remembers_and_answers_the_next_honest_call(
    mischief: Mischief,
    remembered: Callable[[Visit], list[str]],
    reasons: set[str],
    times: int,
    new_network: NewNetwork,
) -> None:
    async with visiting(new_network(), TIMEOUT) as visit:
        with trio.fail_after(IN_TIME):
            await mischief(visit)
            await an_honest_call(visit)
        seen = remembered(visit)
        assert len(seen) == times
        assert not reasons or set(seen) == reasons
        assert kept_bytes(visit) < 4 * MEBIBYTE


@each_network
async def test_an_honest_call_gets_through_while_mischief_goes_on(new_network: NewNetwork) -> None:
    async with visiting(new_network(), TIMEOUT) as visit, trio.open_nursery() as nursery:
        for mischief, *_ in MISCHIEF[:-1]:
            nursery.start_soon(mischief, visit)
        with trio.fail_after(IN_TIME):
            for _ in range(5):
                await an_honest_call(visit)
    assert visit.events("expressway-e", AlertSeen) != []


async def an_honest_call(visit: Visit) -> None:
    order = CallOrder(caller="bob@peer.example", called="user1@example.com")
    outcome = await visit.lab.cast.b2b_peer.call(Door(f"us-expe1.example.com:{EDGE_PORT}", "tls"), order)
    assert outcome.completed, outcome.detail


def kept_bytes(visit: Visit) -> int:
    """Return how many bytes of the wire the recorder holds for Expressway-E."""
    ends = [end for connection in visit.lab.recorder.connections() for end in connection.ends]
    return sum(len(chunk.data) for end in ends if end.actor == "expressway-e" for chunk in end.chunks)


# --- requests that are nearly right ---

_WORDS = [
    "", " ", "sip:", "sips:@", "sip:[::1", "sip:user1@example.com;lr", "<sip:cucm-cluster.example.com;lr>", "tel:+1",
    "sip:%zz@example.com", "<sip:a@b>;tag=", '"', "0", "-1", "99999999999999999999", "1 INVITE", "SIP/2.0/TLS",
    "SIP/2.0/TLS [::1]:99999;branch=z9hG4bK", "sip:a@b?c=d", "\u00e9", ";;;===", ",,,", "sip:" + "a" * 300,
]  # fmt: skip
_HEADERS = ["Via", "Route", "Record-Route", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards",
            "Authorization", "Content-Length", "Content-Type", "Expires"]  # fmt: skip
_METHODS = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "MESSAGE", "X"]


@st.composite
def nearly_right(draw: st.DrawFn) -> Request:
    """Return a request whose line and headers have been tampered with."""
    asked = asking(draw(st.sampled_from(_METHODS)), "sip:user1@example.com")
    words = st.sampled_from(_WORDS) | st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
    for name in draw(st.lists(st.sampled_from(_HEADERS), max_size=4)):
        headers = asked.headers
        match draw(st.sampled_from(["replaced", "removed", "added"])):
            case "replaced":
                headers = headers.with_replaced(name, draw(words))
            case "removed":
                headers = headers.without(name.lower())
            case _:
                headers = headers.with_prepended(name, draw(words))
        asked = replace(asked, headers=headers)
    return asked.with_uri(draw(words.filter(bool))) if draw(st.booleans()) else asked


@settings(max_examples=60)
@given(requests=st.lists(nearly_right(), min_size=1, max_size=5))
def test_no_request_however_odd_brings_the_lab_down(requests: list[Request]) -> None:
    async def visit_with_them() -> None:
        async with visiting(MemoryNetwork()) as visit:
            for asked in requests:
                link = await visit.dial(EDGE_PORT)
                assert await link.secure(NOBODY)
                await link.send(asked.to_bytes())
                with trio.move_on_after(60):
                    while await link.receive():
                        pass
                await link.close()
            await an_honest_call(visit)

    on_virtual_time(visit_with_them)
