"""What is served: the healthy lab, a lab file, or the lab of a scenario; read again on request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.document import read_document
from harness.errors import Fault, ScenarioError
from harness.lab.changes import changed
from harness.lab.settings import Lab
from harness.run.disk import is_file
from harness.run.library import Library, read_text, shown

_OF_SCENARIOS = {"play", "expect", "story", "change"}


@dataclass(frozen=True, slots=True)
class Served:
    """A lab as it was read: its settings, what a person calls it, and what is special about it."""

    lab: Lab
    name: str
    title: str


def read_served(word: str) -> Served:
    """Read what `word` names: a scenario by id or file, a lab file, the healthy lab where it is empty.

    ScenarioError with every fault where a file is wrong, or the word names several scenarios.
    """
    path = Path(word) if word else None
    if path is not None and is_file(path) and _is_lab(path):
        return _read_lab(path)
    return _of_scenario(word) if word else _healthy()


def _is_lab(path: Path) -> bool:
    """Whether a file holds a lab's settings, by its words: those of a scenario are others."""
    data = read_document(read_text(path), shown(path)).data
    return not (isinstance(data, dict) and _OF_SCENARIOS & data.keys())


def _read_lab(path: Path) -> Served:
    library = Library(path)
    library.check_zones()
    return Served(library.healthy, shown(path), "the lab of that file")


def _healthy() -> Served:
    return Served(Library().healthy, "the healthy lab", "nothing in it is out of order")


def _of_scenario(word: str) -> Served:
    library = Library()
    found = library.scenarios((word,))
    if len(found) != 1:
        names = ", ".join(scenario.name for scenario in found[:3])
        hint = f"name one of them, such as {names}" if found else ""
        raise ScenarioError([Fault(word, 0, 0, f"names {len(found)} scenarios; one lab can be served", hint)])
    (scenario,) = found
    lab = changed(library.healthy, scenario.change)
    fault_in_play = "" if scenario.change else " (its lab is the healthy one: the fault lies in the play)"
    return Served(lab, scenario.name, scenario.title + fault_in_play)
