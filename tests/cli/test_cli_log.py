"""`--log expressway`: the log and nothing else, of a play and of a saved transcript."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_bench import Command, in_its_own_process, sip_mtls

from harness.cli.exits import Exit

__all__ = ["sip_mtls"]  # a fixture

IN_MEMORY = ("--network", "memory")


def test_a_run_shows_the_log_and_not_the_verdict(sip_mtls: Command) -> None:
    ended = sip_mtls("run", "I04", "--tls", "1.2", "--log", "expressway", *IN_MEMORY)

    assert ended.code == Exit.MET
    first, *lines = ended.out.splitlines()
    assert first.startswith("# SIMULATED log of the Expressways: cloud-inbound/i04-subject-name-typo, TLS 1.2.")
    assert all("(simulated)" in line for line in lines)
    assert sum("identity was unacceptable" in line for line in lines) == 1
    assert "one letter off" not in ended.out
    assert ended.err == ""


def test_a_saved_transcript_gives_the_same_log(sip_mtls: Command, tmp_path: Path) -> None:
    live = sip_mtls("run", "I04", "--tls", "1.2", "--log", "expressway", "--out", tmp_path, *IN_MEMORY)
    saved = tmp_path / "cloud-inbound" / "i04-subject-name-typo-tls1.2" / "transcript.json"

    judged = sip_mtls("judge", saved, "--log", "expressway")

    assert judged.code == Exit.MET
    assert judged.out == live.out


def test_what_did_not_go_as_expected_is_told_apart_from_the_log(sip_mtls: Command, tmp_path: Path) -> None:
    scenario = tmp_path / "own.yaml"
    scenario.write_text(
        "title: A typo that is expected to work\nstory: It does not.\nsource: [seed]\n"
        "change: {expressway-e.webex-zone.subject-name: calllservice.webex.com}\n"
        "play: [{webex-cloud: call, to: user1@example.com}]\nexpect: {call: ok, cause: none}\n",
        encoding="utf-8",
    )

    ended = sip_mtls("run", scenario, "--tls", "1.2", "--log", "expressway", *IN_MEMORY)

    assert ended.code == Exit.NOT_MET
    assert "TLS 1.2: " in ended.err
    assert "expected" not in ended.out


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_pipe_gets_one_line_an_event_and_no_escape_codes(encoding: str) -> None:
    words = ("run", "B02", "--tls", "1.3", "--log", "expressway", *IN_MEMORY)

    piped = in_its_own_process(*words, PYTHONIOENCODING=encoding, FORCE_COLOR="1")

    assert piped.code == Exit.MET
    assert "\x1b" not in piped.out
    assert sum("no certificate returned" in line for line in piped.out.splitlines()) == 1
