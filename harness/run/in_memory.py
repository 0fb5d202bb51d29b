"""Many plays in memory, for their verdicts alone: how two labs, or a hundred, are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import trio
import trio.testing

from harness.diagnosis.judge import judge
from harness.net.memory import MemoryNetwork
from harness.pki.lab_pki import LabPki
from harness.run.play import perform
from harness.scenario.plan import Plan
from harness.transcript import Transcript
from harness.verdict import Verdict

_Made = TypeVar("_Made")
Tick = Callable[[str], None]
"""Is told the scenario of each play as it ends."""


class StoppedEarlyError(KeyboardInterrupt):
    """Somebody interrupted the plays; `judged` are the verdicts on those that had taken place."""

    def __init__(self, judged: list[Verdict]) -> None:
        self.judged = judged
        super().__init__()


def verdicts(plans: Iterable[Plan], lab_pki: LabPki, tick: Tick) -> list[Verdict]:
    """Play every plan in memory, one after the other; return their verdicts in that order.

    StoppedEarlyError, which is a KeyboardInterrupt, where somebody presses Ctrl-C.
    """
    judged, stopped = _played(plans, lab_pki, judge, tick)
    if stopped:
        raise StoppedEarlyError(judged)
    return judged


def transcripts(plans: Iterable[Plan], lab_pki: LabPki) -> list[Transcript]:
    """Play every plan likewise; return what was seen. KeyboardInterrupt where somebody presses Ctrl-C."""
    seen, stopped = _played(plans, lab_pki, lambda transcript: transcript, lambda _: None)
    if stopped:
        raise KeyboardInterrupt
    return seen


def _played(
    plans: Iterable[Plan], lab_pki: LabPki, made_of: Callable[[Transcript], _Made], tick: Tick
) -> tuple[list[_Made], bool]:
    """Return what was made of each play that took place, and whether somebody stopped it early."""
    made: list[_Made] = []
    stopped = False

    async def play() -> None:
        for plan in plans:
            made.append(made_of(await _perform(plan, lab_pki)))
            tick(plan.scenario)

    try:
        trio.run(
            play,
            clock=trio.testing.MockClock(autojump_threshold=0),
            restrict_keyboard_interrupt_to_checkpoints=True,  # as in `harness.run.suite`
        )
    except* KeyboardInterrupt:
        stopped = True
    return made, stopped


async def _perform(plan: Plan, lab_pki: LabPki) -> Transcript:
    return await perform(plan, lab_pki, MemoryNetwork())
