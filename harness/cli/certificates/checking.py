"""`sip-mtls certs check`: which rules a certificate breaks in its role."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.certificates.check import check_as_json, check_as_sarif, check_text
from harness.certificates.rules import Examination, Severity, examine
from harness.certificates.shell.files import trust_in
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.giving_out import as_asked, give_out
from harness.cli.terminal import speaks_unicode, width
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASES
from harness.run.disk import STANDARD_OUTPUT, write_text
from harness.run.option_values import time_at


@dataclass(frozen=True, slots=True)
class Checked:
    """The words of the command line."""

    file: Path
    role: str
    release: str
    trust_files: tuple[Path, ...]
    domains: tuple[str, ...]
    names: tuple[str, ...]
    password_file: Path | None
    at: str
    json_file: Path | None
    sarif: Path | None


def check_certificate(checked: Checked) -> Exit:
    """Print which rules fire; NOT_MET where one of level error does, ScenarioError where a file cannot be read."""
    at = time_at(checked.at)
    holding = holding_of(checked.file, checked.password_file)
    trust, trust_notes = trust_in(checked.trust_files)
    case = Examination(
        certificates=holding.certificates,
        role=CERTIFICATE_ROLES[checked.role],
        release=RELEASES[checked.release],
        at=at,
        trust=trust,
        names=checked.names,
        domains=checked.domains,
        was_sorted=holding.was_sorted,
    )
    file, notes = str(checked.file), (*holding.notes, *trust_notes)
    text = partial(check_text, case, file, notes=notes, width=width(), unicode=speaks_unicode())

    def show() -> None:
        if checked.sarif != STANDARD_OUTPUT:
            sys.stdout.write(text())

    ways = [*as_asked(checked.json_file, lambda: check_as_json(case, file, notes=notes), show)]
    if (sarif := checked.sarif) is not None:
        ways.insert(len(ways) if sarif == STANDARD_OUTPUT else 0, lambda: write_text(sarif, check_as_sarif(case, file)))
    give_out(ways)
    broken = any(finding.rule.severity is Severity.ERROR for finding in examine(case))
    return Exit.NOT_MET if broken else Exit.MET
