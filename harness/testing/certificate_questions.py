"""What a test asks about certificates, and what every question needs: the files beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.api.certificate_values import Change, Check
from harness.api.certificates import check_certificate, compare_certificates, write_certificates
from harness.api.played import Play
from harness.api.reading import Day, FileName, library_of
from harness.errors import Fault, ScenarioError
from harness.lab.releases import NEWEST, RELEASE_NAMES
from harness.lab.settings import Lab
from harness.scenario.model import TLS_VERSIONS
from harness.testing.failing import plain_failures
from harness.testing.folders import Places

_PARTIAL = "choose with `releases=` and `scenarios=`, or take it as it is with `partial=True`; the report lists them"
_NOTHING_WORKED = "`sip-mtls certs check` says what is wrong with it; a lab file or a role may not fit it either"


class CertificateQuestions:
    """Answers one test's questions about certificate files."""

    def __init__(self, places: Places, *, network: str, lab: str, new_folder: Callable[[], Path]) -> None:
        self.told: list[Play | Change] = []
        self._places, self._new_folder = places, new_folder
        self._network, self._usual_lab = network, lab

    @property
    def lab(self) -> Lab:
        """The settings of the healthy lab."""
        with plain_failures():
            return library_of(self._lab_file("")).healthy

    def _lab_file(self, lab: FileName) -> FileName:
        return self._places.file(lab or self._usual_lab) if lab or self._usual_lab else ""

    def certificate_change(  # noqa: PLR0913  # by name, as the options of the command
        self,
        old: FileName,
        new: FileName,
        *,
        role: str,
        releases: Iterable[str] = RELEASE_NAMES,
        tls: Sequence[str] = TLS_VERSIONS,
        scenarios: Sequence[FileName] = (),
        chain: Sequence[FileName] = (),
        trust: Sequence[FileName] = (),
        password: str | None = None,
        at: str = "",
        partial: bool = False,
    ) -> Change:
        """Play every story that works in the healthy lab with the old and with the new certificate.

        The words are those of `harness.compare_certificates`. Where no story works with the old certificate, nothing
        is compared and the test fails. It fails too where a story of the healthy lab works with neither of the two,
        since nothing is known of it then; `partial` takes that as it is.
        """
        with plain_failures():
            before, after = self._files((old, new))
            change = compare_certificates(
                before,
                after,
                role=role,
                releases=releases,
                tls=tls,
                scenarios=tuple(map(self._places.scenario, scenarios)),
                lab=self._lab_file(""),
                chain=self._files(chain),
                trust=self._files(trust),
                password=password,
                at=at,
            ).called(str(old), str(new))
            self.told.append(change)
            if not change.worked:
                raise ScenarioError(
                    [Fault(str(old), 0, 0, "no story works with it, so none can break", _NOTHING_WORKED)]
                )
            if change.not_compared and not partial:
                raise ScenarioError([Fault(str(old), 0, 0, _left_out(change), _PARTIAL)])
        return change

    def certificate_check(  # noqa: PLR0913  # by name, as the options of the command
        self,
        file: FileName,
        *,
        role: str,
        release: str = NEWEST,
        trust: Sequence[FileName] = (),
        domains: Sequence[str] = (),
        names: Sequence[str] = (),
        password: str | None = None,
        at: str = "",
    ) -> Check:
        """Examine a certificate by the rules of docs/certificate-rules.md; the words are those of the API."""
        with plain_failures():
            check = check_certificate(
                self._places.file(file),
                role=role,
                release=release,
                trust=self._files(trust),
                domains=domains,
                names=names,
                password=password,
                at=at,
            )
            return replace(check, file=str(file))

    def certificates(self, *profiles: str, faults: Sequence[str] = (), renewals: int = 0, at: Day = "") -> Path:
        """Write TEST ONLY certificates, chains and keys of these roles to a new folder, and return it.

        `profiles` and `faults` are those of certs/README.md, all roles by default. The folder is laid out as that of
        `sip-mtls certs make`: `expressway-e/chain.pem`, `keys/expressway-e.pem`, `trust/jabber.pem`. The CAs are
        those of the plays of the same day; each of `renewals` is another certificate by them.
        """
        with plain_failures():
            folder = self._new_folder()
            lab = self._lab_file("")
            write_certificates(folder, *profiles, faults=faults, renewals=renewals, lab=lab, at=at)
            return folder

    def _files(self, names: Sequence[FileName]) -> list[Path]:
        return [self._places.file(name) for name in names]


def _left_out(change: Change) -> str:
    """Say which stories were not compared, and why the old certificate does not do."""
    causes: dict[str, dict[str, None]] = {}
    for flip in change.not_compared:
        causes.setdefault(flip.before.cause, {})[flip.row or flip.scenario] = None
    told = "; ".join(f"{cause}: {', '.join(rows)}" for cause, rows in causes.items())
    return f"stories that work in the healthy lab work with neither certificate, so nothing is known of them ({told})"
