"""dig and kdig against the lab's name server: clients that nobody here wrote read what it says, faults too."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import trio
from interop_bench import needs
from shipped_library import LIBRARY

from harness.lab.changes import changed
from harness.net.loopback import LoopbackNetwork
from harness.run.name_server import open_names
from harness.transcript import Address

pytestmark = pytest.mark.interop

SRV_OF_THE_DOCUMENTS = {
    "_sips._tcp.example.com. 300 IN SRV 10 10 5062 us-expe1.example.com.",
    "_sips._tcp.example.com. 300 IN SRV 10 10 5062 us-expe2.example.com.",
}
PROOF = "123456789abcdef123456789abcdef123456789abcdef123456789abcdef"
AT_ONCE = ("+timeout=1", "+retry=0")
GEOGRAPHY = {
    "name-server.views": [
        {"name": "us", "networks": ["198.51.100.0/24"], "records": "edge.example.com. 300 A 127.64.0.10"},
        {"name": "emea", "networks": ["203.0.112.0/23"], "records": "edge.example.com. 300 A 127.64.0.12"},
    ],
    "name-server.records": "edge.example.com. 300 A 127.64.0.14",
}
LONG_TEXTS = {f"{number:02}-{'x' * 190}" for number in range(20)}

_STATUS = re.compile(r"status: (\w+)")
_FLAGS = re.compile(r"^;; flags: ([a-z ]*);", re.MULTILINE | re.IGNORECASE)
_SUBNET = re.compile(r"CLIENT-SUBNET: (\S+)")
_SECTION = re.compile(r"^;; (\w+) SECTION:\n(.*?)(?:^$|^;;|\Z)", re.MULTILINE | re.DOTALL)

each_program = pytest.mark.parametrize(
    "program", [pytest.param("dig", marks=needs("dig")), pytest.param("kdig", marks=needs("kdig"))]
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a program printed: its exit code, the words of the last header, and the records of each section."""

    code: int
    text: str

    @property
    def status(self) -> str:
        return self._last(_STATUS)

    @property
    def flags(self) -> set[str]:
        return set(self._last(_FLAGS).split())

    @property
    def subnet(self) -> str:
        """The client subnet of the response: address/source/scope."""
        return self._last(_SUBNET)

    @property
    def answer(self) -> set[str]:
        return self._section("ANSWER")

    @property
    def authority(self) -> set[str]:
        return self._section("AUTHORITY")

    def _last(self, pattern: re.Pattern[str]) -> str:
        found: list[str] = pattern.findall(self.text)
        return found[-1] if found else ""

    def _section(self, name: str) -> set[str]:
        blocks = [block for title, block in _SECTION.findall(self.text) if title == name]
        lines = [" ".join(line.split()) for block in blocks for line in block.splitlines()]
        return {line for line in lines if line and not line.startswith(";")}


@dataclass(frozen=True, slots=True)
class Asker:
    """A program, and the name server that it asks."""

    program: str
    server: Address

    async def asks(self, *words: str) -> Told:
        place = (f"@{self.server.host}", "-p", str(self.server.port))
        done = await trio.run_process(
            [self.program, *place, *words], check=False, capture_stdout=True, stderr=subprocess.STDOUT
        )
        return Told(done.returncode, done.stdout.decode("utf-8", "replace"))


@asynccontextmanager
async def names(program: str, change: Mapping[str, Any] | None = None) -> AsyncIterator[Asker]:
    """A name server on real sockets, at a block of its own, and a program to ask it."""
    lab = changed(LIBRARY.healthy, dict(change or {}))
    with trio.fail_after(20):
        async with open_names(lab, LIBRARY.lab_pki, LoopbackNetwork()) as opened:
            yield Asker(program, opened.address)


def faulty(fault: str, name: str) -> dict[str, Any]:
    return {"name-server.faults": [{"fault": fault, "name": name}]}


# --- what there is ---


@each_program
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
async def test_the_record_of_the_documents_leads_to_both_expressways(program: str, transport: str) -> None:
    async with names(program) as asker:
        told = await asker.asks("_sips._tcp.example.com", "SRV", transport)
    assert (told.code, told.status) == (0, "NOERROR")
    assert told.answer == SRV_OF_THE_DOCUMENTS
    assert "aa" in told.flags
    assert ("(TCP)" in told.text) == (transport == "+tcp")


@each_program
async def test_a_program_that_speaks_no_edns_is_answered_too(program: str) -> None:
    async with names(program) as asker:
        told = await asker.asks("_sips._tcp.example.com", "SRV", "+noedns")
    assert told.answer == SRV_OF_THE_DOCUMENTS
    assert "OPT PSEUDOSECTION" not in told.text.upper()


@each_program
async def test_the_token_that_proves_the_domain_is_read_by_anybody(program: str) -> None:
    async with names(program) as asker:
        told = await asker.asks("example.com", "TXT")
    assert {text.partition(" TXT ")[2] for text in told.answer} == {
        f'"cisco-ci-domain-verification={PROOF}"',
        f'"{PROOF}"',
    }


@each_program
async def test_the_addresses_move_with_the_block_of_the_lab(program: str) -> None:
    async with names(program) as asker:
        told = await asker.asks("us-expe1.example.com", "A")
        block = asker.server.host.rpartition(".")[0]
    assert block != "127.64.0"
    assert told.answer == {f"us-expe1.example.com. 300 IN A {block}.10"}


@each_program
async def test_an_alias_is_answered_with_what_it_leads_to(program: str) -> None:
    aliases = "calls.example.com. 300 CNAME edge.example.com.\nedge.example.com. 300 CNAME us-expe1.example.com."
    async with names(program, {"name-server.records": aliases}) as asker:
        told = await asker.asks("calls.example.com", "A")
        block = asker.server.host.rpartition(".")[0]
    assert told.answer == {
        "calls.example.com. 300 IN CNAME edge.example.com.",
        "edge.example.com. 300 IN CNAME us-expe1.example.com.",
        f"us-expe1.example.com. 300 IN A {block}.10",
    }


# --- what there is not ---


@each_program
@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [("nobody.example.com", "A", "NXDOMAIN"), ("us-expe1.example.com", "AAAA", "NOERROR")],
    ids=["no such name", "no such record"],
)
async def test_no_is_said_with_the_record_that_says_how_long_it_may_be_kept(
    program: str, name: str, kind: str, status: str
) -> None:
    async with names(program) as asker:
        told = await asker.asks(name, kind)
    assert (told.status, told.answer) == (status, set())
    assert told.authority == {
        "example.com. 300 IN SOA ns.example.com. hostmaster.example.com. 1 3600 600 86400 300",
    }
    assert "aa" in told.flags


@each_program
async def test_a_name_of_somebody_else_does_not_exist(program: str) -> None:
    """As a resolver would say it, which is asked for the whole tree: NXDOMAIN, and no authority of its own."""
    async with names(program) as asker:
        told = await asker.asks("elsewhere.test", "A")
    assert (told.status, told.answer) == ("NXDOMAIN", set())
    assert "aa" not in told.flags


@each_program
async def test_nobody_takes_a_zone_away(program: str) -> None:
    async with names(program) as asker:
        told = await asker.asks("example.com", "AXFR")
    assert "us-expe1" not in told.text
    assert "failed" in told.text.lower() or "REFUSED" in told.text


# --- what does not fit ---


@each_program
async def test_an_answer_too_long_for_a_datagram_is_fetched_over_tcp(program: str) -> None:
    records = "\n".join(f'long.example.com. 300 TXT "{text}"' for text in LONG_TEXTS)
    async with names(program, {"name-server.records": records}) as asker:
        short = await asker.asks("long.example.com", "TXT", "+ignore")
        whole = await asker.asks("long.example.com", "TXT")
    assert "tc" in short.flags
    assert short.answer < whole.answer
    assert "retrying" in whole.text
    assert "tc" not in whole.flags
    assert {answer.rpartition(" ")[2].strip('"') for answer in whole.answer} == LONG_TEXTS


# --- who asks ---


@each_program
@pytest.mark.parametrize(
    ("subnet", "octet", "scope"),
    [("198.51.100.7/32", 10, 24), ("203.0.113.0/24", 12, 23), ("192.0.2.0/24", 14, 6)],
    ids=["us", "emea", "elsewhere"],
)
async def test_each_region_is_led_to_its_own_edge_and_told_for_whom_that_holds(
    program: str, subnet: str, octet: int, scope: int
) -> None:
    async with names(program, GEOGRAPHY) as asker:
        told = await asker.asks("edge.example.com", "A", f"+subnet={subnet}")
        block = asker.server.host.rpartition(".")[0]
    assert told.answer == {f"edge.example.com. 300 IN A {block}.{octet}"}
    assert told.subnet == f"{subnet}/{scope}"


# --- what is broken on purpose ---


@each_program
async def test_a_server_that_fails_says_so_about_its_name_alone(program: str) -> None:
    async with names(program, faulty("servfail", "mtls.example.com")) as asker:
        failed = await asker.asks("_sips._tcp.mtls.example.com", "SRV", *AT_ONCE)
        healthy = await asker.asks("_sips._tcp.example.com", "SRV", *AT_ONCE)
    assert (failed.status, failed.answer) == ("SERVFAIL", set())
    assert healthy.answer == SRV_OF_THE_DOCUMENTS


@each_program
async def test_a_silent_server_is_waited_for_in_vain(program: str) -> None:
    async with names(program, faulty("silence", "example.com")) as asker:
        told = await asker.asks("_sips._tcp.example.com", "SRV", *AT_ONCE)
    assert told.code != 0
    assert "timed out" in told.text or "timeout" in told.text
    assert not told.status


@each_program
async def test_garbage_is_no_answer(program: str) -> None:
    async with names(program, faulty("garbage", "example.com")) as asker:
        told = await asker.asks("_sips._tcp.example.com", "SRV", *AT_ONCE)
    assert told.code != 0
    assert told.answer == set()


@each_program
async def test_an_alias_of_itself_does_not_hold_the_server_up(program: str) -> None:
    async with names(program, faulty("cname-loop", "_sips._tcp.mtls.example.com")) as asker:
        told = await asker.asks("_sips._tcp.mtls.example.com", "SRV", *AT_ONCE)
    assert told.code == 0
    assert told.answer
    assert all(" CNAME " in record for record in told.answer)
