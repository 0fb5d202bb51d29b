"""Ctrl-C and SIGTERM end a command with what it has reached so far, said as partial, and with exit code 130."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from cli_bench import AT_A_TERMINAL, DOOR, Command, sip_mtls
from shipped_library import LIBRARY

from harness.certificates.shell import change as certificate_change
from harness.cli import lessons
from harness.cli.exits import Exit
from harness.cli.giving_out import give_out
from harness.cli.signals import terminated_like_interrupted
from harness.pki import LeafOrder, certificates_pem
from harness.run.library import Library
from harness.run.suite import Order, Told, run_suite

__all__ = ["sip_mtls"]

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


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_waits_until_all_that_was_found_is_given_out(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            give_out([press, lambda: print("the table")])
        with pytest.raises(KeyboardInterrupt):  # twice is meant
            give_out([press, press, lambda: print("never")])
    finally:
        signal.signal(signal.SIGINT, before)

    assert capsys.readouterr().out == "the table\n"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_python_tidies_up_changes_no_exit_code(ending: signal.Signals) -> None:
    late = f"import atexit, os, sys; atexit.register(os.kill, os.getpid(), {int(ending)}); sys.argv[1:] = ['list']; "
    words = [sys.executable, "-c", AT_A_TERMINAL + late + DOOR]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert (ended.returncode, ended.stderr) == (Exit.MET, "")


@ENDINGS
def test_a_matrix_keeps_the_certificates_that_were_played(
    tmp_path: Path, ending: signal.Signals, ignoring: bool
) -> None:
    written = tmp_path / "m.json"
    words = ("certs", "matrix", "--release", "x14", "--json", written)
    with started(*words, ignoring=ignoring) as playing:
        wait_for(playing.stderr, "plays")
        playing.send_signal(ending)
        said, complained = playing.communicate(timeout=60)

    told = json.loads(written.read_text())
    assert playing.returncode == Exit.INTERRUPTED
    assert told["rows"]
    assert told["left"] > 0
    assert f"INTERRUPTED: {told['left']} certificates were not played" in said
    assert f"interrupted: {told['left']} of" in complained


def test_a_lesson_keeps_the_plays_that_took_place(sip_mtls: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(library: Library, order: Order, told: Told) -> None:
        run_suite(library, replace(order, tls_versions=("1.3",)), told)
        raise KeyboardInterrupt

    monkeypatch.setattr(lessons, "run_suite", interrupted)
    ended = sip_mtls("demo", "mra", "--network", "memory")

    assert ended.code == Exit.INTERRUPTED
    assert "TLS 1.3: Jabber" in ended.out
    assert ended.err == "interrupted: 2 of 4 plays took place\n"


@pytest.mark.parametrize("asked", ["_not_compared", "_is_looked_at"])
def test_an_interrupt_after_the_last_play_of_a_comparison_is_no_all_clear(
    sip_mtls: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(certificate_change, asked, interrupted)
    file = tmp_path / "edge.pem"
    file.write_text(certificates_pem(LIBRARY.lab_pki.issue(LeafOrder("expressway-e")).sent))
    words = ("certs", "diff", file, file, "--role", "expressway-e-server", "--release", "x15.5", "--tls", "1.3")
    ended = sip_mtls(*words, "--scenario", "O01")

    assert ended.code == Exit.INTERRUPTED
    assert "NO ALL-CLEAR: interrupted when all was played" in ended.out
    assert ended.err == "interrupted: all was played, not all was checked or kept\n"


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
    held.write_text(certificates_pem(LIBRARY.lab_pki.issue(LeafOrder("expressway-e")).sent))
    words = ("certs", "diff", held, held, "--role", "expressway-e-server", "--release", "x15.5", "--json", written)
    with started(*words, ignoring=ignoring) as comparing:
        wait_for(comparing.stderr, " plays")
        comparing.send_signal(ending)
        said, complained = comparing.communicate(timeout=30)

    assert comparing.returncode == Exit.INTERRUPTED
    assert "NO ALL-CLEAR: interrupted, with " in said
    assert "nothing changes in what was played" in " ".join(said.split())
    assert complained.splitlines()[-1].startswith("interrupted: ")
    assert json.loads(written.read_text())["safe"] is False


def test_a_sigterm_that_somebody_has_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with terminated_like_interrupted():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
