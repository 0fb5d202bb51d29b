"""`certs diff` as JSON, for programs: `format` and `version` as in the other documents of this command group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.certificates.beyond_plays import unspoken_for
from harness.certificates.change import Candidate, CertificateChange, Flip, Kind, UploadFlip
from harness.certificates.change_verdict import differences, verdict_of
from harness.report.json_text import as_json
from harness.tls.alerts import alert_name
from harness.verdict import Stage, Verdict


@dataclass(frozen=True, slots=True)
class CandidateDocument:
    """One of the two certificates.

    `file` is its file, `label` what a person calls it, `sha256` its fingerprint in hex. `look_alike` says that copies
    with fresh keys stand in for it. `notes` are sentences about what was handled on the way.
    """

    file: str
    label: str
    sha256: str
    look_alike: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceDocument:
    """A part, `what`, in which the two certificates differ: `old` and `new` are its values in words."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class UploadDocument:
    """Releases whose upload page refuses a certificate.

    `releases` are these releases, `refuses` says which of the two. `reason` and `remedy` are those of the new one,
    empty where it is taken.
    """

    releases: tuple[str, ...]
    refuses: Literal["old", "new", "both"]
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class EndDocument:
    """What a story came to.

    `cause` is a key of the table of causes, `diagnosis` the sentence, `remedies` what to do, `warnings` what worked
    here and fails elsewhere. `step`, `stopped_at` and `by` say which step stopped, at which stage, and who refused,
    `alert` and `alert_name` by which alert; each is None where there was none.
    """

    cause: str
    diagnosis: str
    remedies: tuple[str, ...]
    warnings: tuple[str, ...]
    step: str | None
    stopped_at: Stage | None
    by: str | None
    alert: int | None
    alert_name: str | None


@dataclass(frozen=True, slots=True)
class FlipDocument:
    """One story that has another outcome with the new certificate, or works with neither of the two.

    `scenario`, `row` and `title` name it. `kind` is what became of it: it worked and no longer does, it works now, or
    it has another outcome. `releases` and `tls_versions` are those in which it does so in the same way; `before`
    and `after` are what it came to in the first of them.
    """

    scenario: str
    row: str
    title: str
    kind: Kind
    releases: tuple[str, ...]
    tls_versions: tuple[str, ...]
    before: EndDocument
    after: EndDocument


@dataclass(frozen=True, slots=True)
class BrokenRuleDocument:
    """A rule that the new certificate breaks and the old one does not.

    `rule` is its key, `severity` one of `error`, `warning` and `info`. `detail` says what is wrong, `peers` who minds,
    `remedy` what to do.
    """

    rule: str
    severity: str
    detail: str
    peers: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ChangeDocument:
    """Two certificates compared: what changes when one takes the other's place.

    `format` and `version` name this shape. `role` is the place of the certificate, `at` the day of the comparison.
    `old` and `new` are the two. `differences` are what differs between them. `releases` and `tls_versions` were played.
    `stories` counts the stories that were played with both, `worked_before` those of them that work with the old one.
    `breaks` says that something no longer works: a story, the upload, or what a rule says and no play shows.
    `unplayed` counts plays that an interrupt left out; `unchecked` says that one came when all was played, before the
    comparison itself was checked or kept. `safe` is the answer, `verdict` says it in words. `uploads` are releases
    that refuse a certificate. `flips` are stories that have another outcome. `rules` are broken by the new
    certificate alone, and no play shows it. `unspoken_for` are sentences about kinds of peers for which the lab cannot
    speak, where the kind of the key is another one. `dead` are stories that work in this lab with no certificate at
    all, `aside` those that cut the way to CRLs by themselves. `looked_at` says that at least one story minds this
    certificate. `not_compared` are stories that work in the healthy lab and with neither of the two: nothing is known
    of them.
    """

    format: Literal["sip-mtls certificate change"]
    version: Literal[1]
    role: str
    at: datetime
    old: CandidateDocument
    new: CandidateDocument
    differences: tuple[DifferenceDocument, ...]
    releases: tuple[str, ...]
    tls_versions: tuple[str, ...]
    stories: int
    worked_before: int
    breaks: bool
    unplayed: int
    unchecked: bool
    safe: bool
    verdict: str
    uploads: tuple[UploadDocument, ...]
    flips: tuple[FlipDocument, ...]
    rules: tuple[BrokenRuleDocument, ...]
    unspoken_for: tuple[str, ...]
    dead: tuple[str, ...]
    aside: tuple[str, ...]
    looked_at: bool
    not_compared: tuple[FlipDocument, ...]


def change_as_json(change: CertificateChange) -> str:
    """Return the comparison as a JSON document."""
    document = ChangeDocument(
        format="sip-mtls certificate change",
        version=1,
        role=change.role,
        at=change.at,
        old=_candidate(change.old),
        new=_candidate(change.new),
        differences=tuple(DifferenceDocument(*each) for each in differences(change.old.facts, change.new.facts)),
        releases=tuple(change.releases),
        tls_versions=tuple(change.tls_versions),
        stories=len(change.stories),
        worked_before=change.worked,
        breaks=change.breaks,
        unplayed=change.unplayed,
        unchecked=change.unchecked,
        safe=change.is_safe,
        verdict=verdict_of(change),
        uploads=tuple(map(_upload, change.uploads)),
        flips=tuple(map(_flip, change.flips)),
        rules=tuple(
            BrokenRuleDocument(each.rule.key, each.rule.severity.value, each.detail, each.peers, each.remedy)
            for each in change.rules
        ),
        unspoken_for=tuple(unspoken_for(change.old.facts, change.new.facts)),
        dead=tuple(change.dead),
        aside=tuple(change.aside),
        looked_at=change.looked_at,
        not_compared=tuple(map(_flip, change.not_compared)),
    )
    return as_json(document)


def _candidate(candidate: Candidate) -> CandidateDocument:
    facts = candidate.facts
    return CandidateDocument(candidate.file, facts.label, facts.sha256, candidate.look_alike, tuple(candidate.notes))


def _upload(flip: UploadFlip) -> UploadDocument:
    refuses: Literal["old", "new", "both"] = "old"
    if flip.refuses_new:
        refuses = "both" if flip.refuses_old else "new"
    return UploadDocument(tuple(flip.releases), refuses, flip.reason, flip.remedy)


def _flip(flip: Flip) -> FlipDocument:
    return FlipDocument(
        scenario=flip.scenario,
        row=flip.row,
        title=flip.title,
        kind=flip.kind,
        releases=tuple(flip.releases),
        tls_versions=tuple(flip.tls_versions),
        before=_end(flip.before),
        after=_end(flip.after),
    )


def _end(verdict: Verdict) -> EndDocument:
    stopped = verdict.stopped
    alert = stopped.alert if stopped else None
    return EndDocument(
        cause=verdict.cause,
        diagnosis=verdict.diagnosis,
        remedies=tuple(remedy.action for remedy in verdict.remedies),
        warnings=tuple(verdict.warnings),
        step=stopped.step if stopped else None,
        stopped_at=stopped.stopped_at if stopped else None,
        by=stopped.by if stopped else None,
        alert=alert,
        alert_name=None if alert is None else alert_name(alert),
    )
