"""Reading YAML with places: plain values, or `file:line:column` and plain words for every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from harness.errors import Fault, ScenarioError
from harness.scenario.document_nodes import Node, compose, place
from harness.scenario.document_places import Document, Path, Place, PlaceReader
from harness.scenario.document_words import BOUNDS, EXPECTED, hint_for, nearest, shown, syntax_words

__all__ = [
    "MAX_BYTES",
    "Document",
    "Path",
    "Vocabulary",
    "faults_from",
    "hint_for",
    "nearest",
    "read_document",
]

MAX_BYTES = 1_000_000
"""Size of a file in bytes of UTF-8."""

Vocabulary: TypeAlias = Callable[[Path], Sequence[str]]
"""The keys that are known at a path, or the words that are: with them an unknown one gets its nearest."""


def read_document(text: str, file: str) -> Document:
    """Return the document in `text`; `file` is what faults call it.

    YAML 1.2, one document, no tags, no key twice, aliases as copies. ScenarioError, with the place and a
    hint, for anything else and where a limit is passed.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ScenarioError([Fault(file, 0, 0, f"larger than {MAX_BYTES} bytes", "split it")])
    root = _compose(text, file)
    if root is None:
        return Document(file, None, {(): Place((1, 1), (1, 1))})
    reader = PlaceReader(file)
    return Document(file, reader.read(root), reader.places)


def _compose(text: str, file: str) -> Node | None:
    try:
        return compose(text, file)
    except MarkedYAMLError as error:
        raise ScenarioError([_syntax_fault(error, file)]) from None
    except ReaderError as error:
        raise ScenarioError([_character_fault(error, text, file)]) from None


def _syntax_fault(error: MarkedYAMLError, file: str) -> Fault:
    problem = " ".join(filter(None, (error.problem, error.context)))
    opened = re.search(r"quoted scalar|flow (sequence|mapping|node)", problem) and error.context_mark
    mark = opened or error.problem_mark or error.context_mark
    return Fault(file, *place(mark), *syntax_words(problem))


def _character_fault(error: ReaderError, text: str, file: str) -> Fault:
    before = text[: error.position]
    column = error.position - (before.rfind("\n") + 1) + 1
    message = f"the character U+{ord(text[error.position]):04X} cannot stand in a file"
    return Fault(file, before.count("\n") + 1, column, message, "remove it; it is invisible in most editors")


def faults_from(
    error: ValidationError,
    document: Document,
    *,
    prefix: Path = (),
    vocabulary: Vocabulary | None = None,
) -> list[Fault]:
    """Return every fault that pydantic found, at its place in the document and in plain words.

    `prefix` is the path of what was validated, where that was not the whole document. `vocabulary` is asked
    with the error's path, union tags included: the path of the mapping for an unknown key, the path of the
    value for an unknown word. Faults are in the order of the file.
    """
    naming = _Naming(document, prefix, vocabulary or (lambda _: ()))
    faults = dict.fromkeys(naming.fault(details) for details in error.errors(include_url=False))
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


class _Naming:
    def __init__(self, document: Document, prefix: Path, vocabulary: Vocabulary) -> None:
        self.document, self.prefix, self.vocabulary = document, prefix, vocabulary

    def fault(self, details: ErrorDetails) -> Fault:
        path = (*self.prefix, *details["loc"])
        match details["type"]:
            case "extra_forbidden":
                word = str(path[-1])
                return self._at(
                    path, f"unknown key '{word}'", hint_for(word, self.vocabulary(path[:-1])), of_key=True
                )
            case "missing":
                return self._at(path[:-1], f"the key '{path[-1]}' is missing", of_key=True)
            case kind:
                on_key = bool(path) and path[-1] == "[key]"
                return self._at(path, *self._words(kind, details, path), of_key=on_key)

    def _at(self, path: Path, message: str, hint: str = "", *, of_key: bool = False) -> Fault:
        return Fault(self.document.file, *self.document.position(path, of_key=of_key), message, hint)

    def _words(self, kind: str, details: ErrorDetails, path: Path) -> tuple[str, str]:
        given, context = details["input"], details.get("ctx", {})
        if kind in EXPECTED:
            return f"expected {EXPECTED[kind]}, got {shown(given)}", ""
        if kind in BOUNDS:
            return f"{shown(given)} is out of range", f"must be {BOUNDS[kind].format(**context)}"
        if kind in ("literal_error", "enum"):
            choices = self.vocabulary(path) or re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return f"{shown(given)} is not a choice here", hint_for(str(given), choices)
        if kind in ("union_tag_invalid", "union_tag_not_found"):
            return self._unknown_variant(given, context, path)
        if kind in ("value_error", "assertion_error"):
            return str(context.get("error", details["msg"])), str(context.get("hint", ""))
        return details["msg"].replace("Input should be", "expected"), str(context.get("hint", ""))

    def _unknown_variant(self, given: object, context: dict[str, object], path: Path) -> tuple[str, str]:
        choices = self.vocabulary(path)
        tag = str(context["tag"]) if "tag" in context else ""
        if not choices:
            expected = re.findall(r"'([^']*)'", str(context.get("expected_tags", "")))
            choices = [choice.rpartition(":")[2] for choice in expected]
        word = tag.rpartition(":")[2]
        message = f"'{word}' is not known here" if word else f"cannot tell what is meant by {shown(given)}"
        return message, hint_for(word, choices)
