"""Ctrl-C in the middle of dnspython."""

from __future__ import annotations


def raise_interrupt_in(error: Exception) -> None:
    """Raise the KeyboardInterrupt from which dnspython made `error`; return where it made it from something else.

    `dns.exception.ExceptionWrapper`, around the reading of each record, turns every exception into one of its own.
    """
    if isinstance(error.__cause__, KeyboardInterrupt):
        raise error.__cause__
