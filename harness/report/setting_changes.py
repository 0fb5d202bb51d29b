"""What a scenario changes, as rows: each setting before and after, and where the product shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.lab.changes import changed
from harness.lab.setting_rows import setting_row
from harness.lab.settings import Lab


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One changed setting. `screen` and `command` are empty where the product has none."""

    path: str
    before: str
    after: str
    meaning: str
    screen: str
    command: str


def setting_changes(change: Mapping[str, Any], healthy: Lab) -> tuple[SettingChange, ...]:
    """Return a row for each setting of `change`, as a person writes its value in the healthy and the changed lab."""
    before, after = _values(healthy), _values(changed(healthy, change))
    return tuple(_row(path, before, after) for path in change)


def plain_value(value: Any) -> str:
    """Return a setting's value as a person writes it: `on`, `none`, a list with commas."""
    match value:
        case None | "" | [] | ():
            return "none"
        case bool():
            return "on" if value else "off"
        case dict():
            return ", ".join(
                f"{key} {plain_value(inner)}" for key, inner in value.items() if inner not in (None, "", [])
            )
        case list() | tuple():
            return ", ".join(plain_value(inner) for inner in value)
        case _ if hasattr(value, "model_dump"):
            return plain_value(value.model_dump(by_alias=True, mode="json"))
        case _:
            return str(value)


def _values(lab: Lab) -> dict[str, Any]:
    return lab.model_dump(by_alias=True, mode="json")


def _row(path: str, before: dict[str, Any], after: dict[str, Any]) -> SettingChange:
    row = setting_row(path)
    was, becomes = (plain_value(_found(values, path)) for values in (before, after))
    return SettingChange(path, was, becomes, row.meaning, row.screen, row.command)


def _found(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values
