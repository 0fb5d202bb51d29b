"""What plays are written as: one row for each format, with its option and its writer.

`--help` reads this table, so a writer imports its report when it is called.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.lab.settings import Lab
    from harness.report.outcome import LostPlay, PlayOutcome

_PRIVATE = 0o600


class Run(NamedTuple):
    """What a format is made of. No dataclass: importing that module costs `--help` 4 %.

    `healthy` is the lab in which the scenarios changed something, `asked` the number of plays that were wanted, `lost`
    are those whose lab could not be set up.
    """

    outcomes: Sequence[PlayOutcome]
    healthy: Lab
    asked: int
    lost: Sequence[LostPlay] = ()


class Format(NamedTuple):
    """A format: its option without the dashes, what the option says, and its writer.

    `text` returns the file. A binary format has none: `write` writes its file, which may not be standard output.
    """

    name: str
    words: str
    text: Callable[[Run], str] | None = None
    write: Callable[[Run, Path], None] | None = None


def _json(run: Run) -> str:
    from harness.report.json_report import run_as_json  # noqa: PLC0415  # see above, here and below

    return run_as_json(run.outcomes, asked=run.asked, lost=run.lost)


def _junit(run: Run) -> str:
    from harness.report.junit import run_as_junit  # noqa: PLC0415

    return run_as_junit(run.outcomes, run.lost)


def _html(run: Run) -> str:
    from harness.run.pages import run_as_html  # noqa: PLC0415

    return run_as_html(run.outcomes, run.healthy)


def _mermaid(run: Run) -> str:
    from harness.report.diagrams import run_as_mermaid  # noqa: PLC0415

    return run_as_mermaid(run.outcomes)


def _plantuml(run: Run) -> str:
    from harness.report.diagrams import run_as_plantuml  # noqa: PLC0415

    return run_as_plantuml(run.outcomes)


def _sarif(run: Run) -> str:
    from harness.report.sarif_run import run_as_sarif  # noqa: PLC0415
    from harness.run.cause_rules import cause_rules  # noqa: PLC0415
    from harness.run.library import line_of_expectation  # noqa: PLC0415

    def line_of(outcome: PlayOutcome) -> int:
        stopped = outcome.verdict.stopped
        return line_of_expectation(outcome.scenario, stopped.step if stopped else "")

    return run_as_sarif(run.outcomes, cause_rules(), line_of, lost=run.lost, asked=run.asked)


def _write_capture(run: Run, path: Path) -> None:
    """Write the capture, readable for its owner alone, and say which command opens it."""
    from harness import __version__  # noqa: PLC0415
    from harness.capture.decode_as import decode_as, tshark_command  # noqa: PLC0415
    from harness.capture.writing import capture_of  # noqa: PLC0415
    from harness.run.disk import write_bytes  # noqa: PLC0415

    plays = [outcome.transcript for outcome in run.outcomes]
    write_bytes(path, capture_of(plays, program=f"sip-mtls {__version__}"), mode=_PRIVATE)
    connections = sum(len(play.connections) for play in plays)
    counted = f"{len(plays)} play{'s' * (len(plays) != 1)}, {connections} connections"
    if not connections:
        print(f"{path}: no connection came about, so there is nothing to read in it", file=sys.stderr)
        return
    print(f"{path}: {counted}, and the secrets that open them. To read it:", file=sys.stderr)
    print(tshark_command(str(path), decode_as(plays)), file=sys.stderr)


FORMATS = {
    row.name: row
    for row in (
        Format("json", "Write the verdicts as JSON; - for standard output.", _json),
        Format("junit", "Write the verdicts as JUnit XML; - for standard output.", _junit),
        Format("html", "Write the plays as one HTML page, which opens without a network.", _html),
        Format("pcap", "Write all packets as pcapng for Wireshark, the secrets inside.", write=_write_capture),
        Format("mermaid", "Write the ladders as Markdown with Mermaid diagrams; - for standard output.", _mermaid),
        Format("plantuml", "Write the ladders as PlantUML; - for standard output.", _plantuml),
        Format("sarif", "Write what was not as expected as SARIF 2.1.0; - for standard output.", _sarif),
    )
}
"""By name, in the order of `--help`, which is that of writing."""
