"""Standard output of a program that stands for weeks: a full disk below it must not end the lab."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable


class LastingOutput:
    """Writes whole lines, past Python's buffer, which would try again what failed and fail at the end once more.

    While they cannot be written, a complaint goes to standard error once, and lines are counted instead; the number
    stands before the next one that can. A reader who went away is a BrokenPipeError, as ever: nobody is left to tell.
    `is_stuck` says that a line is being written, which lasts for as long as whoever reads a pipe pauses.
    """

    def __init__(self) -> None:
        self.is_stuck = False
        self._lost = 0

    def say(self, lines: Iterable[str]) -> None:
        """Write lines; nothing where standard output is closed."""
        if sys.stdout is None:
            return
        self.is_stuck = True
        for line in lines:
            self._line(line)
        self.is_stuck = False

    def _line(self, line: str) -> None:
        try:
            if self._lost:
                _write(f"{self._lost} lines are missing here: they could not be written")
                self._lost = 0
            _write(line)
        except BrokenPipeError:
            self.is_stuck = False
            raise
        except OSError as error:
            if not self._lost:
                told = f"standard output cannot be written: {error.strerror}. The lab goes on, and lines are lost."
                print(told, file=sys.stderr, flush=True)
            self._lost += 1


def _write(line: str) -> None:
    left = memoryview(f"{line}\n".encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    while left:
        left = left[os.write(sys.stdout.fileno(), left) :]
