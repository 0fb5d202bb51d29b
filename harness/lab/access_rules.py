"""Default Zone access rules: who may come in on a port that enforces mutual TLS (domain.md 3.1, B04, B05)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.lab.pattern import Matching, RanOut, expression_fault
from harness.x509.certificate import CertificateFacts
from harness.x509.presented_names import MAX_NAME, PresentedIdentity, presented_by


class PatternType(StrEnum):
    """How a rule's pattern is read; the words of the Default Zone access rules page."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    REGEX = "regex"


class Action(StrEnum):
    """What a rule does with a certificate that it matches."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One access rule. The lowest `priority` number is tried first; rules of one priority in their order.

    A rule that is not `enabled` decides nothing (domain.md A5).
    """

    priority: int
    pattern_type: PatternType
    pattern: str
    action: Action
    name: str = ""
    enabled: bool = True

    def matches(self, identity: PresentedIdentity, matching: Matching) -> bool:
        """Whether the pattern fits one identity as it stands in the certificate; case does not count."""
        if self.pattern_type == PatternType.REGEX:
            return matching.fits(self.pattern, identity.value, f"access rule {self.name or self.priority}")
        return _MATCHERS[self.pattern_type](self.pattern, identity.value)


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What the rules say of a certificate: `rule` and `identity` that decided, None where no rule matched.

    `disabled` is the rule that would have decided then, were it enabled. `ran_out` are the patterns that got no
    answer in their time, and counted as no match.
    """

    allowed: bool
    rule: AccessRule | None
    identity: PresentedIdentity | None
    reason: str
    disabled: AccessRule | None = None
    ran_out: tuple[RanOut, ...] = ()


_MATCHERS: Mapping[str, Callable[[str, str], bool]] = {
    PatternType.EXACT: lambda pattern, value: value.lower() == pattern.lower(),
    PatternType.PREFIX: lambda pattern, value: value.lower().startswith(pattern.lower()),
    PatternType.SUFFIX: lambda pattern, value: value.lower().endswith(pattern.lower()),
}


def evaluate(rules: Sequence[AccessRule], certificate: CertificateFacts, matching: Matching) -> RuleVerdict:
    """Return what the rules decide: the first that matches a common name or SAN wins, none denies.

    Identities longer than a DNS name, or with letters outside ASCII, are passed over by every rule: nobody is
    let in by a look-alike.
    """
    identities = list(filter(_is_plain, presented_by(certificate)))
    decided = _first_match([rule for rule in rules if rule.enabled], identities, matching)
    if decided:
        rule, identity = decided
        return RuleVerdict(
            rule.action == Action.ALLOW, rule, identity, _reason(rule, identity), ran_out=tuple(matching.ran_out)
        )
    reason, disabled = "no access rule matches any of its names", None
    if would := _first_match([rule for rule in rules if not rule.enabled], identities, matching):
        reason, disabled = f"{reason}; one that is disabled would: {_reason(*would)}", would[0]
    return RuleVerdict(
        allowed=False, rule=None, identity=None, reason=reason, disabled=disabled, ran_out=tuple(matching.ran_out)
    )


def _first_match(
    rules: Sequence[AccessRule], identities: Sequence[PresentedIdentity], matching: Matching
) -> tuple[AccessRule, PresentedIdentity] | None:
    matches = (
        (rule, identity)
        for rule in sorted(rules, key=lambda rule: rule.priority)
        for identity in identities
        if rule.matches(identity, matching)
    )
    return next(matches, None)


def _is_plain(identity: PresentedIdentity) -> bool:
    return identity.value.isascii() and len(identity.value) <= MAX_NAME


def _reason(rule: AccessRule, identity: PresentedIdentity) -> str:
    called = f' "{rule.name}"' if rule.name else ""
    return (
        f"access rule{called} of priority {rule.priority} ({rule.pattern_type} {rule.pattern}) "
        f'matches the {identity.kind} "{identity.value}": {rule.action}'
    )


def validate(rule: AccessRule) -> str:
    """Return what is wrong with a rule as a sentence, empty where nothing is; for the reader of a file."""
    if not 1 <= rule.priority <= 65534:
        return f"the priority {rule.priority} is not between 1 and 65534"
    if not rule.pattern:
        return "the pattern is empty"
    return expression_fault(rule.pattern) if rule.pattern_type == PatternType.REGEX else ""
