"""`sip-mtls certs make`: the lab's PKI as a folder of files, for other programs."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.certificates.shell.make import PAGE, TITLE, FolderOrder, certificate_files
from harness.cli.exits import Exit
from harness.errors import Fault, ScenarioError
from harness.pki.lab_pki import LabPki
from harness.run.folders import contents_of, replace_folder, work_tree_around, write_folder
from harness.run.library import Library
from harness.run.option_values import time_at

_EVERY = "all"
_OURS = re.compile(
    r"README\.txt|\.gitignore|(keys|trust|authorities)/[^/]+\.pem|[^/]+/(certificate|above|chain)\.pem"
    r"|sipp/call\.xml|baresip/[^/]+"
)


@dataclass(frozen=True, slots=True)
class Made:
    """The words of the command line."""

    folder: Path
    profiles: tuple[str, ...]
    faults: tuple[str, ...]
    at: str
    force: bool


def make_certificates(made: Made) -> Exit:
    """Write the folder; ScenarioError where it holds something else, or a word is unknown."""
    library = Library()
    every = tuple(library.catalogue.leaves)
    profiles = every if not made.profiles or _EVERY in made.profiles else tuple(dict.fromkeys(made.profiles))
    replaces = may_replace(made.folder, force=made.force)
    lab_pki = LabPki(library.catalogue, time_at(made.at))
    files = certificate_files(library.healthy, lab_pki, FolderOrder(profiles, made.faults))
    (replace_folder if replaces else write_folder)(made.folder, files)
    _tell(made.folder, len(profiles))
    return Exit.MET


def may_replace(folder: Path, *, force: bool) -> bool:
    """Return whether a folder holds what was made before and may go; ScenarioError where it must stay as it is."""
    try:
        held = contents_of(folder)
        ours = PAGE in held and (folder / PAGE).read_text("utf-8", "replace").startswith(f"{TITLE}\n")
    except OSError as error:
        raise _refusal(folder, f"cannot be read: {error.strerror}", "choose another place") from None
    strangers = sorted(name for name in held if not _OURS.fullmatch(name))
    if not held:
        return False
    if not ours:
        raise _refusal(folder, "it is not empty, and was not made by this command", "choose another folder")
    if strangers:
        raise _refusal(folder, f"it holds '{strangers[0]}', which this command did not make", "move that away first")
    if not force:
        raise _refusal(folder, "it holds certificates of an earlier time", "--force replaces them")
    return True


def _refusal(folder: Path, message: str, hint: str) -> ScenarioError:
    return ScenarioError([Fault(str(folder), 0, 0, message, hint)])


def _tell(folder: Path, count: int) -> None:
    roles = "one role" if count == 1 else f"{count} roles"
    print(f"{folder}: TEST ONLY certificates, chains and keys of {roles}, and trust lists.")
    print(f"{folder / PAGE} says what is what, and what to try.")
    if tree := work_tree_around(folder):
        print(
            f"note: it lies in the git work tree {tree}; its .gitignore keeps the keys out of commits", file=sys.stderr
        )
