"""`make mutants`: breaks one line at a time and counts how often no test notices.

    python tests/mutation/mutation_run.py                     # a sample of each area, two at a time
    python tests/mutation/mutation_run.py diagnosis --sample 0    # one area, every mutant

A sample is drawn with a seed, so that the same tree gives the same mutants. The tests of an area run once with
coverage, which tells the tests that reach each line and what each takes; a mutant meets those alone, the fastest first.
A test that fails, an import that fails and a test that hangs all count as noticed.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

import pytest
from mutation_areas import AREAS, ROOT, Area
from mutation_cases import Case, Measured, cases_of
from mutation_in_place import QUIET, tried_in_place
from mutation_pool import NoticedAtOnce, survivors

SAMPLE = 100
"""Mutants of an area where no other number is asked for."""

_WARM = ("trio", "OpenSSL.SSL", "cryptography.x509", "pydantic", "dns.message", "ruamel.yaml", "click")


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives the mutated text where its module is imported."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._case.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self._case.file, loader=self)

    def get_source(self, _fullname: str) -> str:
        return self._case.mutant.source

    def get_filename(self, _fullname: str) -> str:
        return str(self._case.file)


def _survives_import(measured: Measured) -> Callable[[Case], bool]:
    """Return what imports a mutant and runs its tests, all of the area for what runs at import alone."""

    def survives(case: Case) -> bool:
        sys.meta_path.insert(0, _Mutated(case))
        tests = measured.tests_of(case) or case.area.tests
        try:
            return pytest.main([*QUIET, *tests], plugins=[NoticedAtOnce(measured.seconds)]) == pytest.ExitCode.OK
        except BaseException:  # a module that cannot be imported is noticed, whatever it raises
            return False

    return survives


def tried(area: Area, cases: Sequence[Case]) -> Iterator[tuple[Case, bool]]:
    """Yield each case as it is decided, and whether it survived."""
    measured, undecided = Measured({}, {}), list[Case]()
    for found in tried_in_place(area, cases):
        if isinstance(found, Measured):
            measured = found
        elif found[1]:
            undecided.append(found[0])
        else:
            yield found
    yield from survivors(undecided, _survives_import(measured))


def main() -> int:
    """Try the mutants that are asked for; print the survivors and the score of each area."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    names = [area.name for area in AREAS]
    parser.add_argument("areas", nargs="*", choices=[*names, []], help=f"by default all: {', '.join(names)}")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="mutants of each area, 0 for every one")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = tempfile.mkdtemp()
    for module in _WARM:
        __import__(module)
    scores: list[tuple[str, int, int]] = []
    for area in (area for area in AREAS if area.name in (asked.areas or names)):
        cases, alive, number = cases_of(area, asked.sample, asked.seed), 0, 0
        for number, (case, survived) in enumerate(tried(area, cases), 1):
            alive += survived
            if survived:
                print(f"\rSURVIVED  {case}", flush=True)
            print(f"\r{area.name}: {number} of {len(cases)}, {alive} survived ", end="", file=sys.stderr, flush=True)
        assert number == len(cases), "each case is decided once"
        scores.append((area.name, len(cases), alive))
    print()
    for name, tried_ones, alive in scores:
        noticed = tried_ones - alive
        print(f"{name:<20} {noticed:>4} of {tried_ones:>4} noticed  {100 * noticed / max(1, tried_ones):5.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
