"""Lines of a given width in which nothing that a stranger wrote can act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from harness.report.columns import in_columns


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
