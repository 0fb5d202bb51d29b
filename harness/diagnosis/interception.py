"""A device that takes a connection in the place of whom it was meant for, and dials onwards itself.

In TLS 1.2 the target refuses the device before anybody else has spoken; in TLS 1.3 it refuses late, when the device has
long finished both of its handshakes. So the decisive connection is in one case that of the dialler, in the other that
of the device; both are halves of one story.
"""

from __future__ import annotations

from harness.diagnosis.evidence import Evidence
from harness.transcript import Closed, Closing, Connection, Direction
from harness.verdict import Stage

_REFUSED_ONWARDS = {Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY}


def half_that_was_taken(evidence: Evidence) -> Connection | None:
    """Return the dialler's connection that a device took, where this is it or the device's own onwards; else None."""
    view = evidence.view
    if view is None:
        return None
    if evidence.owner not in {"", evidence.listener}:
        return view.connection
    taken = (each for each in evidence.transcript.connections if each.listener and each.listener == evidence.dialler)
    return next((each for each in taken if each.target == view.connection.target), None)


def turned_away(evidence: Evidence) -> bool:
    """Whether a device that had taken the dialler's connection was refused by whom it was meant for."""
    view, taken = evidence.view, half_that_was_taken(evidence)
    if view is None or taken is None:
        return False
    if taken != view.connection:
        return evidence.stage in _REFUSED_ONWARDS and evidence.by == evidence.listener
    resets = [closed for closed in view.events(Closed, evidence.listener) if closed.how is Closing.RST]
    sent = any(closed.direction is Direction.SENT for closed in resets)
    return evidence.stage is Stage.HANDSHAKE and sent and evidence.chain_of(evidence.listener) is None
