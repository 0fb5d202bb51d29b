"""A play runs a trio of its own. Inside somebody else's event loop it does so in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import trio

_T = TypeVar("_T")


def run_alone(call: Callable[[], _T]) -> _T:
    """Return what `call` does, which starts an event loop: also from a test that is asynchronous itself.

    Such a test waits as it would for any call that is not awaited.
    """
    if not trio.lowlevel.in_trio_run() and not _in_asyncio():
        return call()
    with ThreadPoolExecutor(1, "sip-mtls") as thread:
        return thread.submit(call).result()


def _in_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
