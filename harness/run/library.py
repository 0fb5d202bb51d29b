"""Where scenarios, the healthy lab and the certificate profiles lie, and how they are found by name."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from harness.diagnosis.causes import cause_keys
from harness.document import hint_for, read_document
from harness.errors import Fault, ScenarioError
from harness.lab.settings import Lab
from harness.pki.catalogue import Catalogue
from harness.pki.lab_pki import LabPki
from harness.pki.reading import read_catalogue
from harness.run.disk import is_file, is_folder
from harness.run.option_values import time_of
from harness.scenario.model import Scenario
from harness.scenario.read import Vocabulary, faults_of_zones, read_lab, read_scenario

_CATALOGUE_FILES = ("authorities", "leaves", "faults", "trust-lists")
_LAB_FILE = "lab.yaml"
_LARGEST_FILE = 1_000_000
_ROW = re.compile(r"^([a-z])-(?=\d+$)")
_SHORT_ROW = re.compile(r"([A-Za-z]{1,3})-?0*(\d{1,3})")


def data_folder(kind: str) -> Path:
    """Return the folder `scenarios` or `certs`: inside an installed wheel, else beside the package."""
    package = Path(str(files("harness")))
    installed = package / "_data" / kind
    return installed if installed.is_dir() else package.parent / kind


@dataclass
class Library:
    """Everything that is read from disk before a play. ScenarioError where a file is wrong.

    `lab_file` replaces the healthy lab that comes with the package. `at` is the day to which the whole lab is
    set, certificates and every clock; None for today.
    """

    lab_file: Path | None = None
    at: date | None = None

    @cached_property
    def catalogue(self) -> Catalogue:
        """Authorities, leaf profiles and named faults."""
        folder = data_folder("certs")
        texts = {name: read_text(folder / f"{name}.yaml") for name in _CATALOGUE_FILES}
        return read_catalogue(texts)

    @cached_property
    def healthy(self) -> Lab:
        """The healthy lab."""
        path = self._lab_path
        return read_lab(read_text(path), file=shown(path), catalogue=self.catalogue)

    def check_zones(self) -> None:
        """Refuse a healthy lab whose zones cannot be served; ScenarioError with each fault at its line."""
        path = self._lab_path
        faults = faults_of_zones(self.healthy, read_document(read_text(path), shown(path)))
        if faults:
            raise ScenarioError(faults)

    @property
    def _lab_path(self) -> Path:
        return self.lab_file or data_folder("scenarios") / _LAB_FILE

    @cached_property
    def lab_pki(self) -> LabPki:
        """The lab's PKI; its now is the time of every clock in the lab."""
        return LabPki(self.catalogue, time_of(self.at))

    @property
    def as_of(self) -> str:
        """The day to which the lab is set, empty for today."""
        return self.at.isoformat() if self.at else ""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that a scenario may use."""
        return Vocabulary(self.healthy, self.catalogue, cause_keys())

    def scenarios(self, asked: tuple[str, ...]) -> list[Scenario]:
        """Return the scenarios that were asked for, all that come with the package if none was.

        Each of `asked` is an id ("b2b/b02-…"), a row of the catalogue ("B02"), a file or a folder. Raises
        ScenarioError with all faults of all files at once.
        """
        _ = self.vocabulary  # a lab file that is wrong is one fault, and not one for each scenario
        faults: list[Fault] = []
        found: dict[str, Scenario] = {}
        for path, root in self._paths(asked, faults):
            try:
                scenario = self.read(path, root)
            except ScenarioError as error:
                faults += error.faults
            else:
                found[scenario.name] = scenario
        if faults:
            raise ScenarioError(faults)
        return list(found.values())

    def fitting(self) -> list[Scenario]:
        """Return the scenarios that come with the package, without those that this lab has no room for.

        A lab of one's own may be of a release that has not what a scenario sets. All fit the lab that comes with
        the package.
        """
        return self._fitting

    @cached_property
    def _fitting(self) -> list[Scenario]:
        _ = self.vocabulary  # a lab file that is wrong must not be taken for scenarios that do not fit
        root = data_folder("scenarios")
        found = []
        for path in _files_below(root):
            with suppress(*(() if self.lab_file is None else (ScenarioError,))):
                found.append(self.read(path, root))
        return found

    def shipped(self, name: str) -> Scenario | None:
        """Return the scenario that comes with the package under exactly that id; the disk is asked for no other."""
        root = data_folder("scenarios")
        found = next((path for path in _files_below(root) if _id(path, root) == name), None)
        return self.read(found, root) if found else None

    def read(self, path: Path, root: Path) -> Scenario:
        """Read one scenario file; its id is the path below `root`."""
        name = path.relative_to(root).with_suffix("").as_posix()
        return read_scenario(read_text(path), name=name, file=shown(path), vocabulary=self.vocabulary)

    def _paths(self, asked: tuple[str, ...], faults: list[Fault]) -> list[tuple[Path, Path]]:
        root = data_folder("scenarios")
        shipped = _files_below(root)
        if not asked:
            return [(path, root) for path in shipped]
        found: list[tuple[Path, Path]] = []
        for word in asked:
            paths = _by_name(word, shipped, root) or (_by_path(Path(word)) if word else [])
            if not paths:
                faults.append(_nothing_there(word, shipped, root))
            found += paths
        return found


def line_of_expectation(scenario: Scenario, step: str) -> int:
    """Return the line of a scenario's file that says what is expected of `step`; 0 where the file is gone."""
    try:
        document = read_document(read_text(Path(scenario.file)), scenario.file)
    except ScenarioError:
        return 0
    return document.position(("expect", step), of_key=True)[0]


def _by_name(word: str, shipped: list[Path], root: Path) -> list[tuple[Path, Path]]:
    """Return the shipped scenarios with that id, row (V07 or V-07) or family."""
    lowered = _ROW.sub(r"\1", word.lower().rstrip("/"))
    return [
        (path, root)
        for path in shipped
        if lowered in {_id(path, root), path.stem.partition("-")[0], path.relative_to(root).parts[0]}
    ]


def _by_path(path: Path) -> list[tuple[Path, Path]]:
    if is_folder(path):
        return [(file, path) for file in _files_below(path)]
    return [(path, path.parent)] if is_file(path) else []


def _files_below(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.yaml") if path.name != _LAB_FILE and not path.is_dir())


def _id(path: Path, root: Path) -> str:
    return path.relative_to(root).with_suffix("").as_posix()


def _nothing_there(word: str, shipped: list[Path], root: Path) -> Fault:
    path = Path(word)
    if word and is_folder(path):
        return Fault(word, 0, 0, "this folder holds no scenario", "scenarios are files that end in .yaml")
    if path.suffix in {".yaml", ".yml"} or len(path.parts) > 2:
        return Fault(word, 0, 0, "no such file or folder", "check the path")
    known = [path.stem.partition("-")[0].upper() for path in shipped] + [_id(path, root) for path in shipped]
    hint = _row_without_zero(word, known) or hint_for(word, known) or "`sip-mtls list` shows every scenario"
    return Fault(word, 0, 0, "no scenario, file or folder of that name", hint)


def _row_without_zero(word: str, rows: list[str]) -> str:
    """Return a hint where `word` is a row but for its zeros: M2 for M02."""
    if not (found := _SHORT_ROW.fullmatch(word)):
        return ""
    meant = next((row for row in rows if re.fullmatch(f"{found[1]}0*{found[2]}", row, re.IGNORECASE)), "")
    return f"did you mean '{meant}'?" if meant else ""


def read_text(path: Path) -> str:
    """Return a text file; ScenarioError where it cannot be read."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ScenarioError([Fault(shown(path), 0, 0, f"larger than {_LARGEST_FILE} bytes", "split it")])
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 text (byte {error.start + 1})"
        raise ScenarioError([Fault(shown(path), 0, 0, problem, "save it as UTF-8")]) from None
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ScenarioError([Fault(shown(path), 0, 0, problem, "check the path and its rights")]) from None


def shown(path: Path) -> str:
    """Return a path as people want to see it: relative where it lies below the current folder."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):  # elsewhere, or links that lead in a circle
        return str(path)
