"""What a ladder consists of, before anybody draws it: as text here, as a picture elsewhere.

Texts are as they were seen; whoever draws makes them inert.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

HELD = "\u00a0"
"""The no-break space: labels have it between words that stay on one line. Whoever draws makes it a space."""


class Layer(StrEnum):
    """What an arrow belongs to; a ladder joins them all."""

    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    HTTP = "HTTP"
    SIP = "SIP"


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One column: the actor's name in the transcript, and what a person calls it."""

    actor: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """Something that crossed the wire, drawn once. `lost` says that nobody read it at the other end.

    `connection` is the number of its connection, 0 for DNS. `chain` are the certificates (DER) that it carries, empty
    for an empty Certificate message, None where it is no such message. `ends` says that it is the end of what both
    sides had, a fatal alert or a closing; `refuses` that it is a refusal: a fatal alert, or an RST. `at` is when, in
    seconds since the play began; two marks are equal whenever they were.
    """

    sender: str
    receiver: str
    label: str
    encrypted: bool = False
    lost: bool = False
    layer: Layer = Layer.TCP
    connection: int = 0
    chain: tuple[bytes, ...] | None = None
    ends: bool = False
    refuses: bool = False
    at: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened inside one actor.

    `done` marks the moment in which this side believed its handshake to be done on `connection`; `at` as in `Arrow`.
    """

    actor: str
    text: str
    connection: int = 0
    done: bool = False
    at: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Heading:
    """A line across all columns: a step begins, ends, or time goes by. `stops` says that the story stopped there."""

    text: str
    stops: bool = False


Mark: TypeAlias = Arrow | Note | Heading


@dataclass(frozen=True, slots=True)
class Ladder:
    """The lifelines from left to right, outside to inside, and the marks from top to bottom."""

    lifelines: tuple[Lifeline, ...]
    marks: tuple[Mark, ...]
