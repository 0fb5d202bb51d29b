"""Run the benchmarks that are named, all of them where none is; print each and write out/bench.json."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import FULL, Effort, Figure
from benchmarks.table import BENCHMARKS, Benchmark

RESULTS = Path("out/bench.json")


def line(name: str, benchmark: Benchmark, figure: Figure) -> str:
    """Return a result for people: the value, its target, and whether it is met."""
    if figure.value is None:
        return f"{name:<30}      -        not measured: {figure.note}"
    met = "met" if figure.value <= benchmark.target else "MISSED"
    values = f"{figure.value:>7.2f} {benchmark.unit:<5}  target {benchmark.target:>5.2f}  {met:<6}"
    return f"{name:<30}{values}  ({figure.note})"


def run(names: Sequence[str], effort: Effort, results: Path) -> None:
    """Measure, print and write; a target that is missed is a result like any other."""
    found: dict[str, dict[str, float | None]] = {}
    for name in names:
        benchmark = BENCHMARKS[name]
        figure = benchmark.measure(effort)
        print(line(name, benchmark, figure), flush=True)
        found[name] = {"value": figure.value, "target": benchmark.target}
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(BENCHMARKS)}")
    asked = parser.parse_args().names
    if unknown := [name for name in asked if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    run(asked or list(BENCHMARKS), FULL, RESULTS)


if __name__ == "__main__":
    main()
