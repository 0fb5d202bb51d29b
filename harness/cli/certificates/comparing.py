"""`sip-mtls certs diff`: which calls change when one certificate takes another's place."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.terminal import progress, speaks_unicode, width
from harness.lab.releases import RELEASE_NAMES
from harness.pki import TrustList
from harness.report.certificates import change_as_json, change_text
from harness.run.certificate_change import Question
from harness.run.certificate_files import trust_in
from harness.run.comparison import compare
from harness.run.dates import time_at
from harness.run.disk import STANDARD_OUTPUT, write_text
from harness.run.library import Library
from harness.scenario.model import TLS_VERSIONS


@dataclass(frozen=True, slots=True)
class Compared:
    """The words of the command line."""

    old: Path
    new: Path
    role: str
    releases: tuple[str, ...]
    tls: tuple[str, ...]
    chain_files: tuple[Path, ...]
    trust_files: tuple[Path, ...]
    password_file: Path | None
    at: str
    json_file: Path | None


def compare_certificates(compared: Compared) -> Exit:
    """Print what flips; NOT_MET where something breaks or was not compared, INTERRUPTED where plays were left.

    ScenarioError where a file cannot be read.
    """
    question = _question(compared)
    library = Library()
    announce_key_log()
    change = compare(library, question, (compared.old, compared.new), library.scenarios(()), progress)
    if compared.json_file is not None:
        write_text(compared.json_file, change_as_json(change))
    if compared.json_file != STANDARD_OUTPUT:
        sys.stdout.write(change_text(change, width=width(), unicode=speaks_unicode()))
    if change.unplayed:
        print(f"interrupted: {change.unplayed} plays of each certificate were left", file=sys.stderr)
        return Exit.INTERRUPTED
    return Exit.MET if change.is_safe else Exit.NOT_MET


def _question(compared: Compared) -> Question:
    old, new = (
        holding_of(path, compared.password_file, chain_files=compared.chain_files)
        for path in (compared.old, compared.new)
    )
    trust, notes = trust_in(compared.trust_files)
    return Question(
        role=compared.role,
        old=old,
        new=new,
        trust=TrustList(trust or (), notes),
        releases=tuple(name for name in RELEASE_NAMES if name in (compared.releases or RELEASE_NAMES)),
        tls_versions=compared.tls or TLS_VERSIONS,
        at=time_at(compared.at),
    )
