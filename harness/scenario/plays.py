"""What a scenario plays: who does what, looked up in the table of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from harness.document import Path, hint_for, shown
from harness.errors import ScenarioError
from harness.lab.changes import leaf_order
from harness.lab.settings import Certificate
from harness.pki.blueprint import draw
from harness.pki.catalogue import Catalogue
from harness.scenario.expectations import RESERVED, Report
from harness.scenario.model import Step
from harness.scenario.options import CERTIFICATE, problem_of_option
from harness.scenario.steps import actors_with_steps, step_kind, verbs_of


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
            elif key == CERTIFICATE:
                self._check_certificate(value, (*place, key))
            elif problem := problem_of_option(key, value):
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
