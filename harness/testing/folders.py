"""Where the files lie that a test names, and the libraries that were read for the tests of one session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from os import PathLike
from pathlib import Path

from harness.run.library import Library
from harness.run.option_values import checked_day
from harness.scenario.model import Scenario

FileName = str | PathLike[str]
Day = str | date

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a relative path begins: at the folder of the test file, else at the root of the tests."""

    folder: Path
    root: Path

    def file(self, name: FileName) -> Path:
        """Return the file or folder of that name; beside the test where there is none, so that a fault names it."""
        path = Path(name)
        beside = self.folder / path
        return next((each for each in (beside, self.root / path) if each.exists()), beside)

    def scenario(self, name: FileName) -> str:
        """Return what a library is asked for: a path for a .yaml file, for a text that ends in /, or for a Path."""
        if isinstance(name, str) and not name.endswith((*_SUFFIXES, "/")):
            return name
        return str(self.file(name))


class Libraries:
    """Reads a lab once for all tests of a session: its files, its certificates and its scenarios."""

    def __init__(self) -> None:
        self.of = cache(self._of)
        self._every: dict[tuple[Path | None, date | None], list[Scenario]] = {}

    def _of(self, lab_file: Path | None, day: date | None) -> Library:
        library = Library(lab_file, day)
        library.check_zones()
        return library

    def scenarios(self, library: Library, asked: tuple[str, ...]) -> list[Scenario]:
        """Return the scenarios asked for, those that come with sip-mtls and fit the lab where none is."""
        if asked:
            return library.scenarios(asked)
        key = (library.lab_file, library.at)
        if key not in self._every:
            self._every[key] = library.fitting()
        return self._every[key]


def day_in(day: Day) -> date | None:
    """Return a day, written as 2027-03-15 or given as a date; None where the text is empty."""
    if isinstance(day, date):
        return checked_day(day.isoformat()[:10])
    return checked_day(day) if day else None
