"""One connection from both its ends: what each sees of the handshake, of the data, and of the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
import trio
from net_bench import (
    LOOPBACK,
    MEMORY,
    NewNetwork,
    Pair,
    caller,
    each_network,
    each_version,
    mutual,
    nobody,
    pair,
    wearing,
)

from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.net.memory import MemoryNetwork
from harness.tls.observations import InQuestion
from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import (
    AlertSeen,
    ClientCertificate,
    Closed,
    Closing,
    Direction,
    HandshakeFailed,
    HandshakeFinished,
    Oddity,
    VerifyFailed,
)

INVITE = b"INVITE sip:user1@example.com SIP/2.0\r\n\r\n"
RECEIVED, SENT = Direction.RECEIVED, Direction.SENT
MEBIBYTE = 1 << 20
many_times_on_sockets = pytest.mark.parametrize(
    ("new_network", "times"),
    [
        pytest.param(*MEMORY.values, 1, marks=MEMORY.marks, id="memory"),
        pytest.param(*LOOPBACK.values, 100, id="loopback"),
    ],
)
"""Races need real sockets and many tries."""
LONG_ENOUGH = 10.0


def alerts(met: Pair, actor: str) -> list[tuple[Direction, int]]:
    return [(alert.direction, alert.number) for alert in met.seen(actor, AlertSeen) if alert.level == 2]


def closings(met: Pair, actor: str) -> list[tuple[Direction, Closing]]:
    return [(closed.direction, closed.how) for closed in met.seen(actor, Closed)]


async def call(link: Link, profile: TlsProfile) -> bool:
    """Shake hands, send an INVITE without waiting, and read to the end; return whether the handshake went well."""
    if not await link.secure(profile):
        return False
    await link.send(INVITE)
    while await link.receive():
        pass
    return True


async def calls(met: Pair, client: TlsProfile, server: TlsProfile) -> bool:
    """Let the caller call at once, and the called end shake hands and no more."""
    done = []

    async def run() -> None:
        done.append(await call(met.caller, client))

    with trio.fail_after(LONG_ENOUGH):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run)
            await met.called.secure(server)
    return done[0]


# --- refused in the handshake (domain.md 5.2) ---

Who: TypeAlias = Callable[[str], TlsProfile]

REFUSED = [
    (nobody, Dialect.OPENSSL, {"1.2": 40, "1.3": 116}),
    (nobody, Dialect.WEBEX, {"1.2": 46, "1.3": 46}),
    (nobody, Dialect.JAVA_17_0_15, {"1.2": 42, "1.3": 42}),
    (nobody, Dialect.JAVA_17_0_21, {"1.2": 40, "1.3": 116}),
    (lambda tls: caller(tls, "unknown-root"), Dialect.OPENSSL, {"1.2": 48, "1.3": 48}),
]


@each_version
@pytest.mark.parametrize(
    ("who", "dialect", "numbers"),
    REFUSED,
    ids=["nobody", "nobody-webex", "nobody-java-17.0.15", "nobody-java-17.0.21", "stranger"],
)
@many_times_on_sockets
async def test_the_alert_of_a_refusing_listener_always_reaches_the_caller(
    new_network: NewNetwork, times: int, who: Who, dialect: Dialect, numbers: dict[str, int], tls: str
) -> None:
    for _ in range(times):
        async with pair(new_network()) as met:
            thought_it_was_done = await calls(met, who(tls), replace(mutual(), dialect=dialect))
            assert alerts(met, "caller") == [(RECEIVED, numbers[tls])]
            assert alerts(met, "called") == [(SENT, numbers[tls])]
            assert thought_it_was_done is (tls == "1.3")
            assert [failed.reason for failed in met.seen("called", HandshakeFailed)] == ["alert-sent"]
            assert closings(met, "called") == [(SENT, Closing.FIN)]


@each_network
@each_version
async def test_the_alert_of_a_refusing_caller_reaches_the_listener(tls: str, new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        done = await met.secure(caller(tls), wearing("expressway-e", "expired"))
        assert done == (False, False)
        assert alerts(met, "caller") == [(SENT, 45)]
        assert alerts(met, "called") == [(RECEIVED, 45)]
        assert [(error.depth, error.code) for error in met.seen("caller", VerifyFailed)] == [(0, 10)]
        assert [failed.reason for failed in met.seen("called", HandshakeFailed)] == ["alert-received"]


@each_network
@pytest.mark.parametrize(("ending", "reason"), [("finish", "peer-closed"), ("reset", "peer-reset")])
async def test_a_peer_that_leaves_in_the_handshake_refused_nothing_and_was_refused_nothing(
    ending: str, reason: str, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met:
        getattr(met.caller._stream, ending)()
        assert not await met.called.secure(mutual())
        assert [failed.reason for failed in met.seen("called", HandshakeFailed)] == [reason]
        assert alerts(met, "called") == []


@each_network
async def test_plaintext_on_a_tls_port_is_answered_by_a_bare_fin(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        await met.caller.send(INVITE)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read_to_the_end, met.caller)
            assert not await met.called.secure(mutual())
        assert met.caller.ended is Closing.FIN
        assert met.called.end().bytes_sent == 0
        assert [failed.reason for failed in met.seen("called", HandshakeFailed)] == ["not-tls"]


# --- refused after the handshake ---


@each_version
@many_times_on_sockets
async def test_a_reset_after_the_handshake_is_seen_as_one_and_never_eats_the_handshake(
    new_network: NewNetwork, times: int, tls: str
) -> None:
    for _ in range(times):
        async with pair(new_network()) as met, trio.open_nursery() as nursery:
            nursery.start_soon(reset_once_secured, met.called)
            with trio.fail_after(LONG_ENOUGH):
                assert await call(met.caller, caller(tls))
            assert [done.version for done in met.seen("caller", HandshakeFinished)] == [tls]
            assert alerts(met, "caller") == []
            assert closings(met, "caller") == [(RECEIVED, Closing.RST)]
            assert closings(met, "called") == [(SENT, Closing.RST)]


async def reset_once_secured(link: Link) -> None:
    assert await link.secure(mutual())
    link.reset("Peer's TLS certificate identity was unacceptable")


@each_network
@each_version
@pytest.mark.parametrize(
    ("goodbye", "heard"), [("close", Closing.CLOSE_NOTIFY), ("abandon", Closing.FIN), ("reset", Closing.RST)]
)
async def test_three_ways_to_go_are_told_apart_by_who_stays(
    goodbye: str, heard: Closing, tls: str, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met:
        assert await met.secure(caller(tls), mutual()) == (True, True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(leave, met.caller, goodbye)
            await read_to_the_end(met.called)
        assert met.called.ended is heard
        assert closings(met, "called") == [(RECEIVED, heard)]
        assert closings(met, "caller") == [(SENT, heard)]
        assert not await met.called.send(b"200 OK")
        assert await met.called.receive() == b""


async def read_to_the_end(link: Link) -> None:
    assert await link.receive() == b""
    await link.close()


async def leave(link: Link, goodbye: str) -> None:
    match goodbye:
        case "close":
            await link.close("done")
        case "abandon":
            await link.abandon("the name is not the expected one")
        case _:
            link.reset("unacceptable")


@each_network
@each_version
async def test_data_before_a_goodbye_is_not_lost(tls: str, new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        await met.secure(caller(tls), mutual())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send_and_close, met.caller)
            heard = [await met.called.receive(), await met.called.receive()]
        assert heard == [INVITE, b""]
        assert met.called.ended is Closing.CLOSE_NOTIFY


async def send_and_close(link: Link) -> None:
    await link.send(INVITE)
    await link.close()


@each_network
async def test_a_link_without_tls_is_as_plain_as_its_bytes(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        await met.caller.send(INVITE)
        assert await met.called.receive() == INVITE
        assert (met.called.version, met.called.peer_certificate, met.called.end().tls) == ("", b"", False)
        assert met.caller.port == 0  # nobody dialled it
        await met.caller.finish()
        assert await met.called.receive() == b""
        assert met.called.ended is Closing.FIN


# --- much data ---


async def pour(link: Link, data: bytes) -> None:
    for start in range(0, len(data), MEBIBYTE):
        assert await link.send(data[start : start + MEBIBYTE])


async def drink(link: Link, wanted: int) -> str:
    digest, got = hashlib.sha256(), 0
    while got < wanted:
        piece = await link.receive()
        assert piece, f"the connection ended after {got} bytes"
        digest.update(piece)
        got += len(piece)
    return digest.hexdigest()


@each_network
@each_version
async def test_four_mebibytes_each_way_at_once_do_not_block_each_other(tls: str, new_network: NewNetwork) -> None:
    there, back = (bytes([number]) * (4 * MEBIBYTE) for number in (1, 2))
    async with pair(new_network()) as met:
        await met.secure(caller(tls), mutual())
        drunk = {}

        async def drink_from(link: Link) -> None:
            drunk[link.actor] = await drink(link, 4 * MEBIBYTE)

        with trio.fail_after(LONG_ENOUGH):
            async with trio.open_nursery() as nursery:
                for link, data in ((met.caller, there), (met.called, back)):
                    nursery.start_soon(pour, link, data)
                    nursery.start_soon(drink_from, link)
        assert drunk == {"called": hashlib.sha256(there).hexdigest(), "caller": hashlib.sha256(back).hexdigest()}


@each_network
async def test_a_flood_is_read_but_not_kept(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        with trio.fail_after(LONG_ENOUGH):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(pour, met.caller, bytes(12 * MEBIBYTE))
                await drink(met.called, 12 * MEBIBYTE)
        for actor, link in (("caller", met.caller), ("called", met.called)):
            kept = sum(len(chunk.data) for chunk in link.end().chunks)
            assert 3 * MEBIBYTE <= kept <= 4 * MEBIBYTE
            assert len(met.seen(actor, Oddity)) == 1


@pytest.mark.parametrize("new_network", [MEMORY])
async def test_what_is_put_waits_until_somebody_flushes_and_keeps_its_order(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        await met.secure(caller("1.3"), mutual())
        assert met.caller.put(b"first, ")
        assert met.caller.put(b"second, ")
        with trio.move_on_after(1) as waited:
            await met.called.receive()
        assert waited.cancelled_caught
        assert await met.caller.send(b"third")
        assert await drink(met.called, 20) == hashlib.sha256(b"first, second, third").hexdigest()


@pytest.mark.parametrize("new_network", [MEMORY])
async def test_what_was_put_leaves_before_the_goodbye(new_network: NewNetwork) -> None:
    for secure in (False, True):
        async with pair(new_network()) as met:
            if secure:
                await met.secure(caller("1.3"), mutual())
            assert met.caller.put(b"and so good-bye")
            await met.caller.finish()
            assert await met.called.receive() == b"and so good-bye"


@pytest.mark.parametrize("new_network", [MEMORY])
async def test_nothing_can_be_said_to_a_peer_that_is_gone(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        met.called.reset("gone")
        assert not await met.caller.send(INVITE)
        assert await met.caller.receive() == b""
        assert not met.caller.put(INVITE)
        assert await met.caller.flush()


@pytest.mark.parametrize("new_network", [MEMORY])
async def test_of_a_peer_that_pours_on_after_our_goodbye_one_mebibyte_is_read(new_network: NewNetwork) -> None:
    async with pair(new_network()) as met, trio.open_nursery() as nursery:

        async def pour_on() -> None:
            while await met.caller.send(bytes(1 << 16)):
                pass

        nursery.start_soon(pour_on)
        began = trio.current_time()
        await met.called.abandon("enough")
        assert trio.current_time() == began  # it does not wait for the 2 seconds of a peer that says nothing
        read = sum(len(chunk.data) for chunk in met.called.end().chunks if chunk.direction is RECEIVED)
        assert read == MEBIBYTE
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("new_network", [MEMORY])
async def test_a_flood_of_single_bytes_is_not_kept_either(
    new_network: NewNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.net.link._TAPPED_PIECES", 100)
    pieces = 1000
    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        nursery.start_soon(drip, met.caller, pieces)
        await drink(met.called, pieces)
        assert len(met.called.end().chunks) == 100
        assert len(met.seen("called", Oddity)) == 1


async def drip(link: Link, pieces: int) -> None:
    for _ in range(pieces):
        await link.send(b"\x00")


# --- the record ---


@each_network
@each_version
async def test_what_one_end_sent_is_what_the_other_received(tls: str, new_network: NewNetwork) -> None:
    async with pair(new_network()) as met:
        await met.secure(caller(tls), mutual())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send_and_close, met.caller)
            while await met.called.receive():
                pass
        near, far = met.caller.end(), met.called.end()
        for here, there in ((near, far), (far, near)):
            sent = b"".join(chunk.data for chunk in here.chunks if chunk.direction is SENT)
            assert sent == b"".join(chunk.data for chunk in there.chunks if chunk.direction is RECEIVED) != b""
        assert sorted(near.key_log) == sorted(far.key_log) != []
        [connection] = met.recorder.connections()
        assert [end.actor for end in connection.ends] == ["caller", "called"]


async def test_a_silent_caller_is_given_up_and_told_so_by_a_fin() -> None:
    async with pair(LoopbackNetwork()) as met:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(met.called.secure_within, 0.05, mutual())
            await read_to_the_end(met.caller)
        assert met.caller.ended is Closing.FIN
        assert [failed.reason for failed in met.seen("called", HandshakeFailed)] == ["timed-out"]


@pytest.mark.usefixtures("autojump_clock")
async def test_a_refusal_whose_goodbye_outlives_the_budget_is_told_once() -> None:
    async with pair(MemoryNetwork()) as met:
        await met.caller.send(b"OPTIONS sip:us-expe1.example.com SIP/2.0\r\n\r\n")
        assert not await met.called.secure_within(0.5, mutual())
        assert [failed.reason for failed in met.seen("called", HandshakeFailed)] == ["not-tls"]
        assert not await met.caller.send(b"anybody there?")


# --- what a link does with its settings ---


@pytest.mark.usefixtures("autojump_clock")
@pytest.mark.parametrize(("of_profile", "done"), [(None, False), (0, True)])
async def test_certificates_are_judged_by_the_clock_of_the_profile_and_else_by_that_of_the_link(
    of_profile: int | None, done: bool
) -> None:
    today = datetime.now(UTC)
    profile = mutual() if of_profile is None else replace(mutual(), clock=today + timedelta(days=of_profile))
    async with pair(MemoryNetwork()) as met:
        met.called.clock = today + timedelta(days=4000)
        secured = await met.secure(caller("1.2"), profile)
        assert secured == (done, done)
        assert alerts(met, "called") == ([] if done else [(SENT, 45)])


@each_network
@each_version
@pytest.mark.parametrize(("settled", "sent"), [(0, []), (23, [(SENT, 44)])])
async def test_who_asks_about_a_peer_decides_before_this_end_says_more(
    settled: int, sent: list[tuple[Direction, int]], tls: str, new_network: NewNetwork
) -> None:
    asked = []

    async def check(number: int, peer: InQuestion) -> int:
        asked.append((number, len(peer.chain)))
        return settled

    async with pair(new_network()) as met, trio.open_nursery() as nursery:
        nursery.start_soon(call, met.caller, caller(tls))
        assert await met.called.secure(mutual(), check=check) is (settled == 0)
        assert alerts(met, "called") == sent
        assert asked == [(met.called.number, 3)]
        await met.called.close()


@each_network
@each_version
async def test_after_the_goodbye_nothing_more_is_said_and_the_goodbye_is_told_once(
    tls: str, new_network: NewNetwork
) -> None:
    async with pair(new_network()) as met:
        await met.secure(caller(tls), mutual())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read_to_the_end, met.called)
            await met.caller.finish("done")
            assert not await met.caller.send(INVITE)
            await met.caller.finish("done again")
            await met.caller.close()
        await met.caller.finish("too late")
        assert [(closed.how, closed.why) for closed in met.seen("caller", Closed)] == [(Closing.CLOSE_NOTIFY, "done")]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("goodbye", ["close", "abandon", "reset"])
async def test_a_link_that_is_over_gives_its_socket_back(goodbye: str) -> None:
    async with pair(LoopbackNetwork()) as met:
        held = open_files()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(leave, met.called, goodbye)
            await read_to_the_end(met.caller)
        assert open_files() == held - 2


@each_version
@pytest.mark.usefixtures("autojump_clock")
async def test_only_the_end_that_listens_says_what_it_asks_of_clients(tls: str) -> None:
    async with pair(MemoryNetwork()) as met:
        await met.secure(caller(tls), mutual())
        assert met.caller.end().certificate_request is None
        assert met.called.end().certificate_request is ClientCertificate.REQUIRED


# --- a writer that is cancelled ---


@each_network
@each_version
async def test_a_cancelled_writer_spoils_nothing_for_those_who_write_after_it(
    tls: str, new_network: NewNetwork
) -> None:
    """TLS counts its records: one that is lost on the way would end the connection with alert 20."""
    async with pair(new_network()) as met:
        await met.secure(caller(tls), mutual())
        with trio.move_on_after(0.1):
            await pour(met.caller, bytes(8 * MEBIBYTE))  # more than any buffer on the way takes
        with trio.CancelScope() as cancelled:
            cancelled.cancel()
            await met.caller.send(INVITE)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(met.caller.send, INVITE)
            with trio.fail_after(LONG_ENOUGH):
                heard = b""
                while not heard.endswith(INVITE * 2):
                    piece = await met.called.receive()
                    assert piece
                    heard = (heard + piece)[-2 * len(INVITE) :]
