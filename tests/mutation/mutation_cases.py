"""What is tried: a mutant, the tests that run its lines, and what those tests take."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mutation_areas import ROOT, Area
from mutation_operators import Mutant, mutants_of


@dataclass(frozen=True, slots=True)
class Case:
    """A mutant of an area, and the file that it changes."""

    area: Area
    file: Path
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.mutant.first_line}: {self.mutant.change}"

    @property
    def module(self) -> str:
        """The dotted name of the module that it changes."""
        return ".".join(self.file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def cases_of(area: Area, sample: int, seed: int) -> list[Case]:
    """Return the mutants of an area that are tried: all of them, or as many as `sample` says."""
    cases = [Case(area, file, mutant) for file in area.files() for mutant in mutants_of(file.read_text("utf-8"))]
    drawn = cases if not sample else random.Random(seed).sample(cases, min(sample, len(cases)))  # noqa: S311
    return sorted(drawn, key=str)


@dataclass(frozen=True, slots=True)
class Measured:
    """The tests of an area without any mutant: the `seconds` of each, and for each line of each file who runs it."""

    seconds: Mapping[str, float]
    by_line: Mapping[str, Mapping[int, tuple[str, ...]]]

    def tests_of(self, case: Case) -> list[str]:
        """Return the tests that run a mutant's lines, the fastest first; none for what runs at import alone."""
        reached = self.by_line.get(str(case.file), {})
        lines = range(case.mutant.first_line, case.mutant.last_line + 1)
        found = {test for line in lines for test in reached.get(line, ())}
        return sorted(found, key=lambda test: (self.seconds[test], test))
