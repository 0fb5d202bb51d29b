"""Rules of an Expressway: who may enter, who may call, where calls go."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, model_validator

from harness.lab import access_rules as identity
from harness.lab.fields import Pattern, SearchPattern, Settings, setting
from harness.lab.pattern import variable_where_none_is

Target = Literal["traversal-zone", "neighbour-zone", "webex-zone", "webex-general", "dns-zone"]
OutboundTarget = Literal["webex-zone", "webex-general", "dns-zone"]
"""The targets that Expressway-E dials through DNS."""


class AccessRule(Settings):
    """One Default Zone access rule (domain.md 3.1); of those that match, the lowest priority number decides.

    Rules of one priority are tried in the order of their configuration.
    """

    name: str = setting("", "what the rule is for")
    priority: int = setting(100, "lowest number first", source="C2")
    pattern_type: Literal["exact", "prefix", "suffix", "regex"] = setting("exact", "how the pattern is read")
    pattern: str = setting(..., "matched against the CN and every SAN")
    action: Literal["allow", "deny"] = setting("allow", "what happens on a match")
    state: Literal["enabled", "disabled"] = setting("enabled", "a disabled rule decides nothing", source="A5")

    @model_validator(mode="after")
    def _has_a_safe_pattern(self) -> Self:
        if fault := identity.validate(self.rule) or variable_where_none_is(self.pattern):
            raise ValueError(fault)
        return self

    @property
    def rule(self) -> identity.AccessRule:
        """The rule as the identity craft evaluates it."""
        kind, action = identity.PatternType(self.pattern_type), identity.Action(self.action)
        return identity.AccessRule(self.priority, kind, self.pattern, action, self.name, self.state == "enabled")


class CallPolicyRule(Settings):
    """One CPL rule; the first that matches decides, 403 for a rejection."""

    source: Pattern = setting(".*", "regular expression on the caller's address")
    destination: Pattern = setting(".*", "regular expression on the called address")
    source_is: Literal["any", "authenticated", "unauthenticated"] = setting("any", "which callers it is for")
    action: Literal["allow", "reject"] = setting("reject", "what happens on a match")


class SearchRule(Settings):
    """One search rule; the lowest priority number first (domain.md 3.1)."""

    priority: int = setting(100, "lowest number first", source="C1")
    pattern: SearchPattern = setting(
        ...,
        "regular expression on the called address, or on the next Route's host; %localdomains% and its kin stand for "
        "what the box is set to",
        source="C1",
    )
    target: Target = setting(..., "the zone that it leads to")


def _leads_only_to(rules: tuple[SearchRule, ...], targets: tuple[str, ...]) -> tuple[SearchRule, ...]:
    for rule in rules:
        if rule.target not in targets:
            raise ValueError(f"this box has no {rule.target}; choose one of {', '.join(targets)}")
    return rules


_EDGE_TARGETS = ("traversal-zone", *get_args(OutboundTarget))
_INSIDE_TARGETS = ("traversal-zone", "neighbour-zone")
EdgeSearchRules = Annotated[tuple[SearchRule, ...], AfterValidator(lambda rules: _leads_only_to(rules, _EDGE_TARGETS))]
InsideSearchRules = Annotated[
    tuple[SearchRule, ...], AfterValidator(lambda rules: _leads_only_to(rules, _INSIDE_TARGETS))
]
"""The search rules of each Expressway: they lead to zones that it has."""
