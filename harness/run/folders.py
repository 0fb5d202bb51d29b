"""A folder written as a whole or not at all: made beside its place, then put there by a rename."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import Fault, ScenarioError

_PRIVATE_FILE, _PUBLIC_FILE = 0o600, 0o644
_PRIVATE_FOLDER, _PUBLIC_FOLDER = 0o700, 0o755


@dataclass(frozen=True, slots=True)
class NewFile:
    """What a file will hold. A private one gets mode 0600, and the folder around it 0700."""

    data: bytes = field(repr=False)
    private: bool = False

    @property
    def mode(self) -> int:
        """The rights of the file."""
        return _PRIVATE_FILE if self.private else _PUBLIC_FILE


def write_folder(folder: Path, files: Mapping[str, NewFile]) -> None:
    """Write `files`, by their paths below `folder`, which is absent or empty; ScenarioError where that cannot be."""
    _put(_real(folder), files, old=None)


def replace_folder(folder: Path, files: Mapping[str, NewFile]) -> None:
    """Write `files` in the place of all that `folder` holds; ScenarioError where that cannot be."""
    place = _real(folder)
    _put(place, files, old=place if place.exists() else None)


def _real(folder: Path) -> Path:
    """Return where a folder lies or will lie; of links that lead in a circle, the first."""
    return Path(os.path.realpath(folder))


def contents_of(folder: Path) -> Collection[str]:
    """Return the paths of all files below a folder; none where there is no such folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}


def work_tree_around(folder: Path) -> Path | None:
    """Return the git work tree in which a folder lies or will lie, None where there is none."""
    place = _real(folder)
    return next((each for each in (place, *place.parents) if (each / ".git").exists()), None)


def _put(place: Path, files: Mapping[str, NewFile], old: Path | None) -> None:
    if Path.cwd().is_relative_to(place):
        raise ScenarioError([Fault(str(place), 0, 0, "this is where you stand", "name a folder below it")])
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as draft:
            made, replaced = Path(draft) / "new", Path(draft) / "old"
            _write(made, files)
            if old is not None:
                old.rename(replaced)
            _settle(made, place, replaced)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise ScenarioError([Fault(str(place), 0, 0, problem, "choose another place")]) from None


def _settle(made: Path, place: Path, replaced: Path) -> None:
    try:
        made.rename(place)
    except OSError:
        if replaced.exists():
            replaced.rename(place)
        raise


def _write(made: Path, files: Mapping[str, NewFile]) -> None:
    made.mkdir()
    made.chmod(_PUBLIC_FOLDER)
    for name, file in files.items():
        path = made / name
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(_PRIVATE_FOLDER if file.private else _PUBLIC_FOLDER)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode), "wb") as written:  # noqa: PTH123
            written.write(file.data)
