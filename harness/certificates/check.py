"""`certs check` as text, JSON and SARIF: a result for each rule that a certificate breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.certificates.rules import (
    CERTIFICATE_RULES,
    CertificateRule,
    Examination,
    RuleFinding,
    Severity,
    examine,
    unjudged,
)
from harness.report.columns import Paper
from harness.report.json_text import as_json
from harness.report.sarif import Level, SarifResult, SarifRule, sarif_log

_MARGIN, _MOST_AT_ONCE = 9, 12
_PLURALS = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "notes"}


def check_text(case: Examination, file: str, *, notes: Sequence[str], width: int, unicode: bool) -> str:
    """Return what the rules find in `file`, in lines of at most `width` columns."""
    paper = Paper(width, unicode)
    found = examine(case)
    tally = list(paper.hanging("", _tally(found, unjudged(case)), 0))
    lines = [*_head(case, file, paper), *tally]
    for finding in found:
        lines += ["", *_finding(finding, paper)]
    lines += ["", "Not examined:"] if unjudged(case) else []
    for sentence in unjudged(case):
        lines += paper.hanging("  -", sentence, 4)
    for note in notes:
        lines += ["", *paper.hanging("note", note, _MARGIN)]
    lines += ["", *tally] if len(lines) > _MOST_AT_ONCE else []
    return "\n".join(lines) + "\n"


def _head(case: Examination, file: str, paper: Paper) -> Iterator[str]:
    release = f", release {case.release.name.upper()}" if case.role.box else ""
    yield from paper.hanging("", f"{file}: {case.leaf.label}", 0)
    yield from paper.hanging("", f"as {case.role.title} ({case.role.name}){release}, on {case.at:%Y-%m-%d}", 0)
    yield from paper.hanging("", f"seen by {case.role.peers}", 0)


def _tally(found: Sequence[RuleFinding], left_out: Sequence[str]) -> str:
    """Say how much was found, and how much was not examined for want of knowledge; it stands first and last."""
    counts = {severity: sum(finding.rule.severity is severity for finding in found) for severity in Severity}
    said = [
        f"{count} {_PLURALS[severity] if count != 1 else _PLURALS[severity][:-1]}" for severity, count in counts.items()
    ]
    told = ", ".join(said) if found else "no rule is broken"
    things = "one thing was" if len(left_out) == 1 else f"{len(left_out)} things were"
    return f"{told}; {things} not examined" if left_out else told


def _finding(finding: RuleFinding, paper: Paper) -> Iterator[str]:
    rule = finding.rule
    yield from paper.hanging(rule.severity.value.upper(), f"{rule.key}: {rule.title}", _MARGIN)
    yield from paper.hanging("", finding.detail, _MARGIN)
    yield from paper.hanging("", f"Who minds: {finding.peers}", _MARGIN)
    yield from paper.hanging("", f"What to do: {finding.remedy}", _MARGIN)


@dataclass(frozen=True, slots=True)
class RuleFindingDocument:
    """A rule that the certificate breaks.

    `rule` is its key, `severity` how bad that is, `title` what the rule says. `detail` says what is wrong in this
    certificate, `peers` who minds, `remedy` what to do, `source` who says so, by keys of the domain reference.
    """

    rule: str
    severity: Severity
    title: str
    detail: str
    peers: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class CheckDocument:
    """What the rules find in a certificate.

    `format` and `version` name this shape. `file` is the file, `role` the place of the certificate, `release` that of
    the box, `at` the day on which it is examined. `certificate` is what a person calls it, `sha256` its fingerprint in
    hex. `findings` are the rules that it breaks. `not_examined` are sentences about what could not be examined, `notes`
    about the file.
    """

    format: Literal["sip-mtls certificate check"]
    version: Literal[1]
    file: str
    role: str
    release: str
    at: datetime
    certificate: str
    sha256: str
    findings: tuple[RuleFindingDocument, ...]
    not_examined: tuple[str, ...]
    notes: tuple[str, ...]


def check_as_json(case: Examination, file: str, *, notes: Sequence[str]) -> str:
    """Return the same as a JSON document with `format` and `version`."""
    document = CheckDocument(
        format="sip-mtls certificate check",
        version=1,
        file=file,
        role=case.role.name,
        release=case.release.name,
        at=case.at,
        certificate=case.leaf.label,
        sha256=case.leaf.sha256,
        findings=tuple(map(_written, examine(case))),
        not_examined=tuple(unjudged(case)),
        notes=tuple(notes),
    )
    return as_json(document)


def _written(finding: RuleFinding) -> RuleFindingDocument:
    rule = finding.rule
    return RuleFindingDocument(
        rule.key, rule.severity, rule.title, finding.detail, finding.peers, finding.remedy, rule.source
    )


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
