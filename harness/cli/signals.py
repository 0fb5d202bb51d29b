"""SIGTERM ends a command as Ctrl-C does: at a place where that is safe, with what was reached so far kept and said."""

from __future__ import annotations

import atexit
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Hand each SIGTERM to whoever handles SIGINT, for as long as the block lasts.

    trio takes SIGINT at a checkpoint only, and only where Python's own handler for it is in place. A script that starts
    us with `&`, and nohup, have SIGINT ignored: then it is blocked instead, which is the same to whoever sends one, and
    the handler can stand. A SIGTERM that is ignored stays ignored.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) is signal.SIG_IGN:
        yield
        return
    atexit.register(_deaf)  # what Python tidies up takes a while, and the exit code is settled by then
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    ignored = before[0] is signal.SIG_IGN
    if ignored:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before[1])
        signal.signal(signal.SIGINT, before[0])
        if ignored:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def finishing() -> Iterator[None]:
    """Let one interrupt wait for the end of the block, and raise it then; a second one does not wait.

    Nothing where somebody else handles SIGINT, or where this is not the main thread.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    noted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if noted:
            signal.default_int_handler(number, frame)
        noted.append(number)

    try:
        signal.signal(signal.SIGINT, note)
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if noted:
        raise KeyboardInterrupt


def _deaf() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
