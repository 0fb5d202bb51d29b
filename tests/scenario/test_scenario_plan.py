from __future__ import annotations

import pytest
from scenario_bench import SOUND, scenario
from shipped_library import LIBRARY, SCENARIOS

from harness.lab.changes import changed, unknown_words
from harness.scenario.plan import Plan, control_of, plan_of

HEALTHY = LIBRARY.healthy
SHIPPED = SCENARIOS


def test_a_plan_is_the_changed_lab_and_the_play() -> None:
    read = scenario()

    plan = plan_of(read, HEALTHY, "1.2")

    assert plan == Plan("own/story", "1.2", changed(HEALTHY, read.change), read.play)
    assert plan.lab.expressway_e.default_zone.mutual_tls
    assert not HEALTHY.expressway_e.default_zone.mutual_tls


def test_the_usual_control_is_the_healthy_lab_with_the_same_play() -> None:
    read = scenario()

    assert control_of(read, HEALTHY, "1.3") == Plan("own/story", "1.3", HEALTHY, read.play)


def test_a_healthy_story_has_no_control() -> None:
    read = scenario(SOUND.replace("change:\n  expressway-e.default-zone.mutual-tls: on\n", ""))

    assert control_of(read, HEALTHY, "1.3") is None


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_and_its_control_are_two_stories_of_labs_that_can_be_made(name: str) -> None:
    read = SHIPPED[name]
    plan, control = plan_of(read, HEALTHY, "1.3"), control_of(read, HEALTHY, "1.3")

    assert list(unknown_words(plan.lab, LIBRARY.catalogue)) == []
    if control is None:
        assert plan.lab == HEALTHY
    else:
        assert list(unknown_words(control.lab, LIBRARY.catalogue)) == []
        assert (plan.lab, plan.play) != (control.lab, control.play)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_expects_something_of_each_step_at_each_version(name: str) -> None:
    read = SHIPPED[name]

    assert set(read.expectations) == set(read.tls_versions)
    assert all(expected.steps.keys() == {step.name for step in read.play} for expected in read.expectations.values())
