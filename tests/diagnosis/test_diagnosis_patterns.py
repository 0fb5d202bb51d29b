"""Patterns of users in a play: variables stand for the box's own domains, and one that never ends is told."""

from __future__ import annotations

from typing import Any

from diagnosis_bench import step, told

from harness.diagnosis.judge import judge

ENDLESS = {"priority": 1, "pattern": "(a|aa)+$", "target": "dns-zone"}
OUTWARD = step("unified-cm", "call", to=f"{'a' * 64}@example.rooms.webex.com")


def with_rules(*rules: Any) -> dict[str, Any]:
    return {"expressway-e.search-rules": list(rules)}


def test_a_rule_for_all_but_the_own_domains_sends_a_call_to_webex() -> None:
    outside = {"priority": 5, "pattern": r"(?!.*@%localdomains%.*$).*", "target": "webex-zone"}
    own = {"expressway-e.sip-domains": ["example.com", "example.rooms.webex.com"]}

    assert judge(told(with_rules(outside), OUTWARD)).cause == "none"
    assert judge(told(with_rules(outside) | own, OUTWARD)).steps[0].status == 404


def test_a_pattern_that_ran_out_of_its_time_is_told_and_the_next_rule_decides() -> None:
    everything = {"priority": 7, "pattern": ".+@.+", "target": "webex-zone"}
    verdict = judge(told(with_rules(ENDLESS, everything), OUTWARD))

    assert verdict.steps[0].status == 200
    assert any("(a|aa)+$ of search rule of priority 1 ran out of its time" in each for each in verdict.warnings)
