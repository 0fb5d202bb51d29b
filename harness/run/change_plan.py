"""An order of steps for a change of certificates in which nothing breaks in between, or the proof that there is none.

Theory. A state is the set of steps that were taken. It is safe when every link that works today works in it, in
TLS 1.2 and 1.3; that is played, not reasoned. From the state in which nothing was taken, safe states are
followed depth first, in the order in which steps are most often right. An order that takes every step is a plan.
Where all safe states that can be reached were followed and none led to the end, there is none, and the states
from which no step is safe say why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from harness.lab.conversion import Need, lab_after
from harness.report.certificates.plan import Breakage, DeadEnd, PlannedStep
from harness.run.conversion_bench import ConversionBench
from harness.run.crowd import verdicts
from harness.run.eku_matrix import LINKS
from harness.scenario.model import TLS_VERSIONS, Step
from harness.scenario.plan import Plan
from harness.verdict import Verdict

_CALLS: Final = (
    Step("b2b-peer", "call", "B2B in"),
    Step("webex-cloud", "call", "call from the cloud"),
    Step("unified-cm", "call", "call to the cloud", {"to": "anna@example.calls.webex.com"}),
)
_WATCHED: Final = (*{step.name: step for links in LINKS.values() for step in links.values()}.values(), *_CALLS)

State = frozenset[int]
"""The steps that were taken, by number."""


class Planner:
    """Looks for an order; `tick` is told of each state that is played."""

    def __init__(self, bench: ConversionBench, tick: Callable[[str], None]) -> None:
        self.dead_ends: list[DeadEnd] = []
        self.left_undone: list[Breakage] = []
        self._bench, self._tick = bench, tick
        self._steps, self._refused = bench.steps, bench.refused
        self._broken: dict[State, tuple[dict[str, None], str]] = {}
        self._closed: set[State] = set()
        self._watched: Sequence[Step] = _WATCHED
        broken, _ = self._played(frozenset())
        self.broken_before = tuple(broken)
        self._watched = [step for step in _WATCHED if step.name not in broken]
        self._broken.clear()

    @property
    def links(self) -> tuple[str, ...]:
        """The links that work today, and must go on working."""
        return tuple(step.name for step in self._watched)

    @property
    def tried(self) -> int:
        """How many states were played."""
        return len(self._broken)

    def order(self) -> tuple[PlannedStep, ...] | None:
        """Return the steps in a safe order, None where there is none; tidying up comes last, as far as it is safe."""
        taken = self._follow(())
        if taken is None:
            return None
        for number in self._of_need(Need.AFTERWARDS):
            breakage = self._breakage(frozenset(taken), number)
            if breakage is None:
                taken = (*taken, number)
            else:
                self.left_undone.append(breakage)
        return tuple(self._planned(number) for number in taken)

    def _follow(self, taken: tuple[int, ...]) -> tuple[int, ...] | None:
        state = frozenset(taken)
        if state.issuperset(self._of_need(Need.REQUIRED)):
            return taken
        if state in self._closed:
            return None
        self._closed.add(state)
        left = [number for number in self._of_need(Need.REQUIRED, Need.WHERE_IT_HELPS) if number not in state]
        breaks = {number: self._breakage(state, number) for number in left}
        safe = [number for number, breakage in breaks.items() if breakage is None]
        if not safe:
            done, broken = map(self._planned, taken), filter(None, breaks.values())
            self.dead_ends.append(DeadEnd(tuple(done), tuple(broken)))
        return next((found for number in safe if (found := self._follow((*taken, number)))), None)

    def _of_need(self, *needs: Need) -> list[int]:
        """Return the steps of these needs by number, those of the first need first."""
        return [number for need in needs for number, step in enumerate(self._steps) if step.need is need]

    def _breakage(self, state: State, number: int) -> Breakage | None:
        """Return what a step breaks if it is taken next, None where it is safe."""
        if number in self._refused:
            return Breakage(self._planned(number), (), self._refused[number])
        broken, why = self._played(state | {number})
        return Breakage(self._planned(number), tuple(broken), why) if broken else None

    def _planned(self, number: int) -> PlannedStep:
        step = self._steps[number]
        return PlannedStep(step.title, step.screen)

    def _played(self, state: State) -> tuple[dict[str, None], str]:
        """Return the links that are broken in a state, and why the first of them is."""
        if state not in self._broken:
            lab = lab_after(self._bench.lab, [self._steps[number] for number in sorted(state)])
            plans = [Plan("change plan", version, lab, tuple(self._watched)) for version in TLS_VERSIONS]
            judged = verdicts(plans, self._bench.workshop, lambda _: None)
            self._broken[state] = _broken(judged)
            self._tick(f"{len(state)} steps taken")
        return self._broken[state]


def _broken(judged: Sequence[Verdict]) -> tuple[dict[str, None], str]:
    failed = {step.step: None for verdict in judged for step in verdict.steps if not step.ok}
    return failed, next((verdict.diagnosis for verdict in judged if verdict.stopped), "")
