"""A ladder for a page: lifelines and marks as short lists, which the script draws.

A mark begins with its kind: `h` a heading (text, whether the story stopped there), `n` something inside one actor
(lifeline, text, connection, whether a handshake was done) and `a` an arrow (sender and receiver, text, flags, layer,
connection, the chain it carries: the number of its presentation, -1 for an empty Certificate). Lifelines and layers
go by their place from 0; flags add up: 1 encrypted, 2 never read, 4 the end of what both sides had,
8 a refusal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from harness.report.html.certificates import Certificates
from harness.report.html.pool import Texts
from harness.report.ladder import Arrow, Heading, Ladder, Layer, Mark, Note
from harness.transcript import Transcript

ENCRYPTED, LOST, ENDS, REFUSES = 1, 2, 4, 8
EMPTY_CERTIFICATE = -1
_LAYERS = list(Layer)


class Marks:
    """Writes down the marks of one play's ladder."""

    def __init__(self, ladder: Ladder, transcript: Transcript, texts: Texts, certificates: Certificates) -> None:
        self._places = {line.actor: place for place, line in enumerate(ladder.lifelines)}
        self._connections = {each.number: each for each in transcript.connections}
        self._at = moment(transcript.started)
        self._texts = texts
        self._certificates = certificates
        self.lifelines = texts.numbers([line.name for line in ladder.lifelines])
        self.marks = [self._mark(mark) for mark in ladder.marks]

    def _mark(self, mark: Mark) -> list[Any]:
        match mark:
            case Heading(text=text, stops=stops):
                return ["h", self._texts.number(text), int(stops)]
            case Note(actor=actor, text=text, connection=number, done=done):
                return ["n", self._places[actor], self._texts.number(text), number, int(done)]
            case Arrow():
                return self._arrow(mark)

    def _arrow(self, arrow: Arrow) -> list[Any]:
        flags = ENCRYPTED * arrow.encrypted + LOST * arrow.lost + ENDS * arrow.ends + REFUSES * arrow.refuses
        ends = [self._places[arrow.sender], self._places[arrow.receiver]]
        drawn = ["a", *ends, self._texts.number(arrow.label), flags, _LAYERS.index(arrow.layer), arrow.connection]
        return drawn if arrow.chain is None else [*drawn, self._presentation(arrow, arrow.chain)]

    def _presentation(self, arrow: Arrow, chain: tuple[bytes, ...]) -> int:
        if not chain:
            return EMPTY_CERTIFICATE
        reader = self._connections[arrow.connection].end_of(arrow.receiver)
        return self._certificates.presentation(chain, reader.expected_names if reader else (), self._at)


def moment(started: str) -> datetime | None:
    """Return when a play began, by its lab's clock; None where a transcript from elsewhere says nothing readable."""
    try:
        return datetime.fromisoformat(started)
    except ValueError:
        return None
