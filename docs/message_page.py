"""The page of messages: what `sip-mtls explain` reads, and what `--log expressway` writes."""

from __future__ import annotations

from collections.abc import Iterator

from cause_pages import in_italics
from citations import linked

from harness.diagnosis.explain import MESSAGE_ROWS, MessageRow
from harness.diagnosis.explain.row import By, Guess, Kind
from harness.report.expressway_log import ROWS


def messages_page(note: str) -> Iterator[str]:
    """Yield the page; `note` says where it comes from."""
    yield from ("# Messages", "", note, "")
    yield (
        "What `sip-mtls explain` recognises, and what it says of it. No number stands for one cause: causes hang on "
        "who refused and when. *Who* is seen from the end that wrote the message, because logs read reversed: an alert "
        "in a log was received there. The first row that fits claims a line, the more telling rows come first. In "
        "brackets stands who says so."
    )
    for kind in Kind:
        yield from ("", f"## {kind.value}", "", "| message, for example | meaning | who | stage | causes |")
        yield "|---|---|---|---|---|"
        yield from (_message_line(row) for row in MESSAGE_ROWS if row.kind is kind)
    yield from _log_part()


def _message_line(row: MessageRow) -> str:
    example = row.example.replace("`", "")
    stages = " or ".join(stage.value for stage in row.stages)
    causes = "<br>".join(_guess(guess) for guess in row.guesses)
    cells = (f"`{example}`", f"{row.meaning} ({linked(row.source)})", row.blame.value, stages, causes)
    return f"| {' | '.join(map(_cell, cells))} |"


def _guess(guess: Guess) -> str:
    by = "" if guess.by is By.EITHER else f"by {guess.by.value}"
    condition = "; ".join(part for part in (by, guess.when) if part)
    causes = ", ".join(f"[`{key}`](causes/{key}.md)" for key in guess.causes)
    return f"{condition}: {causes}" if condition else causes


def _log_part() -> Iterator[str]:
    yield from ("", "## What the Expressways log", "")
    yield (
        "What `sip-mtls run … --log expressway` writes, and in which situation. Every line says `(simulated)`. Strings "
        "are those that people search for in real logs; the order of the fields is ours where no document shows it. "
        "*Italics* are filled in."
    )
    yield from ("", "| situation | channel | Event, Detail, Reason | a play that shows it |", "|---|---|---|---|")
    for row in ROWS:
        said = "<br>".join(in_italics(text) for text in (row.event, row.detail, row.reason) if text)
        shown = f"`{row.shown_by[0]}`, TLS {row.shown_by[1]}"
        yield f"| {_cell(row.situation)} ({linked(row.source)}) | `{row.channel.value}` | {_cell(said)} | {shown} |"


def _cell(text: str) -> str:
    """Return text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
