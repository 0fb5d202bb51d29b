"""What changes when one certificate takes another's place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.certificates.rules import RuleFinding, Severity
from harness.verdict import Verdict
from harness.x509.certificate import CertificateFacts


class Kind(StrEnum):
    """What became of a story: it worked and no longer does, it works now, or it has another outcome."""

    BREAKS = "breaks"
    MENDS = "mends"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Flip:
    """One story that has another outcome with the new certificate, or that works with neither of the two.

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
        if (self.before.stopped is None) == (self.after.stopped is None):
            return Kind.DIFFERS
        return Kind.BREAKS if self.before.stopped is None else Kind.MENDS


@dataclass(frozen=True, slots=True)
class UploadFlip:
    """Releases whose upload page refuses one of the two certificates or both, and why the new one if it does."""

    releases: tuple[str, ...]
    refuses_new: bool
    reason: str
    remedy: str
    refuses_old: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the two certificates: its file, what it says, and how the lab plays it.

    `look_alike` says that copies with fresh keys stand in for it; `notes` what was handled on the way.
    """

    file: str
    facts: CertificateFacts
    look_alike: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CertificateChange:
    """The whole comparison, as of the day `at`.

    `stories`, by id, were played with both certificates, `worked` of them worked with the old one somewhere.
    `not_compared` work in the healthy lab with its own certificate and with neither of the two: nothing is known of
    them, though some of them are among the flips, where their ends differ. `dead` are stories, by id, that work in this
    lab with no certificate at all: a lab of one's own may be to blame. `rules` are those that the new certificate
    breaks, the old one does not, and no play shows. `trust` is how many CA certificates the peers were said to trust
    beside the root of the old one. `aside` are stories, by id, that cut the way to CRLs by themselves, and `looked_at`
    says whether any story minds this certificate at all; `assumed` is what the lab has set so that one does. `unplayed`
    plays with each certificate were left when somebody interrupted them; `unchecked`: the interrupt came after the last
    of them, before the comparison itself was checked, or before all plays behind the flips were kept.
    """

    role: str
    at: datetime
    old: Candidate
    new: Candidate
    trust: int
    releases: tuple[str, ...]
    tls_versions: tuple[str, ...]
    stories: tuple[str, ...]
    worked: int
    uploads: tuple[UploadFlip, ...]
    flips: tuple[Flip, ...]
    not_compared: tuple[Flip, ...] = ()
    unplayed: int = 0
    unchecked: bool = False
    rules: tuple[RuleFinding, ...] = ()
    dead: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    looked_at: bool = True
    assumed: str = ""

    @property
    def was_interrupted(self) -> bool:
        """Whether somebody ended it before its time: that is no all-clear."""
        return bool(self.unplayed) or self.unchecked

    @property
    def compared(self) -> tuple[Flip, ...]:
        """The flips without the stories that were not compared."""
        left_out = {flip.scenario for flip in self.not_compared}
        return tuple(each for each in self.flips if each.scenario not in left_out or each.kind is not Kind.DIFFERS)

    @property
    def is_safe(self) -> bool:
        """Whether nothing breaks, every story that works in the healthy lab was compared, and one could have broken."""
        left = self.not_compared or self.was_interrupted
        return bool(self.worked) and self.looked_at and not self.breaks and not left

    @property
    def breaks(self) -> bool:
        """Whether something no longer works: a story, the upload, or what a rule tells and no play shows."""
        broken = any(flip.kind is Kind.BREAKS for flip in self.flips) or any(each.refuses_new for each in self.uploads)
        return broken or any(finding.rule.severity is Severity.ERROR for finding in self.rules)

    @property
    def is_same(self) -> bool:
        """Whether nothing changes, and everything was compared."""
        left = self.not_compared or self.was_interrupted or self.rules
        return not self.flips and not self.uploads and not left


def by_cause(flips: Iterable[Flip]) -> dict[tuple[Kind, str, str], list[Flip]]:
    """Return flips by what became of them and the causes with the old and with the new certificate."""
    grouped: dict[tuple[Kind, str, str], list[Flip]] = {}
    for flip in sorted(flips, key=lambda each: list(Kind).index(each.kind)):
        grouped.setdefault((flip.kind, flip.before.cause, flip.after.cause), []).append(flip)
    return grouped
