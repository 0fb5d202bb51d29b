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
    TrustListProfile,
)
from harness.pki.validity import Dates, DaysFromNow, stated_key

_SHAPES: Final[dict[str, TypeAdapter[dict[str, Any]]]] = {
    "authorities": TypeAdapter(dict[str, AuthorityProfile]),
    "leaves": TypeAdapter(dict[str, LeafProfile]),
    "faults": TypeAdapter(dict[str, FaultProfile]),
    "trust-lists": TypeAdapter(dict[str, TrustListProfile]),
}
_OPTIONAL: Final = frozenset({"trust-lists"})
_PARTS: Final = (
    AuthorityProfile,
    LeafProfile,
    FaultProfile,
    CertificateChange,
    ChainChange,
    TrustListProfile,
    DaysFromNow,
    Dates,
)
_KEYS: Final = frozenset(stated_key(each.name) for part in _PARTS for each in fields(part))


def read_catalogue(texts: Mapping[str, str]) -> Catalogue:
    """Return the catalogue that the texts state.

    `texts` maps a file's name, with or without folder and suffix, to its text: `authorities`, `leaves`,
    `faults` and, where there are any, `trust-lists`. Raises ScenarioError with every fault of shape in them,
    or, where there is none, with every reference that leads nowhere.
    """
    documents = _documents(texts)
    parts: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for stem, document in documents.items():
        try:
            parts[stem.replace("-", "_")] = _SHAPES[stem].validate_python(document.data)
        except ValidationError as error:
            faults += [_shape_fault(document, each) for each in error.errors()]
    if faults:
        raise ScenarioError(faults)
    catalogue = Catalogue(**parts)
    lost = (_lost_authorities, _lost_issuers, _lost_anchors)
    faults = [fault for look in lost for fault in look(catalogue, documents)]
    if faults:
        raise ScenarioError(faults)
    return catalogue


def _documents(texts: Mapping[str, str]) -> dict[str, Document]:
    """Parse the texts, all of them before the first complaint is raised."""
    files = {PurePosixPath(name).stem: name for name in texts}
    faults = [Fault(f"{stem}.yaml", 0, 0, "is missing") for stem in _SHAPES if stem not in {*files, *_OPTIONAL}]
    documents: dict[str, Document] = {}
    for stem in _SHAPES.keys() & files.keys():
        try:
            documents[stem] = read_document(texts[files[stem]], files[stem])
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return {stem: documents[stem] for stem in _SHAPES if stem in documents}


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
        elif profile.same_key_as and profile.same_key_as not in known:
            yield _lost(document, (name, "same-key-as"), profile.same_key_as, known)
        elif profile.same_key_as and _needs_itself(catalogue, name):
            problem = f"the key of '{profile.same_key_as}' is not its own, or needs '{name}' first"
            yield document.fault((name, "same-key-as"), problem, "name a CA that has a key of its own")


def _goes_round(catalogue: Catalogue, name: str) -> bool:
    seen: set[str] = set()
    while name in catalogue.authorities and name not in seen:
        seen.add(name)
        name = catalogue.authorities[name].under
    return name in seen


def _needs_itself(catalogue: Catalogue, name: str) -> bool:
    """Whether the CA whose key `name` shares cannot be founded first."""
    other = catalogue.authorities[name].same_key_as
    above = [] if _goes_round(catalogue, other) else catalogue.path_of(other)
    return not above or name in above or any(catalogue.authorities[each].same_key_as for each in above)


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


def _lost_anchors(catalogue: Catalogue, documents: Mapping[str, Document]) -> Iterator[Fault]:
    for name, profile in catalogue.trust_lists.items():
        for number, authority in enumerate(profile.authorities):
            if authority not in catalogue.authorities:
                path = (name, "authorities", number)
                yield _lost(documents["trust-lists"], path, authority, catalogue.authorities)


def _lost(document: Document, path: tuple[str | int, ...], word: str, known: Iterable[str]) -> Fault:
    return document.fault(path, f"there is no authority '{word}' for this place", hint_for(word, sorted(known)))
