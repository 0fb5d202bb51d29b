"""A ladder as the lines of a sequence diagram, in the words of whichever diagram language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from harness.report.ladder.labels import LINE_WIDTH
from harness.report.ladder.marks import Arrow, Heading, Ladder, Note

_WHOLE_WIDTH = 2 * LINE_WIDTH


class Language(Protocol):
    """How a diagram language writes each thing. Names of lifelines are ours, texts are labels that are harmless."""

    def label(self, text: str, *, width: int = LINE_WIDTH) -> str:
        """Return any text at all as a label."""

    def lifeline(self, name: str, label: str) -> str:
        """Return the line that introduces a lifeline."""

    def arrow(self, ends: tuple[str, str], label: str, *, encrypted: bool, lost: bool) -> str:
        """Return the line of an arrow from the first end to the second."""

    def note(self, name: str, label: str) -> str:
        """Return the line of a note at a lifeline."""

    def heading(self, ends: tuple[str, str], label: str) -> str:
        """Return the line of a heading across all lifelines, from the first to the last."""


def sequence(ladder: Ladder, language: Language) -> Iterator[str]:
    """Yield the lifelines of a ladder, then its marks from the first to the last; a lifeline too where it has none."""
    names = {line.actor: f"a{place}" for place, line in enumerate(ladder.lifelines)} or {"": "a0"}
    for line in ladder.lifelines:
        yield language.lifeline(names[line.actor], language.label(line.name))
    if not ladder.lifelines:
        yield language.lifeline("a0", "Lab")
    across = next(iter(names.values())), list(names.values())[-1]
    for mark in ladder.marks:
        match mark:
            case Heading(text=text):
                yield language.heading(across, language.label(text, width=_WHOLE_WIDTH))
            case Arrow(sender=sender, receiver=receiver, label=text) if sender != receiver:
                ends = names[sender], names[receiver]
                yield language.arrow(ends, language.label(text), encrypted=mark.encrypted, lost=mark.lost)
            case Arrow(sender=actor, label=text) | Note(actor=actor, text=text):
                yield language.note(names[actor], language.label(text))
