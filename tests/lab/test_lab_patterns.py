"""Patterns that users write: those of real Expressways, and those that would never end."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from harness.lab.pattern import Matching, expanded, fault_with_domains, search_pattern_fault, values_of
from harness.lab.settings import AccessRule, CallPolicyRule, SearchRule

VALUES = values_of("127.64.0.10", ("example.com", "us.example.com"), "us-expe1")


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        (r"(?!.*@%localdomains%.*$).*", "bob@partner.example", "bob@us.example.com"),
        (r"(.*)@(.*)\.example\.com(;.*)?", "bob@us.example.com", "bob@example.com"),
        (r"(?i)BOB@.*", "bob@example.com", "alice@example.com"),
        (r".+@%localdomain2%", "bob@us.example.com", "bob@example.com"),
        (r"[^@]+@%ip%", "bob@127.64.0.10", "bob@127x64.0.10"),
        (r".*@%ipv4_1%", "bob@127.64.0.10", "bob@127.64.0.11"),
        (r"(.*@)?%systemname%", "us-expe1", "us-expe2"),
        (r"(\+?1)?([2-9]\d{2})([2-9]\d{2})(\d{4})(@.*)?", "+12125551234@x.example", "2125551@x.example"),
        (r"(?!.*@%ipv6%)[[:alnum:].]+@.*", "bob.a@x.example", "b/b@x.example"),
    ],
)
def test_patterns_of_real_expressways_are_taken(pattern: str, fits: str, fails: str) -> None:
    rule = SearchRule.model_validate({"pattern": pattern, "target": "dns-zone"})
    written = expanded(rule.pattern, VALUES)

    assert Matching().fits(written, fits)
    assert not Matching().fits(written, fails)


def test_a_variable_that_stands_for_nothing_matches_nothing() -> None:
    assert not Matching().fits(expanded("%ipv6%", VALUES), "")
    assert "stands for nothing" in fault_with_domains(".*@%localdomain3%", ("example.com",))
    assert fault_with_domains(".*@%localdomains%", ("example.com",)) == ""


@pytest.mark.parametrize(("word", "said"), [("%localdomian%", "localdomain"), ("%domains%", "no variable")])
def test_a_variable_that_nobody_knows_is_refused(word: str, said: str) -> None:
    assert said in search_pattern_fault(f".*@{word}")


def test_variables_are_refused_where_no_guide_has_them() -> None:
    with pytest.raises(ValidationError, match="documented for search rules alone"):
        CallPolicyRule.model_validate({"source": ".*@%localdomains%"})
    with pytest.raises(ValidationError, match="documented for search rules alone"):
        AccessRule.model_validate({"pattern": "%systemname%"})


def test_a_percent_sign_that_is_no_variable_stays() -> None:
    assert search_pattern_fault("50%.*@x") == search_pattern_fault("%40.*%") == ""
