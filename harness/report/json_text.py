"""Documents for programs: frozen dataclasses, from which both the JSON text and its schema are made.

A class that is written as JSON says in its docstring what it and its fields mean, each in a sentence with the name in
backticks: `harness.report.json_schema` reads them. A field whose name is a word of Python has an underscore at its end,
which is no part of the key.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(document: DataclassInstance, *, sort_keys: bool = False) -> str:
    """Return a document as JSON text in ASCII; dates are ISO 8601, bytes are standard base64."""
    written = asdict(document, dict_factory=_by_keys)
    return json.dumps(written, indent=2, sort_keys=sort_keys, default=_as_text) + "\n"


def key_of(field: str) -> str:
    """Return the key of a field in the text."""
    return field.removesuffix("_")


def values_of(value: DataclassInstance) -> dict[str, Any]:
    """Return the fields of a dataclass as they are, for a document that has some more."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _by_keys(members: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key_of(name): value for name, value in members}


def _as_text(value: object) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode("ascii")
        case _:
            raise TypeError(f"a document holds no {type(value).__name__}")
