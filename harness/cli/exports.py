"""What files plays are written as: the options of `run` and `judge`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from harness.cli.paths import BINARY_FILE, FILE

if TYPE_CHECKING:
    from pathlib import Path

_Command = TypeVar("_Command", bound=Callable[..., None])


class Exports(NamedTuple):
    """The files that somebody asked for, by format. No dataclass: importing that module costs `--help` 4 %."""

    json: Path | None = None
    junit: Path | None = None
    html: Path | None = None
    pcap: Path | None = None
    mermaid: Path | None = None
    plantuml: Path | None = None
    sarif: Path | None = None

    @property
    def takes_standard_output(self) -> bool:
        """Whether one of them goes where the table would."""
        written = self.json, self.junit, self.html, self.mermaid, self.plantuml, self.sarif
        return any(str(file) == "-" for file in written)


_OPTIONS = {
    "json": "Write the verdicts as JSON; - for standard output.",
    "junit": "Write the verdicts as JUnit XML; - for standard output.",
    "html": "Write the plays as one HTML page, which opens without a network.",
    "pcap": "Write all packets as pcapng for Wireshark, the secrets inside.",
    "mermaid": "Write the ladders as Markdown with Mermaid diagrams; - for standard output.",
    "plantuml": "Write the ladders as PlantUML; - for standard output.",
    "sarif": "Write what was not as expected as SARIF 2.1.0; - for standard output.",
}


def export_options(command: _Command) -> _Command:
    """Give a command the options of `Exports`, by those names."""
    for name, words in reversed(_OPTIONS.items()):
        kind = BINARY_FILE if name == "pcap" else FILE
        command = click.option(f"--{name}", type=kind, help=words)(command)
    return command
