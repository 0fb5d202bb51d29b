"""`make mutants`: breaks one line at a time and counts how often no test notices.

    python tests/mutation/mutation_run.py                     # a sample of each area, two at a time
    python tests/mutation/mutation_run.py judge --sample 0    # one area, every mutant

A sample is drawn with a seed, so that the same tree gives the same mutants. The tests of an area run once with
coverage, which tells the tests that reach each line; a mutant meets those alone, in a fork of this process. A test that
fails, an import that fails and a run that hangs all count as noticed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from mutation_areas import AREAS, ROOT, Area
from mutation_operators import Mutant, mutants_of

SAMPLE = 60
"""Mutants of an area where none other is asked for."""

AT_ONCE = 2
SECONDS = 120.0
"""What a mutant's tests may take before it counts as noticed; the slowest file here takes half of that."""

_WARM = ("trio", "OpenSSL.SSL", "cryptography.x509", "pydantic", "dns.message", "ruamel.yaml", "click")
_QUIET = ("-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--assert=plain")
"""Plain assertions, because else pytest reads the modules of its plugins itself, and meets no mutant."""


@dataclass(frozen=True, slots=True)
class Case:
    """A mutant, the file that it changes, and the tests that reach its lines."""

    area: str
    file: Path
    mutant: Mutant
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.mutant.first_line}: {self.mutant.change}"


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives the mutated text where its module is imported."""

    def __init__(self, case: Case) -> None:
        self._name = ".".join(case.file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        self._case = case

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._case.file, loader=self)

    def get_source(self, _fullname: str) -> str:
        return self._case.mutant.source

    def get_filename(self, _fullname: str) -> str:
        return str(self._case.file)


class _Contexts:
    """A pytest plugin that tells coverage which test runs."""

    def __init__(self, measured: object) -> None:
        self._measured = measured

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._measured.switch_context(item.nodeid)  # type: ignore[attr-defined]  # coverage.Coverage


def tests_by_line(area: Area) -> dict[str, dict[int, list[str]]]:
    """Return, for each file of an area, the tests that run each of its lines; KeyError for none."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "lines.json"
        if (child := os.fork()) == 0:
            _silence()
            os._exit(_measure(area, told))
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(f"the tests of {area.name} fail without any mutant: run them first")
        found: dict[str, dict[str, list[str]]] = json.loads(told.read_text())
    return {file: {int(line): tests for line, tests in lines.items()} for file, lines in found.items()}


def _measure(area: Area, told: Path) -> int:
    import coverage  # noqa: PLC0415  # only in the child

    measured = coverage.Coverage(data_file=None, source=["harness"], concurrency=["thread"])
    measured.start()
    code = pytest.main([*_QUIET, *area.tests], plugins=[_Contexts(measured)])
    measured.stop()
    data = measured.get_data()
    lines = {
        str(file): {line: [t for t in tests if t] for line, tests in data.contexts_by_lineno(str(file)).items()}
        for file in area.files()
    }
    told.write_text(json.dumps(lines))
    return int(code)


def cases_of(area: Area, sample: int, seed: int) -> list[Case]:
    """Return the mutants of an area that are tried: all of them, or as many as `sample` says."""
    mutants = [(file, mutant) for file in area.files() for mutant in mutants_of(file.read_text("utf-8"))]
    drawn = mutants if not sample else random.Random(seed).sample(mutants, min(sample, len(mutants)))  # noqa: S311
    reached = tests_by_line(area)
    cases = [Case(area.name, file, mutant, _tests(area, reached[str(file)], mutant)) for file, mutant in drawn]
    return sorted(cases, key=str)


def _tests(area: Area, reached: dict[int, list[str]], mutant: Mutant) -> tuple[str, ...]:
    """Return the tests that run the mutant's lines; all of the area for what runs at import alone."""
    lines = range(mutant.first_line, mutant.last_line + 1)
    found = dict.fromkeys(test for line in lines for test in reached.get(line, ()))
    return tuple(found) or area.tests


@contextlib.contextmanager
def _runs() -> Iterator[dict[int, tuple[int, Case, float]]]:
    running: dict[int, tuple[int, Case, float]] = {}
    try:
        yield running
    finally:
        for child, _, _ in running.values():
            os.kill(child, signal.SIGKILL)


def survivors(cases: Sequence[Case]) -> Iterator[tuple[Case, bool]]:
    """Yield each case as it ends, and whether it survived."""
    waiting = list(reversed(cases))
    with _runs() as running:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                case = waiting.pop()
                child = _start(case)
                running[os.pidfd_open(child)] = (child, case, time.monotonic() + SECONDS)
            yield from _ended(running)


def _ended(running: dict[int, tuple[int, Case, float]]) -> Iterator[tuple[Case, bool]]:
    ready, _, _ = select.select(list(running), [], [], 1.0)
    for handle, (child, case, until) in list(running.items()):
        if handle not in ready and time.monotonic() < until:
            continue
        if handle not in ready:
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(handle)
        del running[handle]
        yield case, os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _start(case: Case) -> int:
    if child := os.fork():
        return child
    os.setpgid(0, 0)
    _silence()
    sys.meta_path.insert(0, _Mutated(case))
    code = 1
    with contextlib.suppress(BaseException):
        code = int(pytest.main([*_QUIET, *case.tests]))
    os._exit(code)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


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
        cases, alive = cases_of(area, asked.sample, asked.seed), 0
        for number, (case, survived) in enumerate(survivors(cases), 1):
            alive += survived
            if survived:
                print(f"\rSURVIVED  {case}", flush=True)
            print(f"\r{area.name}: {number} of {len(cases)}, {alive} survived ", end="", file=sys.stderr, flush=True)
        scores.append((area.name, len(cases), alive))
    print()
    for name, tried, alive in scores:
        print(f"{name:<20} {tried - alive:>4} of {tried:>4} noticed  {100 * (tried - alive) / max(1, tried):5.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
