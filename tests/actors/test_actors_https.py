"""The HTTP services of the lab, as strangers' clients speak to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from actors_bench import NOBODY, virtual_time, visiting

from harness.net.link import Link
from harness.net.memory import MemoryNetwork

SIGN_IN = b"GET /get_edge_config HTTP/1.1\r\nHost: edge\r\n\r\n"
LARGEST_BODY = 1 << 20


@asynccontextmanager
async def connected() -> AsyncIterator[Link]:
    async with visiting(MemoryNetwork()) as visit:
        link = await visit.dial(8443)
        assert await link.secure(NOBODY)
        yield link
        link.drop()


async def heard(link: Link) -> bytes:
    """Return all that comes until the other end is silent, or gone."""
    data = bytearray()
    with trio.move_on_after(2):
        while piece := await link.receive():
            data += piece
    return bytes(data)


def posting(*headers: str) -> bytes:
    lines = ["POST /get_edge_config HTTP/1.1", "Host: edge", *headers, "", ""]
    return "\r\n".join(lines).encode()


def status_lines(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@virtual_time
async def test_an_answer_has_a_reason() -> None:
    async with connected() as link:
        await link.send(SIGN_IN)
        assert status_lines(await heard(link)) == [b"HTTP/1.1 401 Unauthorized"]


@virtual_time
async def test_a_client_that_waits_with_its_body_is_told_to_go_on() -> None:
    async with connected() as link:
        await link.send(posting("Content-Length: 5", "Expect: 100-continue"))
        assert status_lines(await heard(link)) == [b"HTTP/1.1 100 Continue"]
        await link.send(b"hello")
        assert status_lines(await heard(link)) == [b"HTTP/1.1 401 Unauthorized"]
        await link.send(SIGN_IN)
        assert status_lines(await heard(link)) == [b"HTTP/1.1 401 Unauthorized"]


@virtual_time
async def test_a_body_that_is_too_large_is_refused_before_it_is_sent() -> None:
    async with connected() as link:
        await link.send(posting(f"Content-Length: {LARGEST_BODY + 1}", "Expect: 100-continue"))
        (refused,) = status_lines(await heard(link))
        assert refused.startswith(b"HTTP/1.1 413 ")  # RFC 9110 gave 413 another name, newer Pythons know it


@virtual_time
@pytest.mark.parametrize(
    "bad", [b"nonsense\r\n\r\n", posting("Content-Length: x"), posting("Content-Length: " + "9" * 5000)]
)
async def test_good_requests_before_a_bad_one_are_answered(bad: bytes) -> None:
    async with connected() as link:
        await link.send(SIGN_IN * 2 + bad)
        said = status_lines(await heard(link))
        assert said == [b"HTTP/1.1 401 Unauthorized"] * 2 + [b"HTTP/1.1 400 Bad Request"]
        assert link.ended is not None
