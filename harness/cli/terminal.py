"""What the terminal can show, and progress on stderr while something runs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.inert import inert

_NARROWEST, _WIDEST = 60, 120
_QUARTERS = 4

Tick = Callable[[str], None]


def at_terminal() -> bool:
    """Whether standard output is a terminal; one that was closed is none."""
    return sys.stdout is not None and sys.stdout.isatty()


def colours() -> bool:
    """Whether standard output wants colour: a terminal, and no NO_COLOR."""
    return at_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to write in: the terminal's, 80 in a pipe."""
    columns = shutil.get_terminal_size((80, 24)).columns if at_terminal() else 80
    return min(max(columns, _NARROWEST), _WIDEST)


def speaks_unicode() -> bool:
    """Whether standard output takes arrows and dots."""
    return (getattr(sys.stdout, "encoding", "") or "ascii").lower().replace("-", "").startswith("utf")


@contextmanager
def progress(total: int, what: str) -> Iterator[Tick]:
    """Yield a function to be called with a word for each thing done, out of `total`."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bar(total, what) as tick:
            yield tick
    else:
        yield _quarterly(total, what)


@contextmanager
def _bar(total: int, what: str) -> Iterator[Tick]:
    from rich.console import Console  # noqa: PLC0415  # only where a bar is drawn
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn(what), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.fields[now]}"))
    with Progress(*columns, console=Console(file=getattr(sys.stderr, "raw", sys.stderr)), transient=True) as bar:
        task = bar.add_task(what, total=total, now="")

        def tick(word: str) -> None:
            bar.update(task, advance=1, now=inert(word[:40]))

        yield tick


def _quarterly(total: int, what: str) -> Tick:
    """Tell a log, four times in all, how far it is."""
    done = 0

    def tick(_word: str) -> None:
        nonlocal done
        done += 1
        quarter = done * _QUARTERS // total
        if total > _QUARTERS and quarter != (done - 1) * _QUARTERS // total:
            print(f"{done} of {total} {what}", file=sys.stderr, flush=True)

    return tick
