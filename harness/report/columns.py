"""Inert text for a grid: each character takes one column, and what does not fit is cut. See harness.inert."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap

from harness.inert import escape, inert

# Marks that sit on the character before them, so that they take no column of a grid.
_COMBINING = {"Mn", "Me", "Mc"}
_WIDE = {"W", "F"}


def in_columns(text: str, *, unicode: bool = True) -> str:
    """Return inert text in which each character takes exactly one column, as a grid needs it.

    With `unicode` off everything outside ASCII is an escape.
    """
    return "".join(_in_a_column(character, unicode) for character in inert(text))


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """Return `text` in at most `width` columns; an ellipsis stands for what is missing."""
    if len(text) <= width:
        return text
    return text[: max(0, width - len(ellipsis))].rstrip() + ellipsis


@lru_cache(maxsize=4096)
def _in_a_column(character: str, allowed: bool) -> str:
    if character.isascii():
        return character
    takes_one = unicodedata.east_asian_width(character) not in _WIDE
    fits = takes_one and unicodedata.category(character) not in _COMBINING
    return character if allowed and fits else escape(character)


@dataclass(frozen=True, slots=True)
class Paper:
    """How wide the lines may be, and whether characters outside ASCII can be shown."""

    width: int
    unicode: bool

    def plain(self, text: str) -> str:
        """Return text in which each character takes one column and does nothing."""
        return in_columns(text, unicode=self.unicode)

    def hanging(self, word: str, text: str, margin: int) -> Iterator[str]:
        """Yield `word`, and `text` in lines that begin in the column `margin`; nothing where the text is empty."""
        shown = self.plain(text)
        first = f"{word:<{margin - 1}} " if margin else ""
        yield from wrap(
            shown,
            self.width,
            initial_indent=first,
            subsequent_indent=" " * margin,
            break_on_hyphens=False,
        )
