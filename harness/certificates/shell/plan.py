"""An order of steps for a change of certificates in which nothing breaks in between, or the proof that there is none.

Theory. A state is what the lab has become by the steps that were taken, in their order. It is safe when every link that
works today works in it, in TLS 1.2 and 1.3; that is played, not reasoned. From the state in which nothing was taken,
safe states are followed depth first, in the order in which steps are most often right. An order that takes every step
is a plan, without those that help nobody in it. Where all safe states that can be reached were followed and none led to
the end, there is none, and the states from which no step is safe say why.

A link that works in the healthy lab and not with today's certificates cannot break. So it is played again at the end:
either the change mended it, or it was left out, and the plan is no all-clear.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from harness.certificates.plan import Breakage, DeadEnd, LeftOut, PlannedStep, StillUsed
from harness.certificates.plan_effects import lab_after, settings_after
from harness.certificates.plan_steps import ConversionStep, Need
from harness.certificates.shell.matrix import LINKS
from harness.certificates.shell.plan_lab import ConversionBench
from harness.lab.settings import Lab
from harness.run.in_memory import verdicts
from harness.scenario.model import TLS_VERSIONS, Step
from harness.scenario.plan import Plan
from harness.verdict import Verdict

_CALLS: Final = (
    Step("b2b-peer", "call", "B2B in"),
    Step("unified-cm", "call", "B2B out", {"to": "bob@peer.example"}),
    Step("webex-cloud", "call", "call from the cloud"),
    Step("unified-cm", "call", "call to the cloud", {"to": "anna@example.calls.webex.com"}),
)
_WATCHED: Final = (*{step.name: step for links in LINKS.values() for step in links.values()}.values(), *_CALLS)

Taken = tuple[int, ...]
"""The steps that were taken, by number, in their order."""

Broken = tuple[tuple[str, ...], str]
"""The links that do not work, and why the first of them does not."""


class Planner:
    """Looks for an order; `tick` is told of each state that is played.

    `broken_before` are links that do not work in the healthy lab either, `gaps` those that do there and not today.
    `last_release` is what the Expressways run at the end of the order, or today where there is none.
    """

    def __init__(self, trial_lab: ConversionBench, tick: Callable[[str], None]) -> None:
        self.dead_ends: list[DeadEnd] = []
        self.left_undone: list[Breakage] = []
        self.still_used: tuple[StillUsed, ...] = ()
        self.last_release = str(trial_lab.lab.release)
        self._trial_lab, self._tick = trial_lab, tick
        self._steps = trial_lab.steps
        self._broken: dict[str, Broken] = {}
        self._closed: set[tuple[frozenset[int], str]] = set()
        every = [replace(step, options=trial_lab.renaming.data(dict(step.options))) for step in _WATCHED]
        (today, _), (healthy, _) = (self._play(lab, every) for lab in (trial_lab.lab, trial_lab.healthy))
        self.broken_before = tuple(healthy)
        self.gaps = tuple(self._gap(step) for step in every if step.name in today and step.name not in healthy)
        self._every = every
        self._watched = [step for step in every if step.name not in {*healthy, *today}]

    @property
    def links(self) -> tuple[str, ...]:
        """The links that work today, and must go on working."""
        return tuple(step.name for step in self._watched)

    @property
    def tried(self) -> int:
        """How many states were played."""
        return len(self._broken)

    def order(self) -> tuple[PlannedStep, ...] | None:
        """Return the steps in a safe order, None where there is none; tidying up comes last, as far as it is safe.

        `gaps` are then those that do not work at the end either.
        """
        found = self._follow(())
        if found is None:
            return None
        taken = self._without_needless(found)
        for number in self._of_need(Need.AFTERWARDS):
            breakage = self._breakage(taken, number)
            if breakage is None:
                taken = (*taken, number)
            else:
                self.left_undone.append(breakage)
        if self.gaps:
            names = {gap.link for gap in self.gaps}
            ending, _ = self._play(self._lab_after(taken), [step for step in self._every if step.name in names])
            self.gaps = tuple(gap for gap in self.gaps if gap.link in ending)
        ending_lab = self._lab_after(taken)
        self.still_used, self.last_release = tuple(self._trial_lab.still_used(ending_lab)), ending_lab.release
        return tuple(map(self._planned, taken))

    def _follow(self, taken: Taken) -> Taken | None:
        if self._is_complete(taken):
            return taken
        state = frozenset(taken), self._key(taken)
        if state in self._closed:
            return None
        self._closed.add(state)
        breaks = {number: self._breakage(taken, number) for number in self._next(taken)}
        safe = [number for number, breakage in breaks.items() if breakage is None]
        if not safe:
            done, broken = map(self._planned, taken), filter(None, breaks.values())
            self.dead_ends.append(DeadEnd(tuple(done), tuple(broken)))
        return next((found for number in safe if (found := self._follow((*taken, number)))), None)

    def _without_needless(self, taken: Taken) -> Taken:
        """Return an order without the steps that were only to help, as far as it is safe and complete without them."""
        for number in (each for each in taken if self._steps[each].need is Need.WHERE_IT_HELPS):
            shorter = tuple(each for each in taken if each != number)
            if self._is_complete(shorter) and self._is_safe(shorter):
                taken = shorter
        return taken

    def _is_safe(self, taken: Taken) -> bool:
        """Whether each step can be taken and breaks nothing."""
        for place, number in enumerate(taken):
            before, step = taken[:place], self._steps[number]
            if not self._is_there(step, self._lab_after(before)) or self._breakage(before, number):
                return False
        return True

    def _is_complete(self, taken: Taken) -> bool:
        return not any(self._is_open(number, taken) for number in self._of_need(Need.REQUIRED))

    def _is_open(self, number: int, taken: Taken) -> bool:
        """Whether a step is still to be taken; another one that installs the same certificate will do for it."""
        step, done = self._steps[number], [self._steps[each] for each in taken]
        installed = {(each.installs, each.profile) for each in done if each.installs}
        return number not in taken and (step.installs, step.profile) not in installed

    def _next(self, taken: Taken) -> list[int]:
        """Return the steps that can come next: those that are there in this state and do something."""
        lab, key = self._lab_after(taken), self._key(taken)
        return [
            number
            for number in self._of_need(Need.REQUIRED, Need.WHERE_IT_HELPS)
            if self._is_open(number, taken) and self._is_there(self._steps[number], lab)
            if self._steps[number].need is Need.REQUIRED or self._key((*taken, number)) != key
        ]

    def _is_there(self, step: ConversionStep, lab: Lab) -> bool:
        if step.releases and lab.release not in step.releases:
            return False
        refusal = self._trial_lab.refusal(lab, step) if step.over_scp else None
        return not step.over_scp or (refusal is not None and refusal.scp_gets_round)

    def _of_need(self, *needs: Need) -> list[int]:
        """Return the steps of these needs by number, those of the first need first."""
        return [number for need in needs for number, step in enumerate(self._steps) if step.need is need]

    def _breakage(self, taken: Taken, number: int) -> Breakage | None:
        """Return what a step breaks if it is taken next, None where it is safe."""
        step, planned = self._steps[number], self._planned(number)
        refusal = None if step.over_scp else self._trial_lab.refusal(self._lab_after(taken), step)
        if refusal:
            return Breakage(planned, (), f"{refusal.reason}; {refusal.remedy}")
        broken, why = self._broken_after((*taken, number))
        return Breakage(planned, broken, why) if broken else None

    def _planned(self, number: int) -> PlannedStep:
        step = self._steps[number]
        return PlannedStep(step.title, step.screen)

    def _lab_after(self, taken: Taken) -> Lab:
        return lab_after(self._trial_lab.lab, [self._steps[number] for number in taken])

    def _key(self, taken: Taken) -> str:
        """Return what tells one state from another: the settings that differ, lists in any order."""
        differing = settings_after(self._trial_lab.lab, [self._steps[number] for number in taken])
        lists = {path: sorted(map(str, value)) for path, value in differing.items() if isinstance(value, list)}
        return json.dumps(differing | lists, sort_keys=True)

    def _broken_after(self, taken: Taken) -> Broken:
        key = self._key(taken)
        if key not in self._broken:
            self._broken[key] = self._play(self._lab_after(taken), self._watched)
            self._tick(f"{len(taken)} steps taken")
        return self._broken[key]

    def _gap(self, step: Step) -> LeftOut:
        """Return why a link does not work today: each is played by itself, since a play has one cause."""
        stopped = next((verdict for verdict in self._judged(self._trial_lab.lab, (step,)) if verdict.stopped), None)
        return LeftOut(step.name, stopped.cause, stopped.diagnosis) if stopped else LeftOut(step.name, "", "")

    def _play(self, lab: Lab, steps: Sequence[Step]) -> Broken:
        judged = self._judged(lab, steps)
        failed = dict.fromkeys(step.step for verdict in judged for step in verdict.steps if not step.ok)
        return tuple(failed), next((verdict.diagnosis for verdict in judged if verdict.stopped), "")

    def _judged(self, lab: Lab, steps: Sequence[Step]) -> list[Verdict]:
        plans = [Plan("change plan", version, lab, tuple(steps)) for version in TLS_VERSIONS]
        return verdicts(plans, self._trial_lab.lab_pki, lambda _: None)
