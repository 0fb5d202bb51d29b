"""Gives out what a command has found: each file and text in turn, whatever became of those before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from harness.cli.exits import Exit
from harness.cli.signals import finishing
from harness.errors import Fault, ScenarioError
from harness.run.disk import STANDARD_OUTPUT, write_text

Way = Callable[[], object]
"""Writes one file, or prints one text."""


def give_out(ways: Iterable[Way]) -> None:
    """Go every way; ScenarioError at the end, with the faults of all those that could not be gone.

    What was found took minutes, and an interrupt may come when all of it is there: one waits until it is given out.
    """
    faults: list[Fault] = []
    with finishing():
        for way in ways:
            try:
                way()
            except ScenarioError as error:
                faults += error.faults
    if faults:
        raise ScenarioError(faults)


def as_asked(json_file: Path | None, json: Callable[[], str], shown: Way) -> Iterator[Way]:
    """Yield the file for programs, where one was asked for, and what is shown to people unless it takes their place."""
    if json_file is not None:
        yield lambda: write_text(json_file, json())
    if json_file != STANDARD_OUTPUT:
        yield shown


def give_out_so_far(ways: Iterable[Way], said: str) -> Exit:
    """Give out what an interrupted command has found, and say that it was interrupted."""
    try:
        give_out(ways)
    except ScenarioError as error:
        print(error, file=sys.stderr)
    print(f"interrupted: {said}", file=sys.stderr)
    return Exit.INTERRUPTED
