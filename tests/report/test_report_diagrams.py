"""Ladders in diagram languages: the same marks as in the text, and labels that stay labels whoever wrote them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_stories import STORIES, no_certificate_verdict, story
from report_bench import HOSTILE, outcome

from harness.report.diagrams import run_as_mermaid, run_as_plantuml
from harness.report.ladder import Arrow, Heading, Ladder, Lifeline, Note, ladder_of
from harness.report.ladder.mermaid import ladder_as_mermaid
from harness.report.ladder.plantuml import ladder_as_plantuml

# What each language allows in a label of ours: plain characters, and entities.
MERMAID_LABEL = r"(?:[A-Za-z0-9 .,()/@=+?'!*:_-]|#\d+;|<br/>)+"
MERMAID_LINES = (
    rf"    participant a\d+ as {MERMAID_LABEL}",
    rf"    Note over a\d+(,a\d+)?: {MERMAID_LABEL}",
    rf"    a\d+--?(>>|x)a\d+: {MERMAID_LABEL}",
)
PLANTUML_LABEL = r"(?:[A-Za-z0-9 .,()/@=+?:_-]|<U\+[0-9A-F]{4,6}>|\\n)+"
PLANTUML_LINES = (
    rf'participant "{PLANTUML_LABEL}" as a\d+',
    rf"note over a\d+ : {PLANTUML_LABEL}",
    rf"== {PLANTUML_LABEL} ==",
    rf"a\d+ --?>x? a\d+ : {PLANTUML_LABEL}",
)
TRICKS = (
    HOSTILE,
    "",
    "a; b->>c: boo",
    "%%{init: {'theme': 'dark'}}%%",
    "wrap: x",
    "style a:b#c;d",
    "x\nNote over a0: y",
    "```\n# page",
    "<script>alert(1)</script>",
    '%getenv("PATH")',
    "!include /etc/passwd",
    "[[http://evil.example here]]",
    "@enduml",
    "** // -- __ ~~ ==",
)


def of(*texts: str) -> Ladder:
    """A ladder with each text as a lifeline, an arrow, a note and a heading."""
    lifelines = tuple(Lifeline(f"actor {place}", text) for place, text in enumerate(texts))
    last = lifelines[-1].actor
    marks = [
        mark
        for text in texts
        for mark in (Arrow("actor 0", last, text, encrypted=True, lost=True), Note(last, text), Heading(text))
    ]
    return Ladder(lifelines, tuple(marks))


def assert_drawn(lines: list[str], allowed: tuple[str, ...], ladder: Ladder) -> None:
    """Each lifeline and mark is one line of a known shape."""
    assert len(lines) == len(ladder.lifelines) + len(ladder.marks)
    for line in lines:
        assert any(re.fullmatch(shape, line) for shape in allowed), line


@pytest.mark.parametrize("name", STORIES)
def test_each_mark_of_a_recorded_story_is_one_line_of_either_language(name: str) -> None:
    ladder = ladder_of(story(name))
    assert_drawn(ladder_as_mermaid(ladder).splitlines()[1:], MERMAID_LINES, ladder)
    assert_drawn(ladder_as_plantuml(ladder, name).splitlines()[2:-1], PLANTUML_LINES, ladder)


@given(st.lists(st.sampled_from(TRICKS) | st.text(st.characters(codec=None)), min_size=2, max_size=4))
def test_a_strangers_text_never_leaves_its_label(texts: list[str]) -> None:
    ladder = of(*texts)
    assert_drawn(ladder_as_mermaid(ladder).splitlines()[1:], MERMAID_LINES, ladder)
    assert_drawn(ladder_as_plantuml(ladder, texts[0]).splitlines()[2:-1], PLANTUML_LINES, ladder)


def test_words_that_mermaid_looks_for_before_it_reads_a_line_are_hidden() -> None:
    drawn = ladder_as_mermaid(of("style a:b", "classDef x", "wrap: x", "nowrap: x"))
    assert not re.search(r"style|classDef|: (no)?wrap:", drawn)
    assert "#115;tyle" in drawn


def test_words_that_plantuml_would_act_on_are_spelled_out() -> None:
    drawn = ladder_as_plantuml(of('%getenv("PATH")', "a -- b // c"), "t")
    assert "%" not in drawn
    assert "a -<U+002D> b /<U+002F> c" in drawn


def test_an_arrow_says_by_its_shape_whether_it_was_encrypted_and_whether_anybody_read_it() -> None:
    ladder = Ladder(
        (Lifeline("a", "A"), Lifeline("b", "B")),
        (Arrow("a", "b", "1"), Arrow("b", "a", "2", encrypted=True), Arrow("a", "b", "3", lost=True)),
    )
    assert ladder_as_mermaid(ladder).splitlines()[3:] == ["    a0->>a1: 1", "    a1-->>a0: 2", "    a0-xa1: 3"]
    assert ladder_as_plantuml(ladder, "t").splitlines()[4:-1] == ["a0 -> a1 : 1", "a1 --> a0 : 2", "a0 ->x a1 : 3"]


def test_a_run_is_a_page_with_a_diagram_for_each_play() -> None:
    play = outcome(no_certificate_verdict(), told=story("no-certificate-1.3"))
    page = run_as_mermaid([play, play])
    assert page.count("```mermaid\nsequenceDiagram\n") == page.count("\n## b2b/b02") == 2
    assert run_as_plantuml([play, play]).count("@startuml\ntitle b2b/b02") == 2


def test_a_heading_of_the_page_is_no_markup() -> None:
    page = run_as_mermaid([outcome(no_certificate_verdict(), told=story("no-certificate-1.3"), name="x/<b>*_`[a](b)")])
    assert r"## x/\<b\>\*_\`\[a\](b) (TLS 1.3)" in page
