"""The table of a run: each scenario by its row and title, and below it a line for each TLS version.

Plain text; with `colour` the words carry terminal colours, by rich, which is imported only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from harness.report.columns import cut, in_columns
from harness.report.json_report import in_order
from harness.report.outcome import PlayOutcome
from harness.report.wording import actor_names, alert_words, several_edges

NARROWEST = 60
"""Below this width in columns lines are wider than asked."""

Cells: TypeAlias = tuple[str, ...]

_HEADINGS: Cells = ("TLS", "stopped at", "refused by", "alert", "cause", "")
_CAUSE = 4
_INDENT = " " * 6
_GAP = "  "
_MET, _NOT_MET = "ok", "NO"
_WIDE = 110
"""From this width in columns on, alerts have their names."""
_STYLES = {_MET: "green", _NOT_MET: "bold red", "completed": "green"}


def run_table(
    outcomes: Iterable[PlayOutcome], *, width: int = 80, colour: bool = False, unicode: bool = True, lost: int = 0
) -> str:
    """Return the table of a run, sorted by family and id; the last line counts.

    A completed play names the node that it met, where the edge has several. The last column says `ok` where the
    expectation was met and `NO` where it was not. Text is cut with an ellipsis to stay within `width` columns;
    with `unicode` off all of it is ASCII. `lost` plays did not take place, which the last line says.
    """
    plays = sorted(outcomes, key=in_order)
    rows = [tuple(in_columns(cell, unicode=unicode) for cell in _cells(outcome, width)) for outcome in plays]
    sheet = _Sheet(rows, max(width, NARROWEST), "…" if unicode else "~", colour=colour)
    lines = [sheet.row(_HEADINGS, "bold")]
    for family, members in groupby(zip(plays, rows, strict=True), key=lambda pair: pair[0].scenario.family):
        lines += ["", sheet.line(in_columns(family or "(no family)", unicode=unicode), "bold")]
        lines += _family_lines(list(members), sheet, unicode=unicode)
    return "\n".join([*lines, "", _count(plays, lost)]) + "\n"


def _family_lines(members: Sequence[tuple[PlayOutcome, Cells]], sheet: _Sheet, *, unicode: bool) -> Iterator[str]:
    for _name, played in groupby(members, key=lambda pair: pair[0].scenario.name):
        versions = list(played)
        scenario = versions[0][0].scenario
        yield sheet.line(in_columns(f"{scenario.row:<{len(_INDENT)}}{scenario.title}", unicode=unicode))
        yield from (sheet.row(cells) for _outcome, cells in versions)


def _cells(outcome: PlayOutcome, width: int) -> Cells:
    """Return the cells of one play, of the step that stopped where one did."""
    verdict, stopped = outcome.verdict, outcome.verdict.stopped
    met = _MET if outcome.met else _NOT_MET
    if stopped is None or stopped.stopped_at is None:
        return (verdict.tls_version, "completed", _reached(outcome), "", verdict.cause, met)
    by = actor_names(outcome.transcript).get(stopped.by, stopped.by)
    alert = alert_words(stopped.alert) if width >= _WIDE else alert_words(stopped.alert).partition(" ")[0]
    return (verdict.tls_version, stopped.stopped_at.value, by, alert, verdict.cause, met)


def _reached(outcome: PlayOutcome) -> str:
    """Return the node that the last step of a completed play reached, where there is a choice of nodes."""
    steps = outcome.verdict.steps
    if not steps or not steps[-1].reached or not several_edges(outcome.transcript):
        return ""
    return f"(met {steps[-1].reached})"


def _count(plays: Sequence[PlayOutcome], lost: int) -> str:
    missed, asked = sum(not outcome.met for outcome in plays), len(plays) + lost
    noun = "play" if asked == 1 else "plays"
    if not missed and not lost:
        return f"{asked} {noun}, as expected"
    counts = ((missed, "NOT as expected"), (lost, "NOT PLAYED"))
    told = [f"{len(plays) - missed} as expected", *(f"{count} {what}" for count, what in counts if count)]
    return f"{asked} {noun}: {', '.join(told)}"


class _Sheet:
    """Lays cells out in columns, and colours them where that is wanted. The cause gives way where width is short."""

    def __init__(self, rows: Sequence[Cells], width: int, ellipsis: str, *, colour: bool) -> None:
        self._width = width
        self._ellipsis = ellipsis
        self._colour = colour
        self._widths = [max(map(len, cells)) for cells in zip(_HEADINGS, *rows, strict=True)]
        taken = len(_INDENT) + sum(self._widths) + len(_GAP) * (len(_HEADINGS) - 1)
        self._widths[_CAUSE] -= max(0, taken - width)

    def line(self, text: str, style: str = "") -> str:
        """Return a line of its own."""
        return self._painted(cut(text, self._width, ellipsis=self._ellipsis), style)

    def row(self, cells: Cells, style: str = "") -> str:
        """Return a line of the table; every cell in `style`, or in that of its word."""
        shown = [
            self._painted(cut(cell, width, ellipsis=self._ellipsis).ljust(width), style or _STYLES.get(cell, ""))
            for cell, width in zip(cells, self._widths, strict=True)
        ]
        return (_INDENT + _GAP.join(shown)).rstrip()

    def _painted(self, text: str, style: str) -> str:
        if not (self._colour and style):
            return text
        from rich.color import ColorSystem  # noqa: PLC0415  # 60 ms, for a terminal alone
        from rich.style import Style  # noqa: PLC0415  # as above

        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
