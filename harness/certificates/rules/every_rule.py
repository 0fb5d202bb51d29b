"""All certificate rules in one table, and how a certificate is examined by it."""

from __future__ import annotations

from harness.certificates.rules.chains import CHAIN_RULES
from harness.certificates.rules.examination import Examination
from harness.certificates.rules.extensions import EXTENSION_RULES
from harness.certificates.rules.keys import KEY_AND_DATE_RULES
from harness.certificates.rules.name_syntax import NAME_SYNTAX_RULES
from harness.certificates.rules.purposes import PURPOSE_RULES
from harness.certificates.rules.revocation import REVOCATION_RULES
from harness.certificates.rules.row import CertificateRule, RuleFinding, Severity
from harness.certificates.rules.strictness import STRICTNESS_RULES
from harness.certificates.rules.subjects import SUBJECT_RULES
from harness.certificates.rules.wanted_names import NAME_RULES
from harness.lab.certificate_roles import ASKED_FOR

CERTIFICATE_RULES: tuple[CertificateRule, ...] = (
    *PURPOSE_RULES,
    *SUBJECT_RULES,
    *NAME_RULES,
    *NAME_SYNTAX_RULES,
    *CHAIN_RULES,
    *EXTENSION_RULES,
    *STRICTNESS_RULES,
    *KEY_AND_DATE_RULES,
    *REVOCATION_RULES,
)
"""Every rule, in the order in which the documentation tells them."""

_ORDER = list(Severity)


def examine(case: Examination) -> tuple[RuleFinding, ...]:
    """Return what the rules find, errors first, else in the order of the table."""
    found = [
        RuleFinding(rule, detail, rule.peers or case.role.peers, rule.remedy.format(names=case.role.names))
        for rule in CERTIFICATE_RULES
        if case.role.name in rule.roles
        for detail in rule.fires(case)
    ]
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.rule.severity)))


def unjudged(case: Examination) -> tuple[str, ...]:
    """Return what could not be examined for want of knowledge, and how to give it."""
    asks_for_domains = any(
        case.role.name in rule.roles
        for rule in CERTIFICATE_RULES
        if rule.key in {"mra-domain-missing", "partner-domain-missing", "verified-domain-missing"}
    )
    told = {
        "whether the chain is complete and trusted: give the Expressway's Trusted CA list with --trust": (
            case.trust is None
        ),
        "whether it carries its domains: give each with --domain": asks_for_domains and not case.domains,
        f"whether it carries {case.role.names}: give each name with --name": (
            not case.names and case.role.name in ASKED_FOR
        ),
    }
    return tuple(sentence for sentence, holds in told.items() if holds)
