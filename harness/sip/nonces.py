"""The nonces that a server has given out, and what it saw of each (RFC 7616 3.3 and 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from string import hexdigits

LIFETIME = 300.0
"""Seconds for which a nonce is good. Ours: RFC 7616 leaves it to the server."""

MOST = 1024
"""Nonces at a time; one more and the oldest is forgotten. Its client is told that it is stale, and asks again."""

_LONGEST_COUNT = 8
_HEXADECIMAL = set(hexdigits)


@dataclass(slots=True)
class _Given:
    until: float
    count: int = 0


class Nonces:
    """Every nonce that is still good, the oldest first. Times are seconds on any clock that does not go back."""

    def __init__(self) -> None:
        self._given: dict[str, _Given] = {}

    def __len__(self) -> int:
        return len(self._given)

    def give(self, nonce: str, now: float) -> None:
        """Remember a fresh nonce."""
        self._forget_the_old(now)
        if len(self._given) >= MOST:
            del self._given[next(iter(self._given))]
        self._given[nonce] = _Given(now + LIFETIME)

    def is_fresh(self, nonce: str, count: str, now: float) -> bool:
        """Whether the nonce is ours and good, and only lower counts (hexadecimal) came with it; take note of this one.

        An old client sends no count: to that each nonce is good once.
        """
        self._forget_the_old(now)
        given = self._given.get(nonce)
        number = _number(count) if count else 1
        if given is None or number <= given.count:
            return False
        given.count = number
        return True

    def _forget_the_old(self, now: float) -> None:
        while self._given and self._given[oldest := next(iter(self._given))].until <= now:
            del self._given[oldest]


def _number(count: str) -> int:
    """Return what a nonce count says, 0 where it is none (RFC 7616 3.4: eight hexadecimal digits)."""
    return int(count, 16) if len(count) <= _LONGEST_COUNT and set(count) <= _HEXADECIMAL else 0
