"""A scenario: what it changes in the healthy lab, the play, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TLS_VERSIONS = ("1.2", "1.3")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a play: who does what. `name` is how expectations and verdicts call it."""

    actor: str
    verb: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepExpectation:
    """What one step must come to. A field that is None is not looked at.

    `stopped_at` is a stage name, empty for a step that must complete. `alert` is the fatal alert's number,
    -1 where none may have crossed the connection. `closing` is `fin`, `rst` or `close_notify`. `reached` is the
    actor at the far end of the connection on which the step hung.
    """

    stopped_at: str = ""
    by: str | None = None
    alert: int | None = None
    status: int | None = None
    closing: str | None = None
    connections: int | None = None
    reached: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a play must come to, for one TLS version."""

    steps: Mapping[str, StepExpectation]
    cause: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario file.

    `name` is its id, the path below the scenario folder without the suffix; `row` the row of domain.md's
    catalogue that it plays, empty for a scenario of the user's own. `change` maps settings
    ("expressway-e.default-zone.mutual-tls") to values. `expectations` holds one for each TLS version in
    `tls_versions`. `control` is the same story without its fault, None for a baseline.
    """

    name: str
    file: str
    row: str
    title: str
    story: str
    source: tuple[str, ...]
    tls_versions: tuple[str, ...]
    change: Mapping[str, Any]
    play: tuple[Step, ...]
    expectations: Mapping[str, Expectation]
    control: Control | None
    notes: str = ""

    @property
    def family(self) -> str:
        """The folder that the scenario lies in."""
        return self.name.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Control:
    """The play that must come to something else: other changes, or another play, or neither change."""

    change: Mapping[str, Any]
    play: tuple[Step, ...]
