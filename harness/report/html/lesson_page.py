"""The page of a lesson: one story on two ports, to project in a meeting. All that it says comes from the plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from harness.inert import inert
from harness.lab.settings import Lab
from harness.report.html.document import Parts, document
from harness.report.html.plays import Plays
from harness.report.ladder import Layer
from harness.report.lesson import last_connection, last_port, lesson_pairs, lesson_rows
from harness.report.outcome import PlayOutcome
from harness.x509.name_rules import POLICIES

Pairs = Sequence[tuple[PlayOutcome, PlayOutcome]]


def lesson_page(
    title: str, sides: tuple[Sequence[PlayOutcome], Sequence[PlayOutcome]], healthy: Lab, parts: Parts
) -> str:
    """Return the page as HTML. `sides` are the plays that go well and the same ones where they break."""
    return document(title, parts, lesson_data(title, list(lesson_pairs(*sides)), healthy))


def lesson_data(title: str, pairs: Pairs, healthy: Lab) -> dict[str, Any]:
    """Return what the script draws: two sides for each TLS version, each with the connection that mattered."""
    writer = Plays(healthy)
    plays = [writer.play(outcome) for pair in pairs for outcome in pair]
    return {
        "title": inert(title),
        "sides": [_side(outcome) for pair in pairs for outcome in pair],
        "layers": [layer.value for layer in Layer],
        "policies": [[policy.name, policy.summary] for policy in POLICIES.values()],
        "plays": plays,
        "texts": writer.texts.values,
        "marks": writer.marks.values,
        "things": writer.things.values,
        "certificates": writer.certificates.facts,
        "presented": writer.certificates.presented,
    }


def _side(outcome: PlayOutcome) -> dict[str, Any]:
    return {
        "port": last_port(outcome),
        "connection": last_connection(outcome).number,
        "rows": list(_inert_rows(outcome)),
    }


def _inert_rows(outcome: PlayOutcome) -> Iterator[list[str]]:
    yield from ([label, inert(cell)] for label, cell in lesson_rows(outcome))
