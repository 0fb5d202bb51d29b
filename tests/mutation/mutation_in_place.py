"""The fast way: forks of a process that has collected an area's tests, each with the code of one function exchanged.

It decides only that a mutant is noticed. What was computed before the exchange (a table built at import, the parameters
of a test) knows no mutant, so whatever survives here is tried again with an import.

Two forks run at once. What tests may not share, such as an address of 127.0.0.0/8, they derive from the process id when
they need it, not when they are collected: else a clash of two forks would pass for a mutant that was noticed.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

import pytest
from mutation_areas import Area
from mutation_cases import Case, Measured
from mutation_exchange import caches_of_the_package, exchange, living
from mutation_pool import NoticedAtOnce, silence, survivors

QUIET = ("-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--assert=plain")
"""Plain assertions, because else pytest reads the modules of its plugins itself, and meets no mutant."""


def tried_in_place(area: Area, cases: Sequence[Case]) -> Iterator[Measured | tuple[Case, bool]]:
    """Yield what the tests of an area take and reach, then each case as it ends and whether it may have survived."""

    def speak(told: TextIO) -> None:
        silence()
        pytest.main([*QUIET, *area.tests], plugins=[_Trials(cases, told)])

    lines = _heard_from(speak)
    first = next(lines, None)
    if first is None:
        sys.exit(f"the tests of {area.name} fail without any mutant: run them first")
    yield _read(first)
    for line in lines:
        yield cases[line["case"]], line["survived"]


def _heard_from(speak: Callable[[TextIO], None]) -> Iterator[dict[str, Any]]:
    """Yield the lines of JSON that `speak` writes in a fork."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        with contextlib.suppress(BaseException), os.fdopen(writing, "w", buffering=1) as told:
            speak(told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as heard:
        yield from map(json.loads, heard)
    os.waitpid(child, 0)


def _tell(told: TextIO, line: dict[str, Any]) -> None:
    told.write(json.dumps(line) + "\n")


def _read(line: dict[str, Any]) -> Measured:
    by_line = {
        file: {int(number): tuple(tests) for number, tests in lines.items()} for file, lines in line["by_line"].items()
    }
    return Measured(line["seconds"], by_line)


class _Trials:
    """A pytest plugin that tries the cases in place of running the tests once."""

    def __init__(self, cases: Sequence[Case], told: TextIO) -> None:
        self._cases = cases
        self._told = told

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        area = self._cases[0].area
        [line] = _heard_from(lambda told: _tell(told, _measure(session, area)))
        _tell(self._told, line)
        self._try_all(session, _read(line))
        return True

    def _try_all(self, session: pytest.Session, measured: Measured) -> None:
        items = {item.nodeid: item for item in session.items}
        functions = living()
        session.config.pluginmanager.register(NoticedAtOnce(measured.seconds))

        def survives(case: Case) -> bool:
            tests = measured.tests_of(case)
            if tests and exchange(case, functions):
                _run([items[test] for test in tests])
            return True

        for case, survived in survivors(self._cases, survives):
            _tell(self._told, {"case": self._cases.index(case), "survived": survived})


def _measure(session: pytest.Session, area: Area) -> dict[str, Any]:
    """Run every test with coverage; return what each takes in seconds, and who runs each line.

    The package's caches are emptied before each, else only the first who needs a line's result would run it.
    """
    import coverage  # noqa: PLC0415  # only in the fork: else every process pays for it

    seconds, caches = {}, caches_of_the_package()
    measured = coverage.Coverage(data_file=None, source=["harness"], concurrency=["thread"])
    session.config.pluginmanager.register(NoticedAtOnce({item.nodeid: 60.0 for item in session.items}))
    measured.start()
    for item, following in itertools.pairwise([*session.items, None]):
        assert item is not None
        for cached in caches:
            cached.cache_clear()
        measured.switch_context(item.nodeid)
        begun = time.perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds[item.nodeid] = time.perf_counter() - begun
    measured.stop()
    data = measured.get_data()
    by_line = {
        str(file): {line: [test for test in tests if test] for line, tests in found.items()}
        for file in area.files()
        if (found := data.contexts_by_lineno(str(file)))
    }
    return {"seconds": seconds, "by_line": by_line}


def _run(items: Sequence[pytest.Item]) -> None:
    for item, following in itertools.pairwise([*items, None]):
        assert item is not None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
