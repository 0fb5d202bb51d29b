"""Many plays: each scenario at each TLS version, its control once, several at a time where sockets allow it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import trio
import trio.testing

from harness.diagnosis.compare import mismatches, outcome_differs
from harness.diagnosis.judge import judge
from harness.errors import LabError, leaves_of
from harness.pki.lab_pki import LabPki
from harness.report.outcome import LostPlay, PlayOutcome
from harness.run.library import Library
from harness.run.play import new_network, perform
from harness.scenario.model import Scenario
from harness.scenario.plan import Plan, control_of, plan_of
from harness.transcript import Transcript
from harness.verdict import Verdict

SAME_END = "the control has the same outcome, so the scenario does not isolate a fault"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Order:
    """What to play and where. `block` fixes the lab's addresses, and then one play goes at a time."""

    scenarios: tuple[Scenario, ...]
    tls_versions: tuple[str, ...]
    network: str
    block: str = ""

    def plays(self) -> list[tuple[Scenario, str]]:
        """Return every (scenario, TLS version) that this comes to."""
        wanted = self.tls_versions
        return [(s, version) for s in self.scenarios for version in s.tls_versions if version in wanted]


Told = Callable[[PlayOutcome], None]
"""Is told of each play as it ends."""

Lost = Callable[[LostPlay], None]
"""Is told of each play whose lab, or whose control's lab, could not be set up."""


def run_suite(library: Library, order: Order, told: Told, lost: Lost | None = None) -> list[PlayOutcome]:
    """Play everything; return the outcomes in the order of the plays.

    A lab that cannot be set up loses its play alone, and `lost` is told; without `lost` it is a LabError.
    """
    suite = _Suite(library, order, told, lost or _give_up)
    clock = trio.testing.MockClock(autojump_threshold=0) if order.network == "memory" else None
    # Inside a callback of OpenSSL an interrupt would be printed and forgotten (measured); checkpoints hear it.
    return trio.run(suite.run, clock=clock, restrict_keyboard_interrupt_to_checkpoints=True)


def _give_up(lost: LostPlay) -> None:
    raise LabError(str(lost))


class _Suite:
    def __init__(self, library: Library, order: Order, told: Told, lost: Lost) -> None:
        self._healthy = library.healthy
        self._lab_pki: LabPki = library.lab_pki
        self._as_of = library.as_of
        self._order = order
        self._told = told
        self._lost = lost
        self._controls: dict[str, _Once] = {}

    async def run(self) -> list[PlayOutcome]:
        """Play everything."""
        plays = self._order.plays()
        outcomes: list[PlayOutcome | None] = [None] * len(plays)
        # In memory the clock jumps when all tasks wait, so one play at a time keeps their times apart.
        alone = self._order.network == "memory" or self._order.block
        limiter = trio.CapacityLimiter(1 if alone else _AT_ONCE)

        async def play_one(number: int, scenario: Scenario, version: str) -> None:
            async with limiter:
                outcome = outcomes[number] = await self._outcome_unless_lost(scenario, version)
            if outcome is not None:
                self._told(outcome)

        async with trio.open_nursery() as nursery:
            for number, (scenario, version) in enumerate(plays):
                nursery.start_soon(play_one, number, scenario, version)
        return [outcome for outcome in outcomes if outcome is not None]

    async def _outcome_unless_lost(self, scenario: Scenario, version: str) -> PlayOutcome | None:
        try:
            return await self._outcome(scenario, version)
        except LabError as error:
            self._lost(LostPlay(scenario, version, self._order.network, str(error)))
            return None

    async def _outcome(self, scenario: Scenario, version: str) -> PlayOutcome:
        began = time.monotonic()
        transcript = await self._perform(plan_of(scenario, self._healthy, version))
        verdict = judge(transcript)
        control = await self._control(scenario, version)
        differs = None if control is None else outcome_differs(verdict, control)
        wrong = mismatches(scenario.expectations[version], verdict, transcript)
        return PlayOutcome(
            scenario=scenario,
            verdict=verdict,
            transcript=transcript,
            mismatches=wrong if differs is not False else (*wrong, SAME_END),
            control=control,
            control_differs=differs,
            seconds=time.monotonic() - began,
        )

    async def _control(self, scenario: Scenario, version: str) -> Verdict | None:
        """Play the control, once for all scenarios that share it: most are the healthy lab's own story."""
        plan = control_of(scenario, self._healthy, version)
        if plan is None:
            return None
        key = repr((plan.tls_version, plan.lab, plan.play))
        if key not in self._controls:
            await self._play_control(plan, self._controls.setdefault(key, _Once()))
        await self._controls[key].done.wait()
        if reason := self._controls[key].failed:
            raise LabError(f"its control cannot be set up: {reason}")
        return self._controls[key].verdict

    async def _play_control(self, plan: Plan, once: _Once) -> None:
        try:
            once.verdict = judge(await self._perform(plan))
        except LabError as error:
            once.failed = str(error)
        finally:
            once.done.set()

    async def _perform(self, plan: Plan) -> Transcript:
        """Play a plan; LabError where its lab cannot be set up."""
        network, told = new_network(self._order.network), list[str]()
        try:
            return await perform(plan, self._lab_pki, network, block=self._order.block, as_of=self._as_of)
        except* LabError as group:
            told += dict.fromkeys(str(leaf) for leaf in leaves_of(group))
        raise LabError(" ".join(told))


class _Once:
    """A verdict that somebody is working out; `failed` says why there is none."""

    def __init__(self) -> None:
        self.done = trio.Event()
        self.verdict: Verdict | None = None
        self.failed = ""
