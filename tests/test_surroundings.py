"""The suite says the same wherever it runs: on a busy machine, and beside another suite."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from busy_machine import in_time
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=1)
@given(st.just(0.25))
def test_an_example_that_a_busy_machine_holds_up_is_no_failure(seconds: float) -> None:
    time.sleep(seconds)  # Hypothesis's own deadline is 0.2


def test_two_suites_on_one_machine_get_no_block_twice() -> None:
    claims = "from address_blocks import fresh_block; print(*(fresh_block() for _ in range(60)), flush=True); input()"
    with ExitStack() as running:
        suites = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", claims],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent,
                )
            )
            for _ in range(2)
        ]  # fmt: skip
        first, second = (set((suite.stdout.readline() if suite.stdout else "").split()) for suite in suites)
        for suite in suites:
            suite.communicate("\n", timeout=30)

    assert (len(first), len(second)) == (60, 60)
    assert first & second == set()


def test_a_limit_of_time_still_falls_on_a_machine_that_is_not_to_blame() -> None:
    assert in_time(1.0, 2)
    assert not in_time(1000.0, 2)
