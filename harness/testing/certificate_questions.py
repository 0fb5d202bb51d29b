"""What a test asks about certificates, and what every question needs: files, and the lab that was read from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path

from harness.certificates.rules import Examination
from harness.certificates.shell.change import Question
from harness.certificates.shell.comparison import Watch, compare
from harness.certificates.shell.files import holding_in, trust_in
from harness.certificates.shell.make import FolderOrder, certificate_files
from harness.errors import Fault, ScenarioError
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import NEWEST, RELEASE_NAMES, RELEASES
from harness.lab.settings import Lab
from harness.run.folders import write_folder
from harness.run.library import Library
from harness.run.option_values import time_at
from harness.scenario.model import TLS_VERSIONS
from harness.testing.certificates import Change, Check
from harness.testing.failing import checked_word, plain_failures
from harness.testing.folders import Day, FileName, Libraries, Places, day_in
from harness.testing.own_thread import run_alone
from harness.testing.played import Play
from harness.x509.files import TrustList

_PARTIAL = "choose with `releases=` and `scenarios=`, or take it as it is with `partial=True`; the report lists them"
_NOTHING_WORKED = "`sip-mtls certs check` says what is wrong with it; a lab file or a role may not fit it either"


class Desk:
    """Answers one test's questions about certificate files."""

    def __init__(
        self, places: Places, libraries: Libraries, *, network: str, lab: str, new_folder: Callable[[], Path]
    ) -> None:
        self.told: list[Play | Change] = []
        self._places, self._libraries, self._new_folder = places, libraries, new_folder
        self._network, self._lab = network, lab

    @property
    def lab(self) -> Lab:
        """The settings of the healthy lab."""
        with plain_failures():
            return self._library("", "").healthy

    def _library(self, lab: FileName, at: Day) -> Library:
        file = self._places.file(lab or self._lab) if lab or self._lab else None
        return self._libraries.of(file, day_in(at))

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

        `role` is where they serve, `scenarios` limits the stories. `chain` are files of CA certificates above the
        two, `trust` of those that the peers trust besides the root of the old one. Where no story works with the
        old certificate, nothing is compared and the test fails. It fails too where a story of the healthy lab works
        with neither of the two, since nothing is known of it then; `partial` takes that as it is.
        """
        with plain_failures():
            library = self._library("", "")
            anchors, notes = trust_in(self._files(trust))
            above = self._files(chain)
            before, after = (holding_in(file, password, chain_files=above) for file in self._files((old, new)))
            wanted = {checked_word("release", release, RELEASE_NAMES) for release in releases}
            question = Question(
                role=checked_word("role", role, CERTIFICATE_ROLES),
                old=before,
                new=after,
                trust=TrustList(anchors or (), notes),
                releases=tuple(name for name in RELEASE_NAMES if name in wanted),
                tls_versions=tuple(checked_word("tls", version, TLS_VERSIONS) for version in tls),
                at=time_at(at),
            )
            stories = self._libraries.scenarios(library, tuple(map(self._places.scenario, scenarios)))
            files = (Path(old), Path(new))
            change = Change(run_alone(lambda: compare(library, question, files, stories, Watch(_silent))))
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
        """Examine a certificate by the rules of docs/certificate-rules.md.

        `trust` are files of the Trusted CA list; `domains` and `names` those that peers will look for.
        """
        with plain_failures():
            holding = holding_in(self._places.file(file), password)
            anchors, notes = trust_in(self._files(trust))
            case = Examination(
                certificates=holding.certificates,
                role=CERTIFICATE_ROLES[checked_word("role", role, CERTIFICATE_ROLES)],
                release=RELEASES[checked_word("release", release, RELEASE_NAMES)],
                at=time_at(at),
                trust=anchors,
                names=tuple(names),
                domains=tuple(domains),
                was_sorted=holding.was_sorted,
            )
            return Check(case, str(file), (*holding.notes, *notes))

    def certificates(self, *profiles: str, faults: Sequence[str] = (), renewals: int = 0, at: Day = "") -> Path:
        """Write TEST ONLY certificates, chains and keys of these roles to a new folder, and return it.

        `profiles` and `faults` are those of certs/README.md, all roles by default. The folder is laid out as that of
        `sip-mtls certs make`: `expressway-e/chain.pem`, `keys/expressway-e.pem`, `trust/jabber.pem`. The CAs are
        those of the plays of the same day; each of `renewals` is another certificate by them.
        """
        with plain_failures():
            library = self._library("", at)
            order = FolderOrder(profiles or tuple(library.catalogue.leaves), tuple(faults), renewals)
            folder = self._new_folder()
            write_folder(folder, certificate_files(library.healthy, library.workshop, order))
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


def _silent(_total: int, _what: str) -> nullcontext[Callable[[str], None]]:
    return nullcontext(lambda _: None)
