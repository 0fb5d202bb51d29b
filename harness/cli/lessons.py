"""`sip-mtls demo`: a lesson, two stories side by side."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.terminal import progress, speaks_unicode, width
from harness.report.detail import play_detail
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
    with progress(len(order.plays()), "plays") as tick:
        outcomes = run_suite(library, order, lambda outcome: tick(outcome.scenario.name))
    healthy = [outcome for outcome in outcomes if outcome.scenario.name == names[0]]
    broken = [outcome for outcome in outcomes if outcome.scenario.name == names[1]]
    if html_file is not None:
        write_text(html_file, lesson_as_html(title, healthy, broken, library.healthy))
    sys.stdout.write(lesson_table(title, healthy, broken, width=width(), unicode=speaks_unicode()))
    for outcome in broken:
        _print_ladder(outcome)
    sys.stdout.write("\n" + play_detail(broken[-1], width=width(), unicode=speaks_unicode()))
    met = len(outcomes) == len(order.plays()) and all(outcome.met for outcome in outcomes)
    return Exit.MET if met else Exit.NOT_MET


def _print_ladder(outcome: PlayOutcome) -> None:
    heading = f"TLS {outcome.verdict.tls_version}: {outcome.scenario.title}"
    ladder = draw_ladder(outcome.transcript, outcome.verdict, width=width(), unicode=speaks_unicode())
    sys.stdout.write(f"\n{heading}\n\n{ladder}\n")
