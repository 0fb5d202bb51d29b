"""`sip-mtls run`: plays, a table, files on request."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TextIO

from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log, ways_out
from harness.cli.exports import Exports
from harness.cli.formats import Run
from harness.cli.giving_out import Way, give_out, give_out_so_far
from harness.cli.log_view import print_logs
from harness.cli.terminal import colours, progress, speaks_unicode, width
from harness.errors import Fault, ScenarioError
from harness.report.columns import Paper
from harness.report.detail import play_detail
from harness.report.json_report import in_order
from harness.report.ladder import draw_ladder
from harness.report.outcome import LostPlay, PlayOutcome
from harness.report.results_table import run_table
from harness.run.disk import write_play
from harness.run.library import Library
from harness.run.option_values import checked_block, checked_day
from harness.run.suite import Order, run_suite

_FEW = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words of the command line."""

    asked: tuple[str, ...]
    tls_versions: tuple[str, ...]
    network: str
    lab_file: Path | None
    addresses: str
    out_folder: Path | None
    ladder: bool | None
    at: str = ""
    log: str | None = None
    exports: Exports = field(default_factory=Exports)


def run(wanted: Wanted) -> Exit:
    """Play what is wanted; return the exit code."""
    library = Library(wanted.lab_file, checked_day(wanted.at) if wanted.at else None)
    scenarios = tuple(library.scenarios(wanted.asked))
    library.check_zones()
    block = checked_block(wanted.addresses) if wanted.addresses else ""
    order = Order(scenarios, wanted.tls_versions, wanted.network, block)
    asked = len(order.plays())
    if not asked:
        raise ScenarioError(
            [Fault("--tls", 0, 0, "nothing is left to play", "these scenarios have no such TLS version")]
        )
    announce_key_log()
    outcomes, lost, interrupted = _played(library, order)
    if interrupted and not outcomes:
        print("interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    outcomes.sort(key=in_order)
    lost.sort(key=lambda play: (play.scenario.name, play.tls_version))
    ways: list[Way] = [
        *([partial(_write_plays, wanted.out_folder, outcomes)] if wanted.out_folder is not None else []),
        *ways_out(wanted.exports, Run(outcomes, library.healthy, asked, lost)),
        partial(_print, wanted, outcomes, lost, asked - len(outcomes)),
    ]
    if interrupted:
        return give_out_so_far(ways, f"{len(outcomes)} of {asked} plays took place; the rest is not known")
    give_out(ways)
    if lost:
        return Exit.NO_LAB
    met = len(outcomes) == asked and all(outcome.met for outcome in outcomes)
    return Exit.MET if met else Exit.NOT_MET


def _write_plays(folder: Path, outcomes: Sequence[PlayOutcome]) -> None:
    for outcome in outcomes:
        write_play(folder, outcome)


def _played(library: Library, order: Order) -> tuple[list[PlayOutcome], list[LostPlay], bool]:
    """Play everything; return what came of it, what was lost, and whether somebody ended it before its time."""
    outcomes: list[PlayOutcome] = []
    lost: list[LostPlay] = []
    interrupted = False
    with progress(len(order.plays()), "plays") as tick:

        def told(outcome: PlayOutcome) -> None:
            outcomes.append(outcome)
            tick(outcome.scenario.name)

        try:
            run_suite(library, order, told, lost.append)
        except* KeyboardInterrupt:
            interrupted = True
    return outcomes, lost, interrupted


def _print(wanted: Wanted, outcomes: Sequence[PlayOutcome], lost: Sequence[LostPlay], missing: int) -> None:
    """Print the plays and their table; where none took place, or they go elsewhere, only what was lost and why."""
    shown = bool(outcomes) and not wanted.exports.takes_standard_output
    if shown and wanted.log:
        print_logs(outcomes)
    elif shown:
        few = len(outcomes) + missing <= _FEW
        print_outcomes(outcomes, full=wanted.ladder if wanted.ladder is not None else few, lost=missing)
    if lost:
        _tell_lost(lost, sys.stdout if shown else sys.stderr)


def _tell_lost(lost: Sequence[LostPlay], out: TextIO) -> None:
    """Say which plays did not take place, and why: once for all that have one reason."""
    paper = Paper(width(), unicode=speaks_unicode())
    print(f"{'' if out is sys.stderr else chr(10)}NOT PLAYED, because the lab could not be set up:", file=out)
    for reason in dict.fromkeys(play.reason for play in lost):
        print(*paper.hanging("", reason, 0), sep="\n", file=out)
        alike = [play for play in lost if play.reason == reason]
        for file in dict.fromkeys(play.scenario.file for play in alike):
            versions = " and ".join(play.tls_version for play in alike if play.scenario.file == file)
            print(*paper.hanging(" ", f"{file}:1, TLS {versions}", 4), sep="\n", file=out)


def print_outcomes(outcomes: Sequence[PlayOutcome], *, full: bool, lost: int = 0) -> None:
    """Print each play in full, or only those that were not as expected; then the table."""
    for day in sorted({outcome.transcript.as_of for outcome in outcomes} - {""}):
        sys.stdout.write(f"The whole lab as of {day}: its certificates and every clock.\n\n")
    for outcome in outcomes:
        if full or not outcome.met:
            print_play(outcome)
    sys.stdout.write(run_table(outcomes, width=width(), colour=colours(), unicode=speaks_unicode(), lost=lost))


def print_play(outcome: PlayOutcome) -> None:
    """Print one play: what there is to say, and the ladder."""
    unicode = speaks_unicode()
    sys.stdout.write(play_detail(outcome, width=width(), unicode=unicode) + "\n")
    sys.stdout.write(draw_ladder(outcome.transcript, outcome.verdict, width=width(), unicode=unicode) + "\n")
