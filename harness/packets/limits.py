"""What a capture may cost to read, and what is said where a limit was reached or something was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

_MOST_REMARKS = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a capture is read and kept.

    `block` is the longest block or packet of a file in bytes. `connections` and `datagrams` are how many are kept,
    `stream` the bytes kept of one direction of one connection, `kept` those of all together, `waiting` the bytes of one
    direction that came before their turn. `fragments` are the IP packets in pieces at a time. `secrets` are the bytes
    of all key logs in a file.
    """

    block: int = 16 << 20
    connections: int = 20_000
    datagrams: int = 50_000
    stream: int = 1 << 20
    kept: int = 256 << 20
    waiting: int = 1 << 20
    fragments: int = 256
    secrets: int = 16 << 20


class Remarks:
    """Sentences about a file, each once with the number of times that it was true, in order."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def add(self, sentence: str) -> None:
        """Remember a sentence, which must not hold a number that differs from packet to packet."""
        if sentence in self._times or len(self._times) < _MOST_REMARKS:
            self._times[sentence] += 1

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what is to be said, with the number of times where it was more than one."""
        return tuple(f"{said} ({times} times)" if times > 1 else said for said, times in self._times.items())
