"""What a ladder consists of, before anybody draws it: as text here, as a picture elsewhere.

Texts are as they were seen; whoever draws makes them inert.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

HELD = "\u00a0"
"""The no-break space: labels have it between words that stay on one line. Whoever draws makes it a space."""


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One column: the actor's name in the transcript, and what a person calls it."""

    actor: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """Something that crossed the wire, drawn once. `lost` says that nobody read it at the other end."""

    sender: str
    receiver: str
    label: str
    encrypted: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened inside one actor."""

    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A line across all columns: a step begins, ends, or time goes by."""

    text: str


Mark: TypeAlias = Arrow | Note | Heading


@dataclass(frozen=True, slots=True)
class Ladder:
    """The lifelines from left to right, outside to inside, and the marks from top to bottom."""

    lifelines: tuple[Lifeline, ...]
    marks: tuple[Mark, ...]
