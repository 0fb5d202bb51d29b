"""Each case in a process of its own, two at a time; what a signal ends has noticed its mutant too."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from mutation_cases import Case

_AT_ONCE = 2
_SURVIVED, _NOTICED, _BROKEN = 0, 1, 70
_PATIENCE = 5.0
_TIMES = 10.0
# Before the first test: for the import of a module and the collection of an area's tests.
_IMPORT_SECONDS = 60.0


def survivors(cases: Sequence[Case], survives: Callable[[Case], bool]) -> Iterator[tuple[Case, bool]]:
    """Yield each case as it ends, and whether it survived what `survives` does with it in a fork.

    RuntimeError where `survives` itself fails: that is no score.
    """
    waiting, running = list(reversed(cases)), dict[int, Case]()
    try:
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                case = waiting.pop()
                running[_fork(case, survives)] = case
            child, status = os.waitpid(-1, 0)
            _end(child)
            case, code = running.pop(child), os.waitstatus_to_exitcode(status)
            if code == _BROKEN:
                raise RuntimeError(f"{case} could not be tried")
            yield case, code == _SURVIVED
    finally:
        for child in running:
            _end(child)


def _fork(case: Case, survives: Callable[[Case], bool]) -> int:
    if child := os.fork():
        return child
    os.setpgid(0, 0)
    code = _BROKEN
    try:
        silence()
        signal.setitimer(signal.ITIMER_REAL, _IMPORT_SECONDS)
        code = _SURVIVED if survives(case) else _NOTICED
    finally:
        os._exit(code)


def _end(child: int) -> None:
    """End a child that still runs, and what its tests started and left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def silence() -> None:
    """Let nothing more of this process be heard."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


class NoticedAtOnce:
    """A pytest plugin that ends the process with the first failure, or with SIGALRM where a test takes too long.

    A test may take _TIMES the `seconds` that it takes without a mutant, and _PATIENCE more.
    """

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._seconds = seconds

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE + _TIMES * self._seconds.get(nodeid, 0.0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(_NOTICED)
