"""A stranger's bytes may make the Rust code beneath cryptography panic, which Python does not see as an Exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def without_panic(load: Callable[[], T]) -> T:
    """Return what `load` returns; its exceptions pass, and a panic becomes a ValueError.

    Measured with cryptography 50: a PEM key whose DEK-Info has too short an initialisation vector panics.
    """
    try:
        return load()
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # PanicException, which has no name that could be imported
        raise ValueError("the bytes cannot be read") from None
