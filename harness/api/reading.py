"""What every function of the API is given: words out of a table, files, days, and the library behind a lab file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from os import PathLike
from pathlib import Path

from harness.document import hint_for
from harness.errors import Fault, ScenarioError
from harness.run.library import Library
from harness.run.option_values import checked_day
from harness.scenario.model import Scenario

FileName = str | PathLike[str]
Day = str | date

_LABS_KEPT = 16


def checked_word(what: str, word: str, choices: Collection[str]) -> str:
    """Return `word` where it is one of `choices`; ScenarioError with the nearest where it is not."""
    if word not in choices:
        raise ScenarioError([Fault(what, 0, 0, f"'{word}' is none that is known", hint_for(word, list(choices)))])
    return word


def day_in(day: Day) -> date | None:
    """Return a day, written as 2027-03-15 or given as a date; None where the text is empty."""
    if isinstance(day, date):
        return checked_day(day.isoformat()[:10])
    return checked_day(day) if day else None


def library_of(lab: FileName = "", at: Day = "") -> Library:
    """Return what was read of a lab file, or of the lab that comes with sip-mtls, for a day.

    The same file gives the same library, and so the same CAs, until somebody changes it. ScenarioError where it is
    wrong.
    """
    path = Path(lab) if lab else None
    return _library(path, _state_of(path), day_in(at))


@lru_cache(maxsize=_LABS_KEPT)
def _library(lab_file: Path | None, _state: tuple[int, int], day: date | None) -> Library:
    library = Library(lab_file, day)
    library.check_zones()
    return library


def _state_of(path: Path | None) -> tuple[int, int]:
    """Return what changes when a file does; zeros where there is none, whose fault the library names."""
    try:
        found = path.stat() if path else None
    except OSError:
        return 0, 0
    return (found.st_mtime_ns, found.st_size) if found else (0, 0)


def scenarios_of(library: Library, asked: Sequence[FileName]) -> list[Scenario]:
    """Return the scenarios asked for by id, row, family, file or folder; without any, those that fit the lab."""
    return library.scenarios(tuple(map(str, asked))) if asked else library.fitting()
