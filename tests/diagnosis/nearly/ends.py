"""The first row of the table and the last."""

from __future__ import annotations

from meeting import Meeting

from nearly.row import but, row
from nearly.stories import CALL_REFUSED, SILENCE

ROWS = (
    row("none", CALL_REFUSED.but(completed=True), but("the step came to nothing", "sip-refused", completed=False)),
    row("sip-unanswered", Meeting(dialled=False), but("the step came to its end", "none", completed=True)),
    row("unexplained", SILENCE),
)
