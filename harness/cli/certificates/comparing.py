"""`sip-mtls certs diff`: which calls change when one certificate takes another's place."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.running import print_play
from harness.cli.terminal import progress, speaks_unicode, width
from harness.lab.releases import RELEASE_NAMES
from harness.pki import TrustList
from harness.report.certificates import CertificateChange, change_as_json, change_text
from harness.report.certificates.paragraphs import Paper
from harness.run.certificate_change import Question
from harness.run.certificate_files import trust_in
from harness.run.certificate_replays import Replay
from harness.run.comparison import Watch, compare
from harness.run.dates import time_at
from harness.run.disk import STANDARD_OUTPUT, write_play, write_text
from harness.run.library import Library
from harness.scenario.model import TLS_VERSIONS


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
    if compared.out_folder is not None:
        for replay in seen:
            write_play(compared.out_folder / replay.certificate / replay.release, replay.outcome)
    if compared.json_file is not None:
        write_text(compared.json_file, change_as_json(change))
    if compared.json_file != STANDARD_OUTPUT:
        for replay in seen if compared.ladder else ():
            print_play(replay.outcome)
        sys.stdout.write(change_text(change, width=width(), unicode=speaks_unicode()))
        _tell_left_out([scenario.name for scenario in wanted if compared.scenarios], change)
    if change.unplayed:
        print(f"interrupted: {change.unplayed} plays of each certificate were left", file=sys.stderr)
        return Exit.INTERRUPTED
    return Exit.MET if change.is_safe else Exit.NOT_MET


def _tell_left_out(named: Sequence[str], change: CertificateChange) -> None:
    """Say which of the stories that somebody named were not played: they stop in the healthy lab as well."""
    left_out = [name for name in named if name not in change.stories]
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
