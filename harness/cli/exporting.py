"""Writes plays for other programs, and says on stderr where secrets go."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from harness.cli.exports import Exports
from harness.cli.formats import FORMATS, Format, Run
from harness.cli.giving_out import Way
from harness.run.disk import STANDARD_OUTPUT, write_text
from harness.run.key_log import KEY_LOG_VARIABLE, key_log_file


def announce_key_log() -> None:
    """Say that secrets will be written where SSLKEYLOGFILE says; ScenarioError before any play where they cannot."""
    file = key_log_file()
    if file is not None:
        print(f"{KEY_LOG_VARIABLE} is set: the TLS secrets of every connection go to {file}", file=sys.stderr)


def ways_out(exports: Exports, run: Run) -> Iterator[Way]:
    """Yield how each file that was asked for is written; standard output comes last, its reader may be gone."""
    asked_for = [(row, exports.files[row.name]) for row in FORMATS.values() if row.name in exports.files]
    for row, path in sorted(asked_for, key=lambda each: each[1] == STANDARD_OUTPUT):
        yield partial(_write, row, run, path)


def _write(row: Format, run: Run, path: Path) -> None:
    if row.text is not None:
        write_text(path, row.text(run))
    elif row.write is not None:
        row.write(run, path)
