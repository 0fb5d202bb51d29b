"""Our dialects of Java against the Java that is installed: the same alert for each fault, in both roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trio
from interop_bench import (
    BOTH_VERSIONS,
    HOST,
    MUTUAL,
    NOBODY,
    Program,
    alert_received,
    credentials,
    dialled,
    files,
    fresh_address,
    needs,
    new_link,
    running,
    wearing,
)
from shipped_library import LIBRARY

from harness.net.loopback import LoopbackNetwork
from harness.net.memory import memory_stream_pair
from harness.pki import LeafOrder, certificates_pem
from harness.tls.observations import NameCheck
from harness.tls.profile import Dialect, TlsProfile

pytestmark = [pytest.mark.interop, needs("java")]

Alerts = dict[tuple[str, str], int | None]
"""(who or what was shown, TLS version) to the number of the fatal alert, None where there was none."""

PEER = Path(__file__).with_name("JssePeer.java")
CALLERS = {
    "healthy": wearing("b2b-peer"),
    "nobody": NOBODY,
    **{
        fault: wearing("b2b-peer", fault)
        for fault in ("unknown-root", "self-signed", "missing-intermediate", "expired", "expired-intermediate",
                      "not-yet-valid", "server-auth-only", "path-length-exceeded", "name-constraints-violated")
    },
}  # fmt: skip
SERVERS = {
    "healthy": wearing("expressway-e"),
    "wrong-name": wearing("expressway-e", "wrong-name"),
    **{
        fault: wearing("expressway-e", fault)
        for fault in ("unknown-root", "self-signed", "missing-intermediate", "expired", "expired-intermediate",
                      "not-yet-valid", "client-auth-only", "path-length-exceeded", "name-constraints-violated")
    },
}  # fmt: skip
NAME = "us-expe1.example.com"
INTERMEDIATE = LIBRARY.lab_pki.certificate_of("partner-issuing")
LEAF = credentials("b2b-peer").leaf
JAVAS = (Dialect.JAVA_17_0_15, Dialect.JAVA_17_0_21)
RENEWED_LEAF = LIBRARY.lab_pki.issue(LeafOrder("b2b-peer", renewals=1)).leaf


def java(folder: Path, role: str, *words: str) -> list[str | Path]:
    worn = files(folder, role)
    return ["java", "-XX:TieredStopAtLevel=1", PEER, worn.chain, worn.key, worn.trusted, *words]


def each(shown: dict[str, TlsProfile]) -> Iterator[tuple[str, str, TlsProfile]]:
    for name, profile in shown.items():
        for tls in BOTH_VERSIONS:
            yield name, tls, replace(profile, versions=(tls, tls))


# --- which of our dialects it speaks ---


async def test_the_java_that_is_here_speaks_one_of_our_dialects_in_both_roles(tmp_path: Path) -> None:
    """No release is asked for: Java moved between two updates of one release, and a distribution moves by itself."""
    as_server, as_client = await alerts_of_a_java_server(tmp_path), await alerts_of_a_java_client(tmp_path)

    spoken = [
        dialect
        for dialect in JAVAS
        if as_server == {(name, tls): await alert_of_our_server(dialect, shown) for name, tls, shown in each(CALLERS)}
        and as_client
        == {(name, tls): await alert_of_our_client(dialect, tls, shown) for name, tls, shown in each(SERVERS)}
    ]
    assert len(spoken) == 1, f"a new dialect: measure it into harness.tls.dialects: {as_server}, {as_client}"


# --- Java as TLS server ---


async def alerts_of_a_java_server(folder: Path) -> Alerts:
    alerts: Alerts = {}
    async with running(java(folder, "expressway-e", "server", HOST)) as server:
        port = int((await server.line()).removeprefix("listening "))
        for name, tls, profile in each(CALLERS):
            alerts[name, tls] = await alert_of_a_java_server(port, profile)
    return alerts


async def test_a_java_server_names_no_fault_of_a_certificate(tmp_path: Path) -> None:
    alerts = await alerts_of_a_java_server(tmp_path)
    assert {number for (name, _), number in alerts.items() if name not in {"healthy", "nobody"}} == {46}
    assert (alerts["healthy", "1.2"], alerts["healthy", "1.3"]) == (None, None)


async def alert_of_a_java_server(port: int, profile: TlsProfile) -> int | None:
    link = await dialled(port)
    with trio.fail_after(10):
        if await link.secure(profile):
            await link.send(b"PING")
            await link.receive()
        await link.close()
    return alert_received(link)


async def alert_of_our_server(
    dialect: Dialect, profile: TlsProfile, trusted: tuple[bytes, ...] = MUTUAL.trusted
) -> int | None:
    near, far = memory_stream_pair()
    caller, called = new_link(near, listens=False), new_link(far, listens=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(called.secure, replace(MUTUAL, dialect=dialect, trusted=trusted))
        if await caller.secure(profile):
            nursery.start_soon(called.close)
            await caller.receive()
        await caller.close()
    return alert_received(caller)


@pytest.mark.parametrize(
    ("anchor", "alert"),
    [(INTERMEDIATE, None), (LEAF, None), (RENEWED_LEAF, 46)],
    ids=["intermediate", "leaf", "renewed-leaf"],
)
async def test_java_trusts_whatever_is_on_its_list_and_asks_for_no_root(
    anchor: bytes, alert: int | None, tmp_path: Path
) -> None:
    alerts: list[int | None] = []
    words = java(tmp_path, "expressway-e", "server", HOST)
    (tmp_path / "trusted").write_text(certificates_pem((anchor,)), encoding="ascii")
    async with running(words) as server:
        port = int((await server.line()).removeprefix("listening "))
        for tls in BOTH_VERSIONS:
            caller = replace(wearing("b2b-peer"), versions=(tls, tls))
            alerts.append(await alert_of_a_java_server(port, caller))
            alerts += [await alert_of_our_server(dialect, caller, (anchor,)) for dialect in JAVAS]
    assert alerts == [alert] * 6


# --- Java as TLS client ---


async def alerts_of_a_java_client(folder: Path) -> Alerts:
    alerts: Alerts = {}
    async with running(java(folder, "b2b-peer", "client")) as client:
        assert await client.line() == "ready"
        for name, tls, profile in each(SERVERS):
            alerts[name, tls] = await alert_of_a_java_client(client, tls, profile)
    return alerts


async def test_a_java_client_names_wrong_dates_in_tls_1_2_and_no_wrong_name(tmp_path: Path) -> None:
    alerts = await alerts_of_a_java_client(tmp_path)
    assert (alerts["expired", "1.2"], alerts["not-yet-valid", "1.2"]) == (45, 42)
    assert (alerts["wrong-name", "1.2"], alerts["wrong-name", "1.3"]) == (46, 46)
    assert (alerts["healthy", "1.2"], alerts["healthy", "1.3"]) == (None, None)


async def alert_of_a_java_client(client: Program, tls: str, profile: TlsProfile) -> int | None:
    address = fresh_address()
    listener = await LoopbackNetwork().listen(address)
    await client.tell(f"{address.host} {address.port} {tls} {NAME} names\n")
    with trio.fail_after(10):
        stream, _ = await listener.accept()
        link = new_link(stream, listens=True)
        secured = await link.secure(profile)
        if secured:
            await link.receive()
        await link.close()
    listener.close()
    assert await client.line() == ("accepted" if secured else "refused")
    return alert_received(link)


async def alert_of_our_client(dialect: Dialect, tls: str, profile: TlsProfile) -> int | None:
    near, far = memory_stream_pair()
    caller, called = new_link(near, listens=False), new_link(far, listens=True)
    java_like = replace(wearing("b2b-peer"), dialect=dialect, versions=(tls, tls))
    shown = profile.chain[0]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(called.secure, profile)
        done = await caller.secure(java_like, accept_name=names_nobody_else(shown))
        if done:
            caller.reset("done")
    return alert_received(called)


def names_nobody_else(shown: bytes) -> NameCheck:
    """Return a check that knows everybody but the holder of somebody else's name."""
    stranger = SERVERS["wrong-name"].chain[0]
    return lambda leaf: leaf == shown != stranger
