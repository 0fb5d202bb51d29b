"""From a scenario to a plan: which lab, which play, at which TLS version. Pure; nothing is started here."""

from __future__ import annotations

from dataclasses import dataclass

from harness.lab.changes import changed
from harness.lab.settings import Lab
from harness.scenario.model import Scenario, Step


@dataclass(frozen=True, slots=True)
class Plan:
    """One play to be put on: the lab as it will be, the steps, and what TLS clients offer at most."""

    scenario: str
    tls_version: str
    lab: Lab
    play: tuple[Step, ...]


def plan_of(scenario: Scenario, healthy: Lab, tls_version: str) -> Plan:
    """Return the plan of the scenario itself."""
    return Plan(scenario.name, tls_version, changed(healthy, scenario.change), scenario.play)


def control_of(scenario: Scenario, healthy: Lab, tls_version: str) -> Plan | None:
    """Return the plan of the scenario's control, None for a baseline."""
    if scenario.control is None:
        return None
    lab = changed(healthy, scenario.control.change)
    return Plan(scenario.name, tls_version, lab, scenario.control.play)
