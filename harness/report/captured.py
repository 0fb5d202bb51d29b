"""What was read of a capture and judged: the value that its text and its JSON are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harness.capture.reading.stories import Story
from harness.verdict import Verdict

STOOD, STOPPED, OPEN = "stood", "stopped", "open"
"""What became of a connection or call: nobody refused it, somebody did, or the capture does not show it."""


@dataclass(frozen=True, slots=True)
class JudgedStory:
    """A connection or call of a capture, and what the judge says of it."""

    story: Story
    verdict: Verdict

    @property
    def outcome(self) -> str:
        """One of `STOOD`, `STOPPED`, `OPEN`."""
        if self.story.is_open:
            return OPEN
        return STOOD if self.verdict.stopped is None else STOPPED


@dataclass(frozen=True, slots=True)
class JudgedCapture:
    """A capture, judged.

    `file` is its path, `packets` counts what was read of it, `began` is the time of the first packet, None where there
    is none. `remarks` say what was left out, cut off or not to be read, `dead_ends` which names led to no address.
    """

    file: str
    packets: int
    began: datetime | None
    stories: tuple[JudgedStory, ...]
    remarks: tuple[str, ...]
    dead_ends: tuple[str, ...]

    @property
    def stopped(self) -> tuple[JudgedStory, ...]:
        """The stories that somebody stopped."""
        return tuple(each for each in self.stories if each.outcome == STOPPED)
