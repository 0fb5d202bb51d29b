"""Ctrl-C and SIGTERM end a command with what it has reached so far, said as partial, and with exit code 130."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest
from cli_bench import AT_A_TERMINAL, DOOR
from shipped_library import LIBRARY

from harness.cli.exits import Exit
from harness.cli.signals import terminated_like_interrupted
from harness.pki import LeafOrder, certificates_pem

FINE = "title: A call\nstory: As it should be.\nplay: [{b2b-peer: call}]\nexpect: {call: ok, cause: none}\n"
SLOW = (
    "title: Nobody answers\nstory: The firewall swallows every SYN.\nplay: [{jabber: sign-in}]\n"
    "change: {firewall.rules: [{source: jabber, to: expressway-e, action: drop}], jabber.connect-timeout: 60}\n"
    "expect: {sign-in: {stopped-at: tcp}, cause: none}\n"
    "control: {change: {jabber.connect-timeout: 60}}\n"
)
IN_A_SCRIPT = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "


def started(*words: object, ignoring: bool) -> subprocess.Popen[str]:
    """Start a command as a terminal does, or as a script does with `&`: with SIGINT ignored."""
    program = [sys.executable, "-c", (IN_A_SCRIPT if ignoring else AT_A_TERMINAL) + DOOR]
    return subprocess.Popen([*program, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


ENDINGS = pytest.mark.parametrize(
    ("ending", "ignoring"), [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)]
)


def wait_for(stream: IO[str] | None, word: str) -> str:
    """Read lines until one has the word; return them."""
    told = ""
    while stream is not None and (line := stream.readline()):
        told += line
        if word in line:
            return told
    raise AssertionError(f"nobody said {word!r}: {told}")


@ENDINGS
def test_a_run_keeps_the_plays_that_took_place(tmp_path: Path, ending: signal.Signals, ignoring: bool) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    for number in range(4):
        (stories / f"fine-{number}.yaml").write_text(FINE)
    (stories / "slow.yaml").write_text(SLOW)
    out, written = tmp_path / "out", tmp_path / "v.json"
    with started("run", stories, "--tls", "1.3", "--json", written, "--out", out, ignoring=ignoring) as playing:
        wait_for(playing.stderr, "4 of 5 plays")
        playing.send_signal(ending)
        said, complained = playing.communicate(timeout=30)

    assert playing.returncode == Exit.INTERRUPTED
    assert "5 plays: 4 as expected, 1 NOT PLAYED" in said
    assert complained == "interrupted: 4 of 5 plays took place; the rest is not known\n"
    assert json.loads(written.read_text())["summary"]["not_played"] == 1
    assert len(list(out.rglob("transcript.json"))) == 4


@ENDINGS
def test_a_probe_keeps_what_it_has_seen(tmp_path: Path, ending: signal.Signals, ignoring: bool) -> None:
    out = tmp_path / "out"
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        words = ("probe", f"127.0.0.1:{mute.getsockname()[1]}", "--within", "60", "--out", out)
        with started(*words, ignoring=ignoring) as probing:
            visitor, _ = mute.accept()
            with closing(visitor):
                assert visitor.recv(1) == b"\x16"  # its ClientHello: the handshake is under way
                probing.send_signal(ending)
                said, complained = probing.communicate(timeout=30)

    assert (probing.returncode, complained) == (Exit.INTERRUPTED, "interrupted: what was not tried is not known\n")
    assert "not known: the probe was interrupted in it" in said
    assert "The probe gets in here: not known." in said
    assert json.loads((out / "probe.json").read_text())["interrupted"] is True


@ENDINGS
def test_certs_diff_keeps_what_it_has_compared_and_gives_no_all_clear(
    tmp_path: Path, ending: signal.Signals, ignoring: bool
) -> None:
    held, written = tmp_path / "held.pem", tmp_path / "diff.json"
    held.write_text(certificates_pem(LIBRARY.workshop.issue(LeafOrder("expressway-e")).sent))
    words = ("certs", "diff", held, held, "--role", "expressway-e-server", "--release", "x15.5", "--json", written)
    with started(*words, ignoring=ignoring) as comparing:
        wait_for(comparing.stderr, " plays")
        comparing.send_signal(ending)
        said, complained = comparing.communicate(timeout=30)

    assert comparing.returncode == Exit.INTERRUPTED
    assert "NO ALL-CLEAR: interrupted, with " in said
    assert "nothing flips in what was played" in " ".join(said.split())
    assert complained.splitlines()[-1].startswith("interrupted: ")
    assert json.loads(written.read_text())["safe"] is False


def test_a_sigterm_that_somebody_has_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with terminated_like_interrupted():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
