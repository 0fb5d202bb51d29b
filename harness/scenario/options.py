"""The options of steps: one row for each, which the reader checks and the schema prints."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.dns.destination import read_destination
from harness.document import shown
from harness.errors import ScenarioError
from harness.lab.actors import ZONES

_HIGHEST_PORT, _MOST_ATTEMPTS, _LONGEST_WAIT, _LONGEST_TEXT = 65535, 10, 60, 4096


@dataclass(frozen=True, slots=True)
class Option:
    """An option: what its value must be, in words, as a schema, and as a check.

    `fits` gets what the file has and says whether it will do; None for the one option that is read by its own model.
    """

    expected: str
    schema: Mapping[str, Any] = field(hash=False)
    fits: Callable[[Any], bool] | None

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.schema.get("type") in {"integer", "number"}


def _number(
    expected: str, kind: type[int] | tuple[type[int], type[float]], schema: Mapping[str, Any], highest: int
) -> Option:
    def fits(value: Any) -> bool:
        return isinstance(value, kind) and bool(0 < value <= highest)

    return Option(expected, schema, fits)


def _text(expected: str, fits: Callable[[str], bool], schema: Mapping[str, Any] | None = None) -> Option:
    usual = {"type": "string", "minLength": 1, "maxLength": _LONGEST_TEXT}
    return Option(expected, schema or usual, lambda value: isinstance(value, str) and fits(value))


def _one_of(expected: str, words: tuple[str, ...]) -> Option:
    return _text(expected, lambda text: text in words, {"enum": [*words]})


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TEXT and text.isprintable()


def _is_address(text: str) -> bool:
    return "@" in text and _is_short(text)


def _is_destination(text: str) -> bool:
    try:
        read_destination(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _are_records(text: str) -> bool:
    from harness.dns.zone_text import ZoneText, read_records  # noqa: PLC0415  # dnspython is slow to import

    try:
        read_records(ZoneText(".", text))
    except ScenarioError:
        return False
    return True


_ADDRESS = {"type": "string", "pattern": "@"}
CERTIFICATE = "certificate"

OPTIONS: Mapping[str, Option] = {
    "port": _number(
        f"a port number from 1 to {_HIGHEST_PORT}",
        int,
        {"type": "integer", "minimum": 1, "maximum": _HIGHEST_PORT},
        _HIGHEST_PORT,
    ),
    "attempts": _number(
        f"a number from 1 to {_MOST_ATTEMPTS}",
        int,
        {"type": "integer", "minimum": 1, "maximum": _MOST_ATTEMPTS},
        _MOST_ATTEMPTS,
    ),
    "seconds": _number(
        f"up to {_LONGEST_WAIT} seconds",
        (int, float),
        {"type": "number", "exclusiveMinimum": 0, "maximum": _LONGEST_WAIT},
        _LONGEST_WAIT,
    ),
    "transport": _one_of("tls or tcp", ("tls", "tcp")),
    "to": _text("an address such as user1@example.com", _is_address, _ADDRESS),
    "from": _text("an address such as bob@peer.example", _is_address, _ADDRESS),
    "destination": _text("a domain, a URI, host:port or address:port", _is_destination),
    "location": _text("a network such as 203.0.113.0/24", _is_network),
    "check": _one_of("on or off", ("on", "off")),
    "keep-open": _one_of("on or off", ("on", "off")),
    "store": _one_of("server or client", ("server", "client")),
    CERTIFICATE: Option("a certificate, written as the settings write one", {"type": "object"}, None),
    "node": _text("the name of an Expressway-E node", _is_short),
    "site": _text("the name of a site", _is_short),
    "zone": _one_of(f"one of {', '.join(ZONES)}", ZONES),
    "domain": _text("a domain such as example.com", _is_short),
    "organisation": _text("the name of an organisation", _is_short),
    "display-name": _text("a name", _is_short),
    "records": _text("records in master-file text", _are_records),
}
"""By name. An option means the same kind of value whichever verb has it; what it does there is told by the verb."""


def problem_of_option(name: str, value: object) -> str:
    """Say what is wrong with an option's value, empty where nothing is; KeyError for an option that there is not."""
    option = OPTIONS[name]
    if option.is_number and isinstance(value, bool):
        return f"expected a number, got {shown(value)}"
    if option.fits is None or option.fits(value):
        return ""
    return f"expected {option.expected}, got {shown(value)}"
