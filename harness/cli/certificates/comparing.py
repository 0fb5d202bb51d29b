"""`sip-mtls certs diff`: which calls change when one certificate takes another's place."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.api.certificates import Comparison, compare_holdings
from harness.api.reading import library_of
from harness.certificates.change import CertificateChange
from harness.certificates.change_json import change_as_json
from harness.certificates.change_text import change_text
from harness.certificates.shell.comparison import Replay
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import as_asked, give_out, give_out_so_far
from harness.cli.running import print_play
from harness.cli.terminal import progress, speaks_unicode, width
from harness.lab.releases import RELEASE_NAMES
from harness.report.columns import Paper
from harness.run.disk import write_play
from harness.scenario.model import TLS_VERSIONS
from harness.x509.files import Holding


@dataclass(frozen=True, slots=True)
class Compared:
    """The words of the command line."""

    old: Path
    new: Path
    role: str
    releases: tuple[str, ...]
    tls: tuple[str, ...]
    chain_files: tuple[Path, ...]
    trust_files: tuple[Path, ...]
    password_file: Path | None
    at: str
    json_file: Path | None
    scenarios: tuple[str, ...] = ()
    lab_file: Path | None = None
    ladder: bool = False
    out_folder: Path | None = None


def compare_certificates(compared: Compared) -> Exit:
    """Print what changes; NOT_MET where something breaks or was not compared, INTERRUPTED where plays were left.

    ScenarioError where a file cannot be read.
    """
    holdings = (_holding(compared, compared.old), _holding(compared, compared.new))
    announce_key_log()
    seen: list[Replay] = []
    wanted = Comparison(
        compared.role,
        compared.releases or RELEASE_NAMES,
        compared.tls or TLS_VERSIONS,
        compared.scenarios,
        compared.lab_file or "",
        compared.trust_files,
        compared.at,
        progress,
        seen.append if compared.ladder or compared.out_folder else None,
    )
    change = compare_holdings(holdings, (compared.old, compared.new), wanted).found
    named = library_of(wanted.lab).scenarios(compared.scenarios) if compared.scenarios else ()
    left_out = [scenario.name for scenario in named if scenario.name not in change.stories]
    shown = partial(_print, change, seen if compared.ladder else (), left_out)
    ways = [*as_asked(compared.json_file, lambda: change_as_json(change), shown)]
    if compared.out_folder is not None:
        ways.insert(0, partial(_write, compared.out_folder, seen))
    if change.was_interrupted:
        left = f"{change.unplayed} plays of each certificate were left"
        return give_out_so_far(ways, left if change.unplayed else "all was played, not all was checked or kept")
    give_out(ways)
    return Exit.MET if change.is_safe else Exit.NOT_MET


def _write(folder: Path, seen: Sequence[Replay]) -> None:
    for replay in seen:
        write_play(folder / replay.certificate / replay.release, replay.outcome)


def _print(change: CertificateChange, replayed: Sequence[Replay], left_out: Sequence[str]) -> None:
    """Print the comparison, after the plays behind it where they are wanted.

    `left_out` are stories that somebody named and that were not played: they stop in the healthy lab as well.
    """
    for replay in replayed:
        print_play(replay.outcome)
    sys.stdout.write(change_text(change, width=width(), unicode=speaks_unicode()))
    if left_out:
        paper = Paper(width(), unicode=speaks_unicode())
        text = f"not played, since it stops in the healthy lab too or does not fit: {', '.join(left_out)}"
        print(*paper.hanging("", text, 0), sep="\n")


def _holding(compared: Compared, path: Path) -> Holding:
    return holding_of(path, compared.password_file, chain_files=compared.chain_files)
