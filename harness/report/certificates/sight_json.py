"""`certs show` as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from harness.identity.certificate import CertificateFacts
from harness.identity.findings import PathFinding
from harness.identity.link_findings import WANTED_USAGE
from harness.identity.policy import NameVerdict
from harness.report.certificates.sight import Sight, days_left

FORMAT, VERSION = "sip-mtls certificate", 1


def sight_as_json(sight: Sight) -> str:
    """Return what the file shows as a JSON document with `format` and `version`; days are whole days."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "file": sight.file,
        "at": sight.at.isoformat(),
        "private_key": sight.holding.private_key is not None,
        "notes": [*sight.holding.notes, *sight.notes],
        "certificates": [_certificate(facts, sight.at) for facts in sight.path],
        "other_ways": [facts.label for facts in sight.other_ways],
        "unrelated": [facts.label for facts in sight.strangers],
        "completed": None if sight.trust is None else [facts.label for facts in sight.completed],
        "flaws": list(sight.flaws),
        "roles": {purpose: _role(sight.unfit(purpose), sight.refusal(purpose)) for purpose in WANTED_USAGE},
        "names": [
            {"name": wanted.name, "sought": wanted.sought, "policies": _policies(sight.verdicts(wanted.name))}
            for wanted in sight.wanted
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _role(unfit: PathFinding | None, refusal: PathFinding | None) -> dict[str, Any]:
    return {
        "fit": unfit is None,
        "why": unfit.sentence if unfit else "",
        "refused": refusal is not None,
        "refusal": refusal.sentence if refusal else "",
    }


def _certificate(facts: CertificateFacts, at: datetime) -> dict[str, Any]:
    dates = {
        "not_before": facts.not_before and facts.not_before.isoformat(),
        "not_after": facts.not_after and facts.not_after.isoformat(),
        "days_left": days_left(facts, at),
    }
    return asdict(facts) | dates


def _policies(verdicts: dict[str, NameVerdict]) -> dict[str, Any]:
    return {
        policy: {"accepted": verdict.accepted, "reason": verdict.reason, "warnings": list(verdict.warnings)}
        for policy, verdict in verdicts.items()
    }
