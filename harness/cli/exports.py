"""What plays are exported as besides our own reports: the options of `run` and `judge`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from harness.cli.paths import BINARY_FILE, FILE

if TYPE_CHECKING:
    from pathlib import Path

_Command = TypeVar("_Command", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Exports:
    """The files that somebody asked for, by format."""

    pcap: Path | None = None
    mermaid: Path | None = None
    plantuml: Path | None = None
    sarif: Path | None = None

    @property
    def files(self) -> tuple[Path | None, ...]:
        """All of them."""
        return self.pcap, self.mermaid, self.plantuml, self.sarif


_OPTIONS = {
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
