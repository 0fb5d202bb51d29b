"""What the steps of a plan cannot show: rules that no actor of the lab minds, and what nobody here can tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from harness.identity.certificate import read_certificate
from harness.lab.certificate_rules import CERTIFICATE_ROLES, Examination
from harness.lab.releases import RELEASES
from harness.report.certificates.beyond_plays import rules_broken_anew, unspoken_for
from harness.report.certificates.plan import BrokenRule
from harness.run.conversion_bench import Asked
from harness.run.foreign_sources import shared_lists


def broken_rules(asked: Asked, release: str, at: datetime) -> Iterator[BrokenRule]:
    """Yield what breaks rules in the new certificate of an exchange and not in the old one, on a release."""
    role = CERTIFICATE_ROLES[asked.role]
    old, new = (
        [Examination(each.certificates, role, RELEASES[release], at, was_sorted=each.was_sorted)]
        for each in (asked.old, asked.new)
    )
    for finding in rules_broken_anew(old, new):
        rule = finding.rule
        yield BrokenRule(asked.role, rule.key, rule.severity.value, finding.detail, finding.peers, finding.remedy)


def unknown_of(asked: Asked) -> Iterator[str]:
    """Yield for which peers nobody here can speak, and whose CRL it is that two CAs name."""
    old, new = (each.certificates[0] for each in (asked.old, asked.new))
    for sentence in (*unspoken_for(read_certificate(old), read_certificate(new)), *shared_lists(old, new)):
        yield f"{asked.role}: {sentence}"
