"""Writes plays for other programs, and says on stderr how to open what holds secrets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from harness import __version__
from harness.capture.decode_as import decode_as, tshark_command
from harness.capture.writing import capture_of
from harness.cli.exports import Exports
from harness.cli.giving_out import Way
from harness.lab.settings import Lab
from harness.report.diagrams import run_as_mermaid, run_as_plantuml
from harness.report.json_report import run_as_json
from harness.report.junit import run_as_junit
from harness.report.outcome import LostPlay, PlayOutcome
from harness.report.sarif_run import run_as_sarif
from harness.run.cause_rules import cause_rules
from harness.run.disk import STANDARD_OUTPUT, write_bytes, write_text
from harness.run.key_log import KEY_LOG_VARIABLE, key_log_file
from harness.run.library import line_of_expectation
from harness.run.pages import run_as_html

_PRIVATE = 0o600


def announce_key_log() -> None:
    """Say that secrets will be written where SSLKEYLOGFILE says; ScenarioError before any play where they cannot."""
    file = key_log_file()
    if file is not None:
        print(f"{KEY_LOG_VARIABLE} is set: the TLS secrets of every connection go to {file}", file=sys.stderr)


def ways_out(
    exports: Exports, outcomes: Sequence[PlayOutcome], healthy: Lab, *, asked: int, lost: Sequence[LostPlay] = ()
) -> Iterator[Way]:
    """Yield how each file that was asked for is written; standard output comes last, its reader may be gone.

    `healthy` is the lab in which the scenarios changed something, `asked` the number of plays that were wanted, `lost`
    are those whose lab could not be set up.
    """
    wanted: list[tuple[Path | None, Callable[[], str]]] = [
        (exports.json, lambda: run_as_json(outcomes, asked=asked, lost=lost)),
        (exports.junit, lambda: run_as_junit(outcomes, lost)),
        (exports.html, lambda: run_as_html(outcomes, healthy)),
        (exports.sarif, lambda: run_as_sarif(outcomes, cause_rules(), _line_of, lost=lost, asked=asked)),
        (exports.mermaid, lambda: run_as_mermaid(outcomes)),
        (exports.plantuml, lambda: run_as_plantuml(outcomes)),
    ]
    if exports.pcap is not None:
        yield partial(_write_capture, exports.pcap, outcomes)
    for path, text in sorted(wanted, key=lambda each: each[0] == STANDARD_OUTPUT):
        if path is not None:
            yield partial(_write, path, text)


def _write(path: Path, text: Callable[[], str]) -> None:
    write_text(path, text())


def _line_of(outcome: PlayOutcome) -> int:
    stopped = outcome.verdict.stopped
    return line_of_expectation(outcome.scenario, stopped.step if stopped else "")


def _write_capture(path: Path, outcomes: Sequence[PlayOutcome]) -> None:
    """Write the capture, readable for its owner alone, and say which command opens it."""
    plays = [outcome.transcript for outcome in outcomes]
    write_bytes(path, capture_of(plays, program=f"sip-mtls {__version__}"), mode=_PRIVATE)
    connections = sum(len(play.connections) for play in plays)
    counted = f"{len(plays)} play{'s' * (len(plays) != 1)}, {connections} connections"
    if not connections:
        print(f"{path}: no connection came about, so there is nothing to read in it", file=sys.stderr)
        return
    print(f"{path}: {counted}, and the secrets that open them. To read it:", file=sys.stderr)
    print(tshark_command(str(path), decode_as(plays)), file=sys.stderr)
