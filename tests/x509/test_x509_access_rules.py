from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.lab.access_rules import AccessRule, Action, PatternType, RuleVerdict, validate
from harness.lab.access_rules import evaluate as evaluated
from harness.lab.pattern import MOST_RUN_OUTS, PATTERN_SECONDS, Matching, expression_fault
from harness.x509.certificate import CertificateFacts

PARTNER = CertificateFacts(
    sha256="",
    common_names=("edge.partner.example",),
    dns_names=("sip.partner.example",),
    has_san_extension=True,
)


def evaluate(rules: list[AccessRule], certificate: CertificateFacts) -> RuleVerdict:
    return evaluated(rules, certificate, Matching())


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
        ("[a", "not a regular expression"),
        ("a{2}{3}", "not a regular expression"),
        ("a|*", "not a regular expression"),
        ("(" * 120, "not a regular expression"),
        ("x" * 256, "more than 255"),
        ("((){1000}){1000}x", "more than 2000 parts"),
        ("(?:(?:(?:a{9}){9}){9}){9}", "more than 2000 parts"),
        ("(?R)", "construct that Expressway does not have"),
        ("(?V1)a", "construct that Expressway does not have"),
        ("(?:a){e<=1}", "begins no count"),
        ("a{b}", "begins no count"),
        (r"\L<names>", "stands for no list"),
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
        r"(?!.*@example\.com).*",
        r"(?i)(.*)@(.*)\.example\.com(;.*)?",
        r"(?<!x)\.(?P<d>example)(?P=d)?(?#end)",
        r"[[:alpha:]{}(?R)]+\{\(\?R",
        "(a+)+b",
        ".*.*.*.*x",
        "|".join("abcdefghijklmn"),
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


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a|aa)+$", "a" * 252 + "!"),
        ("(?!(?:.{9,}[ab]a){1,40}..(^)).", "ab" * 256),
        ("(.*?,){11}P(.*?,){11}P", "1," * 250),
        ("(?:a?){250}a{250}", "a" * 250 + "!"),
    ],
)
def test_a_pattern_that_never_ends_is_no_match_and_is_told(pattern: str, text: str) -> None:
    matching, started = Matching(), time.process_time()

    assert expression_fault(pattern) == ""
    assert not matching.fits(pattern, text, "rule 7")
    assert time.process_time() - started < PATTERN_SECONDS * 4
    assert [(late.place, late.pattern) for late in matching.ran_out] == [("rule 7", pattern)]


def test_all_patterns_of_one_decision_share_its_time() -> None:
    endless = [rule(number, "regex", f"(a|aa)+{number}") for number in range(1, 200)]
    started = time.process_time()
    verdict = evaluate(endless, replace(PARTNER, common_names=("a" * 253,), dns_names=()))

    assert time.process_time() - started < PATTERN_SECONDS * MOST_RUN_OUTS * 4
    assert not verdict.allowed
    assert len(verdict.ran_out) == len(endless)


def test_a_deny_rule_that_ran_out_of_time_is_told_beside_the_allow_rule_that_decided() -> None:
    rules = [rule(1, "regex", "(a|aa)+$", Action.DENY), rule(2, "suffix", "!")]
    verdict = evaluate(rules, replace(PARTNER, common_names=("a" * 252 + "!",), dns_names=()))

    assert verdict.allowed
    assert [late.place for late in verdict.ran_out] == ["access rule rule 1"]


@given(
    st.lists(
        st.sampled_from([*r"ab.*+?()|\^$,", "(?=", "(?!", "(?:", "(?<=", r"\1", "{9,}", "{1000}", "{0,99}", "[ab]"]),
        max_size=16,
    ).map("".join),
    st.sampled_from(["a" * 512, "a" * 511 + "!", "ab" * 256]),
)
def test_any_pattern_is_a_fault_or_comes_to_an_end(pattern: str, value: str) -> None:
    matching, started = Matching(), time.process_time()

    if matching.fits(pattern, value):
        assert expression_fault(pattern) == ""
    assert time.process_time() - started < 1
