"""The plays behind a comparison of two certificates once more, with everything that was seen: for ladders and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.judge.compare import mismatches
from harness.judge.judge import judge
from harness.report.certificates.change import Flip
from harness.report.outcome import PlayOutcome
from harness.run.bench import Bench
from harness.run.certificate_change import Story
from harness.run.crowd import transcripts


@dataclass(frozen=True, slots=True)
class Replay:
    """One play of a flip: with the `old` or the `new` certificate, on a release, and what it came to."""

    certificate: str
    release: str
    outcome: PlayOutcome


def replays(bench: Bench, told: Sequence[Story], flips: Iterable[Flip]) -> Iterator[Replay]:
    """Yield the plays of each flip with both certificates, on the first release and TLS version of it."""
    for flip in flips:
        story = next(each for each in told if _is_of(each, flip))
        seen = transcripts((story.old, story.new), bench.workshop)
        for certificate, transcript in zip(("old", "new"), seen, strict=True):
            titled = replace(story.scenario, title=f"{story.scenario.title} ({certificate} certificate)")
            verdict = judge(transcript)
            wrong = mismatches(titled.expectations[story.tls_version], verdict, transcript)
            outcome = PlayOutcome(titled, verdict, transcript, wrong, None, None, 0.0)
            yield Replay(certificate, flip.releases[0], outcome)


def _is_of(story: Story, flip: Flip) -> bool:
    same_play = story.scenario.name == flip.scenario and story.tls_version == flip.tls_versions[0]
    return same_play and flip.releases[0] in story.releases
