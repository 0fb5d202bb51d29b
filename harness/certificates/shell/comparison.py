"""Two certificate files compared as a whole: every story with each of them, and the upload pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.certificates.beyond_plays import rules_broken_anew
from harness.certificates.change import Candidate, CertificateChange, Flip
from harness.certificates.rules import Examination
from harness.certificates.shell.change import Question, Story, outcomes, prepare, stories, upload_flips
from harness.certificates.shell.files import naming_the_unplayable
from harness.certificates.shell.foreign_sources import shared_lists, unfetched
from harness.certificates.shell.stand_ins import Played
from harness.certificates.shell.trial_lab import TrialLab, looked_at
from harness.diagnosis.compare import mismatches
from harness.diagnosis.judge import judge
from harness.errors import Fault, ScenarioError
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASES
from harness.report.outcome import PlayOutcome
from harness.run.in_memory import Tick, transcripts
from harness.run.library import Library
from harness.scenario.model import Scenario
from harness.x509.certificate import read_certificate
from harness.x509.files import Holding


@dataclass(frozen=True, slots=True)
class Replay:
    """One play of a flip: with the `old` or the `new` certificate, on a release, and what it came to."""

    certificate: str
    release: str
    outcome: PlayOutcome


def replays(trial_lab: TrialLab, told: Sequence[Story], flips: Iterable[Flip]) -> Iterator[Replay]:
    """Yield the plays of each flip with both certificates, on the first release and TLS version of it."""
    for flip in flips:
        story = next(each for each in told if _is_of(each, flip))
        seen = transcripts((story.old, story.new), trial_lab.lab_pki)
        for certificate, transcript in zip(("old", "new"), seen, strict=True):
            titled = replace(story.scenario, title=f"{story.scenario.title} ({certificate} certificate)")
            verdict = judge(transcript)
            wrong = mismatches(titled.expectations[story.tls_version], verdict, transcript)
            outcome = PlayOutcome(titled, verdict, transcript, wrong, None, None, 0.0)
            yield Replay(certificate, flip.releases[0], outcome)


def _is_of(story: Story, flip: Flip) -> bool:
    same_play = story.scenario.name == flip.scenario and story.tls_version == flip.tls_versions[0]
    return same_play and flip.releases[0] in story.releases


Progress = Callable[[int, str], AbstractContextManager[Tick]]
"""Opens a display of so many things of a name, and gives what is told of each."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: `progress` while stories are played; `replayed` is told of the plays behind each flip."""

    progress: Progress
    replayed: Callable[[Replay], None] | None = None


def compare(
    library: Library,
    question: Question,
    files: tuple[Path, Path],
    scenarios: Iterable[Scenario],
    watch: Watch,
) -> CertificateChange:
    """Play every story with the old and with the new certificate; return which stories have another outcome.

    `files` are where the two certificates of the question come from. ScenarioError where one cannot be played, or no
    story is left that works in the healthy lab on these releases and TLS versions.
    """
    with naming_the_unplayable((question.old, question.new), files):
        trial_lab = prepare(library, question)
    told = stories(trial_lab, scenarios, question.releases, question.tls_versions)
    if not told:
        message = "nothing is left to play: no such story works in the healthy lab on this release and TLS version"
        raise ScenarioError([Fault("certs diff", 0, 0, message, "`sip-mtls list` shows the stories")])
    with naming_the_unplayable((question.old, question.new), files), watch.progress(2 * len(told), "plays") as tick:
        came_to = outcomes(trial_lab, told, tick)
    old, new = (
        _candidate(path, holding, played)
        for path, holding, played in zip(files, (question.old, question.new), trial_lab.pair, strict=True)
    )
    unchecked = came_to.unchecked
    if watch.replayed is not None and not (came_to.unplayed or unchecked):
        try:
            for replay in replays(trial_lab, told, (*came_to.not_compared, *came_to.flips)):
                watch.replayed(replay)
        except KeyboardInterrupt:
            unchecked = True
    return CertificateChange(
        role=question.role,
        at=question.at,
        old=replace(old, notes=(*old.notes, *trial_lab.notes)),
        new=replace(new, notes=(*new.notes, *shared_lists(question.old.certificates[0], question.new.certificates[0]))),
        trust=len(question.trust.certificates),
        releases=question.releases,
        tls_versions=question.tls_versions,
        stories=tuple(dict.fromkeys(story.scenario.name for story in told)),
        worked=came_to.worked,
        uploads=tuple(upload_flips(question, switch=library.healthy.expressway_e.enable_server_eku_upload)),
        flips=came_to.flips,
        not_compared=came_to.not_compared,
        unplayed=came_to.unplayed,
        unchecked=unchecked,
        rules=rules_broken_anew(*(_examined(question, holding) for holding in (question.old, question.new))),
        dead=came_to.dead,
        aside=came_to.aside,
        looked_at=came_to.looked_at,
        assumed=CERTIFICATE_ROLES[question.role].place.assumed
        if looked_at(library, CERTIFICATE_ROLES[question.role].place)
        else "",
    )


def _examined(question: Question, holding: Holding) -> list[Examination]:
    role = CERTIFICATE_ROLES[question.role]
    releases = (RELEASES[name] for name in question.releases)
    return [Examination(holding.certificates, role, release, question.at) for release in releases]


def _candidate(path: Path, holding: Holding, played: Played) -> Candidate:
    facts = read_certificate(holding.certificates[0])
    notes = dict.fromkeys((*holding.notes, *played.notes, *unfetched(holding.certificates[0])))
    return Candidate(str(path), facts, played.look_alike, tuple(notes))
