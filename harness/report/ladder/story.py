"""From a transcript to a ladder: what is shown, in which order, between whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.lab.actors import ACTORS
from harness.report.ladder.causal_order import in_causal_order
from harness.report.ladder.causes import moments_of
from harness.report.ladder.flights import Conversation, conversation
from harness.report.ladder.marking import Marker
from harness.report.ladder.marks import Arrow, Heading, Ladder, Lifeline, Mark, Note
from harness.report.ladder.pairing import Timeline
from harness.report.wording import actor_names, refusal
from harness.transcript import Closed, Decision, DialFailed, Event, HandshakeFailed, StepEnded, StepStarted, Transcript
from harness.verdict import Verdict

_SET_UP = "set-up"
_PAUSE = 0.5
"""Seconds without an event that a ladder mentions, and across which it never re-orders."""


def ladder_of(transcript: Transcript, verdict: Verdict | None = None, *, set_up: bool = False) -> Ladder:
    """Return the ladder of a play.

    With a verdict each step ends with what the judge says of it. `set_up` keeps the traversal zones coming
    up, which otherwise are shown only where that failed.
    """
    marks = tuple(_Telling(transcript, verdict, set_up=set_up).marks())
    seen = dict.fromkeys(actor for mark in marks for actor in _actors_of(mark))
    names = actor_names(transcript)
    return Ladder(tuple(Lifeline(actor, names.get(actor, actor)) for actor in sorted(seen, key=_place)), marks)


def _place(actor: str) -> int:
    """Return the column of an actor; whoever has no row, such as another node, stands beside Expressway-E."""
    return ACTORS[actor if actor in ACTORS else "expressway-e"].column


def _actors_of(mark: Mark) -> tuple[str, ...]:
    match mark:
        case Arrow(sender=sender, receiver=receiver):
            return sender, receiver
        case Note(actor=actor):
            return (actor,)
        case Heading():
            return ()


class _Telling:
    def __init__(self, transcript: Transcript, verdict: Verdict | None, *, set_up: bool) -> None:
        self._timeline = Timeline.of(transcript)
        self._names = actor_names(transcript)
        self._verdicts = {step.step: step for step in verdict.steps} if verdict else {}
        self._hidden = frozenset[int]() if set_up else _hidden(transcript)
        self._at: float | None = None
        self._met = {_connection(transcript.events[index]) for index in self._hidden}
        self._conversations: dict[int, Conversation] = {}
        self._marker = Marker(self._timeline, self._conversations, self._names)

    def marks(self) -> Iterator[Mark]:
        """Yield everything from top to bottom."""
        stretch: dict[int, Event] = {}
        for index, event in enumerate(self._timeline.events):
            if index in self._hidden:
                continue
            if breaks := self._breaks(event):
                yield from self._told(stretch)
                yield from breaks
                stretch = {}
            if not isinstance(event, StepStarted | StepEnded):
                stretch[index] = event
        yield from self._told(stretch)

    def _breaks(self, event: Event) -> list[Heading]:
        """Return the headings that stand before an event and end the stretch before it."""
        pause, self._at = 0.0 if self._at is None else event.at - self._at, event.at
        breaks = [Heading(f"{pause:.1f} seconds later")] if pause > _PAUSE else []
        return breaks + self._step_marks(event) if isinstance(event, StepStarted | StepEnded) else breaks

    def _told(self, stretch: Mapping[int, Event]) -> Iterator[Mark]:
        """Yield the marks of a stretch without a break, in causal order."""
        new = self._new_conversations(stretch.values())
        self._conversations.update(new)
        for name in in_causal_order(moments_of(stretch, self._timeline, new)):
            yield from self._marker.marks(name)

    def _new_conversations(self, stretch: Iterable[Event]) -> dict[int, Conversation]:
        """Decode the handshakes of the connections that are met for the first time."""
        numbers = dict.fromkeys(map(_connection, stretch))
        new = [number for number in numbers if number and number not in self._met]
        self._met.update(new)
        return {number: conversation(self._timeline.connections[number]) for number in new}

    def _step_marks(self, event: StepStarted | StepEnded) -> list[Heading]:
        if isinstance(event, StepStarted):
            return [Heading(f"{event.step}: {self._names.get(event.actor, event.actor)}")]
        verdict = self._verdicts.get(event.step)
        ended = "completed" if event.completed else "did not complete"
        headings = [Heading(f"{event.step} {ended}" + (f": {event.detail}" if event.detail else ""))]
        if verdict is not None and verdict.stopped_at is not None:
            stopped = f"STOPPED at {verdict.stopped_at.value}: {refusal(verdict, self._names)}"
            headings.append(Heading(stopped, stops=True))
        return headings


def _hidden(transcript: Transcript) -> frozenset[int]:
    """Return the events of a set-up that went well; those of a connection that failed stay."""
    events = transcript.events
    begun = next((index for index, event in enumerate(events) if isinstance(event, StepStarted)), 0)
    set_up = {each.number for each in transcript.connections if each.step == _SET_UP}
    failed = {_connection(event) for event in events[:begun] if _is_failure(event)}
    return frozenset(
        index
        for index, event in enumerate(events[:begun])
        if not _is_failure(event) and _connection(event) in {0, *set_up} - (failed - {0})
    )


def _connection(event: Event) -> int:
    return getattr(event, "connection", 0)


def _is_failure(event: Event) -> bool:
    match event:
        case DialFailed() | HandshakeFailed() | Closed():
            return True
        case Decision(topic="locate", outcome=outcome):
            return outcome != "found"
        case Decision(outcome=outcome):
            return outcome in {"failed", "unacceptable", "denied"}
        case _:
            return False
