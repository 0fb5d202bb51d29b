"""The table of a run: one line for each play, under the name of its family.

Plain text; with `colour` the words carry terminal colours, by rich, which is imported only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from harness.report.inert import cut, in_columns
from harness.report.json_report import in_order
from harness.report.outcome import PlayOutcome
from harness.report.wording import actor_names, alert_words

NARROWEST = 78
"""Below this width in columns lines are wider than asked."""

Cells: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its heading, and how narrow it may become where width is short."""

    heading: str
    least: int


_COLUMNS = (
    _Column("play", 17),
    _Column("TLS", 3),
    _Column("stopped at", 10),
    _Column("by", 12),
    _Column("alert", 5),
    _Column("cause", 23),
    _Column("", 2),
)
_MET, _NOT_MET = "ok", "NO"
_TAIL = 6
"""Characters kept of the end of a long id: `…-on-expressway-c` and `…-on-expressway-e` are two scenarios."""
_WIDE = 110
"""From this width in columns on, alerts have their names."""
_STYLES = {_MET: "green", _NOT_MET: "bold red", "completed": "green"}


def run_table(outcomes: Iterable[PlayOutcome], *, width: int = 80, colour: bool = False, unicode: bool = True) -> str:
    """Return the table of a run, sorted by family and id; the last line counts.

    The last column says `ok` where the expectation was met and `NO` where it was not. Text is cut with an
    ellipsis to stay within `width` columns; with `unicode` off all of it is ASCII.
    """
    plays = sorted(outcomes, key=in_order)
    rows = [tuple(in_columns(cell, unicode=unicode) for cell in _cells(outcome, width)) for outcome in plays]
    widths = _widths(rows, max(width, NARROWEST))
    sheet = _Sheet(widths, "…" if unicode else "~", colour=colour)
    lines = [sheet.heading(tuple(column.heading for column in _COLUMNS))]
    for family, members in groupby(zip(plays, rows, strict=True), key=lambda pair: pair[0].scenario.family):
        lines += ["", sheet.heading((in_columns(family or "(no family)", unicode=unicode),))]
        lines += [sheet.row(cells) for _outcome, cells in members]
    return "\n".join([*lines, "", _count(plays)]) + "\n"


def _cells(outcome: PlayOutcome, width: int) -> Cells:
    """Return the cells of one play, of the step that stopped where one did."""
    scenario, verdict, stopped = outcome.scenario, outcome.verdict, outcome.verdict.stopped
    name = scenario.name.rpartition("/")[2]
    row_name = f"{scenario.row} " if scenario.row and not name.lower().startswith(scenario.row.lower()) else ""
    met = _MET if outcome.met else _NOT_MET
    if stopped is None or stopped.stopped_at is None:
        return (row_name + name, verdict.tls_version, "completed", "", "", verdict.cause, met)
    by = actor_names(outcome.transcript).get(stopped.by, stopped.by)
    alert = alert_words(stopped.alert) if width >= _WIDE else alert_words(stopped.alert).partition(" ")[0]
    stage = stopped.stopped_at.value
    return (row_name + name, verdict.tls_version, stage, by, alert, verdict.cause, met)


def _widths(rows: Sequence[Cells], width: int) -> list[int]:
    """Return the columns' widths: those of their cells, narrowed where there is most to spare until it fits."""
    headings = tuple(column.heading for column in _COLUMNS)
    widths = [max(map(len, cells)) for cells in zip(headings, *rows, strict=True)]
    spare = [have - column.least for have, column in zip(widths, _COLUMNS, strict=True)]
    for _ in range(sum(widths) + len(widths) - 1 - width):
        place = spare.index(max(spare))
        spare[place] -= 1
        widths[place] -= 1
    return widths


def _count(plays: Sequence[PlayOutcome]) -> str:
    missed = sum(not outcome.met for outcome in plays)
    noun = "play" if len(plays) == 1 else "plays"
    if not missed:
        return f"{len(plays)} {noun}, as expected"
    return f"{len(plays)} {noun}: {len(plays) - missed} as expected, {missed} NOT as expected"


class _Sheet:
    """Lays cells out in columns, and colours them where that is wanted."""

    def __init__(self, widths: Sequence[int], ellipsis: str, *, colour: bool) -> None:
        self._widths = widths
        self._ellipsis = ellipsis
        self._colour = colour

    def heading(self, cells: Cells) -> str:
        """Return a line of headings."""
        whole = self._laid_out(cells) if len(cells) > 1 else cells
        return " ".join(self._painted(cell, "bold") for cell in whole).rstrip()

    def row(self, cells: Cells) -> str:
        """Return the line of one play."""
        laid_out = zip(cells, self._laid_out(cells), strict=True)
        return " ".join(self._painted(shown, _STYLES.get(cell, "")) for cell, shown in laid_out).rstrip()

    def _laid_out(self, cells: Cells) -> list[str]:
        tails = (_TAIL, *([0] * len(cells)))
        laid_out = zip(cells, self._widths, tails, strict=False)
        return [cut(cell, width, ellipsis=self._ellipsis, tail=tail).ljust(width) for cell, width, tail in laid_out]

    def _painted(self, text: str, style: str) -> str:
        if not (self._colour and style):
            return text
        from rich.color import ColorSystem  # noqa: PLC0415  # 60 ms, for a terminal alone
        from rich.style import Style  # noqa: PLC0415  # as above

        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
