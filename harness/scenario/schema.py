"""The JSON Schema of scenario files, made from the same models and tables that read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from harness.lab.fields import Settings
from harness.lab.setting_rows import group_of, setting_rows
from harness.lab.settings import Lab
from harness.scenario.expectations import HIGHEST, OK, STEP_WORDS
from harness.scenario.model import TLS_VERSIONS
from harness.scenario.options import OPTIONS
from harness.scenario.read import ScenarioText
from harness.scenario.steps import STEP_KINDS
from harness.tls.alerts import alert_names
from harness.verdict import Stage


def scenario_schema(causes: tuple[str, ...]) -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12); `causes` are the keys of the judge's table."""
    schema = ScenarioText.model_json_schema()
    definitions: dict[str, Any] = {**schema.get("$defs", {}), "change": _change(), "play": _play()}
    properties = schema["properties"]
    properties["change"] = {"$ref": "#/$defs/change"}
    properties["play"] = {"$ref": "#/$defs/play"}
    properties["expect"] = _expect(causes)
    control = definitions["ControlText"]["properties"]
    control["change"], control["play"] = {"$ref": "#/$defs/change"}, {"$ref": "#/$defs/play"}
    settings = definitions["change"].pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "sip-mtls scenario",
        "$defs": {**definitions, **settings},
    }


def _change() -> dict[str, Any]:
    """Return an object with a property for each setting, typed as the lab's model types it."""
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for row in setting_rows():
        typed = TypeAdapter(_annotation(row.path)).json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions.update(typed.pop("$defs", {}))
        properties[row.path] = {**typed, "description": row.meaning}
    return {"type": "object", "properties": properties, "additionalProperties": False, "$defs": definitions}


def _annotation(path: str) -> Any:
    """Return the type of a setting, with its limits."""
    model: type[Settings] = Lab
    *groups, last = path.split(".")
    for key in groups:
        found = group_of(_field(model, key))
        assert found is not None  # noqa: S101  # the path comes from the same models
        model = found
    field = _field(model, last)
    typed: Any = field.annotation
    for metadata in field.metadata:
        typed = Annotated[typed, metadata]
    return typed


def _field(model: type[Settings], key: str) -> FieldInfo:
    return next(field for field in model.model_fields.values() if field.alias == key)


def _play() -> dict[str, Any]:
    kinds = []
    for kind in STEP_KINDS:
        options = {name: {**OPTIONS[name].schema, "description": text} for name, text in kind.options.items()}
        kinds.append(
            {
                "type": "object",
                "description": kind.meaning,
                "properties": {kind.actor: {"const": kind.verb}, "as": {"type": "string"}, **options},
                "required": [kind.actor, *kind.needs],
                "additionalProperties": False,
            }
        )
    return {"type": "array", "minItems": 1, "maxItems": 20, "items": {"oneOf": kinds}}


def _expect(causes: tuple[str, ...]) -> dict[str, Any]:
    alert = {"anyOf": [{"enum": ["none", *alert_names()]}, _number("alert")]}
    values: dict[str, dict[str, Any]] = {
        "stopped-at": {"enum": [stage.value for stage in Stage]},
        "by": {"type": "string"},
        "alert": alert,
        "status": _number("status"),
        "closing": {"enum": ["fin", "rst", "close_notify"]},
        "connections": _number("connections"),
        "reached": {"type": "string"},
    }
    stopped = {"type": "object", "additionalProperties": False}
    stopped["properties"] = {word: _either(values[word]) for word in STEP_WORDS}
    return {
        "type": "object",
        "required": ["cause"],
        "properties": {
            "cause": _either({"enum": list(causes)}),
            "warnings": _either({"type": "array", "items": {"type": "string"}}),
        },
        "additionalProperties": _either({"anyOf": [{"const": OK}, stopped]}),
    }


def _number(word: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "maximum": HIGHEST[word]}


def _either(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that may be given once, or for each TLS version."""
    each = {"type": "object", "properties": dict.fromkeys(TLS_VERSIONS, schema), "additionalProperties": False}
    return {"anyOf": [schema, {**each, "minProperties": 1}]}
