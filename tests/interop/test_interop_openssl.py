"""OpenSSL's own programs against the lab, and against our TLS client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from interop_bench import (
    HOST,
    NOBODY,
    Files,
    Program,
    alert_received,
    dialled,
    each_version,
    files,
    needs,
    running,
    wearing,
)
from shipped_library import LIBRARY

from harness.lab.changes import changed
from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.run.play import OpenLab, open_lab
from harness.tls.profile import TlsProfile
from harness.transcript import AlertSeen, Direction, HandshakeFinished

pytestmark = [pytest.mark.interop, needs("openssl")]

OPTIONS = (
    "OPTIONS sip:us-expe1.example.com SIP/2.0\r\n"
    "Via: SIP/2.0/TLS edge1.peer.example;branch=z9hG4bK1\r\n"
    "From: <sip:ping@peer.example>;tag=1\r\nTo: <sip:us-expe1.example.com>\r\n"
    "Call-ID: 1@peer.example\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
ALLOWED = {"expressway-e.default-zone.access-rules": [{"pattern": "edge1.peer.example"}]}


@asynccontextmanager
async def laboratory(change: dict[str, Any] | None = None) -> AsyncIterator[OpenLab]:
    lab = changed(LIBRARY.healthy, change or {})
    async with open_lab(lab, LIBRARY.lab_pki, LoopbackNetwork()) as opened:
        yield opened


def s_client(lab: OpenLab, port: int, tls: str, trusted: Path) -> list[str | Path]:
    place = f"{lab.directory.address_of('expressway-e')}:{port}"
    version = f"-tls{tls.replace('.', '_')}"
    return ["openssl", "s_client", "-connect", place, version, "-CAfile", trusted, "-verify_return_error", "-ign_eof"]


def presenting(worn: Files) -> list[str | Path]:
    """Without -cert_chain s_client sends its leaf alone (measured)."""
    return ["-cert", worn.leaf, "-key", worn.key, "-cert_chain", worn.issuers]


# --- s_client against Expressway-E ---


@each_version
async def test_the_mutual_port_asks_for_a_certificate_and_names_its_authorities(tls: str, tmp_path: Path) -> None:
    caller = files(tmp_path, "b2b-peer")
    async with laboratory(ALLOWED) as lab:
        async with running([*s_client(lab, 5062, tls, caller.trusted), *presenting(caller)]) as client:
            said = await client.says("Verify return code")
        assert "Acceptable client certificate CA names" in said
        assert "CN = TEST ONLY Public Root CA" in said
        assert "Verify return code: 0 (ok)" in said


@each_version
async def test_the_plain_port_asks_for_no_certificate(tls: str, tmp_path: Path) -> None:
    async with laboratory() as lab:
        async with running(s_client(lab, 5061, tls, files(tmp_path, "b2b-peer").trusted)) as client:
            said = await client.says("Verify return code")
        assert "No client certificate CA names sent" in said
        assert "Verify return code: 0 (ok)" in said


@each_version
async def test_a_partner_whom_a_rule_allows_gets_its_ping_answered(tls: str, tmp_path: Path) -> None:
    caller = files(tmp_path, "b2b-peer")
    async with laboratory(ALLOWED) as lab:
        async with running([*s_client(lab, 5062, tls, caller.trusted), *presenting(caller), "-quiet"]) as client:
            await client.tell(OPTIONS)
            assert "SIP/2.0 200 OK" in await client.says("200 OK\r\n")
        assert [event.version for event in by_expressway(lab, HandshakeFinished)][-1] == tls


@pytest.mark.parametrize(("tls", "number"), [("1.2", 40), ("1.3", 116)])
async def test_a_partner_without_a_certificate_reads_the_alert(tls: str, number: int, tmp_path: Path) -> None:
    async with laboratory(ALLOWED) as lab:
        async with running(s_client(lab, 5062, tls, files(tmp_path, "b2b-peer").trusted)) as client:
            said = await client.says(f"SSL alert number {number}")
        assert f"SSL alert number {number}" in said
        assert alerts_sent(lab) == [number]


@each_version
@pytest.mark.parametrize(("fault", "number"), [("unknown-root", 48), ("expired", 45), ("server-auth-only", 43)])
async def test_a_partner_with_a_bad_certificate_reads_why(fault: str, number: int, tls: str, tmp_path: Path) -> None:
    caller = files(tmp_path, "b2b-peer", fault)
    async with laboratory(ALLOWED) as lab:
        async with running([*s_client(lab, 5062, tls, caller.trusted), *presenting(caller)]) as client:
            said = await client.says(f"SSL alert number {number}")
        assert f"SSL alert number {number}" in said
        assert alerts_sent(lab) == [number]


def by_expressway(lab: OpenLab, kind: type[Any]) -> list[Any]:
    return [event for event in lab.recorder.events if isinstance(event, kind) and event.actor == "expressway-e"]


def alerts_sent(lab: OpenLab) -> list[int]:
    """Return the fatal alerts that Expressway-E sent."""
    return [alert.number for alert in by_expressway(lab, AlertSeen)
            if alert.level == 2 and alert.direction is Direction.SENT]  # fmt: skip


# --- our TLS client against s_server ---


def s_server(worn: Files, more: Sequence[str] = ()) -> list[str | Path]:
    return ["openssl", "s_server", "-accept", f"{HOST}:0", "-cert", worn.leaf, "-key", worn.key,
            "-cert_chain", worn.issuers, "-CAfile", worn.trusted, "-verify_return_error", *more]  # fmt: skip


async def port_of(server: Program) -> int:
    said = await server.says("ACCEPT ")
    return int(said.partition("ACCEPT ")[2].splitlines()[0].rpartition(":")[2])


async def call(link: Link, profile: TlsProfile) -> bool:
    """Shake hands, say something at once, and read to the end; return whether the handshake went well."""
    finished = await link.secure(profile)
    if finished:
        await link.send(b"OPTIONS\n")
        await link.receive()
    await link.close()
    return finished


CALLERS: list[tuple[str, TlsProfile, dict[str, int]]] = [
    ("nobody", NOBODY, {"1.2": 40, "1.3": 116}),
    ("stranger", wearing("b2b-peer", "unknown-root"), {"1.2": 48, "1.3": 48}),
    ("expired", wearing("b2b-peer", "expired"), {"1.2": 45, "1.3": 45}),
]


@each_version
@pytest.mark.parametrize(("caller", "numbers"), [row[1:] for row in CALLERS], ids=[row[0] for row in CALLERS])
async def test_the_alert_of_another_openssl_reaches_us(
    caller: TlsProfile, numbers: dict[str, int], tls: str, tmp_path: Path
) -> None:
    version = f"-tls{tls.replace('.', '_')}"
    async with running(s_server(files(tmp_path, "expressway-e"), ["-Verify", "3", version])) as server:
        link = await dialled(await port_of(server))
        with trio.fail_after(10):
            finished = await call(link, caller)
        assert alert_received(link) == numbers[tls]
        assert finished is (tls == "1.3")


@each_version
async def test_another_openssl_takes_our_certificate_and_reads_what_we_say(tls: str, tmp_path: Path) -> None:
    version = f"-tls{tls.replace('.', '_')}"
    async with running(s_server(files(tmp_path, "expressway-e"), ["-Verify", "3", version])) as server:
        link = await dialled(await port_of(server))
        assert await link.secure(wearing("b2b-peer"))
        await link.send(b"OPTIONS\n")
        said = await server.says("OPTIONS")
        await server.tell("200 OK\n")
        assert await link.receive() == b"200 OK\n"
        assert "edge1.peer.example" in said
        link.reset("done")
