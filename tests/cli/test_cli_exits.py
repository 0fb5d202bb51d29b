from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from address_blocks import fresh_block
from busy_machine import in_time
from cli_bench import PROGRAM, Command, in_its_own_process, sip_mtls

from harness.cli.entrance import ended_by
from harness.cli.exits import MEANINGS, Exit
from harness.diagnosis.judge import judge
from harness.errors import Fault, LabError, ScenarioError
from harness.run import suite
from harness.run.library import data_folder
from harness.transcript import Transcript
from harness.verdict import Verdict

__all__ = ["sip_mtls"]

IN_MEMORY = ("--network", "memory", "--no-ladder")
NO_CERTIFICATE = "b2b/b02-no-certificate-on-the-mutual-port"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A copy of a shipped scenario."""
    copy = tmp_path / "story.yaml"
    copy.write_text((data_folder("scenarios") / f"{NO_CERTIFICATE}.yaml").read_text("utf-8"), "utf-8")
    return copy


def edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


# --- 0 and 1 ---


def test_an_expected_refusal_is_a_pass(sip_mtls: Command, story: Path) -> None:
    ended = sip_mtls("run", story, *IN_MEMORY)

    assert (ended.code, ended.err) == (Exit.MET, "")
    assert ended.out.rstrip().endswith("2 plays, as expected")


def test_a_verdict_that_was_not_expected_is_1(sip_mtls: Command, story: Path) -> None:
    ended = sip_mtls("run", edited(story, "no-client-certificate", "unknown-root"), *IN_MEMORY)

    assert ended.code == Exit.NOT_MET
    assert "expected unknown-root, got no-client-certificate" in ended.out


def test_a_scenario_that_proves_nothing_is_1(sip_mtls: Command, story: Path) -> None:
    ended = sip_mtls("run", edited(story, "port: 5061", "port: 5062"), *IN_MEMORY)

    assert ended.code == Exit.NOT_MET
    assert "does not isolate a fault" in " ".join(ended.out.split())


# --- 2 ---


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "B2"), "did you mean 'B"),
        (("run", "b2b/b02-no-certificate-on-the-mutal-port"), f"did you mean '{NO_CERTIFICATE}'?"),
        (("run", ""), "no scenario, file or folder of that name"),
        (("run", "no/such/folder/"), "no such file or folder"),
        (("run", "nothing.yaml"), "no such file or folder"),
        (("run", "B02", "--lab", "nothing.yaml"), "cannot be read: No such file or directory"),
        (("run", "B02", "--addresses", "10.0.0"), "no block for a lab"),
        (("run", "B02", "--at", "15.3.2027"), "write year, month and day, such as 2027-03-15"),
        (("run", "B02", "--at", "2027-02-29"), "'2027-02-29' is no date"),
        (("run", "B02", "--at", "1999-12-31"), "give a day in the years 2000 to 2199"),
        (("run", "B02", "--at", "2200-01-01"), "years go from 1950 to 2199"),
        (("run", "I13", "--tls", "1.3"), "nothing is left to play"),
        (("run", "B02", "--tls", "1.1"), "'1.1' is not one of '1.2', '1.3'"),
        (("run", "B02", "--network", "carrier-pigeon"), "is not one of 'loopback', 'memory'"),
        (("run", "two\nlines.yaml"), "no such file or folder"),
        (("show", "B99"), "no scenario, file or folder of that name"),
        (("show", "b2b"), "name one of them"),
        (("judge", "nothing.json"), "cannot be read: No such file or directory"),
        (("dance",), "No such command 'dance'"),
        (("list", "everything"), "unexpected extra argument"),
    ],
)
def test_wrong_words_are_2_with_what_to_do(
    sip_mtls: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)

    ended = sip_mtls(*words)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath
    assert told in ended.err


def test_every_fault_of_every_file_is_told_at_once(sip_mtls: Command, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("title: one\nplay: [jabber\n", "utf-8")
    (tmp_path / "two.yaml").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "three.yaml").write_text("title: three\n", "utf-8")
    (tmp_path / "folder.yaml").mkdir()

    ended = sip_mtls("run", tmp_path, "B99")

    assert ended.code == Exit.WRONG_INPUT
    assert re.findall(r"^.*?(\w+\.yaml|B99)", ended.err, re.MULTILINE) == [
        "B99", "one.yaml", "three.yaml", "three.yaml", "three.yaml", "two.yaml",
    ]  # fmt: skip
    assert "not UTF-8 text (byte 1)" in ended.err


def test_a_folder_without_scenarios_is_2(sip_mtls: Command, tmp_path: Path) -> None:
    assert "this folder holds no scenario" in sip_mtls("run", tmp_path).err


def test_a_folder_where_a_file_should_be_is_2(sip_mtls: Command, tmp_path: Path) -> None:
    for words in (("judge", tmp_path), ("run", "B02", "--lab", tmp_path), ("run", "B02", "--json", tmp_path)):
        ended = sip_mtls(*words)
        assert (ended.code, "is a directory" in ended.err) == (Exit.WRONG_INPUT, True)


@pytest.mark.may_skip("CI may be root, who reads everything")
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_2(sip_mtls: Command, story: Path) -> None:
    story.chmod(0)

    assert "cannot be read: Permission denied" in sip_mtls("run", story).err


def test_a_place_that_cannot_be_written_is_2(sip_mtls: Command, story: Path) -> None:
    ended = sip_mtls("run", "B02", *IN_MEMORY, "--out", story / "below-a-file")

    assert ended.code == Exit.WRONG_INPUT
    assert "cannot be written: Not a directory" in ended.err


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x89PNG", "not JSON"),
        (b"[" * 100_000, "nested far too deeply"),
        (b"{}", "not a saved transcript"),
        (b'{"format": "sip-mtls transcript", "version": 99}', "version 99"),
        (b'{"format": "sip-mtls transcript", "version": 1, "transcript": {"scenario": 5}}', "transcript"),
    ],
)
def test_a_file_that_is_no_transcript_is_2(sip_mtls: Command, tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "t.json").write_bytes(data)

    ended = sip_mtls("judge", tmp_path / "t.json")

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert told in ended.err
    assert ended.said_in_one_breath


# --- 3 ---


@pytest.fixture
def free_block() -> str:
    """A block of addresses that nobody else has."""
    return fresh_block()


@pytest.fixture
def busy_block(free_block: str) -> Iterator[str]:
    """A block of addresses in which somebody else holds the edge's TLS port."""
    with socket.socket() as holder:
        holder.bind((f"{free_block}.10", 5061))
        holder.listen()
        yield free_block


def test_a_transcript_without_end_is_not_read_to_its_end(sip_mtls: Command) -> None:
    ended = sip_mtls("judge", "/dev/zero")

    assert ended.code == Exit.WRONG_INPUT
    assert "has more than" in ended.err


@pytest.mark.parametrize("network", ["loopback", "memory"])
def test_two_listeners_on_one_port_are_not_blamed_on_another_program(
    sip_mtls: Command, tmp_path: Path, network: str
) -> None:
    scenario = tmp_path / "twice.yaml"
    scenario.write_text(
        "title: One port for both\nstory: Somebody types 5061 twice.\n"
        "change: {expressway-e.sip.mutual-tls-port: 5061}\n"
        "play: [{b2b-peer: call}]\nexpect: {call: ok, cause: none}\n"
    )
    ended = sip_mtls("run", scenario, "--network", network)

    assert ended.code == Exit.NO_LAB
    assert ended.out == ""
    assert "expressway-e listens on port 5061 twice: give one of the two another port.\n" in ended.err


@pytest.mark.parametrize("network", ["memory", "loopback"])
def test_a_play_that_cannot_be_set_up_loses_that_play_alone(
    sip_mtls: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    monkeypatch.chdir(tmp_path)  # a long path would be cut where a line ends
    fine = "title: A call\nstory: As it should be.\nplay: [{b2b-peer: call}]\nexpect: {call: ok, cause: none}\n"
    twice = "{change: {expressway-e.sip.mutual-tls-port: 5061}}"
    (tmp_path / "fine.yaml").write_text(fine)
    (tmp_path / "lost.yaml").write_text(fine + f"change: {twice[len('{change: ') : -1]}\n")
    (tmp_path / "lost-control.yaml").write_text(fine + f"control: {twice}\n")
    written = {kind: tmp_path / f"v.{kind}" for kind in ("json", "junit")}
    files = [word for kind, file in written.items() for word in (f"--{kind}", str(file))]

    ended = sip_mtls("run", ".", "--network", network, "--no-ladder", *files)

    assert ended.code == Exit.NO_LAB
    assert "6 plays: 2 as expected, 4 NOT PLAYED" in ended.out
    told_of = " ".join(ended.out.split())
    assert "expressway-e listens on port 5061 twice: give one of the two another port. lost.yaml:1, TLS 1.2" in told_of
    told = json.loads(written["json"].read_text())
    assert [(play["scenario"], play["tls_version"]) for play in told["lost"]] == [
        ("lost", "1.2"),
        ("lost", "1.3"),
        ("lost-control", "1.2"),
        ("lost-control", "1.3"),
    ]
    assert (told["summary"]["played"], told["summary"]["not_played"]) == (2, 4)
    assert 'errors="4"' in written["junit"].read_text()


def test_a_run_of_which_every_play_is_lost_names_them_and_no_file_says_that_all_is_well(
    sip_mtls: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    story = "title: One port\nstory: Twice.\nchange: {expressway-e.sip.mutual-tls-port: 5061}\n"
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(story + "play: [{b2b-peer: call}]\nexpect: {call: ok, cause: none}\n")

    ended = sip_mtls("run", ".", *IN_MEMORY, "--sarif", "v.sarif", "--junit", "v.xml", "--pcap", "v.pcapng")

    assert (ended.code, ended.out) == (Exit.NO_LAB, "")
    told = " ".join(ended.err.split())
    assert told.count("expressway-e listens on port 5061 twice") == 1
    assert "one.yaml:1, TLS 1.2 and 1.3 two.yaml:1, TLS 1.2 and 1.3" in told
    assert "the secrets that open them" not in told
    (run,) = json.loads(Path("v.sarif").read_text())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    missing = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert [text.split(":")[0] for text in missing] == ["one.yaml", "one.yaml", "two.yaml", "two.yaml"]
    assert 'errors="4"' in Path("v.xml").read_text()


def test_a_busy_port_is_3_and_the_way_out_is_named(sip_mtls: Command, busy_block: str) -> None:
    ended = sip_mtls("run", "B02", "--tls", "1.3", "--addresses", busy_block)

    assert (ended.code, ended.out) == (Exit.NO_LAB, "")
    assert f"{busy_block}.10:5061 is taken" in ended.err
    assert "--addresses" in ended.err
    assert ended.said_in_one_breath


# --- 4, 130, 141 ---


def test_a_bug_of_ours_is_4_in_one_line(sip_mtls: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("the judge fell asleep")

    monkeypatch.setattr(suite, "judge", broken)
    ended = sip_mtls("run", "B02", *IN_MEMORY)
    monkeypatch.setenv("SIP_MTLS_TRACEBACK", "1")
    traced = sip_mtls("run", "B02", *IN_MEMORY)

    assert (ended.code, traced.code) == (Exit.OUR_ERROR, Exit.OUR_ERROR)
    assert ended.err.startswith("sip-mtls has a bug: AssertionError: the judge fell asleep\n")
    assert ended.said_in_one_breath
    assert "Traceback" in traced.err


def _wait_for_a_listener(host: str, port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as visitor:
            if visitor.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nobody listens")


def test_ctrl_c_ends_a_run_at_once_with_130(free_block: str) -> None:
    words = [*PROGRAM, "run", "b2b/b26-silent-caller", "--no-ladder", "--addresses", free_block]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as playing:
        _wait_for_a_listener(f"{free_block}.10", 5062)
        pressed = time.monotonic()
        playing.send_signal(signal.SIGINT)
        out, err = playing.communicate(timeout=30)
        gone = time.monotonic()

    assert playing.returncode == Exit.INTERRUPTED
    assert in_time(gone - pressed, 2)
    assert (out, err) == ("", "interrupted\n")


def test_an_interrupt_is_heard_though_it_comes_where_nobody_can_listen(
    sip_mtls: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a callback of OpenSSL a KeyboardInterrupt would be lost; here it comes between two lines of the judge."""
    went_on = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have it ignored

    def pressed_while_judging(transcript: Transcript) -> Verdict:
        signal.raise_signal(signal.SIGINT)
        went_on.append(True)
        return judge(transcript)

    monkeypatch.setattr(suite, "judge", pressed_while_judging)
    try:
        ended = sip_mtls("run", "B02", *IN_MEMORY)
    finally:
        signal.signal(signal.SIGINT, before)

    assert went_on
    assert (ended.code, ended.out, ended.err) == (Exit.INTERRUPTED, "", "interrupted\n")


@pytest.mark.parametrize(
    "words", [("--help",), ("list", "--settings"), ("schema",), ("run", "B02", *IN_MEMORY, "--json", "-")]
)
def test_a_reader_who_goes_away_is_no_drama(words: tuple[str, ...]) -> None:
    with subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        writing.stdout.close()
        told = writing.stderr.read() if writing.stderr else b"?"

    assert (writing.wait(), told) == (Exit.READER_GONE, b"")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ScenarioError([Fault("a", 1, 1, "wrong")]), Exit.WRONG_INPUT),
        (LabError("busy"), Exit.NO_LAB),
        (ExceptionGroup("nursery", [ExceptionGroup("nursery", [LabError("busy")]), LabError("busy")]), Exit.NO_LAB),
        (ExceptionGroup("nursery", [LabError("busy"), ValueError("a bug too")]), Exit.OUR_ERROR),
        (BaseExceptionGroup("nursery", [KeyboardInterrupt(), LabError("busy")]), Exit.INTERRUPTED),
        (RecursionError("too deep"), Exit.OUR_ERROR),
    ],
)
def test_every_way_out_has_its_code(error: BaseException, code: Exit, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended_by(error) == code
    assert capsys.readouterr().err.count("busy") <= 1


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


def test_what_is_found_wrong_in_a_process_of_its_own_is_found_the_same_way() -> None:
    ended = in_its_own_process("run", "B99")

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath
