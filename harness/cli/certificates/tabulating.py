"""`sip-mtls certs matrix`: which link takes which certificate, by extended key usage."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.certificates.matrix import matrix_as_json, matrix_text
from harness.certificates.shell.matrix import plans_of, play_matrix, squares
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import as_asked, give_out, give_out_so_far
from harness.cli.terminal import progress, speaks_unicode, width
from harness.lab.releases import RELEASE_NAMES
from harness.pki import LabPki
from harness.run.library import Library
from harness.run.option_values import time_at


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
    lab_pki = LabPki(library.catalogue, at)
    plans = plans_of(library.healthy, lab_pki, wanted)
    announce_key_log()
    with progress(len(plans), "plays") as tick:
        rows = play_matrix(plans, lab_pki, tick)
    if not rows:
        raise KeyboardInterrupt
    left = len(wanted) - len(rows)
    text = partial(matrix_text, rows, at, left=left, width=width(), unicode=speaks_unicode())
    json = partial(matrix_as_json, rows, at, left=left)
    ways = as_asked(tabulated.json_file, json, lambda: sys.stdout.write(text()))
    if left:
        return give_out_so_far(ways, f"{left} of {len(wanted)} certificates were not played")
    give_out(ways)
    return Exit.MET
