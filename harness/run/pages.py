"""The HTML pages, with the parts of them that somebody wrote by hand and that lie beside the program."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from harness.lab.settings import Lab
from harness.report.html import Parts, lesson_page, suite_page
from harness.report.outcome import PlayOutcome

_DRAWING = ("elements.js", "ladder.js", "certificate.js")
_SCRIPTS = {
    "suite": (*_DRAWING, "estate.js", "play.js", "suite.js"),
    "lesson": (*_DRAWING, "lesson.js"),
}


def page_parts(page: str) -> Parts:
    """Return the parts of a page, `suite` or `lesson`; KeyError for another."""
    return Parts(
        body=_part(f"{page}.html"),
        style=_part("page.css") + _part(f"{page}.css"),
        script="".join(map(_part, _SCRIPTS[page])),
    )


def run_as_html(outcomes: Sequence[PlayOutcome], healthy: Lab) -> str:
    """Return a run as one HTML file; `healthy` is the lab in which its scenarios changed something."""
    return suite_page(outcomes, healthy, page_parts("suite"))


def lesson_as_html(title: str, well: Sequence[PlayOutcome], broken: Sequence[PlayOutcome], healthy: Lab) -> str:
    """Return a lesson as one HTML file: the plays that go well, and beside them the same ones where they break."""
    return lesson_page(title, (well, broken), healthy, page_parts("lesson"))


def _part(name: str) -> str:
    return files("harness.report.html").joinpath("parts", name).read_text("utf-8")
