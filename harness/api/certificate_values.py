"""A change of certificates, and a check by rules, as a test sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.certificates.change import CertificateChange, Flip, Kind, UploadFlip
from harness.certificates.change_text import change_text
from harness.certificates.check import check_text
from harness.certificates.rules import Examination, RuleFinding, Severity, examine

_WIDTH = 100


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """What changes when one certificate takes another's place."""

    found: CertificateChange

    def called(self, old: str, new: str) -> Change:
        """Return the same, with the two files called so."""
        found = self.found
        return Change(replace(found, old=replace(found.old, file=old), new=replace(found.new, file=new)))

    @property
    def breaks(self) -> bool:
        """Whether something that worked no longer does, the upload itself among it."""
        return self.found.breaks

    @property
    def is_safe(self) -> bool:
        """Whether nothing breaks, and every story that works in the healthy lab was compared."""
        return self.found.is_safe

    @property
    def not_compared(self) -> tuple[Flip, ...]:
        """Stories that work in the healthy lab and with neither certificate; see `partial` of `certificate_change`."""
        return self.found.not_compared

    @property
    def is_same(self) -> bool:
        """Whether nothing at all changes."""
        return self.found.is_same

    @property
    def worked(self) -> int:
        """How many stories worked with the old certificate. With none there was nothing to break."""
        return self.found.worked

    @property
    def broken(self) -> tuple[str, ...]:
        """The ids of the scenarios that work with the old certificate and not with the new one."""
        return tuple(dict.fromkeys(flip.scenario for flip in self.found.flips if flip.kind is Kind.BREAKS))

    @property
    def causes(self) -> tuple[str, ...]:
        """Why they break, as keys of docs/causes.md."""
        return tuple(dict.fromkeys(flip.after.cause for flip in self.found.flips if flip.kind is Kind.BREAKS))

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Every story that has another outcome, with both verdicts."""
        return self.found.flips

    @property
    def uploads(self) -> tuple[UploadFlip, ...]:
        """Releases whose upload page takes one of the two certificates and refuses the other."""
        return self.found.uploads

    @property
    def text(self) -> str:
        """The comparison for a person, as `sip-mtls certs diff` prints it."""
        return change_text(self.found, width=_WIDTH, unicode=True)

    def __repr__(self) -> str:
        refused = any(each.refuses_new for each in self.uploads)
        stories = self.broken or (("refused by an upload page",) if refused else ())
        told = ", ".join((*stories, *(each.rule.key for each in self.found.rules))) or "nothing"
        told += f"; {len(self.not_compared)} stories were not compared" if self.not_compared else ""
        return f"<{self.found.new.file} in the place of {self.found.old.file}, {self.found.role}: breaks {told}>"


@dataclass(frozen=True, slots=True, repr=False)
class Check:
    """Which rules of docs/certificate-rules.md a certificate breaks in its role."""

    case: Examination
    file: str
    notes: tuple[str, ...]

    @property
    def findings(self) -> tuple[RuleFinding, ...]:
        """What was found, with who minds and what to do."""
        return tuple(examine(self.case))

    @property
    def rules(self) -> tuple[str, ...]:
        """The keys of the rules that fire."""
        return tuple(dict.fromkeys(finding.rule.key for finding in self.findings))

    @property
    def refused(self) -> bool:
        """Whether a peer or the box itself will refuse it: a rule of level error fires."""
        return any(finding.rule.severity is Severity.ERROR for finding in self.findings)

    @property
    def text(self) -> str:
        """The findings for a person, as `sip-mtls certs check` prints them."""
        return check_text(self.case, self.file, notes=self.notes, width=_WIDTH, unicode=True)

    def __repr__(self) -> str:
        return f"<{self.file} as {self.case.role.name}: {', '.join(self.rules) or 'no rule is broken'}>"
