"""Labels of a ladder for diagram languages: inert, and cut into lines that a diagram has room for."""

from __future__ import annotations

from textwrap import wrap

from harness.inert import inert
from harness.report.columns import cut
from harness.report.ladder.marks import HELD

LINE_WIDTH = 44
_MOST_LINES = 6
_NOTHING = "-"


def label_lines(text: str, *, width: int = LINE_WIDTH) -> list[str]:
    """Return a label as one to six lines of at most `width` characters, none of them empty."""
    lines = wrap(inert(text.replace(HELD, " ")), width, break_on_hyphens=False) or [_NOTHING]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], cut(" ".join(lines[_MOST_LINES - 1 :]), width)]
    return lines
