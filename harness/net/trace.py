"""For which request something is done: the trace context of the task that does it.

Theory, as distributed tracing has it (W3C Trace Context): a request that comes in begins a trace, whatever is started
for it inherits that, and a request that goes on to the next actor takes it along. All actors live in one process, so
nothing travels on the wire: a recorder that wants traces remembers which request left on which connection.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trace:
    """A visitor's connection, by its number, and the `request` on it; None for the connection itself."""

    connection: int
    request: Hashable = None


_CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """Return for which request this task works, None where it works for none."""
    return _CURRENT.get()


def follow(trace: Trace | None) -> None:
    """Let this task, and whatever it starts from now on, work for that request."""
    _CURRENT.set(trace)
