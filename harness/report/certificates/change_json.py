"""`certs diff` as JSON, for programs: `format` and `version` as in the other documents of this command group."""

from __future__ import annotations

import json
from typing import Any

from harness.report.certificates.beyond_plays import unspoken_for
from harness.report.certificates.change import Candidate, CertificateChange, Flip
from harness.report.certificates.change_verdict import verdict_of
from harness.report.certificates.differences import differences
from harness.tls.alerts import alert_name
from harness.verdict import Verdict

FORMAT, VERSION = "sip-mtls certificate change", 1


def change_as_json(change: CertificateChange) -> str:
    """Return the comparison as a JSON document."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "role": change.role,
        "at": change.at.isoformat(),
        "old": _candidate(change.old),
        "new": _candidate(change.new),
        "differences": [
            {"what": what, "old": before, "new": after}
            for what, before, after in differences(change.old.facts, change.new.facts)
        ],
        "releases": list(change.releases),
        "tls_versions": list(change.tls_versions),
        "stories": len(change.stories),
        "worked_before": change.worked,
        "breaks": change.breaks,
        "unplayed": change.unplayed,
        "safe": change.is_safe,
        "verdict": verdict_of(change),
        "uploads": [
            {
                "releases": list(each.releases),
                "refuses": "both" if each.refuses_new and each.refuses_old else "new" if each.refuses_new else "old",
                "reason": each.reason,
                "remedy": each.remedy,
            }
            for each in change.uploads
        ],
        "flips": [_flip(flip) for flip in change.flips],
        "rules": [
            {
                "rule": each.rule.key,
                "severity": each.rule.severity.value,
                "detail": each.detail,
                "peers": each.peers,
                "remedy": each.remedy,
            }
            for each in change.rules
        ],
        "unspoken_for": list(unspoken_for(change.old.facts, change.new.facts)),
        "dead": list(change.dead),
        "aside": list(change.aside),
        "looked_at": change.looked_at,
        "not_compared": [_flip(flip) for flip in change.not_compared],
    }
    return json.dumps(document, indent=2) + "\n"


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "file": candidate.file,
        "label": candidate.facts.label,
        "sha256": candidate.facts.sha256,
        "look_alike": candidate.look_alike,
        "notes": list(candidate.notes),
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        "scenario": flip.scenario,
        "row": flip.row,
        "title": flip.title,
        "kind": flip.kind.value,
        "releases": list(flip.releases),
        "tls_versions": list(flip.tls_versions),
        "before": _end(flip.before),
        "after": _end(flip.after),
    }


def _end(verdict: Verdict) -> dict[str, Any]:
    stopped = verdict.stopped
    return {
        "cause": verdict.cause,
        "diagnosis": verdict.diagnosis,
        "remedies": [remedy.action for remedy in verdict.remedies],
        "warnings": list(verdict.warnings),
        "step": stopped.step if stopped else None,
        "stopped_at": stopped.stopped_at.value if stopped and stopped.stopped_at else None,
        "by": stopped.by if stopped else None,
        "alert": stopped.alert if stopped else None,
        "alert_name": alert_name(stopped.alert) if stopped and stopped.alert is not None else None,
    }
