"""What a play can tell actors to do: the verbs of their table, which the reader checks and the pages print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.lab.actors import ACTORS


@dataclass(frozen=True, slots=True)
class StepKind:
    """One thing that one actor can do.

    `options` maps each option's name to what it means; `needs` names those that have no default.
    """

    actor: str
    verb: str
    meaning: str
    options: Mapping[str, str]
    needs: tuple[str, ...] = ()


STEP_KINDS = tuple(
    StepKind(actor.key, verb.word, verb.meaning, verb.options, verb.needs)
    for actor in ACTORS.values()
    for verb in actor.verbs
)
"""Every step that there is, by actor."""

INSTALLING = frozenset({"upload", "copy-over-scp", "copy-server-certificate"})
"""What changes the certificate that a box presents."""

_BY_NAME = {(kind.actor, kind.verb): kind for kind in STEP_KINDS}


def actors_with_steps() -> tuple[str, ...]:
    """Return the actors that can be told to do something."""
    return tuple(dict.fromkeys(kind.actor for kind in STEP_KINDS))


def verbs_of(actor: str) -> tuple[str, ...]:
    """Return what `actor` can be told to do."""
    return tuple(kind.verb for kind in STEP_KINDS if kind.actor == actor)


def step_kind(actor: str, verb: str) -> StepKind | None:
    """Return the table's row, or None where there is none."""
    return _BY_NAME.get((actor, verb))
