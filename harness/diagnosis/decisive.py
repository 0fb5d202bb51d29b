"""What a step hung on: one connection, or a decision that kept it from reaching anybody.

A completed step hung on the first connection that stood. Of one that failed it is the last attempt of whoever
failed first: an actor that goes on to its next target was stopped by the last of them, and one whose next
attempt stood was not stopped at all. A name that led to no address, a cloud that lets an unproven domain do
nothing, and a box that takes no such certificate leave no connection to look at: there the decision itself is
the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.diagnosis.connection_view import ConnectionView
from harness.transcript import Decision, Event
from harness.verdict import Stage

LOCATE, OWNERSHIP, ACTIVATION, CALLING, UPLOAD = "locate", "ownership", "activation", "calling", "upload"
LOCATE_NOTE = "locate-note"
"""The topic of what a walk through DNS met on its way."""

FOUND, REFUSED = "found", "refused"
OBSTACLE_STAGES = {
    LOCATE: Stage.DNS,
    OWNERSHIP: Stage.OWNERSHIP,
    ACTIVATION: Stage.OWNERSHIP,
    CALLING: Stage.OWNERSHIP,
    UPLOAD: Stage.UPLOAD,
}
"""The topics of the decisions that can stop a step before anything is dialled, and the stage of each."""


def decisive_connection(views: Sequence[ConnectionView], *, completed: bool) -> ConnectionView | None:
    """Return the connection on which a step hung, None where it dialled none."""
    stopped = None if completed else _stopped_on(views)
    standing = [view for view in views if view.stage is None]
    secured = [view for view in standing if any(end.tls for end in view.connection.ends)]
    return stopped or next(iter([*secured, *standing, *views]), None)


def _stopped_on(views: Sequence[ConnectionView]) -> ConnectionView | None:
    """Return the last attempt of the first dialler none of whose later attempts stood."""
    last = {view.connection.dialler: view for view in views}
    failed = [view.connection.dialler for view in views if _failed(view)]
    return next((last[dialler] for dialler in failed if _failed(last[dialler])), None)


def _failed(view: ConnectionView) -> bool:
    return view.stage is not None or view.lost


def obstacle_of(events: Sequence[Event], view: ConnectionView | None) -> Decision | None:
    """Return the decision that stopped a failed step, None where it stopped on its connection `view`."""
    decisions = [event for event in events if isinstance(event, Decision)]
    final = (each for each in decisions if each.topic in OBSTACLE_STAGES and each.topic != LOCATE)
    refusal = next((each for each in final if each.outcome == REFUSED), None)
    return refusal or _lost_name(decisions, events, view)


def _lost_name(decisions: Sequence[Decision], events: Sequence[Event], view: ConnectionView | None) -> Decision | None:
    """Return the walk through DNS that came to nothing, unless a connection failed after it."""
    last = {each.actor: each for each in decisions if each.topic == LOCATE}
    lost = next((each for each in last.values() if each.outcome != FOUND), None)
    if lost is None or view is None or not _failed(view):
        return lost
    after = events[next(place for place, event in enumerate(events) if event is lost) :]
    return None if any(_concerns(event, view) for event in after) else lost


def _concerns(event: Event, view: ConnectionView) -> bool:
    return getattr(event, "connection", 0) == view.connection.number
