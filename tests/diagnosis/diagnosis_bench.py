"""The workbench of the judge's tests: plays of a changed lab, in memory, and what is left of them at one end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

import trio
import trio.testing
from shipped_library import LIBRARY, SCENARIOS

from harness.diagnosis.judge import judge
from harness.lab.changes import changed
from harness.run.play import new_network, perform
from harness.scenario.model import Step
from harness.scenario.plan import Plan, plan_of
from harness.transcript import Transcript
from harness.verdict import Verdict

BOTH_VERSIONS = ("1.2", "1.3")
SHIPPED = SCENARIOS


def told(change: Mapping[str, Any], *steps: Step, tls: str = "1.3") -> Transcript:
    """Play steps in the healthy lab with the settings of `change` replaced."""
    return performed(Plan("own/story", tls, changed(LIBRARY.healthy, change), steps))


@cache
def shipped(name: str, tls: str = "1.3") -> Transcript:
    """Play a shipped scenario, named by its id or by a part of it."""
    (scenario,) = (
        scenario for known, scenario in SHIPPED.items() if known == name or (name not in SHIPPED and name in known)
    )
    return performed(plan_of(scenario, LIBRARY.healthy, tls))


def performed(plan: Plan) -> Transcript:
    put_on = partial(perform, plan, LIBRARY.lab_pki, new_network("memory"), block="127.88.3")
    return trio.run(put_on, clock=trio.testing.MockClock(autojump_threshold=0))


def step(actor: str, verb: str, **options: Any) -> Step:
    return Step(actor, verb, verb, {key.rstrip("_"): value for key, value in options.items()})


def seen_by(actor: str, transcript: Transcript, *, knows_authorities: bool = True) -> Transcript:
    """Leave only what one actor saw, as when it is ours and all others are real gear."""
    return replace(
        transcript,
        events=tuple(event for event in transcript.events if event.actor == actor or event.kind.startswith("step")),
        connections=tuple(
            replace(connection, ends=tuple(end for end in connection.ends if end.actor == actor))
            for connection in transcript.connections
        ),
        authorities=transcript.authorities if knows_authorities else (),
    )


def verdict(transcript: Transcript) -> Verdict:
    return judge(transcript)
