"""`sip-mtls certs matrix`: which link takes which certificate, by extended key usage."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.terminal import progress, speaks_unicode, width
from harness.lab.releases import RELEASE_NAMES
from harness.pki import Workshop
from harness.report.certificates import matrix_as_json, matrix_text
from harness.run.dates import time_at
from harness.run.disk import STANDARD_OUTPUT, write_text
from harness.run.eku_matrix import plans_of, play_matrix, squares
from harness.run.library import Library


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The words of the command line."""

    releases: tuple[str, ...]
    at: str
    json_file: Path | None


def tabulate_usages(tabulated: Tabulated) -> Exit:
    """Play the matrix and print it."""
    at, library = time_at(tabulated.at), Library()
    wanted = squares([name for name in RELEASE_NAMES if name in (tabulated.releases or RELEASE_NAMES)])
    workshop = Workshop(library.catalogue, at)
    plans = plans_of(library.healthy, workshop, wanted)
    announce_key_log()
    with progress(len(plans), "plays") as tick:
        rows = play_matrix(plans, workshop, tick)
    if tabulated.json_file is not None:
        write_text(tabulated.json_file, matrix_as_json(rows, at))
    if tabulated.json_file != STANDARD_OUTPUT:
        sys.stdout.write(matrix_text(rows, at, width=width(), unicode=speaks_unicode()))
    return Exit.MET
