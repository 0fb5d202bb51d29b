"""`sip-mtls demo`: a lesson, two stories side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import Way, give_out, give_out_so_far
from harness.cli.terminal import progress, speaks_unicode, width
from harness.report.detail import play_detail
from harness.report.json_report import in_order
from harness.report.ladder import draw_ladder
from harness.report.lesson import lesson_table
from harness.report.outcome import PlayOutcome
from harness.run.disk import write_text
from harness.run.library import Library
from harness.run.pages import lesson_as_html
from harness.run.suite import Order, run_suite

_LESSONS = {
    "mra": (
        "Why MRA breaks on a mutual-TLS port",
        ("mra/m01-sign-in-and-register", "mra/jabber-on-the-mutual-port"),
    ),
}


def show_lesson(lesson: str, network: str, html_file: Path | None = None) -> Exit:
    """Play both stories in TLS 1.2 and 1.3; show them side by side, then the ladders of the broken one.

    `html_file` gets the same as a page.
    """
    title, names = _LESSONS[lesson]
    library = Library()
    order = Order(tuple(library.scenarios(names)), ("1.2", "1.3"), network)
    announce_key_log()
    outcomes, interrupted = _played(library, order)
    if not outcomes:
        raise KeyboardInterrupt
    healthy = [outcome for outcome in outcomes if outcome.scenario.name == names[0]]
    broken = [outcome for outcome in outcomes if outcome.scenario.name == names[1]]
    ways: list[Way] = [partial(_print, title, healthy, broken)]
    if interrupted:
        came = f"{len(outcomes)} of {len(order.plays())} plays took place"
        return give_out_so_far(ways, f"{came}, and no page is written" if html_file is not None else came)
    if html_file is not None:
        ways.insert(0, lambda: write_text(html_file, lesson_as_html(title, healthy, broken, library.healthy)))
    give_out(ways)
    met = len(outcomes) == len(order.plays()) and all(outcome.met for outcome in outcomes)
    return Exit.MET if met else Exit.NOT_MET


def _played(library: Library, order: Order) -> tuple[list[PlayOutcome], bool]:
    """Play what there is; return what came of it in its order, and whether somebody ended it before its time."""
    outcomes: list[PlayOutcome] = []
    interrupted = False
    with progress(len(order.plays()), "plays") as tick:

        def told(outcome: PlayOutcome) -> None:
            outcomes.append(outcome)
            tick(outcome.scenario.name)

        try:
            run_suite(library, order, told)
        except* KeyboardInterrupt:
            interrupted = True
    return sorted(outcomes, key=in_order), interrupted


def _print(title: str, healthy: Sequence[PlayOutcome], broken: Sequence[PlayOutcome]) -> None:
    sys.stdout.write(lesson_table(title, healthy, broken, width=width(), unicode=speaks_unicode()))
    for outcome in broken:
        _print_ladder(outcome)
    for outcome in broken[-1:]:
        sys.stdout.write("\n" + play_detail(outcome, width=width(), unicode=speaks_unicode()))


def _print_ladder(outcome: PlayOutcome) -> None:
    heading = f"TLS {outcome.verdict.tls_version}: {outcome.scenario.title}"
    ladder = draw_ladder(outcome.transcript, outcome.verdict, width=width(), unicode=speaks_unicode())
    sys.stdout.write(f"\n{heading}\n\n{ladder}\n")
