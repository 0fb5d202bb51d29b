"""What a scenario expects: one value for both TLS versions, or one for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from harness.document import Path, hint_for, shown
from harness.scenario.model import TLS_VERSIONS, Expectation, Step, StepExpectation
from harness.tls.alerts import alert_names, alert_number
from harness.verdict import Stage

OK = "ok"
NO_ALERT = -1
NETWORK = "network"
"""Who refuses beside the actors of the lab: something between two of them."""

HIGHEST = {"alert": 255, "status": 699, "connections": 1000}
"""The largest number that each word takes; the smallest is 0."""

STEP_WORDS = ("stopped-at", "by", "alert", "status", "closing", "connections", "reached")
_CLOSINGS = ("fin", "rst", "close_notify")
RESERVED = ("cause", "warnings")
"""Keys of `expect` that are no steps, and so no names for one."""

_PLACE = "expect"

_MANY_WORDS = {
    "cause": "`sip-mtls list --causes` shows them all",
    "alert": "alerts have the names of RFC 8446 section 6.2, or a number, or `none`",
}
"""Where to look for a word of which there are too many to list."""

Report = Callable[..., None]


class ExpectationReader:
    """Reads the `expect` part; `report` takes (place, message, hint) for each fault.

    A step that could not be read is None in `play`: what is expected of it is then no fault of its own.
    `actors` are those of the lab as the scenario changes it.
    """

    def __init__(
        self, report: Report, play: Sequence[Step | None], causes: Collection[str], actors: Collection[str]
    ) -> None:
        self._report = report
        self._actors = tuple(actors)
        self._play = [step for step in play if step is not None]
        self._play_is_whole = None not in play
        self._causes = sorted(causes)

    def read(self, written: Mapping[str, Any], version: str) -> Expectation:
        """Return what is expected at that TLS version."""
        names = [step.name for step in self._play]
        if self._play_is_whole:
            self._refuse_unknown(written, [*names, *RESERVED], (_PLACE,))
        for name in names:
            if name not in written:
                self._report((_PLACE,), f"nothing is expected of the step '{name}'", "write `ok` or where it stops")
        unread = [] if self._play_is_whole else [key for key in written if key not in {*names, *RESERVED}]
        steps = {
            name: self._step(self._chosen(written[name], version, (_PLACE, name)), (_PLACE, name), version)
            for name in (*names, *unread)
            if name in written
        }
        return Expectation(steps, self._cause(written, version), self._warnings(written, version))

    def _step(self, written: Any, place: Path, version: str) -> StepExpectation:
        if written == OK:
            return StepExpectation()
        if not isinstance(written, dict):
            self._report(place, f"expected `ok`, or where the step stops, got {shown(written)}")
            return StepExpectation()
        self._refuse_unknown(written, STEP_WORDS, place)
        value = {key: self._chosen(written[key], version, (*place, key)) for key in STEP_WORDS if key in written}
        return StepExpectation(
            stopped_at=self._word(value.get("stopped-at"), [stage.value for stage in Stage], (*place, "stopped-at"))
            or "",
            by=self._word(value.get("by"), (*self._actors, NETWORK), (*place, "by")),
            alert=self._alert(value.get("alert"), (*place, "alert")),
            status=self._number(value.get("status"), (*place, "status")),
            closing=self._word(value.get("closing"), _CLOSINGS, (*place, "closing")),
            connections=self._number(value.get("connections"), (*place, "connections")),
            reached=self._word(value.get("reached"), self._actors, (*place, "reached")),
        )

    def _cause(self, written: Mapping[str, Any], version: str) -> str:
        if "cause" not in written:
            hint = "`sip-mtls list --causes` shows them; `none` where all goes well"
            self._report((_PLACE,), "missing key 'cause'", hint)
            return ""
        return (
            self._word(self._chosen(written["cause"], version, (_PLACE, "cause")), self._causes, (_PLACE, "cause"))
            or ""
        )

    def _warnings(self, written: Mapping[str, Any], version: str) -> tuple[str, ...]:
        value = self._chosen(written.get("warnings", []), version, (_PLACE, "warnings"))
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(value)
        self._report((_PLACE, "warnings"), "expected a list of texts, each a part of a warning")
        return ()

    def _alert(self, value: Any, place: Path) -> int | None:
        if value is None or isinstance(value, int):
            return self._number(value, place)
        if value == "none":
            return NO_ALERT
        name = self._word(value, ("none", *alert_names()), place)
        return alert_number(name) if name else None

    def _number(self, value: Any, place: Path) -> int | None:
        if value is None:
            return None
        highest = HIGHEST[str(place[-1])]
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= highest:
            return value
        self._report(place, f"expected a number from 0 to {highest}, got {shown(value)}")
        return None

    def _word(self, value: Any, choices: Sequence[str], place: Path) -> str | None:
        if value is None:
            return None
        if value in choices:
            return str(value)
        if isinstance(value, str):
            self._report(
                place, f"unknown word '{value}'", hint_for(value, choices) or _MANY_WORDS.get(str(place[-1]), "")
            )
        else:
            self._report(place, f"expected a word, got {shown(value)}", hint_for("", choices))
        return None

    def _chosen(self, value: Any, version: str, place: Path) -> Any:
        """Choose from {"1.2": …, "1.3": …}; anything else holds for both."""
        if not (isinstance(value, dict) and value and all(key in TLS_VERSIONS for key in value)):
            return value
        if version not in value:
            hint = f'add "{version}", or play `tls: ["{min(value)}"]`'
            self._report(place, f"nothing is expected at TLS {version}", hint)
        return value.get(version, next(iter(value.values())))

    def _refuse_unknown(self, written: Mapping[str, Any], known: Sequence[str], place: Path) -> None:
        for key in written:
            if key not in known:
                self._report((*place, key), f"unknown key '{key}'", hint_for(key, known), of_key=True)
