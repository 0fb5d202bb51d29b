"""What is passed on inside is told before the answer that waited for it."""

from __future__ import annotations

from harness.report.ladder import draw_ladder
from harness.run.library import Library
from harness.run.suite import Order, run_suite


def test_the_phone_is_answered_after_everybody_inside_was_asked() -> None:
    library = Library()
    order = Order(tuple(library.scenarios(("mra/m01-sign-in-and-register",))), ("1.3",), "memory")

    (outcome,) = run_suite(library, order, lambda _: None)

    told = [line for line in draw_ladder(outcome.transcript, outcome.verdict).splitlines() if "HTTP 200" in line]
    columns = [line.index("◀") for line in told if "◀" in line]
    assert len(columns) == 3
    assert columns == sorted(columns, reverse=True)
