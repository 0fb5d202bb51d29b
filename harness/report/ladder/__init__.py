"""The ladder: a play as arrows between lifelines, each wire message once, in the order of cause and effect."""

from __future__ import annotations

from datetime import datetime

from harness.report.ladder.drawing import draw
from harness.report.ladder.marks import Arrow, Heading, Ladder, Layer, Lifeline, Mark, Note
from harness.report.ladder.story import ladder_of
from harness.transcript import Transcript
from harness.verdict import Verdict

__all__ = ["Arrow", "Heading", "Ladder", "Layer", "Lifeline", "Mark", "Note", "draw", "draw_ladder", "ladder_of"]


def draw_ladder(
    transcript: Transcript,
    verdict: Verdict | None = None,
    *,
    width: int = 80,
    unicode: bool = True,
    set_up: bool = False,
    began: datetime | None = None,
) -> str:
    """Return a play as a picture in text, without colour, in at most `width` columns.

    With a verdict each step ends with where it stopped and who refused whom. With `unicode` off all of it
    is ASCII. `set_up` shows also how the traversal zones came up, which otherwise is shown where it failed. With
    `began`, the time at which the play did, each mark has its own in the margin.
    """
    return draw(ladder_of(transcript, verdict, set_up=set_up), width=width, unicode=unicode, began=began)
