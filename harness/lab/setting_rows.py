"""The settings as rows: for the reader's nearest word, the documentation, and the JSON Schema of `change`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic.fields import FieldInfo

from harness.lab.fields import Settings, describe
from harness.lab.settings import Certificate, Lab


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting: its dotted name, what it is by default, what it means, and where the product shows it."""

    path: str
    default: Any
    meaning: str
    screen: str
    command: str
    source: str


@lru_cache(maxsize=1)
def setting_rows() -> tuple[SettingRow, ...]:
    """Return every setting that a scenario can change, in the order of the lab file."""
    return tuple(_rows(Lab, "", Lab()))


def setting_row(path: str) -> SettingRow:
    """Return the row of a dotted name; KeyError where there is no such setting."""
    for row in setting_rows():
        if row.path == path:
            return row
    raise KeyError(path)


def _rows(model: type[Settings], prefix: str, defaults: Any) -> Iterator[SettingRow]:
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias}"
        default = getattr(defaults, name, None)
        group = group_of(field)
        if group is None or group is Certificate:
            yield _row(path, default, field)
        if group is not None:
            yield from _rows(group, f"{path}.", default)


def _row(path: str, default: Any, field: FieldInfo) -> SettingRow:
    told = describe(field)
    return SettingRow(
        path,
        default,
        told["meaning"],
        told.get("screen", ""),
        told.get("command", ""),
        told.get("source", ""),
    )


def group_of(field: FieldInfo) -> type[Settings] | None:
    """Return the model behind a field that is a group of settings, or may be a certificate."""
    found = [kind for kind in _kinds(field.annotation) if isinstance(kind, type) and issubclass(kind, Settings)]
    return found[0] if found else None


def _kinds(annotation: Any) -> Iterator[Any]:
    """Unwrap unions and Annotated, but not tuples: a list is one setting."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin in {typing.Union, types.UnionType}:
        for part in typing.get_args(annotation):
            yield from _kinds(part)
    else:
        yield annotation
