"""Servers that nobody here wrote, probed: what each does about client certificates is told apart, in both versions."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
from interop_bench import PUBLIC_ROOT, credentials, files, fresh_address, needs
from shipped_library import LIBRARY

from harness.probe.credentials import ProbeCredentials, Shows, stranger
from harness.probe.notes import notes_of
from harness.probe.outcomes import Came, Trial
from harness.probe.probing import Probe, ProbeOrder, probe
from harness.probe.roles import ROLES
from harness.probe.target import read_target
from harness.transcript import Address, ClientCertificate

pytestmark = pytest.mark.interop

NONE, OPTIONAL, REQUIRED = ClientCertificate.NONE, ClientCertificate.OPTIONAL, ClientCertificate.REQUIRED
_PATIENCE = 20.0
_KAMAILIO = """\
debug=1
log_stderror=yes
children=1
tcp_children=2
enable_tls=yes
listen=tls:{place}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "tls.so"
modparam("tls", "config", "{folder}/tls.cfg")
request_route {{
    if ($rm == "OPTIONS") {{ sl_send_reply("200", "Here"); exit; }}
    sl_send_reply("403", "No calls");
}}
"""
_KAMAILIO_TLS = """\
[server:default]
method = TLSv1.2+
verify_certificate = {verify}
require_certificate = {require}
private_key = {key}
certificate = {chain}
ca_list = {trusted}
"""
_VERIFIES = {NONE: ("no", "no"), OPTIONAL: ("yes", "no"), REQUIRED: ("yes", "yes")}


def kit() -> ProbeCredentials:
    worn = credentials("b2b-peer")
    chain, key = stranger(LIBRARY.lab_pki.now)
    bare = ProbeCredentials((PUBLIC_ROOT,), "the lab's root", stranger=chain, stranger_key=key)
    return replace(bare, own=worn.sent, own_key=worn.private_key)


async def probed(place: Address) -> Probe:
    role = ROLES["probe"]
    destination = read_target(str(place), role)
    return await probe(ProbeOrder(destination, role, kit(), datetime.now(UTC), within=1.5, pace=0.0))


@asynccontextmanager
async def listening(command: Sequence[str | Path], place: Address, stdin: int = subprocess.PIPE) -> AsyncIterator[None]:
    """Run a server, with whatever it forks, for as long as the block lasts."""
    process = await trio.lowlevel.open_process(
        [str(word) for word in command],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with trio.fail_after(_PATIENCE):
            while not await _is_open(place):
                assert process.poll() is None, "the server did not start"
                await trio.sleep(0.1)
        yield
    finally:
        with trio.CancelScope(shield=True):
            process.terminate()  # whoever forked ends its children itself
            with trio.move_on_after(5):
                await process.wait()
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)  # a session of its own: it and its children
                await process.wait()
            if process.stdin is not None:
                await process.stdin.aclose()


async def _is_open(place: Address) -> bool:
    try:
        stream = await trio.open_tcp_stream(place.host, place.port)
    except OSError:
        return False
    await stream.aclose()
    return True


def trial(found: Probe, shows: Shows, tls: str) -> Trial:
    assert found.card is not None
    seen = found.card.trial(shows, tls)
    assert seen is not None
    return seen


# --- openssl s_server, which answers nobody ---


@asynccontextmanager
async def s_server(folder: Path, *asking: str, stdin: int = subprocess.PIPE) -> AsyncIterator[Address]:
    worn, place = files(folder, "expressway-e"), fresh_address()
    command: list[str | Path] = ["openssl", "s_server", "-accept", str(place), "-quiet"]
    command += ["-cert", worn.leaf, "-key", worn.key, "-cert_chain", worn.issuers, "-CAfile", worn.trusted, *asking]
    async with listening(command, place, stdin):
        yield place


@needs("openssl")
@pytest.mark.parametrize(
    ("asking", "demand"),
    [((), NONE), (("-verify", "4", "-verify_return_error"), OPTIONAL), (("-Verify", "4"), REQUIRED)],
    ids=["nothing", "-verify", "-Verify"],
)
async def test_s_server_is_told_apart_though_it_never_answers(
    tmp_path: Path, asking: tuple[str, ...], demand: ClientCertificate
) -> None:
    async with s_server(tmp_path, *asking) as place:
        found = await probed(place)

    assert found.card is not None
    assert found.card.demands == {"1.2": demand, "1.3": demand}
    assert found.let_in is None
    bare = {tls: trial(found, Shows.NOTHING, tls) for tls in ("1.2", "1.3")}
    if demand is REQUIRED:
        assert {tls: (seen.alert, seen.late) for tls, seen in bare.items()} == {"1.2": (40, False), "1.3": (116, True)}
    else:
        assert {seen.came for seen in bare.values()} == {Came.UNREFUSED}
        assert bare["1.3"].tickets == 2


@needs("openssl")
async def test_s_server_that_hangs_up_on_everybody_does_not_pass_for_one_that_demands(tmp_path: Path) -> None:
    """Without a standard input it closes as soon as the handshake is done, whatever it was shown."""
    async with s_server(tmp_path, "-verify", "4", stdin=subprocess.DEVNULL) as place:
        hangs_up = await probed(place)
    async with s_server(tmp_path, "-Verify", "4", stdin=subprocess.DEVNULL) as place:
        demands = await probed(place)

    assert hangs_up.card is not None
    assert demands.card is not None
    assert {seen.came for seen in hangs_up.card.trials if seen.version} == {Came.REFUSED}
    assert hangs_up.card.demands == {"1.2": None, "1.3": None}
    assert any(note.startswith("It asks for a certificate, and hangs up") for note in notes_of(hangs_up.card))
    assert demands.card.demands == {"1.2": REQUIRED, "1.3": REQUIRED}
    assert not any("hangs up" in note for note in notes_of(demands.card))


@needs("openssl")
async def test_s_server_that_verifies_loosely_is_caught_at_it(tmp_path: Path) -> None:
    """`-Verify` alone demands a certificate and takes any: only a stranger's shows that."""
    async with s_server(tmp_path, "-Verify", "4") as loose:
        any_will_do = await probed(loose)
    async with s_server(tmp_path, "-Verify", "4", "-verify_return_error") as strict:
        only_known = await probed(strict)

    assert trial(any_will_do, Shows.STRANGER, "1.3").came is Came.UNREFUSED
    refused = trial(only_known, Shows.STRANGER, "1.3")
    assert (refused.came, refused.alert, refused.late) == (Came.REFUSED, 48, True)
    assert trial(only_known, Shows.OWN, "1.3").came is Came.UNREFUSED


@needs("openssl")
@pytest.mark.parametrize(("flag", "tls"), [("-tls1_2", "1.2"), ("-tls1_3", "1.3")])
async def test_the_one_version_of_s_server_is_found(tmp_path: Path, flag: str, tls: str) -> None:
    async with s_server(tmp_path, flag) as place:
        found = await probed(place)

    assert found.card is not None
    assert [version for version, taken in found.card.versions.items() if taken] == [tls]


# --- Kamailio, a SIP proxy ---


@asynccontextmanager
async def kamailio(folder: Path, demand: ClientCertificate) -> AsyncIterator[Address]:
    worn, place = files(folder, "expressway-e"), fresh_address()
    verify, require = _VERIFIES[demand]
    tls = _KAMAILIO_TLS.format(verify=verify, require=require, key=worn.key, chain=worn.chain, trusted=worn.trusted)
    (folder / "tls.cfg").write_text(tls)
    (folder / "kamailio.cfg").write_text(_KAMAILIO.format(place=place, folder=folder))
    command: list[str | Path] = ["kamailio", "-DD", "-E", "-m", "32", "-Y", folder, "-f", folder / "kamailio.cfg"]
    async with listening(command, place):
        yield place


@needs("kamailio")
@pytest.mark.parametrize("demand", [NONE, OPTIONAL, REQUIRED])
async def test_kamailio_is_told_apart_and_answers(tmp_path: Path, demand: ClientCertificate) -> None:
    async with kamailio(tmp_path, demand) as place:
        found = await probed(place)

    assert found.card is not None
    assert found.card.demands == {"1.2": demand, "1.3": demand}
    assert found.let_in
    assert "SIP/2.0 200 Here" in str([event for event in found.transcript.events if event.kind == "sip"])
    for tls in ("1.2", "1.3"):
        bare = trial(found, Shows.NOTHING, tls)
        assert bare.came is (Came.REFUSED if demand is REQUIRED else Came.ANSWERED)
        if demand is not NONE:
            assert trial(found, Shows.STRANGER, tls).came is Came.REFUSED
            assert trial(found, Shows.OWN, tls).came is Came.ANSWERED
