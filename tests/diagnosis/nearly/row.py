"""What a row of the table of near misses is: a cause, a story of it, and each word that makes it another story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meeting import Meeting


@dataclass(frozen=True, slots=True)
class Turn:
    """One word of a story changed, and the cause that the story then has: no longer that of its row."""

    sentence: str
    then: str
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A story that has `cause`, and the turns each of which decides alone that it is another one."""

    cause: str
    story: Meeting
    turns: tuple[Turn, ...] = ()


def row(cause: str, story: Meeting, *turns: Turn) -> NearMiss:
    """A row of the table."""
    return NearMiss(cause, story, turns)


def but(sentence: str, then: str, **change: Any) -> Turn:
    """A turn: the sentence says what is different, `then` the cause that is left, and one word makes the difference."""
    return Turn(sentence, then, change)
