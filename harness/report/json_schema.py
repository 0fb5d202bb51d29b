"""The JSON Schema of a document, from the dataclasses that write it (JSON Schema 2020-12)."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from harness.report.json_text import key_of

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SENTENCE = re.compile(r"(?<=[.:;])\s+(?=`)|(?<=\.)\s+(?=[A-Z])")


def document_schema(document: type[Any], title: str) -> dict[str, Any]:
    """Return the schema of what `harness.report.json_text.as_json` writes of a dataclass."""
    schema = TypeAdapter(document).json_schema(mode="serialization", schema_generator=_Schema)
    return {"$schema": _DIALECT, **schema, "title": title}


class _Schema(GenerateJsonSchema):
    """As pydantic makes it; but every key is there, has the meaning that the docstring gives it, and bytes are base64.

    More keys are allowed: they may come within a version.
    """

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        made = super().dataclass_schema(schema)
        cls = schema["cls"]
        meanings = field_meanings(cls)
        properties = {
            key_of(name): _described(member, meanings.get(key_of(name), ""))
            for name, member in made["properties"].items()
        }
        made |= {"properties": properties, "required": [*properties], "description": summary_of(cls)}
        return made

    def bytes_schema(self, schema: core_schema.BytesSchema) -> JsonSchemaValue:  # noqa: ARG002  # its limits are none
        return {"type": "string", "contentEncoding": "base64"}


def _described(member: JsonSchemaValue, meaning: str) -> JsonSchemaValue:
    """Return a property without what the class itself says better, and with its meaning."""
    plain = {word: value for word, value in member.items() if word not in {"title", "default"}}
    return plain | ({"description": meaning} if meaning else {})


def summary_of(cls: type[Any]) -> str:
    """Return what a class is: the first sentence of its docstring."""
    return _sentences(cls.__doc__)[0]


def field_meanings(cls: type[Any]) -> dict[str, str]:
    """Return for each field the sentences that name it in backticks.

    They stand in the docstring of the class, of one that it extends, or of its module for what several classes share:
    the nearest that speaks of the field is taken.
    """
    docstrings = [each.__doc__ for each in cls.__mro__ if is_dataclass(each)]
    modules = [inspect.getdoc(sys.modules[each.__module__]) for each in cls.__mro__ if is_dataclass(each)]
    meanings = {}
    for name in (key_of(field.name) for field in fields(cls)):
        for text in (*docstrings, *modules):
            told = [sentence for sentence in _sentences(text) if f"`{name}`" in sentence]
            if told:
                meanings[name] = " ".join(told)
                break
    return meanings


def _sentences(docstring: str | None) -> list[str]:
    """Return the sentences of a docstring, with the words of JSON for those of Python."""
    text = re.sub(r"\bNone\b", "null", " ".join((docstring or "").split()))
    return [f"{each[:-1]}." if each.endswith((";", ":")) else each for each in _SENTENCE.split(text)]
