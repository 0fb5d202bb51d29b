"""Many plays in memory, for their verdicts alone: how two labs, or a hundred, are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import trio
import trio.testing

from harness.judge.judge import judge
from harness.net.memory import MemoryNetwork
from harness.pki.workshop import Workshop
from harness.run.play import perform
from harness.scenario.plan import Plan
from harness.transcript import Transcript
from harness.verdict import Verdict

Tick = Callable[[str], None]
"""Is told the scenario of each play as it ends."""


def verdicts(plans: Iterable[Plan], workshop: Workshop, tick: Tick) -> list[Verdict]:
    """Play every plan in memory, one after the other; return their verdicts in that order."""

    async def play() -> list[Verdict]:
        judged = []
        for plan in plans:
            judged.append(judge(await _perform(plan, workshop)))
            tick(plan.scenario)
        return judged

    return trio.run(
        play,
        clock=trio.testing.MockClock(autojump_threshold=0),
        restrict_keyboard_interrupt_to_checkpoints=True,  # as in `harness.run.suite`
    )


async def _perform(plan: Plan, workshop: Workshop) -> Transcript:
    return await perform(plan, workshop, MemoryNetwork())
