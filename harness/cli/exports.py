"""The options of `run` and `judge` that write plays to files: one for each format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from harness.cli.formats import FORMATS
from harness.cli.paths import BINARY_FILE, FILE

if TYPE_CHECKING:
    from pathlib import Path

_Command = TypeVar("_Command", bound=Callable[..., None])


class Exports:
    """The files that somebody asked for, by format; KeyError for one that is not in the table."""

    def __init__(self, **files: Path | None) -> None:
        self.files = {FORMATS[name].name: file for name, file in files.items() if file is not None}

    @property
    def takes_standard_output(self) -> bool:
        """Whether one of them goes where the table would."""
        return any(str(file) == "-" for name, file in self.files.items() if FORMATS[name].text is not None)


def export_options(command: _Command) -> _Command:
    """Give a command an option for each format, by its name."""
    for row in reversed(FORMATS.values()):
        kind = BINARY_FILE if row.text is None else FILE
        command = click.option(f"--{row.name}", type=kind, help=row.words)(command)
    return command
