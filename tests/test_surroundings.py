"""The suite says the same wherever it runs: on a busy machine, without a terminal, whatever its parent ignores."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=1)
@given(st.just(0.25))
def test_an_example_that_a_busy_machine_holds_up_is_no_failure(seconds: float) -> None:
    time.sleep(seconds)  # Hypothesis's own deadline is 0.2
