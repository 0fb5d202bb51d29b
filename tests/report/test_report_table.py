"""The table of a run: what it says, that it fits, and that it is plain where nobody asked for colour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded_stories import no_certificate_verdict
from report_bench import HOSTILE, is_inert, outcome, transcript

from harness.report.outcome import PlayOutcome
from harness.report.results_table import run_table
from harness.verdict import Verdict

COMPLETED = Verdict("b2b/b01-one-way-tls", "1.3", "memory", (), "none", "All went well.", ())


def _run() -> list[PlayOutcome]:
    told = transcript()
    return [
        outcome(no_certificate_verdict("1.3"), "by: expected b2b-peer, got expressway-e", told=told),
        outcome(no_certificate_verdict("1.2"), told=told),
        outcome(COMPLETED, told=told, name="mra/m01-sign-in-and-register"),
    ]


def _line(table: str, *words: str) -> str:
    return next(line for line in table.splitlines() if all(word in line for word in words))


def test_a_line_says_where_it_stopped_by_whom_and_why() -> None:
    line = _line(run_table(_run()), "1.2")
    assert line.split() == ["1.2", "handshake", "Expressway-E", "40", "no-client-certificate", "ok"]


def test_a_scenario_stands_above_its_versions_by_row_and_title() -> None:
    lines = run_table(_run()).splitlines()
    play = _run()[0].scenario
    assert f"{play.row:<6}{play.title}" in lines


def test_a_play_that_went_otherwise_than_expected_stands_out_and_is_counted() -> None:
    table = run_table(_run())
    assert _line(table, "1.3", "acceptance").endswith("NO")
    assert "3 plays: 2 as expected, 1 NOT as expected" in table


def test_families_stand_under_their_name_in_order() -> None:
    lines = run_table(_run()).splitlines()
    assert lines.index("b2b") < lines.index("mra")
    assert _line("\n".join(lines), "completed").split() == ["1.3", "completed", "none", "ok"]


def test_the_order_of_the_plays_does_not_matter() -> None:
    assert run_table(reversed(_run())) == run_table(_run())


@pytest.mark.parametrize("width", [80, 100, 130])
def test_the_table_fits_its_width_however_long_the_words(width: int) -> None:
    long = replace(COMPLETED, cause="a-cause-" * 20)
    plays = [*_run(), outcome(long, told=transcript(), name="b2b/" + "a-long-id-" * 20)]
    assert max(map(len, run_table(plays, width=width).splitlines())) <= width


def test_a_wide_table_names_the_alert() -> None:
    assert "116 certificate_required" in run_table(_run(), width=130)


def test_only_a_table_in_colour_holds_escape_sequences() -> None:
    plain, colourful = run_table(_run()), run_table(_run(), colour=True)
    assert is_inert(plain)
    assert "\x1b[" in colourful


def test_a_hostile_name_is_inert_in_the_table() -> None:
    play = outcome(replace(COMPLETED, cause=HOSTILE), told=transcript(), name=f"b2b/{HOSTILE}")
    assert is_inert(run_table([play], width=160))
    assert run_table([play], unicode=False).isascii()


def test_a_run_without_plays_is_an_empty_table() -> None:
    assert "0 plays, as expected" in run_table([])
