"""The kinds of path that commands take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path


class PathType(click.Path):
    """Gives a pathlib.Path and imports it only then: that import is a tenth of what `--help` costs (measured)."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that somebody typed."""
        from pathlib import Path  # noqa: PLC0415

        return Path(os.fsdecode(super().convert(value, param, ctx)))


class BinaryPathType(PathType):
    """The same for a file that is no text, so that `-` does not stand for standard output."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that somebody typed; a usage error for `-`."""
        if value == "-":
            self.fail("this is no text for standard output: name a file", param, ctx)
        return super().convert(value, param, ctx)


FILE = PathType(dir_okay=False)
BINARY_FILE = BinaryPathType(dir_okay=False)
FOLDER = PathType(file_okay=False)
