"""`certs check` as SARIF: a result for each rule that a certificate breaks."""

from __future__ import annotations

from harness.lab.certificate_rules import (
    CERTIFICATE_RULES,
    CertificateRule,
    Examination,
    RuleFinding,
    Severity,
    examine,
)
from harness.report.sarif import Level, SarifResult, SarifRule, sarif_log

_LEVELS: dict[Severity, Level] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def check_as_sarif(case: Examination, file: str) -> str:
    """Return what the rules find in `file` as SARIF text. Rule ids are the keys of docs/certificate-rules.md."""
    rules = [_rule(rule) for rule in CERTIFICATE_RULES]
    return sarif_log(rules, [_result(finding, case, file) for finding in examine(case)])


def _result(finding: RuleFinding, case: Examination, file: str) -> SarifResult:
    rule = finding.rule
    head = f"{case.leaf.label}, as {case.role.title}: {rule.title}"
    message = f"{head}\n{finding.detail}\nWho minds: {finding.peers}\nWhat to do: {finding.remedy}"
    identity = (case.leaf.sha256, case.role.name, finding.detail)
    return SarifResult(rule.key, _LEVELS[rule.severity], message, file, 0, identity)


def _rule(rule: CertificateRule) -> SarifRule:
    remedy = rule.remedy.format(names="the names that its role needs")
    return SarifRule(rule.key, rule.title, f"{rule.title}. Source: {rule.source}.", remedy)
