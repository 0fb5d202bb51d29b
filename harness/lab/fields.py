"""The kinds of value that a setting can have, and how a setting tells what it is on the real box."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema
from pydantic.fields import FieldInfo

from harness.dns.destination import name_fault, read_destination
from harness.lab.pattern import expression_fault, search_pattern_fault, variable_where_none_is

LOWEST_PORT, HIGHEST_PORT = 1024, 65534
_SWITCH = {"on": True, "off": False}


def _kebab(name: str) -> str:
    return name.replace("_", "-")


def _read_switch(value: object) -> object:
    """YAML 1.2 leaves `on` and `off` text; people write them as the Expressway screens do."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _SWITCH:
        return _SWITCH[value.lower()]
    raise ValueError(f"expected on or off, got {value!r}")


def _read_version(value: object) -> object:
    """YAML reads an unquoted 1.2 as a number."""
    return str(value) if isinstance(value, float) else value


def _check_pattern(value: str) -> str:
    if fault := variable_where_none_is(value) or expression_fault(value):
        raise ValueError(fault)
    return value


def _check_search_pattern(value: str) -> str:
    if fault := search_pattern_fault(value):
        raise ValueError(fault)
    return value


def _check_destination(value: str) -> str:
    if value:
        read_destination(value)
    return value


def _check_name(value: str) -> str:
    if fault := name_fault(value):
        raise ValueError(fault)
    return value


def _check_peer(value: str) -> str:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        return _check_name(value) if value else value
    return value


Switch = Annotated[
    bool,
    BeforeValidator(_read_switch),
    WithJsonSchema({"enum": ["on", "off", True, False]}),
]
"""`on` or `off`, as the Expressway screens write it."""

TextOfNumber = BeforeValidator(_read_version)
"""For TLS versions, which people write without quotes."""

Port = Annotated[int, Field(ge=LOWEST_PORT, le=HIGHEST_PORT, strict=True)]
"""A listening port; Expressway takes 1024 to 65534 (seed)."""

DialledPort = Annotated[int, Field(ge=1, le=65535, strict=True)]
"""A port that is dialled: that of an http URL in a certificate is 80, whoever listens in the lab."""

Destination = Annotated[str, AfterValidator(_check_destination)]
"""A domain, a SIP URI, host:port or address:port; or nothing where a default says where."""

DomainName = Annotated[str, AfterValidator(_check_name)]

PeerAddress = Annotated[str, AfterValidator(_check_peer)]
"""A host name or an IPv4 address; or nothing where a default says which."""

Seconds = Annotated[float, Field(gt=0, le=600)]
Pattern = Annotated[str, Field(max_length=512), AfterValidator(_check_pattern)]
"""A regular expression."""

SearchPattern = Annotated[str, Field(max_length=512), AfterValidator(_check_search_pattern)]
"""A regular expression with the variables of Expressway, such as %localdomains%."""


class Settings(BaseModel):
    """A group of settings; its keys are written with hyphens, unknown ones are refused."""

    model_config = ConfigDict(alias_generator=_kebab, extra="forbid", frozen=True)


def setting(default: Any, meaning: str, *, screen: str = "", command: str = "", source: str = "") -> Any:
    """Declare a setting: its default, what it means, where the real product shows it, and who says so.

    `screen` is the menu path, `command` the CLI name (xConfiguration), `source` a key of docs/domain.md.
    """
    extra = {"screen": screen, "command": command, "source": source}
    shown: dict[str, JsonValue] = {key: text for key, text in extra.items() if text}
    return Field(default=default, description=meaning, json_schema_extra=shown or None)


def describe(field: FieldInfo) -> dict[str, str]:
    """Return what `setting` declared, for the documentation: meaning, screen, command, source."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return {"meaning": field.description or "", **{key: str(value) for key, value in extra.items()}}
