"""CPU time, and how two things are compared: in turns, in one run, by their medians.

A ratio of two CPU times from one run means the same on a slow machine and a busy one; seconds do not.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Cost = Callable[[], float]
"""Does one repetition and returns its CPU seconds."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work a measurement is: repetitions, connections in each, seconds that `s_time` and `dnsperf` take."""

    repetitions: int
    connections: int
    dialling_seconds: int
    scenarios: tuple[str, ...] = ()


FULL = Effort(repetitions=7, connections=100, dialling_seconds=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a benchmark found: `value` is None where it could not be measured; `note` says from what or why."""

    value: float | None
    note: str


def own_cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that this process spends in `work`, its garbage collected beforehand."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def children_cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the child processes that `work` starts and waits for."""
    before = _children_seconds()
    work()
    return _children_seconds() - before


def command_cpu(command: Sequence[str]) -> float:
    """Return the CPU seconds, user and system, of one command; CalledProcessError where it fails."""
    return children_cpu(lambda: subprocess.run(command, check=True, capture_output=True))


def in_turns(ours: Cost, theirs: Cost, repetitions: int) -> tuple[float, float]:
    """Measure A B A B…; return the medians. One repetition of each comes before and does not count."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(repetitions)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def ratio_of(medians: tuple[float, float], peer: str) -> Figure:
    """Return the ratio of two costs, and both in words."""
    ours, theirs = medians
    return Figure(round(ours / theirs, 2), f"{ours * 1000:.2f} ms; {peer} {theirs * 1000:.2f} ms")


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
