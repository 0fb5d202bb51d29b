"""The glossary has every word that a verdict or a comparison prints, in order, each once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from harness.certificates.change import Kind
from harness.certificates.change_verdict import KIND_WORDS
from harness.diagnosis.words import CLOSING_WORDS
from harness.transcript import Closing
from harness.verdict import Stage

PAGE = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", PAGE, re.MULTILINE)[1:]


def test_each_term_stands_once_and_in_order() -> None:
    assert sorted(set(TERMS), key=str.lower) == TERMS


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_its_line(stage: Stage) -> None:
    assert stage.value in TERMS
    assert stage.value in PAGE.split("| stage |")[1].splitlines()[0]


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_used_by_a_page_or_by_the_program(term: str) -> None:
    assert term.lower() in _everything()


@cache
def _everything() -> str:
    root = Path(__file__).parents[1]
    pages = [path for path in (root / "docs").rglob("*.md") if path.name != "glossary.md"]
    return "\n".join(path.read_text("utf-8") for path in (*pages, *(root / "harness").rglob("*.py"))).lower()


def test_the_words_of_a_comparison_are_explained() -> None:
    assert {KIND_WORDS[kind] for kind in Kind} | {"not compared", "NO ALL-CLEAR"} <= set(TERMS)


def test_how_a_connection_was_closed_is_explained() -> None:
    assert f"closed {CLOSING_WORDS[Closing.CLOSE_NOTIFY]}".partition(" (")[0] in TERMS
