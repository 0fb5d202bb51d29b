"""What the pages for people show is what happens: each command is run, each file is played, each line is parsed."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from harness.cli import main
from harness.cli.commands import commands
from harness.run.library import Library
from harness.run.suite import Order, run_suite

DOCS = Path(__file__).parents[1] / "docs"
LEFT_OUT = "[…]"
_BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["first-ten-minutes.md", "writing-scenarios.md"])
def test_what_a_page_shows_is_what_is_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = 0
    for kind, text in _BLOCK.findall((DOCS / name).read_text(encoding="utf-8")):
        if kind == "yaml":
            _write_as_told(text)
            continue
        command, shown = text.split("\n", 1)
        printed = _printed(command, monkeypatch, capfd)
        assert _differences(shown, printed) == [], f"{command}\n{printed}"
        run += 1
    assert run >= 3


def _write_as_told(text: str) -> None:
    """Write a file whose name stands in its first line, as a comment."""
    name = text.split("\n", 1)[0].removeprefix("# ")
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def _printed(command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> str:
    """Return what a command prints, on stderr where it printed nothing else."""
    words = shlex.split(command.removeprefix("$ "))
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit):
        main()
    told = capfd.readouterr()
    return told.out or told.err


def _differences(shown: str, printed: str) -> list[str]:
    """Return the parts of `shown` that do not stand in `printed` in their order; [...] stands for any lines."""
    left = "\n" + "\n".join(line.rstrip() for line in printed.splitlines()) + "\n"
    missing = []
    parts = re.split(rf"^{re.escape(LEFT_OUT)}\n", shown, flags=re.MULTILINE)
    for part in filter(None, parts):
        _, found, rest = left.partition(f"\n{part.rstrip(chr(10))}\n")
        if found:
            left = "\n" + rest
        else:
            missing.append(part)
    whole = len(parts) == 1 and not missing and left.strip()
    return [*missing, left] if whole else missing


def test_a_difference_is_noticed() -> None:
    assert _differences("a\n[…]\nc\n", "a\nb\nc\n") == []
    assert _differences("a\nb\n", "a\nb\n") == []
    assert _differences("a\n", "a\nb\n") == ["\nb\n"]
    assert _differences("c\n[…]\na\n", "a\nb\nc\n") == ["a\n"]
    assert _differences("a\nc\n", "a\nb\nc\n") == ["a\nc\n"]


def test_each_scenario_of_the_page_that_is_meant_well_comes_to_what_it_expects(tmp_path: Path) -> None:
    page = (DOCS / "writing-scenarios.md").read_text(encoding="utf-8")
    files = [text for kind, text in _BLOCK.findall(page) if kind == "yaml" and text.startswith("# my-lab/")]
    for number, text in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    library = Library()
    order = Order(tuple(library.scenarios((str(tmp_path),))), ("1.2", "1.3"), "memory")
    outcomes = run_suite(library, order, lambda _: None)
    assert len(outcomes) == 2 * len(files) >= 6
    assert [(outcome.scenario.title, outcome.mismatches) for outcome in outcomes if not outcome.met] == []
    assert all(outcome.control_differs for outcome in outcomes)


def _cheat_lines() -> list[str]:
    return re.findall(r"^\| `(sip-mtls [^`]+)` \|", (DOCS / "cheat-sheet.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", _cheat_lines())
def test_each_line_of_the_cheat_sheet_is_a_command_with_options_that_it_has(line: str) -> None:
    name, command, words = _command_of(line)
    needed = [parameter.name for parameter in command.params if parameter.required]
    if words or not needed:
        program = click.Context(commands, info_name="sip-mtls", **commands.context_settings)
        context = command.make_context(name, words, parent=program)
        assert context.help_option_names == ["-h", "--help"]  # a command keeps those of the first context it met


def test_the_cheat_sheet_has_every_command() -> None:
    assert {_command_of(line)[0] for line in _cheat_lines()} == set(_names(commands))


def _names(group: click.Group, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield from _names(command, f"{name} ") if isinstance(command, click.Group) else [above + name]


def _command_of(line: str) -> tuple[str, click.Command, list[str]]:
    command: click.Command = commands
    words, name = shlex.split(line)[1:], ""
    while isinstance(command, click.Group):
        command, name, words = command.commands[words[0]], f"{name} {words[0]}".strip(), words[1:]
    return name, command, words
