"""`sip-mtls certs check`: which rules a certificate breaks in its role."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.api.certificates import check_holding
from harness.certificates.check import check_as_json, check_as_sarif, check_text
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.giving_out import as_asked, give_out
from harness.cli.terminal import speaks_unicode, width
from harness.run.disk import STANDARD_OUTPUT, write_text


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
    holding = holding_of(checked.file, checked.password_file)
    check = check_holding(
        holding,
        checked.file,
        checked.role,
        checked.release,
        trust=checked.trust_files,
        domains=checked.domains,
        names=checked.names,
        at=checked.at,
    )
    case, file, notes = check.case, check.file, check.notes
    text = partial(check_text, case, file, notes=notes, width=width(), unicode=speaks_unicode())

    def show() -> None:
        if checked.sarif != STANDARD_OUTPUT:
            sys.stdout.write(text())

    ways = [*as_asked(checked.json_file, lambda: check_as_json(case, file, notes=notes), show)]
    if (sarif := checked.sarif) is not None:
        ways.insert(len(ways) if sarif == STANDARD_OUTPUT else 0, lambda: write_text(sarif, check_as_sarif(case, file)))
    give_out(ways)
    return Exit.NOT_MET if check.refused else Exit.MET
