"""`certs check` as text and as JSON: which rules a certificate breaks, who minds, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from harness.lab.certificate_rules import Examination, RuleFinding, Severity, examine, unjudged
from harness.report.certificates.paragraphs import Paper

FORMAT, VERSION = "sip-mtls certificate check", 1
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


def check_as_json(case: Examination, file: str, *, notes: Sequence[str]) -> str:
    """Return the same as a JSON document with `format` and `version`."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "file": file,
        "role": case.role.name,
        "release": case.release.name,
        "at": case.at.isoformat(),
        "certificate": case.leaf.label,
        "sha256": case.leaf.sha256,
        "findings": [_finding_as_json(finding) for finding in examine(case)],
        "not_examined": list(unjudged(case)),
        "notes": list(notes),
    }
    return json.dumps(document, indent=2) + "\n"


def _finding_as_json(finding: RuleFinding) -> dict[str, str]:
    rule = finding.rule
    return {
        "rule": rule.key,
        "severity": rule.severity.value,
        "title": rule.title,
        "detail": finding.detail,
        "peers": finding.peers,
        "remedy": finding.remedy,
        "source": rule.source,
    }
