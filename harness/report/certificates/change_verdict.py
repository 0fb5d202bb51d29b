"""What a comparison comes to, in few words: they stand first and last in its text, and in its JSON."""

from __future__ import annotations

from collections.abc import Iterator

from harness.lab.certificate_rules import Severity
from harness.report.certificates.beyond_plays import unspoken_for
from harness.report.certificates.change import CertificateChange, Kind
from harness.report.certificates.releases import release_names

_NOTHING = "nothing breaks in this lab"
_RULES = {Severity.ERROR: "rule errors", Severity.WARNING: "rule warnings", Severity.INFO: "rule notes"}


def verdict_of(change: CertificateChange) -> str:
    """Return `BREAKS`, `NO ALL-CLEAR` or that nothing breaks, and what there is to see of each kind."""
    said = list(counts(change))
    if change.breaks:
        return f"BREAKS: {', '.join(said)}"
    if not change.is_safe:
        return f"NO ALL-CLEAR: {', '.join(said)}"
    unknown = any(unspoken_for(change.old.facts, change.new.facts))
    doubt = "; for which peers it cannot speak stands under unknown" if unknown else ""
    return f"{_NOTHING}{doubt}: {', '.join(said)}" if said else f"{_NOTHING}{doubt}"


def counts(change: CertificateChange) -> Iterator[str]:
    """Yield what there is of each kind: stories, uploads and rules; nothing where the two certificates come to one."""
    if not change.worked:
        yield "no story works with the old certificate"
    elif not change.looked_at:
        yield "no story looks at the certificate"
    for kind in Kind:
        if found := {flip.scenario for flip in change.compared if flip.kind is kind}:
            yield f"{kind.value} {len(found)}"
    if change.not_compared:
        yield f"not compared {len({flip.scenario for flip in change.not_compared})}"
    if change.was_interrupted:
        yield f"not played {change.unplayed}" if change.unplayed else "interrupted before the comparison was checked"
    if refusing := {name for each in change.uploads if each.refuses_new for name in each.releases}:
        yield f"upload refused on {release_names(tuple(name for name in change.releases if name in refusing))}"
    keys = {finding.rule.key: finding.rule.severity for finding in change.rules}
    for severity in Severity:
        if count := list(keys.values()).count(severity):
            yield f"{_RULES[severity]} {count}"
