"""What a TLS engine tells whoever pumps it: how a call went, what it saw, whom it asks about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from harness.transcript import Direction

NameCheck = Callable[[bytes], bool]
"""Takes the peer's leaf (DER) and says whether one of its names is wanted."""


class Progress(Enum):
    """What a call of the engine came to."""

    DONE = auto()
    WANTS_BYTES = auto()
    WANTS_VERDICT = auto()
    FAILED = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert crossed this end; level 2 is fatal."""

    direction: Direction
    level: int
    number: int


@dataclass(frozen=True, slots=True)
class VerifyError:
    """The path check objected; `overridden` where a setting let it pass."""

    depth: int
    code: int
    text: str
    overridden: bool


@dataclass(frozen=True, slots=True)
class InQuestion:
    """A peer whose path check went well: its chain (DER, leaf first, root last) and its stapled OCSP response."""

    chain: tuple[bytes, ...]
    staple: bytes
