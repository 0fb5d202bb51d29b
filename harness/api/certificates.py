"""Certificate files checked by rules, two of them compared by plays, and those of the lab written to a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from harness.api.certificate_values import Change, Check
from harness.api.own_thread import run_alone
from harness.api.reading import Day, FileName, checked_word, library_of, scenarios_of
from harness.certificates.rules import Examination
from harness.certificates.shell.change import Question
from harness.certificates.shell.comparison import Replay, Watch, compare
from harness.certificates.shell.files import holding_in, trust_in
from harness.certificates.shell.make import FolderOrder, certificate_files
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import NEWEST, RELEASE_NAMES, RELEASES
from harness.run.folders import write_folder
from harness.run.option_values import time_at
from harness.scenario.model import TLS_VERSIONS
from harness.x509.files import Holding, TrustList

Progress = Callable[[int, str], AbstractContextManager[Callable[[str], None]]]
"""Given how many plays there are and what they are, a context in which a function is told of each."""


def silent(_total: int, _what: str) -> AbstractContextManager[Callable[[str], None]]:
    """Show no progress."""
    return nullcontext(lambda _: None)


def check_certificate(  # noqa: PLR0913  # by name, as the options of the command
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
    """Examine a certificate by the rules of docs/certificate-rules.md, without a play.

    `file` is PEM, DER, PKCS#7 or PKCS#12, which `password` opens. `role` is where it will serve, such as
    "expressway-e-server"; `trust` are files of the Trusted CA list; `domains` and `names` those that peers will look
    for; `at` is the day to judge for. ScenarioError with place and reason where a file cannot be read or a word is
    unknown.
    """
    return check_holding(
        holding_in(Path(file), password), file, role, release, trust=trust, domains=domains, names=names, at=at
    )


def check_holding(  # noqa: PLR0913  # as `check_certificate`
    holding: Holding,
    file: FileName,
    role: str,
    release: str = NEWEST,
    *,
    trust: Sequence[FileName] = (),
    domains: Sequence[str] = (),
    names: Sequence[str] = (),
    at: str = "",
) -> Check:
    """Do what `check_certificate` does with what was read of `file`, by somebody who could ask for its password."""
    anchors, notes = trust_in(_paths(trust))
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be compared, and who looks on.

    `role` is where the two certificates serve; `releases`, `tls` and `scenarios` limit the stories, `lab` is a lab
    file, `trust` are files of CA certificates that the peers trust besides the root of the old one, `at` is the day to
    judge for. `progress` shows how far it is, `replayed` gets each play behind a story that differs.
    """

    role: str
    releases: tuple[str, ...] = RELEASE_NAMES
    tls: tuple[str, ...] = TLS_VERSIONS
    scenarios: tuple[FileName, ...] = ()
    lab: FileName = ""
    trust: tuple[FileName, ...] = ()
    at: str = ""
    progress: Progress = silent
    replayed: Callable[[Replay], None] | None = None


def compare_certificates(  # noqa: PLR0913  # by name, as the options of the command
    old: FileName,
    new: FileName,
    *,
    role: str,
    releases: Iterable[str] = RELEASE_NAMES,
    tls: Iterable[str] = TLS_VERSIONS,
    scenarios: Iterable[FileName] = (),
    lab: FileName = "",
    chain: Iterable[FileName] = (),
    trust: Iterable[FileName] = (),
    password: str | None = None,
    at: str = "",
) -> Change:
    """Play every story with the old and with the new certificate in the same place; return what differs.

    `role` is where they serve, such as "expressway-e-server". `releases` ("x15.5"), `tls` ("1.3") and `scenarios` limit
    the stories, `lab` is a lab file. `chain` are files of CA certificates above the two, `trust` of those that the
    peers trust besides the root of the old one. `password` opens PKCS#12 files, `at` is the day to judge for.
    Ask `is_safe`, and not only `breaks`: it is false also where a story of the healthy lab could not be compared.
    ScenarioError with place and reason where a file cannot be read or a word is unknown.
    """
    above = _paths(chain)
    before, after = (holding_in(Path(file), password, chain_files=above) for file in (old, new))
    wanted = Comparison(role, tuple(releases), tuple(tls), tuple(scenarios), lab, tuple(trust), at)
    return compare_holdings((before, after), (Path(old), Path(new)), wanted)


def compare_holdings(holdings: tuple[Holding, Holding], files: tuple[Path, Path], wanted: Comparison) -> Change:
    """Do what `compare_certificates` does with what was read of the files by somebody who could ask for passwords."""
    library = library_of(wanted.lab)
    anchors, notes = trust_in(_paths(wanted.trust))
    releases = {checked_word("release", release, RELEASE_NAMES) for release in wanted.releases}
    question = Question(
        role=checked_word("role", wanted.role, CERTIFICATE_ROLES),
        old=holdings[0],
        new=holdings[1],
        trust=TrustList(anchors or (), notes),
        releases=tuple(name for name in RELEASE_NAMES if name in releases),
        tls_versions=tuple(checked_word("tls", version, TLS_VERSIONS) for version in wanted.tls),
        at=time_at(wanted.at),
    )
    stories = scenarios_of(library, wanted.scenarios)
    watch = Watch(wanted.progress, wanted.replayed)
    return Change(run_alone(lambda: compare(library, question, files, stories, watch)))


def write_certificates(
    folder: FileName, *profiles: str, faults: Sequence[str] = (), renewals: int = 0, lab: FileName = "", at: Day = ""
) -> None:
    """Write TEST ONLY certificates, chains and keys of these profiles to a folder that is empty or not there.

    `profiles` and `faults` are those of certs/README.md, all profiles by default. The folder is laid out as that of
    `sip-mtls certs make`: `expressway-e/chain.pem`, `keys/expressway-e.pem` (mode 0600), `trust/jabber.pem`. The CAs
    are those of an open lab and of plays of the same lab file and day; each of `renewals` is another certificate by
    them. ScenarioError where a word is unknown or the folder cannot be written.
    """
    library = library_of(lab, at)
    order = FolderOrder(profiles or tuple(library.catalogue.leaves), tuple(faults), renewals)
    write_folder(Path(folder), certificate_files(library.healthy, library.lab_pki, order))


def _paths(names: Iterable[FileName]) -> list[Path]:
    return [Path(name) for name in names]
