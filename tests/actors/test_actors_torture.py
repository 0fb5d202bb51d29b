"""RFC 4475 and RFC 5118 as a table: what each message may be answered by a proxy and by an endpoint, over TLS.

A row names what the RFC allows: statuses, or `SILENCE` where a message asks for no answer. The messages are in
tests/sip/torture. Where the RFC lets an element choose between repairing and refusing, both are in the row.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from actors_bench import EDGE_PORT, NOBODY, Visit, asking, virtual_time, visiting

from harness.net.memory import MemoryNetwork
from harness.sip.framing import MessageFramed, StreamFramer
from harness.sip.message import Response

MESSAGES = {path.stem: path for path in (Path(__file__).parents[1] / "sip" / "torture").rglob("*.sip")}
SILENCE = 0
TAG = re.compile(r";\s*tag\s*=")
NOT_FOUND = (404,)
BAD = (400,)
UNKNOWN_METHOD = (404, 405, 501)
REGISTERED = (401,)
PEER_PORT = 5061


class Row(NamedTuple):
    """A message, the section that tells what it is, and the answers that are allowed."""

    name: str
    section: str
    proxy: tuple[int, ...]
    endpoint: tuple[int, ...]


# Expressway-E leads `example.com` inside, where nobody is called `user`: a good call ends in 404, a good OPTIONS in
# 200, a good REGISTER in 401.
ROWS = [
    # RFC 4475 3.1.1, valid messages
    Row("wsinv", "4475 3.1.1.1", (481,), (200, 481)),
    Row("intmeth", "4475 3.1.1.2", UNKNOWN_METHOD, UNKNOWN_METHOD),
    Row("esc01", "4475 3.1.1.3", NOT_FOUND, (200,)),
    Row("escnull", "4475 3.1.1.4", REGISTERED, (405,)),
    Row("esc02", "4475 3.1.1.5", UNKNOWN_METHOD, UNKNOWN_METHOD),
    Row("lwsdisp", "4475 3.1.1.6", (200,), (200,)),
    Row("longreq", "4475 3.1.1.7", NOT_FOUND, (200,)),
    Row("dblreq", "4475 3.1.1.8", (401, 404), (405, 200)),
    Row("semiuri", "4475 3.1.1.9", NOT_FOUND, (200,)),
    Row("transports", "4475 3.1.1.10", (200,), (200,)),
    Row("mpart01", "4475 3.1.1.11", NOT_FOUND, (405,)),
    Row("unreason", "4475 3.1.1.12", (SILENCE,), (SILENCE,)),
    Row("noreason", "4475 3.1.1.13", (SILENCE,), (SILENCE,)),
    # RFC 4475 3.1.2, invalid messages
    Row("badinv01", "4475 3.1.2.1", BAD, BAD),
    Row("clerr", "4475 3.1.2.2", BAD, BAD),
    Row("ncl", "4475 3.1.2.3", BAD, BAD),
    Row("scalar02", "4475 3.1.2.4", BAD, BAD),
    Row("scalarlg", "4475 3.1.2.5", (SILENCE,), (SILENCE,)),
    Row("quotbal", "4475 3.1.2.6", BAD, BAD),
    Row("ltgtruri", "4475 3.1.2.7", BAD, BAD),
    Row("lwsruri", "4475 3.1.2.8", BAD, BAD),
    Row("lwsstart", "4475 3.1.2.9", (400, 404), (400, 200)),
    Row("trws", "4475 3.1.2.10", (400, 200), (400, 200)),
    Row("escruri", "4475 3.1.2.11", BAD, BAD),
    Row("baddate", "4475 3.1.2.12", (400, 404), (400, 200)),
    Row("regbadct", "4475 3.1.2.13", BAD, BAD),
    Row("badaspec", "4475 3.1.2.14", (400, 404), (400, 200)),
    Row("baddn", "4475 3.1.2.15", BAD, BAD),
    Row("badvers", "4475 3.1.2.16", (505,), (505,)),
    Row("mismatch01", "4475 3.1.2.17", BAD, BAD),
    Row("mismatch02", "4475 3.1.2.18", (400, 501), (400, 501)),
    Row("bigcode", "4475 3.1.2.19", (SILENCE,), (SILENCE,)),
    # RFC 4475 3.2 to 3.4: transactions, applications, elements of RFC 2543
    Row("badbranch", "4475 3.2.1", (200,), (200,)),
    Row("insuf", "4475 3.3.1", BAD, BAD),
    Row("unkscm", "4475 3.3.2", (416,), (416,)),
    Row("novelsc", "4475 3.3.3", (416,), (416,)),
    Row("unksm2", "4475 3.3.4", BAD, (405,)),
    Row("bext01", "4475 3.3.5", (420,), (420,)),
    Row("invut", "4475 3.3.6", NOT_FOUND, (415,)),
    Row("regaut01", "4475 3.3.7", REGISTERED, (405,)),
    Row("multi01", "4475 3.3.8", BAD, BAD),
    Row("mcl01", "4475 3.3.9", BAD, BAD),
    Row("bcast", "4475 3.3.10", (SILENCE,), (SILENCE,)),
    Row("zeromf", "4475 3.3.11", (483,), (200,)),
    Row("cparam01", "4475 3.3.12", REGISTERED, (405,)),
    Row("cparam02", "4475 3.3.13", REGISTERED, (405,)),
    Row("regescrt", "4475 3.3.14", REGISTERED, (405,)),
    Row("sdp01", "4475 3.3.15", NOT_FOUND, (406,)),
    Row("inv2543", "4475 3.4.1", BAD, BAD),  # RFC 3261 18.3: on a stream a message needs its Content-Length
    # RFC 5118
    Row("ipv6-good", "5118 4.1", REGISTERED, (405,)),
    Row("ipv6-bad", "5118 4.2", BAD, BAD),
    Row("port-ambiguous", "5118 4.3", REGISTERED, (405,)),
    Row("port-unambiguous", "5118 4.4", REGISTERED, (405,)),
    Row("via-received-param-with-delim", "5118 4.5", (481,), (481,)),
    Row("via-received-param-no-delim", "5118 4.5", (200, 404), (200,)),
    Row("ipv6-in-sdp", "5118 4.6", NOT_FOUND, (200,)),
    Row("mult-ip-in-header", "5118 4.7", (481,), (481,)),
    Row("mult-ip-in-sdp", "5118 4.8", NOT_FOUND, (200,)),
    Row("ipv4-mapped-ipv6", "5118 4.9", NOT_FOUND, (200,)),
    Row("ipv6-bug-abnf-3-colons", "5118 4.10", (400, 404), (400, 200)),
    Row("ipv6-correct-abnf-2-colons", "5118 4.10", NOT_FOUND, (200,)),
]


async def finals(visit: Visit, actor: str, port: int, data: bytes) -> list[Response]:
    """Send bytes to an actor over TLS and return the final responses that come back."""
    link = await visit.dial_at(actor, port)
    assert await link.secure(NOBODY)
    await link.send(data)
    framer = StreamFramer(65536)
    with trio.move_on_after(40):  # a message that lacks its end is refused after 32 s
        while piece := await link.receive():
            framer.feed(piece)
    link.drop()
    heard = [event.message for event in framer.events() if isinstance(event, MessageFramed)]
    return [message for message in heard if isinstance(message, Response) and not message.is_provisional]


@virtual_time
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
async def test_each_torture_message_is_answered_as_its_rfc_allows(row: Row) -> None:
    data = MESSAGES[row.name].read_bytes()
    async with visiting(MemoryNetwork()) as visit:
        for actor, port, allowed in (
            ("expressway-e", EDGE_PORT, row.proxy),
            ("b2b-peer", PEER_PORT, row.endpoint),
        ):
            answers = await finals(visit, actor, port, data)
            assert {answer.status for answer in answers} <= set(allowed)
            assert len(answers) == (0 if SILENCE in allowed else 2 if row.name == "dblreq" else 1)
            assert all(TAG.search(to) for answer in answers if (to := answer.headers.get("To")))
            next_one = asking("OPTIONS", "sip:us-expe1.example.com").to_bytes()
            assert [answer.status for answer in await finals(visit, actor, port, next_one)] == [200]


def test_the_table_has_every_message_of_both_rfcs() -> None:
    assert sorted(row.name for row in ROWS) == sorted(MESSAGES)
    assert len(ROWS) == 49 + 12
