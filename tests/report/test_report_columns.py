"""What strangers wrote shows, and acts on nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_bench import HOSTILE, is_inert

from harness.inert import inert
from harness.report.columns import cut, in_columns

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_any_text_at_all_comes_out_inert_and_can_be_written(text: str) -> None:
    shown = inert(text)
    assert is_inert(shown)
    assert "\n" not in shown
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_making_text_inert_twice_changes_nothing_more(text: str) -> None:
    assert inert(inert(text)) == inert(text)


@given(ANY_TEXT)
def test_text_for_an_old_terminal_is_ascii(text: str) -> None:
    assert in_columns(text, unicode=False).isascii()


@pytest.mark.parametrize(
    ("harmful", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\u2069", "\\u2069"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("\r\n", "\\x0d\\x0a"),
    ],
)
def test_a_harmful_character_is_shown_as_what_it_is(harmful: str, shown: str) -> None:
    assert inert(harmful) == shown


def test_harmless_text_is_left_alone() -> None:
    assert inert("Müller & Søn, 電話 <sip:a@b>") == "Müller & Søn, 電話 <sip:a@b>"
    assert is_inert(inert(HOSTILE))


@given(st.text(max_size=30), st.integers(8, 20))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    shown = cut(text, width)
    assert len(shown) <= width
    assert shown == text or "…" in shown
