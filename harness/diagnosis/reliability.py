"""Whether a port answers one ClientHello and leaves the next one alike without a word.

Of one connection that got no answer nobody can say why. Of several of the same shape, some of them answered, this much
is sure: it is not the shape.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.diagnosis.connection_view import ConnectionView
from harness.transcript import Address, DialFailed, Transcript

_Shape = tuple[int, tuple[str, ...]]
"""A ClientHello by its size in bytes and the versions that it offers; size 0 where none was sent."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """`unanswered` of `dialled` connections got not one byte back, though a ClientHello alike was answered."""

    unanswered: int
    dialled: int


def reliability(transcript: Transcript, target: Address) -> Reliability | None:
    """Return how often a port left a connection without a word, None where it answers alike ones alike.

    A SYN that was refused before another was taken counts too. What comes after the last answer does not: a port that
    answers nobody any more may have blocked the caller.
    """
    views = [ConnectionView(transcript, each) for each in transcript.connections if each.target == target]
    last = max((place for place, view in enumerate(views) if heard(view)), default=-1)
    counted = views[: last + 1]
    answered = {shape_of(view) for view in counted if heard(view)}
    unanswered = [view for view in counted if not heard(view)]
    if not any(shape_of(view) in answered or view.events(DialFailed) for view in unanswered):
        return None
    return Reliability(len(unanswered), len(counted))


def heard(view: ConnectionView) -> bool:
    """Whether one byte came back to an end that is ours."""
    return any(end.bytes_received for end in view.connection.ends)


def hello_size(view: ConnectionView) -> int:
    """Return the size of the ClientHello of a connection in bytes, 0 where none was sent."""
    return shape_of(view)[0]


def shape_of(view: ConnectionView) -> _Shape:
    """Return the shape of the ClientHello of a connection."""
    hello = view.inspection.client_hello if view.inspection else None
    return (hello.length, hello.versions) if hello else (0, ())
