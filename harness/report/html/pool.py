"""What many plays have in common, once each: texts, certificates, whatever else would fill a page many times."""

from __future__ import annotations

import json
import re
from typing import Any

from harness.inert import inert

BLOCK = "\ue000"
"""Stands for the first three octets of a play's addresses, which differ where nothing else does.

A character for private use, which no inert text holds.
"""

_SPACE = re.compile(r"[ \t\r\n]+")


class Pool:
    """Gives each value a number, from 0, the same one for equal values."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.values: list[Any] = []

    def number(self, value: Any) -> int:
        """Return the number of a value that JSON can hold."""
        key = json.dumps(value)
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]


class Texts:
    """The texts of one play in a pool: inert, and without the addresses that its lab happened to claim.

    `block` are the first three octets of the lab's addresses, such as "127.88.3".
    """

    def __init__(self, pool: Pool, block: str = "") -> None:
        self._pool = pool
        self._block = block

    def number(self, text: str) -> int:
        """Return the number of a text, white space folded."""
        told = inert(_SPACE.sub(" ", text).strip())
        return self._pool.number(told.replace(f"{self._block}.", f"{BLOCK}.") if self._block else told)

    def numbers(self, texts: tuple[str, ...] | list[str]) -> list[int]:
        """Return the numbers of several texts, in their order."""
        return [self.number(text) for text in texts]
