"""What a play costs, and what it costs to start: the whole library in memory, and `sip-mtls --help`."""

from __future__ import annotations

import sys
from statistics import median

from benchmarks.measuring import Effort, Figure, command_cpu, in_turns, own_cpu
from harness.report.outcome import PlayOutcome
from harness.run.library import Library
from harness.run.suite import Order, run_suite

ENTRY_POINT = "import sys; from harness.cli import main; sys.exit(main())"
_MOST_REPETITIONS = 3
_FEWEST_STARTS = 25


def memory_play(effort: Effort) -> Figure:
    """Average CPU of one play in memory: staged, played, judged and compared, certificates and controls included.

    Reading the files is measured too, and named in the note only: it happens once in a run.
    """
    repetitions = min(effort.repetitions, _MOST_REPETITIONS)
    costs = [_one_run(effort.scenarios) for _ in range(repetitions)]
    reading, plays = (median(cost[part] for cost in costs) for part in (0, 1))
    note = f"over {costs[0][2]} plays with their controls; reading the library once {reading * 1000:.0f} ms more"
    return Figure(round(plays / costs[0][2] * 1000, 1), note)


def _one_run(asked: tuple[str, ...]) -> tuple[float, float, int]:
    """Return the CPU seconds of reading and of playing, and how many plays there were."""
    library = Library()
    reading = own_cpu(lambda: library.scenarios(asked))
    order = Order(tuple(library.scenarios(asked)), ("1.2", "1.3"), "memory")
    outcomes: list[PlayOutcome] = []
    playing = own_cpu(lambda: run_suite(library, order, outcomes.append))
    if not outcomes or not all(outcome.met for outcome in outcomes):
        raise RuntimeError("a play did not meet its expectation; run `sip-mtls run --network memory`")
    return reading, playing, len(outcomes)


def help_start(effort: Effort) -> Figure:
    """CPU of `sip-mtls --help` to that of a Python that does nothing."""
    shown = [sys.executable, "-c", ENTRY_POINT, "--help"]
    nothing = [sys.executable, "-c", "pass"]
    repetitions = max(effort.repetitions, _FEWEST_STARTS)
    ours, bare = in_turns(lambda: command_cpu(shown), lambda: command_cpu(nothing), repetitions)
    return Figure(round(ours / bare, 2), f"{ours * 1000:.1f} ms; python {bare * 1000:.1f} ms")
