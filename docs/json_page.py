"""The page of JSON: every document that sip-mtls writes, with its keys, from the schemas of `sip-mtls schema`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from harness.cli.schemas import DOCUMENTS, DocumentRow, schema_of

_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
}


def json_page(note: str) -> Iterator[str]:
    """Yield the page; `note` says where it comes from."""
    schemas = {name: schema_of(name) for name in DOCUMENTS}
    used = Counter(name for schema in schemas.values() for name in _objects(schema))
    yield from ("# JSON", "", note, "")
    yield (
        "What sip-mtls writes for programs. `sip-mtls schema NAME` prints the JSON Schema (2020-12) of each. Every key "
        "is always there. New keys may come within a version; keys go or change their meaning with a new one alone. "
        "SARIF and JUnit have schemas of their own."
    )
    yield from ("", "| name | written by |", "|---|---|")
    yield from (f"| [`{name}`](#{name}) | {_written_by(row)} |" for name, row in DOCUMENTS.items())
    for name, schema in schemas.items():
        yield from ("", f"## {name}", "", f"{schema['description']} Written by {_written_by(DOCUMENTS[name])}.")
        yield from _keys(schema, schema)
        alone = [part for part in _objects(schema) if used[part] == 1]
        yield from (line for part in alone for line in _part(part, schema))
    yield from ("", "## In several documents", "", "Objects that more than one of these documents has.")
    shared = {part: schema for schema in schemas.values() for part in _objects(schema) if used[part] > 1}
    yield from (line for part in sorted(shared) for line in _part(part, shared[part]))


def _written_by(row: DocumentRow) -> str:
    return ", ".join(f"`sip-mtls {words}`" for words in row.written_by)


def _objects(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the objects inside a document by their names."""
    return {name: each for name, each in schema.get("$defs", {}).items() if "properties" in each}


def _part(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    part = schema["$defs"][name]
    yield from ("", f"### {name}", "", part["description"])
    yield from _keys(part, schema)


def _keys(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "| key | value | meaning |", "|---|---|---|")
    for key, member in part["properties"].items():
        meaning = member["description"].replace("|", "\\|")
        yield f"| `{key}` | {_value(member, schema)} | {meaning} |"


def _value(member: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return in words what a value of a document is, with a link where it is an object."""
    match member:
        case {"const": constant}:
            return f"`{constant}`"
        case {"$ref": str(place)}:
            name = place.rpartition("/")[2]
            part = schema["$defs"][name]
            return f"[{name}](#{name.lower()})" if "properties" in part else _value(part, schema)
        case {"anyOf": [*options]} | {"oneOf": [*options]}:
            return " or ".join(_value(option, schema) for option in options)
        case {"prefixItems": [*items]}:
            return f"list of {len(items)}: {', '.join(_value(item, schema) for item in items)}"
        case {"items": items}:
            return f"list of {_value(items, schema)}"
        case {"enum": [*words]}:
            return " or ".join(f"`{word}`" for word in words)
        case {"additionalProperties": dict(values)}:
            return f"by name: {_value(values, schema)}"
        case {"contentEncoding": encoding}:
            return f"bytes in {encoding}"
        case {"format": "date-time"}:
            return "date and time"
    return _PLAIN[member["type"]]
