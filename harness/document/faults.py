"""From what pydantic refuses to faults at their place in the file, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.document.places import Document, Path
from harness.document.words import BOUNDS, EXPECTED, hint_for, nearest, shown
from harness.errors import Fault

Vocabulary: TypeAlias = Callable[[Path], Sequence[str]]
"""The keys that are known at a path, or the words that are: with them an unknown one gets its nearest."""

_UNKNOWN_VARIANT = ("union_tag_invalid", "union_tag_not_found")
_OUR_OWN = ("value_error", "assertion_error")


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
    value for a word whose choices the model itself does not list. Faults are in the order of the file.
    """
    naming = _Naming(document, prefix, vocabulary or (lambda _: ()))
    faults = dict.fromkeys(naming.fault(details) for details in error.errors(include_url=False))
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


class _Naming:
    """Finds the place and the words for one error of pydantic at a time."""

    def __init__(self, document: Document, prefix: Path, vocabulary: Vocabulary) -> None:
        self.document, self.prefix, self.vocabulary = document, prefix, vocabulary

    def fault(self, details: ErrorDetails) -> Fault:
        path = (*self.prefix, *details["loc"])
        match details["type"]:
            case "extra_forbidden":
                return self._unknown_key(path, self.vocabulary(path[:-1]))
            case "missing":
                return self._at(path[:-1], f"the key '{path[-1]}' is missing", of_key=True)
            case kind if kind in _UNKNOWN_VARIANT:
                return self._unknown_variant(path, details)
            case _:
                return self._at(path, *self._words(details, path), of_key=path[-1:] == ("[key]",))

    def _at(self, path: Path, message: str, hint: str = "", *, of_key: bool = False) -> Fault:
        return Fault(self.document.file, *self.document.position(path, of_key=of_key), message, hint)

    def _unknown_key(self, path: Path, choices: Sequence[str]) -> Fault:
        word = str(path[-1])
        return self._at(path, f"unknown key '{word}'", hint_for(word, choices), of_key=True)

    def _unknown_variant(self, path: Path, details: ErrorDetails) -> Fault:
        """Name the key that should have said what the mapping is; union tags never stand in a file."""
        given, context = details["input"], details.get("ctx", {})
        tags = _quoted(context.get("expected_tags", ""))
        choices = self.vocabulary(path) or [tag.rpartition(":")[2] for tag in tags]
        if not isinstance(given, Mapping) or not given:
            listed = f"choose one of {', '.join(choices)}" if choices else ""
            return self._at(path, f"expected {EXPECTED['dict_type']}, got {shown(given)}", listed)
        keys = [str(key) for key in given]
        return self._unknown_key((*path, next((key for key in keys if nearest(key, choices)), keys[0])), choices)

    def _words(self, details: ErrorDetails, path: Path) -> tuple[str, str]:
        kind, given, context = details["type"], details["input"], details.get("ctx", {})
        if kind in EXPECTED:
            return f"expected {EXPECTED[kind]}, got {shown(given)}", ""
        if kind in BOUNDS:
            return f"{shown(given)} is out of range", f"must be {BOUNDS[kind].format(**context)}"
        if kind in ("literal_error", "enum"):
            choices = _quoted(context.get("expected", "")) or self.vocabulary(path)
            return f"{shown(given)} is not a choice here", hint_for(str(given), choices)
        told = str(context.get("error", details["msg"])) if kind in _OUR_OWN else details["msg"]
        return told.replace("Input should be", "expected"), str(context.get("hint", ""))


def _quoted(listed: Any) -> list[str]:
    return re.findall(r"'([^']*)'", str(listed))
