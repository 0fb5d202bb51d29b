"""Which stories come to something else when one certificate takes another's place: both are played, and compared.

Theory. The lab takes the names of the old certificate, so that its actors dial and look for those. Every peer
that verifies the role trusts the root of the old one, since today everything works; of the new one's root it
knows nothing unless a list says so. Then every story that works in the healthy lab is played with the old
certificate and with the new one, on each release and TLS version. One that works with neither of them, and
does with the certificate that the lab itself issues, was not compared: nobody may take that for an all-clear.
Stories about somebody else's fault stop there whatever this certificate says, and are left out; so are those
that bring a certificate of their own for the role, or that name a release. Releases that do the same are
played once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from harness.certificates.change import Flip, UploadFlip
from harness.certificates.shell.stand_ins import stand_ins
from harness.certificates.shell.trial_lab import TrialLab
from harness.diagnosis.compare import outcome_differs
from harness.diagnosis.warnings import SEE_SET_UP
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASES
from harness.run.in_memory import StoppedEarlyError, Tick, verdicts
from harness.run.library import Library
from harness.scenario.model import Scenario
from harness.scenario.plan import Plan
from harness.verdict import Verdict
from harness.x509.certificate import read_certificate
from harness.x509.files import Holding, TrustList

HEALTHY: Final = "none"
"""The cause of a story that works."""


@dataclass(frozen=True, slots=True)
class Story:
    """One play with each certificate, the lab's `own` one and an `unknown` one too, and the releases it stands for."""

    scenario: Scenario
    releases: tuple[str, ...]
    tls_version: str
    old: Plan
    new: Plan
    own: Plan
    unknown: Plan


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What flips, what was not compared, and how many stories worked with the old certificate.

    `unplayed` is the number of plays that were left when somebody interrupted it. `dead` are stories that work in this
    lab with no certificate at all, on none of the releases. `aside` are those that cut the way to CRLs and responders
    by themselves, which a certificate that names some does not survive. `looked_at` says whether some story minds the
    certificate at all; it is found out where nothing changes. `unchecked` says that all was played, and that it was not
    found out, or not where the others stand, because somebody interrupted it then.
    """

    flips: tuple[Flip, ...]
    not_compared: tuple[Flip, ...]
    worked: int
    unplayed: int = 0
    dead: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    looked_at: bool = True
    unchecked: bool = False


Pair = tuple[Story, Verdict, Verdict]
"""A story, and what it came to with the old and with the new certificate."""


def stories(
    trial_lab: TrialLab, scenarios: Iterable[Scenario], releases: Sequence[str], versions: Sequence[str]
) -> list[Story]:
    """Return what there is to play: each story that works in the healthy lab, wherever it fits."""
    return [
        Story(scenario, names, version, *plans)
        for scenario in scenarios
        for names in alike(releases)
        for version in versions
        if _works(scenario, version) and version in RELEASES[names[0]].tls_versions
        if (plans := trial_lab.plans(scenario, RELEASES[names[0]], version))
    ]


def alike(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return releases in groups that behave the same, each in the order of the table."""
    grouped: dict[tuple[object, ...], list[str]] = {}
    for name in names:
        grouped.setdefault(RELEASES[name].behaviour, []).append(name)
    return [tuple(group) for group in grouped.values()]


def _works(scenario: Scenario, version: str) -> bool:
    expected = scenario.expectations.get(version)
    return expected is not None and expected.cause == HEALTHY


def outcomes(trial_lab: TrialLab, told: Sequence[Story], tick: Tick) -> Outcomes:
    """Play each story with both certificates, and where neither will do with the lab's own; return what came of it.

    An interrupt ends the plays, and what they came to is kept; KeyboardInterrupt where there is nothing to keep.
    """
    try:
        judged = _played(trial_lab, [plan for story in told for plan in (story.old, story.new)], tick)
    except StoppedEarlyError as stopped:
        judged = [_of_its_own(verdict) for verdict in stopped.judged]
    pairs = list(zip(told, judged[::2], judged[1::2], strict=False))
    if not pairs:
        raise KeyboardInterrupt
    neither = [pair for pair in pairs if pair[1].stopped and pair[2].stopped]
    unplayed = len(told) - len(pairs)
    unchecked = False
    gaps = neither
    try:
        gaps = neither if unplayed else _not_compared(trial_lab, neither)
    except KeyboardInterrupt:
        unchecked = True
    aside = [pair for pair in gaps if _cuts_sources(pair)]
    gaps = [pair for pair in gaps if pair not in aside]
    flipped = [pair for pair in pairs if pair not in aside and _flipped(pair[1], pair[2])]
    looked_at = bool(flipped or gaps or unplayed or unchecked)
    try:
        looked_at = looked_at or _is_looked_at(trial_lab, told)
    except KeyboardInterrupt:
        looked_at = unchecked = True
    worked = {story.scenario.name for story, before, _ in pairs if before.stopped is None}
    return Outcomes(
        tuple(_merged(flipped)),
        tuple(_merged(gaps)),
        len(worked),
        unplayed,
        _dead(pairs, (*gaps, *aside)),
        tuple(dict.fromkeys(story.scenario.name for story, _, _ in aside)),
        looked_at=looked_at,
        unchecked=unchecked,
    )


def _cuts_sources(pair: Pair) -> bool:
    """Whether a story fails with the old certificate since it cuts the way to CRLs and responders by itself."""
    story, before, _ = pair
    return before.cause == _NO_SOURCE and _SOURCES in str(story.scenario.change)


_NO_SOURCE, _SOURCES = "revocation-source-unreachable", "validation-authority"
_AT_ONCE = 8


def _is_looked_at(trial_lab: TrialLab, told: Sequence[Story]) -> bool:
    """Whether some story stops with a certificate that nobody trusts: else none could have told two of them apart."""
    batches = (told[start : start + _AT_ONCE] for start in range(0, len(told), _AT_ONCE))
    plays = (_played(trial_lab, [story.unknown for story in batch], lambda _: None) for batch in batches)
    return any(verdict.stopped for verdicts_of in plays for verdict in verdicts_of)


def _dead(pairs: Sequence[Pair], gaps: Sequence[Pair]) -> tuple[str, ...]:
    """Return the stories that stopped wherever they were played, with the lab's own certificate too."""
    alive = {story.scenario.name for story, before, after in pairs if not before.stopped or not after.stopped}
    alive |= {story.scenario.name for story, _, _ in gaps}
    return tuple(dict.fromkeys(story.scenario.name for story, _, _ in pairs if story.scenario.name not in alive))


def _not_compared(trial_lab: TrialLab, pairs: Sequence[Pair]) -> list[Pair]:
    """Return those whose story works with the lab's own certificate; the others fail on a release whatever is held."""
    own = _played(trial_lab, [story.own for story, _, _ in pairs], lambda _: None)
    return [pair for pair, verdict in zip(pairs, own, strict=True) if verdict.stopped is None]


def _played(trial_lab: TrialLab, plans: Sequence[Plan], tick: Tick) -> list[Verdict]:
    return [_of_its_own(verdict) for verdict in verdicts(plans, trial_lab.lab_pki, tick)]


def _flipped(before: Verdict, after: Verdict) -> bool:
    """Whether a story has another outcome; a warning that is gone is nothing to prepare for."""
    fewer = tuple(text for text in after.warnings if text not in before.warnings)
    return outcome_differs(replace(before, warnings=()), replace(after, warnings=fewer))


def _of_its_own(verdict: Verdict) -> Verdict:
    """Return a verdict without the warnings that are about another story: what failed before this one began."""
    return replace(verdict, warnings=tuple(text for text in verdict.warnings if not text.endswith(SEE_SET_UP)))


def _merged(pairs: Iterable[Pair]) -> Iterator[Flip]:
    """Yield each flip once for all releases and TLS versions in which it is the same."""
    alike_in: dict[tuple[object, ...], list[Pair]] = {}
    for story, before, after in pairs:
        alike_in.setdefault((story.scenario.name, _end(before), _end(after)), []).append((story, before, after))
    for group in alike_in.values():
        story, before, after = group[0]
        releases = dict.fromkeys(name for each, _, _ in group for name in each.releases)
        versions = dict.fromkeys(each.tls_version for each, _, _ in group)
        scenario = story.scenario
        yield Flip(scenario.name, scenario.row, scenario.title, tuple(releases), tuple(versions), before, after)


def _end(verdict: Verdict) -> tuple[object, ...]:
    stopped = verdict.stopped
    return (verdict.cause, verdict.warnings, *((stopped.step, stopped.stopped_at, stopped.by) if stopped else ()))


# --- from files to the comparison ---


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be compared: the certificate of `role`, on these releases and TLS versions, as of `at`.

    `trust` are CA certificates that the peers trust besides the root of the old one.
    """

    role: str
    old: Holding
    new: Holding
    trust: TrustList
    releases: tuple[str, ...]
    tls_versions: tuple[str, ...]
    at: datetime


def prepare(library: Library, question: Question) -> TrialLab:
    """Return the trial lab for a question; ScenarioError where a certificate cannot be played."""
    standing_in = stand_ins((question.old, question.new), question.trust.certificates, question.at)
    return TrialLab(library, CERTIFICATE_ROLES[question.role].place, standing_in, question.at)


def upload_flips(question: Question, *, switch: bool = False) -> list[UploadFlip]:
    """Return the releases whose upload page refuses one of the two certificates, or both.

    `switch` is EnableServerEkuUpload.
    """
    merged: dict[tuple[bool, bool, str], UploadFlip] = {}
    for names in alike(question.releases):
        if (flip := _upload_flip(question, names, switch=switch)) is not None:
            kind = flip.refuses_new, flip.refuses_old, flip.remedy
            known = merged.get(kind)
            merged[kind] = replace(known, releases=(*known.releases, *names)) if known else flip
    return list(merged.values())


def _upload_flip(question: Question, names: tuple[str, ...], *, switch: bool) -> UploadFlip | None:
    place, release = CERTIFICATE_ROLES[question.role].place, RELEASES[names[0]]
    leaves = [read_certificate(each.certificates[0]) for each in (question.old, question.new)]
    before, after = (place.refusal(leaf, release, switch=switch) for leaf in leaves)
    refusal = after or before
    if refusal is None:
        return None
    return UploadFlip(names, after is not None, refusal.reason, refusal.remedy, before is not None)
