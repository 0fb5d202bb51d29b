"""What changes when one certificate takes another's place: as values, as text for people, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from harness.verdict import Verdict


class Kind(StrEnum):
    """What became of a story: it worked and no longer does, it works now, or it stops elsewhere."""

    BREAKS = "breaks"
    MENDS = "mends"
    STOPS_ELSEWHERE = "stops-elsewhere"


@dataclass(frozen=True, slots=True)
class Flip:
    """One story that comes to something else with the new certificate.

    `releases` and `tls_versions` are those in which it does so in the same way; `before` and `after` are the
    verdicts of the first of them.
    """

    scenario: str
    row: str
    title: str
    releases: tuple[str, ...]
    tls_versions: tuple[str, ...]
    before: Verdict
    after: Verdict

    @property
    def kind(self) -> Kind:
        """What became of the story."""
        if self.before.stopped is None:
            return Kind.BREAKS
        return Kind.MENDS if self.after.stopped is None else Kind.STOPS_ELSEWHERE


@dataclass(frozen=True, slots=True)
class UploadFlip:
    """A release that takes one of the two certificates into the store and refuses the other, and why."""

    releases: tuple[str, ...]
    refuses_new: bool
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CertificateSummary:
    """One of the two certificates: its file, what it is called, and what the lab plays it with."""

    file: str
    label: str
    usages: str
    key: str
    begins: str
    ends: str
    look_alike: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateChange:
    """The whole comparison. `stories` were played with both certificates, `plays` in all.

    `working` of the stories worked with the old one on some release. `differences` say in what the certificates
    differ, `assumptions` what the lab took for granted, `at` the day as of which it ran.
    """

    role: str
    at: str
    old: CertificateSummary
    new: CertificateSummary
    differences: tuple[str, ...]
    assumptions: tuple[str, ...]
    releases: tuple[str, ...]
    stories: int
    working: int
    plays: int
    uploads: tuple[UploadFlip, ...]
    flips: tuple[Flip, ...]

    @property
    def breaks(self) -> bool:
        """Whether something that worked no longer does; an upload that is refused is such a thing."""
        return any(flip.kind is Kind.BREAKS for flip in self.flips) or any(each.refuses_new for each in self.uploads)


def by_cause(flips: Iterable[Flip]) -> dict[str, list[Flip]]:
    """Return flips by the cause that decides: of the new verdict, of the old one where the new has none."""
    grouped: dict[str, list[Flip]] = {}
    for flip in flips:
        verdict = flip.before if flip.kind is Kind.MENDS else flip.after
        grouped.setdefault(verdict.cause, []).append(flip)
    return grouped
