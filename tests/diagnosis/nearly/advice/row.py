"""What a row about advice is: words of a remedy, a lab to which they are said, and what in it takes them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meeting import Meeting, decided


@dataclass(frozen=True, slots=True)
class Advised:
    """A story whose remedies have these words, and the changes after each of which none has them."""

    words: str
    story: Meeting
    unless: tuple[tuple[str, Mapping[str, Any]], ...]


def advised(words: str, story: Meeting, *unless: tuple[str, Mapping[str, Any]]) -> Advised:
    """A row: `words` stand in "action | screen | command" of a remedy."""
    return Advised(words, story, unless)


def unless(sentence: str, **change: Any) -> tuple[str, Mapping[str, Any]]:
    """What takes the advice away."""
    return sentence, change


def led(whom: str, where: str, destination: str = "peer.example") -> dict[str, Any]:
    """SRV led somebody there."""
    targets = f"tls {where} (host.example, 10/10)"
    return {"decisions": (decided(whom, "locate", "found", destination=destination, targets=targets),)}
