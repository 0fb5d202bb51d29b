from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.identity.access_rules import AccessRule, Action, PatternType, evaluate, validate
from harness.identity.certificate import CertificateFacts
from harness.identity.pattern import expression_fault, matches_expression

PARTNER = CertificateFacts(
    sha256="",
    common_names=("edge.partner.example",),
    dns_names=("sip.partner.example",),
    has_san_extension=True,
)


def rule(priority: int, pattern_type: str, pattern: str, action: Action = Action.ALLOW) -> AccessRule:
    return AccessRule(priority, PatternType(pattern_type), pattern, action, name=f"rule {priority}")


def test_no_rule_means_no_entry() -> None:
    verdict = evaluate([rule(1, "exact", "sip.other.example")], PARTNER)

    assert (verdict.allowed, verdict.rule, verdict.identity) == (False, None, None)


@pytest.mark.parametrize(
    ("pattern_type", "fits", "fails"),
    [
        ("exact", "SIP.partner.example", "partner.example"),
        ("prefix", "Sip.", "partner"),
        ("suffix", ".Partner.example", ".partner"),
        ("regex", r"sip\..+\.example", r"\.partner\."),
    ],
)
def test_each_pattern_type_reads_the_whole_name_in_its_way(pattern_type: str, fits: str, fails: str) -> None:
    assert evaluate([rule(1, pattern_type, fits)], PARTNER).allowed
    assert evaluate([rule(1, pattern_type, fails)], PARTNER).rule is None


def test_the_lowest_priority_number_wins_even_if_it_denies() -> None:
    rules = [rule(2, "exact", "edge.partner.example"), rule(1, "regex", ".*partner.*", Action.DENY)]
    verdict = evaluate(rules, PARTNER)

    assert not verdict.allowed
    assert verdict.rule == rules[1]
    assert verdict.reason == (
        'access rule "rule 1" of priority 1 (regex .*partner.*) matches the common name "edge.partner.example": deny'
    )


def test_a_rule_that_is_disabled_decides_nothing_and_is_named() -> None:
    idle = replace(rule(1, "exact", "edge.partner.example"), name="partner", enabled=False)
    deny = rule(2, "suffix", "partner.example", Action.DENY)

    assert evaluate([idle, deny], PARTNER).rule == deny
    alone = evaluate([idle], PARTNER)
    assert (alone.allowed, alone.rule) == (False, None)
    assert 'one that is disabled would: access rule "partner"' in alone.reason


def test_rules_of_one_priority_are_tried_in_their_order() -> None:
    allow = rule(1, "exact", "edge.partner.example")
    deny = rule(1, "exact", "edge.partner.example", Action.DENY)

    assert evaluate([allow, deny], PARTNER).allowed
    assert not evaluate([deny, allow], PARTNER).allowed


def test_a_rule_may_match_a_san_where_the_common_name_does_not() -> None:
    verdict = evaluate([rule(1, "prefix", "sip.")], PARTNER)

    assert verdict.allowed
    assert verdict.identity is not None
    assert verdict.identity.value == "sip.partner.example"


def test_a_name_that_is_too_long_or_a_look_alike_lets_nobody_in() -> None:
    odd = CertificateFacts(sha256="", common_names=("a" * 254, "\u212a.example"))

    assert not evaluate([rule(1, "prefix", "a"), rule(2, "exact", "k.example"), rule(3, "regex", ".*")], odd).allowed


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "not a regular expression"),
        ("[[a]", "not a regular expression"),
        ("(a+)+b", "repeats a group that varies"),
        ("((a|b)c)*d", "repeats a group that varies"),
        ("(a(?:b|bb)){2,}", "repeats a group that varies"),
        ("(a|b)(a|b)*", "repeats a group that varies"),
        ("(ab?)(ab?)+", "repeats a group that varies"),
        ("(ab*)*", "repeats a group that varies"),
        ("(a{2}b)*", "repeats a group that varies"),
        (".*.*.*.*x", "more than 3 repetitions"),
        ("a(?=b)", "construct that access rules do not have"),
        ("x" * 256, "more than 255"),
        ("|".join("abcdefghijklmn"), "alternatives"),
    ],
)
def test_a_pattern_that_is_wrong_or_may_run_away_is_a_fault_and_matches_nothing(pattern: str, words: str) -> None:
    regex = rule(1, "regex", pattern)

    assert words in validate(regex)
    assert not evaluate([regex], PARTNER).allowed


@pytest.mark.parametrize(
    "pattern",
    [
        r".+@.+\.(calls|rooms|meetup)\.webex\.com.*",
        r".*@.*\.webex\.com",
        r"(?:abc)+\.example",
        r"[(+*]\(a+\)+",
        r".*?\.example",
        r"((a|b)c)\.((d|e)f)",
        r"(ab)*(cd)*",
        r"a{2,3}?b",
    ],
)
def test_the_patterns_that_people_write_are_fine(pattern: str) -> None:
    assert validate(rule(1, "regex", pattern)) == ""


def test_a_rule_needs_a_pattern_and_a_priority_in_range() -> None:
    assert "empty" in validate(rule(1, "exact", ""))
    assert "between 1 and 65534" in validate(rule(0, "exact", "a"))
    assert "between 1 and 65534" in validate(rule(65535, "exact", "a"))
    assert validate(rule(1, "exact", "a")) == validate(rule(65534, "exact", "a")) == ""


def test_the_longest_name_and_the_longest_pattern_are_tried() -> None:
    """A DNS name has 253 characters (RFC 1035 section 2.3.4), a pattern 255."""
    longest = CertificateFacts(sha256="", common_names=("a" * 253,))

    assert evaluate([rule(1, "prefix", "a")], longest).allowed
    assert expression_fault("x" * 255) == ""
    assert expression_fault("|".join("a" * 13)) == ""
    assert evaluate([rule(1, "regex", "a.*b")], PARTNER).rule is None


def test_a_rule_without_a_name_is_told_by_its_pattern() -> None:
    nameless = replace(rule(1, "exact", "sip.partner.example"), name="")

    assert evaluate([nameless], PARTNER).reason == (
        'access rule of priority 1 (exact sip.partner.example) matches the dNSName "sip.partner.example": allow'
    )


def test_of_disabled_rules_the_one_that_would_have_decided_is_told() -> None:
    idle = [replace(rule(priority, "suffix", ".example"), enabled=False) for priority in (2, 1)]
    verdict = evaluate([*idle, rule(3, "exact", "other")], PARTNER)

    assert (verdict.disabled, verdict.allowed) == (idle[1], False)
    assert evaluate([rule(3, "exact", "other")], PARTNER).disabled is None
    assert evaluate([rule(3, "exact", "other")], PARTNER).reason == "no access rule matches any of its names"


def test_the_worst_accepted_pattern_is_quick_on_the_worst_name() -> None:
    assert expression_fault(".*.*.*x") == ""

    started = time.process_time()
    assert not matches_expression(".*.*.*x", "a" * 253)
    assert time.process_time() - started < 2


@given(st.text(r"ab.*+?()[]{}|\^$-,12:<P>=!", max_size=12), st.text("ab", max_size=30))
def test_any_pattern_is_a_fault_or_can_be_run(pattern: str, value: str) -> None:
    if expression_fault(pattern):
        assert not matches_expression(pattern, value)
    else:
        assert matches_expression(pattern, value) in (True, False)
