"""`certs diff` as text: which stories change, why, and what to do before the new certificate is installed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from harness.certificates.beyond_plays import unspoken_for
from harness.certificates.change import Candidate, CertificateChange, Flip, Kind, UploadFlip, by_cause
from harness.certificates.change_verdict import counts, dates_of, differences, usages_of, verdict_of
from harness.certificates.release_words import release_names
from harness.certificates.rules import RuleFinding
from harness.lab.actors import TITLES
from harness.report.columns import Paper
from harness.report.wording import alert_words, stage_words
from harness.verdict import Remedy, Verdict

_MARGIN = 10
_NO_CAUSE = "none"
_HEADINGS = {
    Kind.BREAKS: "BREAKS: worked with the old certificate, does not with the new one",
    Kind.MENDS: "MENDS: did not work with the old certificate, works with the new one",
    Kind.DIFFERS: "CHANGED: stops at another place, or for another reason",
}
_NOT_LOOKED_AT = (
    "NO ALL-CLEAR: no story looks at this certificate. All of them work with one that nobody trusts too, since this "
    "lab does not verify it there. --lab takes a lab that does, --scenario more stories."
)
_NOT_COMPARED = "NOT COMPARED: works in the healthy lab, and with neither of the two certificates"


def change_text(change: CertificateChange, *, width: int, unicode: bool) -> str:
    """Return the comparison in lines of at most `width` columns."""
    paper = Paper(width, unicode)
    lines = [*_head(change, paper), *_alarm(change, paper)]
    for upload in change.uploads:
        lines += ["", *_upload(upload, paper)]
    for _, findings in groupby(change.rules, key=lambda finding: finding.rule.key):
        lines += ["", *_rule(list(findings), paper)]
    for flips in by_cause(change.not_compared).values():
        lines += ["", *paper.hanging("", _NOT_COMPARED, 0), *_group(flips, paper)]
    for (kind, *_), flips in by_cause(change.compared).items():
        lines += ["", *paper.hanging("", _HEADINGS[kind], 0), *_group(flips, paper)]
    return "\n".join([*lines, "", *_tally(change, paper)]) + "\n"


def _head(change: CertificateChange, paper: Paper) -> Iterator[str]:
    yield from paper.hanging("", f"{change.role}: what changes with the new certificate, on {change.at:%Y-%m-%d}", 0)
    yield from paper.hanging("", verdict_of(change), 0)
    yield ""
    for word, candidate in (("old", change.old), ("new", change.new)):
        yield from _candidate(word, candidate, paper)
    found = list(differences(change.old.facts, change.new.facts))
    for number, (what, before, after) in enumerate(found):
        yield from paper.hanging("" if number else "differs", f"{what}: {before} -> {after}", _MARGIN)
    if not found:
        yield from paper.hanging("differs", "in nothing that a peer looks at", _MARGIN)
    yield from paper.hanging("assumed", _assumption(change), _MARGIN)
    for sentence in unspoken_for(change.old.facts, change.new.facts):
        yield from paper.hanging("unknown", sentence, _MARGIN)


def _candidate(word: str, candidate: Candidate, paper: Paper) -> Iterator[str]:
    facts = candidate.facts
    yield from paper.hanging(word, f"{candidate.file}: {facts.label}, {usages_of(facts)}, {dates_of(facts)}", _MARGIN)
    played = "played by a TEST ONLY look-alike with a fresh key under look-alikes of its CAs"
    yield from paper.hanging("", played if candidate.look_alike else "played with its own key", _MARGIN)
    for note in candidate.notes:
        yield from paper.hanging("", f"note: {note}", _MARGIN)


_UNCHECKED = (
    "NO ALL-CLEAR: interrupted when all was played, before it was known whether some story looks at the certificate, "
    "or before the plays behind this text were kept."
)


def _alarm(change: CertificateChange, paper: Paper) -> Iterator[str]:
    """Say loudly where stories could not be compared: what changes is then not everything."""
    if change.unplayed:
        yield ""
        text = f"NO ALL-CLEAR: interrupted, with {change.unplayed} plays of each certificate left; they are not judged."
        yield from paper.hanging("", text, 0)
    if change.unchecked:
        yield ""
        yield from paper.hanging("", _UNCHECKED, 0)
    count = len({flip.scenario for flip in change.not_compared})
    if count:
        yield ""
        yield from paper.hanging(
            "",
            f"NO ALL-CLEAR: {count} of {len(change.stories)} stories work in the healthy lab and with neither of the "
            "two certificates. What the change does to them is not known. They are listed first, with their causes.",
            0,
        )
    elif not change.worked:
        yield ""
        yield from paper.hanging("", "NO ALL-CLEAR: no story works with the old certificate, so none can break.", 0)
    if change.worked and not change.looked_at:
        yield ""
        yield from paper.hanging("", _NOT_LOOKED_AT, 0)


def _assumption(change: CertificateChange) -> str:
    more = f" and the {change.trust} CA certificates of --trust" if change.trust else ""
    return (
        f"the peers trust the root of the old certificate{more}; the CAs that come with the new one are appended to "
        "the trusted CA list of the box that presents it; the CRLs, OCSP responders and CA certificates that are named "
        "by http answer"
        f"{f'; {change.assumed}' if change.assumed else ''}"
    )


def _rule(findings: list[RuleFinding], paper: Paper) -> Iterator[str]:
    """Tell a rule that the new certificate breaks and that no story shows, with all that breaks it."""
    first = findings[0]
    yield from paper.hanging("", f"{first.rule.severity.value.upper()} by rule {first.rule.key}, in no story", 0)
    for finding in findings:
        yield from paper.hanging("why", finding.detail, _MARGIN)
    yield from paper.hanging("minds", first.peers, _MARGIN)
    yield from paper.hanging("to do", first.remedy, _MARGIN)


def _upload(upload: UploadFlip, paper: Paper) -> Iterator[str]:
    kind = "UPLOAD REFUSED" if upload.refuses_new else "UPLOAD TAKEN, that of the old one was refused"
    also = ", as that of the old one" if upload.refuses_new and upload.refuses_old else ""
    yield from paper.hanging("", f"{kind} on {release_names(upload.releases)}{also}", 0)
    yield from paper.hanging("why", upload.reason, _MARGIN)
    yield from paper.hanging("to do", upload.remedy, _MARGIN)


def _group(flips: list[Flip], paper: Paper) -> Iterator[str]:
    """Tell all stories that flip for one cause, and the cause once; the end of those in a row that end alike, too."""
    stories = [list(alike) for _, alike in groupby(flips, key=lambda flip: flip.scenario)]
    for ends, alike in groupby(stories, key=_ends):
        first, *others = (story[0] for story in alike)
        yield from paper.hanging(f"  {first.row}", first.title, _MARGIN)
        for end in ends:
            yield from paper.hanging("", end, _MARGIN)
        for other in others:
            yield from paper.hanging(f"  {other.row}", f"{other.title}: likewise", _MARGIN)
    first = flips[0]
    before, after = first.before, first.after
    if first.kind is not Kind.DIFFERS:
        yield from _cause("", before if first.kind is Kind.MENDS else after, paper)
    elif before.cause == after.cause:
        yield from _cause("", after, paper)
    else:
        yield from _cause("old", before, paper)
        yield from _cause("new", after, paper)
    for remedy in after.remedies:
        yield from paper.hanging("to do", _told(remedy), _MARGIN)


def _cause(which: str, verdict: Verdict, paper: Paper) -> Iterator[str]:
    if verdict.cause != _NO_CAUSE:
        yield from paper.hanging(f"{which} cause".strip(), verdict.cause, _MARGIN)
        yield from paper.hanging("why", verdict.diagnosis, _MARGIN)


def _ends(story: list[Flip]) -> tuple[str, ...]:
    """Say what a story comes to, with the releases and TLS versions in which it does."""
    return tuple(
        turn if number else f"{release_names(flip.releases)}, TLS {' and '.join(flip.tls_versions)}: {turn}"
        for flip in story
        for number, turn in enumerate(_turns(flip))
    )


def _turns(flip: Flip) -> tuple[str, ...]:
    """Say what the story comes to; what it came to before only where the heading does not say so."""
    before, after = _end(flip.before), _end(flip.after)
    match flip.kind:
        case Kind.BREAKS:
            return (after,)
        case Kind.MENDS:
            return (f"{before}, until now",)
        case Kind.DIFFERS if (before, flip.before.cause) == (after, flip.after.cause):
            return (f"{after}, with both",)
        case Kind.DIFFERS:
            return (f"with the old one: {before}", f"with the new one: {after}")


def _end(verdict: Verdict) -> str:
    stopped = verdict.stopped
    if stopped is None:
        return "; ".join(("works", *verdict.warnings))
    by = TITLES.get(stopped.by, stopped.by) or "nobody"
    alert = f", alert {alert_words(stopped.alert)}" if stopped.alert is not None else ""
    return f"{stopped.step} {stage_words(stopped)} by {by}{alert}"


def _told(remedy: Remedy) -> str:
    return " | ".join(filter(None, (remedy.action, remedy.screen, remedy.command)))


def _scale(stories: int, worked: int) -> str:
    if stories == 1:
        return f"1 story, which {'works' if worked else 'does not work'}"
    return f"{stories} stories, of which {worked} {'works' if worked == 1 else 'work'}"


def _tally(change: CertificateChange, paper: Paper) -> Iterator[str]:
    where = f"on {release_names(change.releases)}, TLS {' and '.join(change.tls_versions)}"
    scale = f"{_scale(len(change.stories), change.worked)} today, {where}"
    if change.dead:
        text = f"no use here, since they work in this lab with no certificate: {', '.join(change.dead)}"
        yield from paper.hanging("", text, 0)
    if change.aside:
        text = f"left aside, since they cut the way to CRLs and OCSP by themselves: {', '.join(change.aside)}"
        yield from paper.hanging("", text, 0)
    said = list(counts(change))
    if change.was_interrupted and not change.flips:
        said.insert(0, "nothing changes in what was played")
    elif change.is_safe and said:
        said.append("nothing breaks")
    yield from paper.hanging("", f"{scale}: {', '.join(said) or 'nothing changes'}", 0)
