"""`sip-mtls probe` at the door: what is printed and written, what it warns of, and how it ends."""

from __future__ import annotations

import json
import socket
from functools import partial
from pathlib import Path

import pytest
import trio
from cli_bench import Command, Ended, in_its_own_process, sip_mtls
from shipped_library import LIBRARY

from harness.capture.saved import load_transcript
from harness.cli.exits import Exit
from harness.net.loopback import LoopbackNetwork
from harness.net.named_hosts import is_this_machine, source_towards
from harness.pki import certificates_pem
from harness.run.play import open_lab
from harness.transcript import Address

__all__ = ["sip_mtls"]


def closed_port(host: str) -> int:
    with socket.socket() as sock:
        sock.bind((host, 0))
        return int(sock.getsockname()[1])


async def probed_in_the_lab(port: int, *words: object) -> Ended:
    """Probe a port of a lab that is open in this process, by a command line in its own."""
    async with open_lab(LIBRARY.healthy, LIBRARY.lab_pki, LoopbackNetwork()) as lab:
        place = f"{lab.directory.address_of('expressway-e')}:{port}"
        command = partial(in_its_own_process, "probe", place, "--within", "2", *words)
        return await trio.to_thread.run_sync(command)


async def test_a_port_that_lets_in_and_is_trusted_ends_with_0(tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_text(certificates_pem((LIBRARY.lab_pki.certificate_of("public-root"),)))

    ended = await probed_in_the_lab(5061, "--as", "b2b-peer", "--ca", root, "--name", "example.com")

    assert ended.code == Exit.MET
    assert "B2B peer gets in here: yes." in ended.out
    assert "B2B peer would accept what the port shows: yes." in ended.out
    assert "none: never asked for (TLS 1.3 and 1.2)" in ended.out
    assert ended.err == ""


async def test_its_secrets_go_where_sslkeylogfile_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))

    ended = await probed_in_the_lab(5061, "--out", tmp_path / "probed")

    assert f"the TLS secrets of every connection go to {tmp_path / 'keys.log'}" in ended.err
    secrets = (tmp_path / "keys.log").read_text()
    assert secrets == (tmp_path / "probed" / "keys.log").read_text()
    assert "CLIENT_TRAFFIC_SECRET_0 " in secrets


async def test_the_mutual_port_turns_jabber_away_and_all_of_it_is_kept(tmp_path: Path) -> None:
    ended = await probed_in_the_lab(5062, "--as", "jabber", "--json", "-", "--out", tmp_path)

    assert ended.code == Exit.NOT_MET
    told = json.loads(ended.out)
    assert told["schema"] == {"name": "sip-mtls probe", "version": 1}
    assert told["card"]["client_certificate"] == {"1.2": "required", "1.3": "required"}
    assert told["verdict"]["cause"] == "mra-on-mutual-port"
    assert json.loads((tmp_path / "probe.json").read_text()) == told
    kept = load_transcript((tmp_path / "transcript.json").read_bytes())
    assert kept.network == "probe"
    assert (tmp_path / "keys.log").stat().st_mode & 0o077 == 0
    assert "ALERT 116" in (tmp_path / "ladder.txt").read_text()
    assert list((tmp_path / "certificates").iterdir())


def test_a_port_on_which_nobody_listens_ends_with_1(sip_mtls: Command) -> None:
    ended = sip_mtls("probe", f"127.0.0.1:{closed_port('127.0.0.1')}")

    assert ended.code == Exit.NOT_MET
    assert "port-not-listening" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense:here",),
        ("127.0.0.1:5061", "--resolver", "nonsense"),
        ("127.0.0.1:5061", "--name", "no name"),
        ("127.0.0.1:5061", "--key", "missing.pem"),
        ("127.0.0.1:5061", "--cert", "missing.pem"),
        ("127.0.0.1:5061", "--as", "nobody"),
    ],
)
def test_wrong_words_end_with_2(sip_mtls: Command, words: tuple[str, ...]) -> None:
    ended = sip_mtls("probe", *words)

    assert ended.code == Exit.WRONG_INPUT
    assert ended.said_in_one_breath
    assert ended.out == ""


def test_a_certificate_without_its_key_cannot_be_shown(sip_mtls: Command, tmp_path: Path) -> None:
    lonely = tmp_path / "leaf.pem"
    lonely.write_text(certificates_pem((LIBRARY.lab_pki.certificate_of("public-root"),)))

    ended = sip_mtls("probe", "127.0.0.1:5061", "--cert", lonely)

    assert ended.code == Exit.WRONG_INPUT
    assert "--key" in ended.err


@pytest.mark.may_skip("a machine without network has no other address")
def test_who_probes_another_machine_is_warned_first(sip_mtls: Command) -> None:
    try:
        own = source_towards(Address("192.0.2.1", 9))  # nothing is sent
    except OSError:
        pytest.skip("this machine has no address besides loopback")
    if is_this_machine(own):
        pytest.skip("this machine has no address besides loopback")

    ended = sip_mtls("probe", f"{own}:{closed_port(own)}", "--within", "1")

    assert ended.code == Exit.NOT_MET
    assert "Automated detection" in ended.err
    assert own in ended.err
