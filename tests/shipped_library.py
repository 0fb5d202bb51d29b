"""What comes with the package, read once for all tests of a process: reading it takes half a second each time."""

from __future__ import annotations

from harness.run.library import Library

__all__ = ["LIBRARY", "SCENARIOS"]

LIBRARY = Library()
SCENARIOS = {scenario.name: scenario for scenario in LIBRARY.scenarios(())}
