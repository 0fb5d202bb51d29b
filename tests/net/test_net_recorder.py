from __future__ import annotations

from harness.net.recorder import MOST_EVENTS, Recorder
from harness.transcript import Dialled, Oddity, StepEnded


def test_a_flood_of_events_is_cut_off_said_once_and_still_ends_its_step() -> None:
    recorder = Recorder(lambda: 0.0)
    for _ in range(MOST_EVENTS + 10):
        recorder.note(Dialled(0.0, "b2b-peer", 1))
    recorder.end_step("b2b-peer", "call", "200 OK", completed=True)

    assert len(recorder.events) == MOST_EVENTS + 2
    assert isinstance(recorder.events[-2], Oddity)
    assert isinstance(recorder.events[-1], StepEnded)
