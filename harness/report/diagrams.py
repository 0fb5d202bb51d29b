"""The ladders of a run in two diagram languages: a Markdown page with Mermaid, and a file of PlantUML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.inert import inert
from harness.report.json_report import in_order
from harness.report.ladder import Ladder, ladder_of
from harness.report.ladder.mermaid import ladder_as_mermaid
from harness.report.ladder.plantuml import ladder_as_plantuml
from harness.report.outcome import PlayOutcome

_LEGEND = "Solid arrows are in clear, dashed ones encrypted; a cross is what nobody read."
_MARKDOWN = re.compile(r"([^\w /.()-])")


def run_as_mermaid(outcomes: Iterable[PlayOutcome]) -> str:
    """Return a page of Markdown with a Mermaid diagram for each play, under its scenario's id and TLS version."""
    plays = sorted(outcomes, key=in_order)
    sections = [f"## {_escaped(_title(play))}\n\n```mermaid\n{ladder_as_mermaid(_ladder(play))}```\n" for play in plays]
    return "\n".join([f"{_LEGEND}\n", *sections])


def run_as_plantuml(outcomes: Iterable[PlayOutcome]) -> str:
    """Return a PlantUML file with a diagram for each play."""
    return "\n".join(ladder_as_plantuml(_ladder(play), _title(play)) for play in sorted(outcomes, key=in_order))


def _title(play: PlayOutcome) -> str:
    return f"{play.scenario.name} (TLS {play.verdict.tls_version})"


def _ladder(play: PlayOutcome) -> Ladder:
    return ladder_of(play.transcript, play.verdict)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", inert(text))
