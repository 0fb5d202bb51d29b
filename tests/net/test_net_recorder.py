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


def test_what_is_noted_while_a_virtual_clock_stands_still_keeps_its_order() -> None:
    clock = iter([10.0, 10.0, 10.0, 12.0, 12.0])
    recorder = Recorder(lambda: next(clock))

    first, second, later, last = (recorder.now() for _ in range(4))

    assert 0 < first < second < 0.001
    assert 2.0 == later < last < 2.001
