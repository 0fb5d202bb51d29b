"""What is told of a failing test, and what is kept of its plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harness.api.certificate_values import Change
from harness.api.played import Play
from harness.errors import ScenarioError
from harness.run.disk import write_play

_IN_FULL = 3


def keep(told: Sequence[Play | Change], new_folder: Callable[[], Path]) -> str:
    """Write the plays to a new folder; return what a person is told of the plays and changes, and the place."""
    plays = [each for each in told if isinstance(each, Play)]
    lines = [*_told(told)]
    if plays:
        lines.append(_kept(plays, new_folder))
    return "\n".join(lines)


def _told(told: Sequence[Play | Change]) -> Iterator[str]:
    """Yield the last few in full, those before them in a line each."""
    for each in told[:-_IN_FULL]:
        yield repr(each)
    for each in told[-_IN_FULL:]:
        yield each.text


def _kept(plays: Sequence[Play], new_folder: Callable[[], Path]) -> str:
    try:
        folder = new_folder()
        for number, play in enumerate(plays, start=1):
            write_play(folder / str(number) if len(plays) > 1 else folder, play.outcome)
    except (OSError, ScenarioError) as error:
        return f"The plays could not be kept: {error}"
    return f"Transcripts, ladders, key logs and certificates: {folder}"
