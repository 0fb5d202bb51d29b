"""Blocks of loopback addresses for programs that tests start, each claimed as a lab claims its own.

Two workers, two suites, and labs that look for a block themselves, all on one machine, never get the same one.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from functools import cache

from harness.net.loopback import LoopbackNetwork

__all__ = ["fresh_block", "own_block"]

_CLAIMS = ExitStack()
atexit.register(_CLAIMS.close)


def fresh_block() -> str:
    """Return a block such as "127.88.3" that nobody else gets while this process lives."""
    return _CLAIMS.enter_context(LoopbackNetwork().block())


def own_block() -> str:
    """Return the block of this process, each time the same; a fork has one of its own."""
    return _block_of(os.getpid())


@cache
def _block_of(_process: int) -> str:
    return fresh_block()
