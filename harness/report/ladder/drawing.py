"""A ladder as text: lifelines on the left, words on the right, one row for each mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from textwrap import wrap

from harness.report.columns import cut, in_columns
from harness.report.ladder.marks import HELD, Arrow, Heading, Ladder, Mark, Note

NARROWEST = 60
"""Below this width in columns a ladder is drawn wider than asked."""

_WORDS_WANT = 50
_GAPS = range(5, 17)
_MOST_ROWS = 6


@dataclass(frozen=True, slots=True)
class _Pens:
    """The characters of one drawing."""

    lifeline: str
    crossing: str
    clear: str
    encrypted: str
    right: str
    left: str
    lost: str
    note: str
    rule: str
    ellipsis: str


_UNICODE = _Pens("│", "┼", "─", "┄", "▶", "◀", "✕", "●", "━", "…")
_ASCII = _Pens("|", "+", "-", "=", ">", "<", "x", "*", "-", "...")


def draw(ladder: Ladder, *, width: int = 80, unicode: bool = True, began: datetime | None = None) -> str:
    """Return a ladder as lines of at most `width` columns, every text inert; ASCII with `unicode` off.

    With `began`, the time at which the play did, each mark has its own in the margin.
    """
    margin = len(_clock(began, 0.0)) if began else 0
    sheet = _Sheet(ladder, max(width - margin, NARROWEST), _UNICODE if unicode else _ASCII)
    lines = [" " * margin + line for line in sheet.names()]
    for mark in ladder.marks:
        first, *more = sheet.rows(mark)
        at = _clock(began, mark.at) if began and not isinstance(mark, Heading) else " " * margin
        lines += [at + first, *(" " * margin + line for line in more)]
    return "\n".join([*(line.rstrip() for line in lines), "", sheet.legend()]) + "\n"


def _clock(began: datetime, at: float) -> str:
    """Return a time of the day in milliseconds, and the blank behind it."""
    return f"{began + timedelta(seconds=at):%H:%M:%S.%f}"[:-3] + " "


class _Sheet:
    def __init__(self, ladder: Ladder, width: int, pens: _Pens) -> None:
        self._width, self._pens = width, pens
        gaps = max(1, len(ladder.lifelines) - 1)
        gap = min(_GAPS[-1], max(_GAPS[0], (width - _WORDS_WANT) // gaps))
        self._columns = {line.actor: gap * place for place, line in enumerate(ladder.lifelines)}
        self._names = [self._safe(line.name) for line in ladder.lifelines]
        self._gap = gap
        self._words_at = max(self._columns.values(), default=0) + 3

    def names(self) -> list[str]:
        """Return the head: every name above its lifeline, one below the other where they need the room."""
        columns = list(self._columns.values())
        if all(len(name) < self._gap for name in self._names[:-1]):
            named = zip(columns, self._names, strict=True)
            return ["".join(name.ljust(self._gap) for _column, name in named).rstrip()]
        lines = []
        for place, (column, name) in enumerate(zip(columns, self._names, strict=True)):
            cells = self._lifelines(columns[:place])
            lines.append("".join(cells[:column]) + cut(name, self._width - column, ellipsis=self._pens.ellipsis))
        return lines

    def rows(self, mark: Mark) -> list[str]:
        """Return the rows of one mark; long words go on below it."""
        match mark:
            case Heading(text=text):
                return self._heading(text)
            case Arrow(sender=sender, receiver=receiver) if sender != receiver:
                return self._beside(self._arrow(mark), mark.label)
            case Arrow(sender=actor, label=text) | Note(actor=actor, text=text):
                cells = self._lifelines()
                cells[self._columns[actor]] = self._pens.note
                return self._beside(cells, f"{self._name(actor)}: {text}")

    def legend(self) -> str:
        """Return what the characters mean."""
        pens = self._pens
        meanings = (
            f"{pens.clear * 2}{pens.right} in clear",
            f"{pens.encrypted * 2}{pens.right} encrypted",
            f"{pens.clear}{pens.lost} sent, never read",
            f"{pens.note} inside one actor",
        )
        return "   ".join(meanings)

    def _arrow(self, arrow: Arrow) -> list[str]:
        pens, cells = self._pens, self._lifelines()
        start, end = self._columns[arrow.sender], self._columns[arrow.receiver]
        step = 1 if end > start else -1
        stop = (start + end) // 2 if arrow.lost else end - step
        for column in range(start + step, stop, step):
            cells[column] = pens.crossing if cells[column] == pens.lifeline else self._stroke(arrow)
        cells[stop] = pens.lost if arrow.lost else pens.right if step > 0 else pens.left
        return cells

    def _stroke(self, arrow: Arrow) -> str:
        return self._pens.encrypted if arrow.encrypted else self._pens.clear

    def _lifelines(self, columns: Sequence[int] | None = None) -> list[str]:
        cells = [" "] * self._words_at
        for column in self._columns.values() if columns is None else columns:
            cells[column] = self._pens.lifeline
        return cells

    def _beside(self, cells: list[str], words: str) -> list[str]:
        room = self._width - self._words_at
        held = HELD.join(self._safe(part) for part in words.split(HELD))
        lines = [line.replace(HELD, " ") for line in wrap(held, room, break_on_hyphens=False)] or [""]
        if len(lines) > _MOST_ROWS:
            lines = [
                *lines[: _MOST_ROWS - 1],
                cut(" ".join(lines[_MOST_ROWS - 1 :]), room, ellipsis=self._pens.ellipsis),
            ]
        below = "".join(self._lifelines())
        return [("".join(cells) + lines[0]).rstrip(), *(below + line for line in lines[1:])]

    def _heading(self, text: str) -> list[str]:
        rule = self._pens.rule
        first, *rest = wrap(self._safe(text), self._width - 4) or [""]
        return [f"{rule * 2} {first} ".ljust(self._width, rule), *(f"   {line}" for line in rest)]

    def _name(self, actor: str) -> str:
        return self._names[list(self._columns).index(actor)]

    def _safe(self, text: str) -> str:
        return in_columns(text, unicode=self._pens is _UNICODE)
