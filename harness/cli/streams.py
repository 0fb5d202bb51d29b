"""Standard output and standard error as people see them: what strangers wrote shows there, and acts on nothing.

Every command prints through these, so that no command has to think of it. Only our own colours pass, and only to a
terminal; what an old encoding cannot say becomes an escape as well, and no exception. A full disk below standard output
is a fault of the place that somebody chose; standard error has nobody left to tell.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

from harness.inert import inert_lines

_OUR_COLOURS = re.compile(r"(\x1b\[(?:0|1|32|1;31)m)")
"""What `report.results_table` paints with; a stranger's colours are escapes like the rest of his controls."""


class InertStream:
    """Passes text on to `raw`; everything that is not writing is asked of `raw` itself.

    `lost` is called with the error where the text cannot be written; a reader who went away stays a BrokenPipeError.
    """

    def __init__(self, raw: TextIO, lost: Callable[[OSError], None]) -> None:
        self.raw = raw
        self._lost = lost

    def __getattr__(self, name: str) -> object:
        return getattr(self.raw, name)

    def write(self, text: str) -> int:
        """Write `text` with every character that acts as an escape; return how many characters were given."""
        shown = _coloured(text) if self.raw.isatty() else inert_lines(text)
        encoding = self.raw.encoding or "utf-8"
        self._try(lambda: self.raw.write(shown.encode(encoding, "backslashreplace").decode(encoding)))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of `lines`."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand over what was written so far."""
        self._try(self.raw.flush)

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._lost(error)


def _coloured(text: str) -> str:
    parts = _OUR_COLOURS.split(text)  # every second one is a colour
    return "".join(part if place % 2 else inert_lines(part) for place, part in enumerate(parts))


@contextmanager
def inert_streams() -> Iterator[None]:
    """Have all that is printed pass through `InertStream` for as long as the block lasts.

    A stream that was closed before we began swallows everything. One that somebody replaced on the way (click, where
    the reader went away) or took away stays as it is: at its end Python would flush the old one, and fail.
    """
    out, err = sys.stdout, sys.stderr
    ours = InertStream(out or _nowhere(), _refuse), InertStream(err or _nowhere(), lambda _: None)
    sys.stdout, sys.stderr = ours
    try:
        yield
    finally:
        if sys.stdout is ours[0]:
            sys.stdout = out
        sys.stderr = err


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  # stands for a stream, as long as we run


def _refuse(error: OSError) -> NoReturn:
    from harness.errors import Fault, ScenarioError  # noqa: PLC0415  # only where something went wrong

    sys.stdout = None  # nothing more to flush
    problem = f"cannot be written: {error.strerror}"
    raise ScenarioError([Fault("standard output", 0, 0, problem, "choose another place")]) from None
