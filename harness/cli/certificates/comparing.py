"""`sip-mtls certs diff`: which calls change when one certificate takes another's place."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.certificates.change import CertificateChange
from harness.certificates.change_json import change_as_json
from harness.certificates.change_text import change_text
from harness.certificates.shell.change import Question
from harness.certificates.shell.comparison import Replay, Watch, compare
from harness.certificates.shell.files import trust_in
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import as_asked, give_out, give_out_so_far
from harness.cli.running import print_play
from harness.cli.terminal import progress, speaks_unicode, width
from harness.lab.releases import RELEASE_NAMES
from harness.report.columns import Paper
from harness.run.disk import write_play
from harness.run.library import Library
from harness.run.option_values import time_at
from harness.scenario.model import TLS_VERSIONS
from harness.x509.files import TrustList


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
    """Print what flips; NOT_MET where something breaks or was not compared, INTERRUPTED where plays were left.

    ScenarioError where a file cannot be read.
    """
    question = _question(compared)
    library = Library(compared.lab_file)
    library.check_zones()
    every = library.fitting if compared.lab_file else lambda: library.scenarios(())
    wanted = library.scenarios(compared.scenarios) if compared.scenarios else every()
    announce_key_log()
    seen: list[Replay] = []
    watch = Watch(progress, seen.append if compared.ladder or compared.out_folder else None)
    change = compare(library, question, (compared.old, compared.new), wanted, watch)
    left_out = [scenario.name for scenario in wanted if compared.scenarios and scenario.name not in change.stories]
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


def _question(compared: Compared) -> Question:
    old, new = (
        holding_of(path, compared.password_file, chain_files=compared.chain_files)
        for path in (compared.old, compared.new)
    )
    trust, notes = trust_in(compared.trust_files)
    return Question(
        role=compared.role,
        old=old,
        new=new,
        trust=TrustList(trust or (), notes),
        releases=tuple(name for name in RELEASE_NAMES if name in (compared.releases or RELEASE_NAMES)),
        tls_versions=compared.tls or TLS_VERSIONS,
        at=time_at(compared.at),
    )
