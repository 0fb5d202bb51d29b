"""`certs diff` as text: what flips, why, and what to do before the new certificate is installed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from harness.lab.directory import ROLES
from harness.report.certificates.change import Candidate, CertificateChange, Flip, Kind, UploadFlip, by_cause
from harness.report.certificates.differences import dates_of, differences, usages_of
from harness.report.certificates.paragraphs import Paper
from harness.report.certificates.releases import release_names
from harness.report.wording import alert_words, stage_words
from harness.verdict import Remedy, Verdict

_MARGIN = 10
_HEADINGS = {
    Kind.BREAKS: "BREAKS: worked with the old certificate, does not with the new one",
    Kind.MENDS: "MENDS: did not work with the old certificate, works with the new one",
    Kind.DIFFERS: "DIFFERS: comes to something else",
}


def change_text(change: CertificateChange, *, width: int, unicode: bool) -> str:
    """Return the comparison in lines of at most `width` columns."""
    paper = Paper(width, unicode)
    lines = [*_head(change, paper)]
    for upload in change.uploads:
        lines += ["", *_upload(upload, paper)]
    for (kind, _cause), flips in by_cause(change.flips).items():
        lines += ["", *_group(kind, flips, paper)]
    return "\n".join([*lines, "", *_tally(change, paper)]) + "\n"


def _head(change: CertificateChange, paper: Paper) -> Iterator[str]:
    yield from paper.hanging("", f"{change.role}: what changes with the new certificate, on {change.at:%Y-%m-%d}", 0)
    yield ""
    for word, candidate in (("old", change.old), ("new", change.new)):
        yield from _candidate(word, candidate, paper)
    found = list(differences(change.old.facts, change.new.facts))
    for number, (what, before, after) in enumerate(found):
        yield from paper.hanging("" if number else "differs", f"{what}: {before} -> {after}", _MARGIN)
    if not found:
        yield from paper.hanging("differs", "in nothing that a peer looks at", _MARGIN)
    yield from paper.hanging("assumed", _assumption(change), _MARGIN)


def _candidate(word: str, candidate: Candidate, paper: Paper) -> Iterator[str]:
    facts = candidate.facts
    yield from paper.hanging(word, f"{candidate.file}: {facts.label}, {usages_of(facts)}, {dates_of(facts)}", _MARGIN)
    played = "played by a TEST ONLY look-alike with a fresh key under look-alikes of its CAs"
    yield from paper.hanging("", played if candidate.look_alike else "played with its own key", _MARGIN)
    for note in candidate.notes:
        yield from paper.hanging("", f"note: {note}", _MARGIN)


def _assumption(change: CertificateChange) -> str:
    more = f" and the {change.trust} CA certificates of --trust" if change.trust else ""
    return (
        f"the peers trust the root of the old certificate{more}; the CAs that come with the new one are appended to "
        "the trusted CA list of the box that presents it"
    )


def _upload(upload: UploadFlip, paper: Paper) -> Iterator[str]:
    kind = "UPLOAD REFUSED" if upload.refuses_new else "UPLOAD TAKEN, that of the old one was refused"
    yield from paper.hanging("", f"{kind} on {release_names(upload.releases)}", 0)
    yield from paper.hanging("why", upload.reason, _MARGIN)
    yield from paper.hanging("to do", upload.remedy, _MARGIN)


def _group(kind: Kind, flips: list[Flip], paper: Paper) -> Iterator[str]:
    """Tell all stories that flip for one cause, and the cause once."""
    deciding = flips[0].before if kind is Kind.MENDS else flips[0].after
    yield from paper.hanging("", _HEADINGS[kind], 0)
    for _, alike in groupby(flips, key=lambda flip: flip.scenario):
        yield from _story(list(alike), paper)
    yield from paper.hanging("cause", deciding.cause, _MARGIN)
    yield from paper.hanging("why", deciding.diagnosis, _MARGIN)
    for remedy in deciding.remedies if kind is not Kind.MENDS else ():
        yield from paper.hanging("to do", _told(remedy), _MARGIN)


def _story(flips: list[Flip], paper: Paper) -> Iterator[str]:
    first = flips[0]
    yield from paper.hanging(f"  {first.row}", first.title, _MARGIN)
    for flip in flips:
        where = f"{release_names(flip.releases)}, TLS {' and '.join(flip.tls_versions)}"
        yield from paper.hanging("", f"{where}: {_turn(flip)}", _MARGIN)


def _turn(flip: Flip) -> str:
    """Say what the story comes to; what it came to before only where the heading does not say so."""
    match flip.kind:
        case Kind.BREAKS:
            return _end(flip.after)
        case Kind.MENDS:
            return f"{_end(flip.before)}, until now"
        case Kind.DIFFERS:
            return f"{_end(flip.before)} -> {_end(flip.after)}"


def _end(verdict: Verdict) -> str:
    stopped = verdict.stopped
    if stopped is None:
        return "; ".join(("works", *verdict.warnings))
    by = ROLES.get(stopped.by, stopped.by) or "nobody"
    alert = f", alert {alert_words(stopped.alert)}" if stopped.alert is not None else ""
    return f"{stopped.step} {stage_words(stopped)} by {by}{alert}"


def _told(remedy: Remedy) -> str:
    return " | ".join(filter(None, (remedy.action, remedy.screen, remedy.command)))


def _tally(change: CertificateChange, paper: Paper) -> Iterator[str]:
    where = f"on {release_names(change.releases)}, TLS {' and '.join(change.tls_versions)}"
    scale = f"{change.stories} stories, of which {change.worked} work today, {where}"
    counts = {kind: len({flip.scenario for flip in change.flips if flip.kind is kind}) for kind in Kind}
    said = ", ".join(f"{kind.value} {count}" for kind, count in counts.items() if count)
    yield from paper.hanging("", f"{scale}: {said or 'nothing flips'}", 0)
