"""Standard output that is full, closed or gone: a code that is documented, one line for a person, and never a bug."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cli_bench import PROGRAM

from harness.cli.exits import Exit

IN_MEMORY = ("run", "B02", "--tls", "1.3", "--network", "memory")
COMMANDS = [("--help",), ("show", "B02"), (*IN_MEMORY, "--json", "-")]
each_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


def in_a_shell(redirection: str, *words: str) -> tuple[int, str, str]:
    """Run a command with that redirection; return its exit code and what still came out."""
    shell = ["/bin/sh", "-c", f'"$@" {redirection}', "sh", *PROGRAM, *words]
    done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@each_command
def test_a_full_output_is_a_place_to_be_changed(words: tuple[str, ...]) -> None:
    code, _, told = in_a_shell(">/dev/full", *words)

    assert code == Exit.WRONG_INPUT
    assert told == "standard output: cannot be written: No space left on device\n    choose another place\n"


@each_command
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&- <&-", "2>/dev/full"])
def test_a_closed_output_is_nobody_who_listens(words: tuple[str, ...], closed: str) -> None:
    code, out, err = in_a_shell(closed, *words)

    assert code == Exit.MET
    assert "bug" not in out + err


def test_where_nothing_at_all_can_be_said_the_code_still_tells() -> None:
    assert in_a_shell(">/dev/full 2>/dev/full", "list")[0] == Exit.WRONG_INPUT
    assert in_a_shell(">&- 2>&-", "run", "no-such-story")[0] == Exit.WRONG_INPUT


def test_the_files_of_a_run_are_written_before_its_output_is_lost(tmp_path: Path) -> None:
    written = tmp_path / "v.json"

    code, _, _ = in_a_shell(">/dev/full", *IN_MEMORY, "--json", str(written), "--out", str(tmp_path / "out"))

    assert code == Exit.WRONG_INPUT
    assert written.stat().st_size > 0
    assert list((tmp_path / "out").rglob("transcript.json"))


def test_a_file_that_cannot_be_written_costs_neither_the_others_nor_the_table(tmp_path: Path) -> None:
    written = tmp_path / "v.xml"

    code, out, told = in_a_shell(
        "", *IN_MEMORY, "--json", "/dev/null/a", "--html", "/dev/null/b", "--junit", str(written)
    )

    assert code == Exit.WRONG_INPUT
    assert [line.split(":")[0] for line in told.splitlines() if "cannot be written" in line] == [
        "/dev/null/a",
        "/dev/null/b",
    ]
    assert "1 play, as expected" in out
    assert written.stat().st_size > 0


def test_two_texts_for_a_full_output_are_one_fault(tmp_path: Path) -> None:
    written = tmp_path / "v.sarif"

    code, _, told = in_a_shell(">/dev/full", *IN_MEMORY, "--json", "-", "--junit", "-", "--sarif", str(written))

    assert code == Exit.WRONG_INPUT
    assert "bug" not in told
    assert written.stat().st_size > 0


def test_a_reader_who_goes_away_costs_no_file(tmp_path: Path) -> None:
    written = tmp_path / "v.xml"

    code, _, told = in_a_shell("| head -1", *IN_MEMORY, "--json", "-", "--junit", str(written))

    assert (code, told) == (0, "")
    assert written.stat().st_size > 0


@pytest.mark.parametrize("option", ["--json", "--pcap", "--out"])
def test_a_full_disk_below_a_file_is_said_with_its_name(option: str, tmp_path: Path) -> None:
    place = tmp_path / "full"
    place.symlink_to("/dev/full")

    code, _, told = in_a_shell("", *IN_MEMORY, option, str(place))

    assert code == Exit.WRONG_INPUT
    assert f"{place}" in told
    assert "cannot be written" in told


@pytest.mark.parametrize("word", ["x" * 300, "x/" * 3000], ids=["long name", "long path"])
@pytest.mark.parametrize("command", [("run",), ("serve",), ("certs", "show")], ids=" ".join)
def test_a_word_that_no_file_system_takes_is_wrong_input(command: tuple[str, ...], word: str) -> None:
    code, _, told = in_a_shell("", *command, word)

    assert code == Exit.WRONG_INPUT
    assert "bug" not in told
