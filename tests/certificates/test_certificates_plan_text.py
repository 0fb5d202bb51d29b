"""A plan of steps as people and programs read it: the verdict first and last, and nothing called safe that is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.certificates.plan import (
    Breakage,
    BrokenRule,
    ChangePlan,
    DeadEnd,
    LeftOut,
    PlannedStep,
    StillUsed,
    plan_as_json,
    plan_text,
)

ONE, TWO = PlannedStep("Append the CA", "Maintenance > Trusted CA"), PlannedStep("Install it", "Maintenance > Server")
PLAN = ChangePlan(
    title="expressway-e-server: old.pem to new.pem",
    at=datetime(2026, 6, 1, tzinfo=UTC),
    release="x15.5",
    other_name=False,
    links=("7001", "trunk"),
    broken_before=(),
    order=(ONE, TWO),
    left_undone=(),
    dead_ends=(),
    tried=3,
    other_root=False,
)
ERROR = BrokenRule("edge", "unusable-key", "error", "its key is odd", "all peers", "another key")
WARNING = replace(ERROR, severity="warning")
GAP = LeftOut("7001", "expired", "It is over.")
NOT_TODAY = "7001: works in the healthy lab, not with today's certificates"
DEAD = DeadEnd((ONE,), (Breakage(TWO, ("trunk", "7001"), "the root is unknown"), Breakage(ONE, (), "no page")))


def text(plan: ChangePlan) -> str:
    return plan_text(plan, width=200, unicode=False)


@pytest.mark.parametrize(
    ("how", "safe", "verdict"),
    [
        ({}, True, "a safe order of 2 steps"),
        ({"order": (ONE,)}, True, "a safe order of one step"),
        ({"order": ()}, True, "a safe order of 0 steps"),
        ({"order": None}, False, "NO SAFE ORDER"),
        ({"order": None, "left_out": (GAP,)}, False, "NO SAFE ORDER"),
        ({"left_out": (GAP,)}, False, "NO ALL-CLEAR: 1 links left out"),
        ({"rules": (WARNING,)}, True, "a safe order of 2 steps"),
        ({"rules": (WARNING, ERROR)}, False, "NO ALL-CLEAR: a new certificate breaks a rule that no step shows"),
        (
            {"rules": (ERROR,), "left_out": (GAP, GAP)},
            False,
            "NO ALL-CLEAR: 2 links left out; a new certificate breaks a rule that no step shows",
        ),
    ],
)
def test_a_plan_is_safe_where_it_has_an_order_and_nothing_speaks_against_it(
    how: dict[str, object], safe: bool, verdict: str
) -> None:
    plan = replace(PLAN, **how)  # type: ignore[arg-type]
    lines = text(plan).splitlines()

    assert (plan.is_safe, plan.verdict) == (safe, verdict)
    assert lines[1] == verdict
    assert lines[-1] == f"3 states were played, in TLS 1.2 and 1.3: {verdict}"
    document = json.loads(plan_as_json(plan))
    assert (document["safe"], document["verdict"], document["at"]) == (safe, verdict, "2026-06-01T00:00:00+00:00")
    assert (document["format"], document["version"]) == ("sip-mtls change plan", 1)


def test_a_safe_order_is_told_step_by_step() -> None:
    assert text(PLAN).splitlines() == [
        "expressway-e-server: old.pem to new.pem; X15.5, on 2026-06-01",
        "a safe order of 2 steps",
        "must go on working: 7001, trunk",
        "",
        "Nothing breaks in this order:",
        "  1.  Append the CA",
        "      Maintenance > Trusted CA",
        "  2.  Install it",
        "      Maintenance > Server",
        "",
        "3 states were played, in TLS 1.2 and 1.3: a safe order of 2 steps",
    ]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"links": ()}, "must go on working: nothing works today"),
        ({"broken_before": ("x", "y")}, "never works in this lab on this release, so is not looked at: x, y"),
        ({"unknown": ("a fact",)}, "unknown: a fact"),
        ({"rules": (WARNING,)}, "WARNING by rule unusable-key, which no step shows; edge"),
        ({"rules": (ERROR,)}, "why   its key is odd. Who minds: all peers"),
        ({"rules": (ERROR,)}, "to do another key"),
        ({"rules": (ERROR,)}, "Of what is played, nothing breaks in this order:"),
        ({"left_out": (GAP,)}, "Of what works today, nothing breaks in this order:"),
        ({"left_out": (GAP,), "rules": (ERROR,)}, "Of what works today, nothing breaks in this order:"),
        ({"left_out": (GAP,)}, f"NO ALL-CLEAR: {NOT_TODAY}, and not at the end of this order either."),
        ({"left_out": (GAP,), "order": None}, f"NO ALL-CLEAR: {NOT_TODAY}, so it could not be judged."),
        ({"left_out": (GAP, replace(GAP, link="trunk"))}, "      7001, trunk: expired. It is over."),
        ({"left_undone": (Breakage(ONE, ("trunk",), "why not"),)}, "not   Append the CA: breaks trunk"),
        (
            {"still_used": (StillUsed("edge-client", "2026-07-01"),)},
            "note  edge-client still holds its old certificate, until 2026-07-01: it needs a successor by then.",
        ),
        ({"tried": 1}, "one state was played, in TLS 1.2 and 1.3: a safe order of 2 steps"),
    ],
)
def test_what_there_is_to_know_is_told_and_only_then(how: dict[str, object], told: str) -> None:
    assert told in text(replace(PLAN, **how)).splitlines()  # type: ignore[arg-type]
    assert told not in text(PLAN).splitlines()


def test_the_proof_of_no_order_tells_each_dead_end() -> None:
    plan = replace(PLAN, order=None, dead_ends=(DEAD, replace(DEAD, taken=())))
    lines = text(plan).splitlines()

    start = lines.index("No order is safe. Every state that can be reached ends in one of these:")
    assert lines[start + 1 : -2] == [
        "",
        "done  Append the CA",
        "next  Install it: breaks trunk, 7001",
        "      the root is unknown",
        "next  Append the CA: is refused",
        "      no page",
        "",
        "done  nothing",
        "next  Install it: breaks trunk, 7001",
        "      the root is unknown",
        "next  Append the CA: is refused",
        "      no page",
    ]
    assert "note" not in text(replace(plan, still_used=(StillUsed("edge", "2026-07-01"),)))


@pytest.mark.parametrize(("count", "left"), [(4, 0), (5, 1), (9, 5)])
def test_four_dead_ends_are_told(count: int, left: int) -> None:
    told = text(replace(PLAN, order=None, dead_ends=(DEAD,) * count))

    assert told.count("done  ") == 4
    assert (f"and {left} more; --json writes them all" in told.splitlines()) is bool(left)
    assert ("more;" in told) is bool(left)


@pytest.mark.parametrize(
    ("other_name", "other_root", "names", "trusted"),
    [(False, False, False, False), (True, False, True, False), (False, True, False, True), (True, True, True, False)],
)
def test_a_proof_ends_with_what_would_help(other_name: bool, other_root: bool, names: bool, trusted: bool) -> None:
    told = text(replace(PLAN, order=None, dead_ends=(DEAD,), other_name=other_name, other_root=other_root))

    assert ("does not carry the name of the old one" in told) is names
    assert ("--trust says what else they trust" in told) is trusted
