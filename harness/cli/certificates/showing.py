"""`sip-mtls certs show`: what each link will see in a certificate file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.certificates.shell.files import trust_in
from harness.certificates.show import ShownCertificate, WantedName, names_looked_for
from harness.certificates.show_json import sight_as_json
from harness.certificates.show_text import sight_text
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.giving_out import as_asked, give_out
from harness.cli.terminal import speaks_unicode, width
from harness.run.library import Library
from harness.run.option_values import time_at


@dataclass(frozen=True, slots=True)
class Shown:
    """The words of the command line."""

    file: Path
    names: tuple[str, ...]
    trust_files: tuple[Path, ...]
    password_file: Path | None
    at: str
    json_file: Path | None


def show_certificate(shown: Shown) -> Exit:
    """Print what the file shows; ScenarioError where it cannot be read."""
    at = time_at(shown.at)
    holding = holding_of(shown.file, shown.password_file)
    trust, notes = trust_in(shown.trust_files)
    wanted = tuple(map(WantedName, shown.names)) or names_looked_for(Library().healthy)
    sight = ShownCertificate(str(shown.file), holding, at, wanted, trust, notes)
    text = partial(sight_text, sight, width=width(), unicode=speaks_unicode())
    give_out(as_asked(shown.json_file, lambda: sight_as_json(sight), lambda: sys.stdout.write(text())))
    return Exit.MET
