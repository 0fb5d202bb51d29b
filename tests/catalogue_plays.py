"""Every shipped scenario, played once in a run of the suite, whichever worker asks for it first."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest
from shipped_library import LIBRARY, SCENARIOS

from harness.report.outcome import PlayOutcome
from harness.run.suite import Order, run_suite
from harness.scenario.model import TLS_VERSIONS

__all__ = ["Outcomes", "Played", "played"]

Outcomes = Mapping[tuple[str, str], PlayOutcome]
"""By the scenario's id and the TLS version."""
Played = Callable[[str], Outcomes]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play everything on a network; on the loopback several labs at a time, in memory under a clock that jumps."""
    workers_folder = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None
    return lambda network: _played(network, workers_folder)


@cache
def _played(network: str, workers_folder: Path | None) -> Outcomes:
    if workers_folder is None:
        return _play(network)
    plays = workers_folder / f"plays-{network}.pickle"
    with (workers_folder / f"plays-{network}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not plays.exists():
            plays.write_bytes(pickle.dumps(_play(network)))
        outcomes: Outcomes = pickle.loads(plays.read_bytes())  # noqa: S301  # it is our own
    return outcomes


def _play(network: str) -> Outcomes:
    outcomes = run_suite(LIBRARY, Order(tuple(SCENARIOS.values()), TLS_VERSIONS, network), lambda _: None)
    return {(outcome.scenario.name, outcome.verdict.tls_version): outcome for outcome in outcomes}
