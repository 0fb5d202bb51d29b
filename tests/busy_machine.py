"""Limits of time for programs that tests start, which other processes may keep from a core."""

from __future__ import annotations

import time

_PIECE = 0.1


def in_time(seconds: float, limit: float) -> bool:
    """Whether something took less than its limit in seconds, as it would on a core of its own.

    Where it took longer, a piece of work is timed now: what that takes beyond its CPU time stretches the limit.
    """
    return seconds < limit or seconds < limit * _slowness()


def _slowness() -> float:
    """How many seconds go by while this process gets one second of CPU time."""
    began, worked = time.monotonic(), time.process_time()
    while time.process_time() - worked < _PIECE:
        pass
    return (time.monotonic() - began) / _PIECE
