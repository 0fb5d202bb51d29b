"""From the texts of certs/*.yaml to a catalogue: every fault at once, with its place and the nearest word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import PurePosixPath
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from harness.document import Document, hint_for, read_document
from harness.errors import Fault, ScenarioError
from harness.pki.catalogue import (
    AuthorityProfile,
    Catalogue,
    CertificateChange,
    ChainChange,
    FaultProfile,
    LeafProfile,
    Validity,
)

_SHAPES: Final[dict[str, TypeAdapter[dict[str, Any]]]] = {
    "authorities": TypeAdapter(dict[str, AuthorityProfile]),
    "leaves": TypeAdapter(dict[str, LeafProfile]),
    "faults": TypeAdapter(dict[str, FaultProfile]),
}
_KEYS: Final = frozenset(
    each.name.replace("_", "-")
    for part in (AuthorityProfile, LeafProfile, FaultProfile, CertificateChange, ChainChange, Validity)
    for each in fields(part)
)


def read_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """Return the catalogue that three texts state.

    `texts` maps a file's name, with or without folder and suffix, to its text: `authorities`, `leaves` and
    `faults`. Raises ScenarioError with every fault of shape in the three, or, where there is none, with
    every reference that leads nowhere.
    """
    documents = _documents(texts)
    parts: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for stem, document in documents.items():
        try:
            parts[stem] = _SHAPES[stem].validate_python(document.data)
        except ValidationError as error:
            faults += [_shape_fault(document, each) for each in error.errors()]
    if faults:
        raise ScenarioError(faults)
    catalogue = Catalogue(**parts)
    faults = [*_lost_authorities(catalogue, documents), *_lost_issuers(catalogue, documents)]
    if faults:
        raise ScenarioError(faults)
    return catalogue


def _documents(texts: Mapping[str, str]) -> dict[str, Document]:
    """Parse the three texts, all of them before the first complaint is raised."""
    files = {PurePosixPath(name).stem: name for name in texts}
    faults = [Fault(f"{stem}.yaml", 0, 0, "is missing") for stem in _SHAPES if stem not in files]
    documents: dict[str, Document] = {}
    for stem in _SHAPES.keys() & files.keys():
        try:
            documents[stem] = read_document(texts[files[stem]], files[stem])
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return {stem: documents[stem] for stem in _SHAPES}


def _shape_fault(document: Document, error: ErrorDetails) -> Fault:
    path = error["loc"]
    match error["type"]:
        case "missing":
            return document.fault(path[:-1], f"'{path[-1]}' is missing", of_key=True)
        case "unexpected_keyword_argument":
            hint = hint_for(str(path[-1]), sorted(_KEYS))
            return document.fault(path, f"unknown key '{path[-1]}'", hint, of_key=True)
        case _:
            message, _, hint = error["msg"].removeprefix("Value error, ").partition("; ")
            return document.fault(path, message, hint)


def _lost_authorities(catalogue: Catalogue, documents: Mapping[str, Document]) -> Iterator[Fault]:
    document, known = documents["authorities"], catalogue.authorities
    for name, profile in known.items():
        if profile.under and profile.under not in known:
            yield _lost(document, (name, "under"), profile.under, known)
        elif _goes_round(catalogue, name):
            yield document.fault((name, "under"), f"'{name}' stands above itself")


def _goes_round(catalogue: Catalogue, name: str) -> bool:
    seen: set[str] = set()
    while name in catalogue.authorities and name not in seen:
        seen.add(name)
        name = catalogue.authorities[name].under
    return name in seen


def _lost_issuers(catalogue: Catalogue, documents: Mapping[str, Document]) -> Iterator[Fault]:
    flawed = {name for name, profile in catalogue.authorities.items() if profile.flaw}
    for name, leaf in catalogue.leaves.items():
        if leaf.issuer not in catalogue.authorities:
            yield _lost(documents["leaves"], (name, "issuer"), leaf.issuer, catalogue.authorities)
    for name, fault in catalogue.faults.items():
        wanted = {
            "issuer": (fault.chain.issuer, {"self", *catalogue.authorities}),
            "intermediate": (fault.chain.intermediate, {"none", *flawed}),
        }
        for part, (word, known) in wanted.items():
            if word is not None and word not in known:
                yield _lost(documents["faults"], (name, "chain", part), word, known)


def _lost(document: Document, path: tuple[str, ...], word: str, known: Iterable[str]) -> Fault:
    return document.fault(path, f"there is no authority '{word}' for this place", hint_for(word, sorted(known)))
