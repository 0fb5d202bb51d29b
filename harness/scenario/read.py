"""From text to Scenario, with every fault at once, each with its place and the nearest word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.document import Document, Path, Place, faults_from, hint_for, read_document
from harness.errors import Fault, ScenarioError
from harness.lab.actors import ACTORS
from harness.lab.changes import changed, unknown_words
from harness.lab.fields import TextOfNumber
from harness.lab.setting_rows import setting_rows
from harness.lab.settings import Lab
from harness.pki.catalogue import Catalogue
from harness.scenario.expectations import ExpectationReader
from harness.scenario.model import TLS_VERSIONS, Control, Scenario, Step
from harness.scenario.plays import PlayReader

_STRICT = ConfigDict(extra="forbid", frozen=True)


class ControlText(BaseModel):
    """The control as written."""

    model_config = _STRICT
    change: dict[str, Any] | None = Field(default=None, description="settings changed instead of the scenario's")
    play: list[dict[str, Any]] | None = Field(default=None, description="steps instead of the scenario's")


class ScenarioText(BaseModel):
    """A scenario file as written, before its words are looked up."""

    model_config = _STRICT
    title: str = Field(min_length=1, max_length=100, description="one line for tables")
    story: str = Field(min_length=1, description="what happened, for a person")
    row: str = Field(default="", description="row of the catalogue, docs/domain/catalogue.md")
    source: list[str] = Field(default_factory=list, description="who says so")
    tls: list[Annotated[Literal["1.2", "1.3"], TextOfNumber]] = Field(
        default=["1.2", "1.3"], min_length=1, description="TLS versions"
    )
    change: dict[str, Any] = Field(default_factory=dict, description="settings that differ from the healthy lab")
    play: list[dict[str, Any]] = Field(min_length=1, max_length=20, description="who does what, in order")
    expect: dict[str, Any] = Field(description="what each step comes to, and the cause")
    control: ControlText | None = Field(default=None, description="the same story without its fault")
    notes: str = Field(default="", description="where the measured behaviour differs from the catalogue")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a scenario may use beyond the tables of this package.

    `healthy` is the lab that it changes, `catalogue` names authorities, profiles and faults, `causes` are the
    keys of the judge's table.
    """

    healthy: Lab
    catalogue: Catalogue
    causes: Collection[str]


def read_scenario(text: str, *, name: str, file: str, vocabulary: Vocabulary) -> Scenario:
    """Read one scenario; ScenarioError with every fault where something is wrong with it."""
    document = _filled(
        read_document(text, file), "`sip-mtls show B02` shows a scenario, docs/writing-scenarios.md its keys"
    )
    reader = _Reader(document, vocabulary)
    try:
        written = ScenarioText.model_validate(document.data)
    except ValidationError as error:
        reader.faults += faults_from(error, document, vocabulary=_top_words)
        reader.look_through(_sound_part(document.data, error))
    else:
        scenario = reader.scenario(name, file, written)
    if reader.faults:
        raise ScenarioError(sorted(set(reader.faults), key=lambda fault: (fault.line, fault.column, fault.message)))
    return scenario


def _sound_part(data: object, error: ValidationError) -> dict[str, Any]:
    """Return the keys of a scenario file in which nothing was found wrong; none where it is no mapping."""
    wrong = {details["loc"][0] for details in error.errors(include_url=False) if details["loc"]}
    return {key: value for key, value in data.items() if key not in wrong} if isinstance(data, dict) else {}


def _filled(document: Document, hint: str) -> Document:
    """Return the document; ScenarioError with the hint where nothing stands in it."""
    if document.data is None:
        raise ScenarioError([Fault(document.file, *document.position(()), "there is nothing in it", hint)])
    return document


def read_lab(text: str, *, file: str, catalogue: Catalogue) -> Lab:
    """Read a lab file; ScenarioError with every fault where something is wrong with it."""
    document = _filled(read_document(text, file), "`sip-mtls list --settings` shows what can stand in it")
    try:
        lab = Lab.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(faults_from(error, document, vocabulary=_lab_words)) from None
    faults = [
        Fault(file, *document.position(place), message, hint) for place, message, hint in unknown_words(lab, catalogue)
    ]
    if faults:
        raise ScenarioError(faults)
    return lab


def faults_of_zones(lab: Lab, document: Document) -> list[Fault]:
    """Return what the name server could not serve, each fault at its place in the file."""
    from harness.lab.zones import zone_faults  # noqa: PLC0415  # dnspython is slow to import, and few files need it

    return [
        Fault(
            document.file,
            *(document.position_within(fault.place, *fault.within) if fault.within else document.position(fault.place)),
            fault.message,
            fault.hint,
        )
        for fault in zone_faults(lab.name_server)
    ]


def _top_words(place: Path) -> Sequence[str]:
    model = ControlText if place[:1] == ("control",) else ScenarioText
    return tuple(model.model_fields)


def _lab_words(place: Path) -> Sequence[str]:
    """Return the keys that fit at a place of the lab file."""
    prefix = ".".join(str(part) for part in place if isinstance(part, str))
    start = f"{prefix}." if prefix else ""
    below = (row.path.removeprefix(start) for row in setting_rows() if row.path.startswith(start))
    return tuple(dict.fromkeys(path.split(".")[0] for path in below))


class _Reader:
    """Collects faults while the parts of one scenario are looked up."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.faults: list[Fault] = []
        self._document = document
        self._vocabulary = vocabulary
        self._plays = PlayReader(self._fault, vocabulary.catalogue)

    def scenario(self, name: str, file: str, written: ScenarioText) -> Scenario:
        self._check_change(written.change, ("change",))
        read = self._plays.read(written.play, ("play",))
        self._check_cluster_peers(read, self._actors(written.change))
        play = tuple(step for step in read if step is not None)
        expectations = ExpectationReader(self._fault, read, self._vocabulary.causes, self._actors(written.change))
        versions = tuple(dict.fromkeys(written.tls))
        return Scenario(
            name=name,
            file=file,
            row=written.row,
            title=written.title,
            story=" ".join(written.story.split()),
            source=tuple(written.source),
            tls_versions=versions,
            change=written.change,
            play=play,
            expectations={version: expectations.read(written.expect, version) for version in versions},
            control=self._control(written, play),
            notes=" ".join(written.notes.split()),
        )

    def look_through(self, sound: Mapping[str, Any]) -> None:
        """Collect the faults in the parts of a file that are as a scenario has them, where others are not."""
        control = sound.get("control") or {}
        self._check_change(sound.get("change", {}), ("change",))
        self._check_change(control.get("change") or {}, ("control", "change"))
        self._plays.read(control.get("play") or (), ("control", "play"))
        if "play" not in sound:
            return
        actors = self._actors(sound.get("change", {}))
        play = self._plays.read(sound["play"], ("play",))
        self._check_cluster_peers(play, actors)
        if "expect" in sound:
            expectations = ExpectationReader(self._fault, play, self._vocabulary.causes, actors)
            for version in TLS_VERSIONS:
                expectations.read(sound["expect"], version)

    def _fault(self, place: Path, message: str, hint: str = "", *, of_key: bool = False) -> None:
        line, column = self._document.position(place, of_key=of_key)
        found = Fault(self._document.file, line, column, message, hint)
        if found not in self.faults:
            self.faults.append(found)

    def _actors(self, change: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the actors of the changed lab."""
        edges = change.get("edges", [])
        named = [edge.get("name") for edge in edges if isinstance(edge, dict)] if isinstance(edges, list) else []
        return (*ACTORS, *(edge.name for edge in self._vocabulary.healthy.edges), *filter(None, named))

    def _check_cluster_peers(self, play: Sequence[Step | None], actors: Sequence[str]) -> None:
        """Refuse to join a cluster peer that the changed lab has not."""
        peers = [name for name in actors if name not in ACTORS]
        for number, step in enumerate(play):
            if step is None or step.verb != "join-cluster":
                continue
            node = step.options.get("node")
            if not peers:
                self._fault(("play", number), "there is no cluster peer to join", "add one to `edges`")
            elif node is not None and node not in peers:
                self._fault(("play", number, "node"), f"no cluster peer '{node}'", hint_for(str(node), peers))

    # --- change ---

    def _check_change(self, change: Mapping[str, Any], place: Path) -> None:
        if not change:
            return
        known = [row.path for row in setting_rows()]
        for path in change:
            if path not in known:
                self._fault((*place, path), f"unknown setting '{path}'", _did_you_mean(path, known), of_key=True)
        as_lab = _as_lab(self._document, place)
        lab = self._changed({path: value for path, value in change.items() if path in known}, as_lab)
        for where, message, hint in unknown_words(lab, self._vocabulary.catalogue):
            self.faults.append(as_lab.fault(where, message, hint))
        if any(path.startswith("name-server.") for path in change):
            self.faults += faults_of_zones(lab, as_lab)

    def _changed(self, change: Mapping[str, Any], as_lab: Document) -> Lab:
        """Return the changed lab; settings whose values do not fit are faults and are left out of it."""
        try:
            return changed(self._vocabulary.healthy, change)
        except ValidationError as error:
            self.faults += faults_from(error, as_lab, vocabulary=_lab_words)
            misfits = [details["loc"] for details in error.errors(include_url=False)]
        sound = {path: value for path, value in change.items() if not any(_sets(path, place) for place in misfits)}
        return self._changed(sound, as_lab) if len(sound) < len(change) else self._vocabulary.healthy

    # --- control ---

    def _control(self, written: ScenarioText, play: tuple[Step, ...]) -> Control | None:
        if written.control is None:
            return Control({}, play) if written.change else None
        change = written.control.change
        if change is not None:
            self._check_change(change, ("control", "change"))
        other = written.control.play
        steps = self._plays.read(other, ("control", "play")) if other is not None else play
        return Control(
            change=change if change is not None else ({} if other is None else written.change),
            play=tuple(step for step in steps if step is not None),
        )


def _as_lab(document: Document, place: Path) -> Document:
    """Return the document as if its dotted settings at `place` were a lab file, so that faults find their line."""
    places: dict[Path, Place] = {(): document.places[place]}
    for path, spot in document.places.items():
        if path[: len(place)] == place and len(path) > len(place):
            keys = (*str(path[len(place)]).split("."), *path[len(place) + 1 :])
            places.update({keys[:end]: spot for end in range(1, len(keys)) if keys[:end] not in places})
            places[keys] = spot
    return Document(document.file, document.data, places, document.text)


def _sets(path: str, place: Path) -> bool:
    """Whether a dotted setting covers a place in the lab, or lies below it."""
    keys = tuple(path.split("."))
    shared = min(len(keys), len(place))
    return keys[:shared] == tuple(place[:shared])


def _did_you_mean(word: str, choices: Sequence[str]) -> str:
    return hint_for(word, choices) or "`sip-mtls list --settings` shows them all"
