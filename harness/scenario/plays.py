"""What a scenario plays: who does what, looked up in the table of steps."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from harness.dns.destination import read_destination
from harness.document import Path, hint_for, shown
from harness.errors import ScenarioError
from harness.lab.actors import ZONES
from harness.lab.changes import leaf_order
from harness.lab.settings import Certificate
from harness.pki.blueprint import draw
from harness.pki.catalogue import Catalogue
from harness.scenario.expectations import RESERVED, Report
from harness.scenario.model import Step
from harness.scenario.steps import actors_with_steps, step_kind, verbs_of

_HIGHEST_PORT, _MOST_ATTEMPTS, _LONGEST_WAIT, _LONGEST_TEXT = 65535, 10, 60, 4096
_EXPECTED = {
    "port": f"a port number from 1 to {_HIGHEST_PORT}",
    "attempts": f"a number from 1 to {_MOST_ATTEMPTS}",
    "seconds": f"up to {_LONGEST_WAIT} seconds",
    "transport": "tls or tcp",
    "to": "an address such as user1@example.com",
    "from": "an address such as bob@peer.example",
    "destination": "a domain, a URI, host:port or address:port",
    "location": "a network such as 203.0.113.0/24",
    "check": "on or off",
    "keep-open": "on or off",
    "store": "server or client",
    "node": "the name of an Expressway-E node",
    "site": "the name of a site",
    "zone": f"one of {', '.join(ZONES)}",
    "domain": "a domain such as example.com",
    "organisation": "the name of an organisation",
    "display-name": "a name",
    "records": "records in master-file text",
}


class PlayReader:
    """Reads the steps of a play; `report` takes (place, message, hint) for each fault."""

    def __init__(self, report: Report, catalogue: Catalogue) -> None:
        self._report = report
        self._catalogue = catalogue

    def read(self, steps: Sequence[Mapping[str, Any]], place: Path) -> tuple[Step | None, ...]:
        """Return the steps, None for each that could not be read."""
        read = [self._step(step, (*place, number)) for number, step in enumerate(steps)]
        names: set[str] = set()
        for number, step in enumerate(read):
            if step is not None and step.name in names:
                self._report((*place, number), f"two steps are called '{step.name}'", "name one with `as:`")
            names |= {step.name} if step else set()
        return tuple(read)

    def _step(self, written: Mapping[str, Any], place: Path) -> Step | None:
        actors = [key for key in written if key in actors_with_steps()]
        if len(actors) != 1:
            hint = hint_for(next(iter(written), ""), actors_with_steps())
            self._report(place, "a step names one actor", hint if not actors else "make two steps of it")
            return None
        actor, verb = actors[0], written[actors[0]]
        if not isinstance(verb, str) or step_kind(actor, verb) is None:
            word = verb if isinstance(verb, str) else ""
            self._report((*place, actor), f"{actor} cannot {shown(verb)}", hint_for(word, verbs_of(actor)))
            return None
        options = {key: value for key, value in written.items() if key not in {actor, "as"}}
        self._check_options(actor, verb, options, place)
        name = written.get("as", verb)
        return Step(actor, verb, name, options) if self._can_be_a_name(name, (*place, "as")) else None

    def _check_options(self, actor: str, verb: str, options: Mapping[str, Any], place: Path) -> None:
        kind = step_kind(actor, verb)
        known, needed = (kind.options, kind.needs) if kind else ({}, ())
        for key, value in options.items():
            if key not in known:
                self._report(
                    (*place, key),
                    f"'{actor}: {verb}' has no option '{key}'",
                    hint_for(key, [*known, "as"]),
                    of_key=True,
                )
            elif key == "certificate":
                self._check_certificate(value, (*place, key))
            elif problem := _problem_of_option(key, value):
                self._report((*place, key), problem)
        for key in needed:
            if key not in options:
                self._report((*place, actor), f"'{actor}: {verb}' needs the option '{key}'")

    def _check_certificate(self, written: object, place: Path) -> None:
        """Report what is wrong with a certificate that a step installs."""
        try:
            draw(self._catalogue, leaf_order(Certificate.model_validate(written)))
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._report((*place, *details["loc"]), f"a certificate is not written so: {details['msg'].lower()}")
        except ScenarioError as error:
            for fault in error.faults:
                self._report(place, fault.message, fault.hint)

    def _can_be_a_name(self, written: object, place: Path) -> bool:
        """Whether a step may be called that: it is a key of `expect`, and must not be another one's."""
        if not isinstance(written, str) or not written:
            self._report(place, f"expected a name, got {shown(written)}")
        elif written in RESERVED:
            self._report(place, f"a step cannot be called '{written}'", "`expect` has that key for something else")
        else:
            return True
        return False


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


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TEXT and text.isprintable()


_TEXTS: Mapping[str, Callable[[str], bool]] = {
    "transport": lambda text: text in {"tls", "tcp"},
    **dict.fromkeys(("check", "keep-open"), lambda text: text in {"on", "off"}),
    "store": lambda text: text in {"server", "client"},
    "zone": lambda text: text in ZONES,
    "to": lambda text: "@" in text and _is_short(text),
    "from": lambda text: "@" in text and _is_short(text),
    "destination": _is_destination,
    "location": _is_network,
    **dict.fromkeys(("node", "site", "domain", "organisation", "display-name"), _is_short),
    "records": _are_records,
}
"""What the options that are texts must be."""


def _problem_of_option(key: str, value: object) -> str:
    """Say what is wrong with an option's value, empty where nothing is."""
    match key, value:
        case (("port" | "attempts" | "seconds"), bool()):
            return f"expected a number, got {shown(value)}"
        case ("port", int(number)) if 0 < number <= _HIGHEST_PORT:
            return ""
        case ("attempts", int(number)) if 0 < number <= _MOST_ATTEMPTS:
            return ""
        case ("seconds", int(number) | float(number)) if 0 < number <= _LONGEST_WAIT:
            return ""
        case (name, str(text)) if name in _TEXTS and _TEXTS[name](text):
            return ""
        case _:
            return f"expected {_EXPECTED[key]}, got {shown(value)}"
