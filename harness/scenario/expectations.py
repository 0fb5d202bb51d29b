"""What a scenario expects: one value for both TLS versions, or one for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from harness.scenario.document import Path, hint_for
from harness.scenario.model import TLS_VERSIONS, Expectation, Step, StepExpectation
from harness.tls.alerts import alert_names, alert_number
from harness.verdict import Stage

OK = "ok"
NO_ALERT = -1
STEP_WORDS = ("stopped-at", "by", "alert", "status", "closing", "connections")
_CLOSINGS = ("fin", "rst", "close_notify")
_PLACE = "expect"

Report = Callable[..., None]


class ExpectationReader:
    """Reads the `expect` part; `report` takes (place, message, hint) for each fault."""

    def __init__(self, report: Report, play: Sequence[Step], causes: Collection[str]) -> None:
        self._report = report
        self._play = play
        self._causes = sorted(causes)

    def read(self, written: Mapping[str, Any], version: str) -> Expectation:
        """Return what is expected at that TLS version."""
        names = [step.name for step in self._play]
        self._refuse_unknown(written, [*names, "cause", "warnings"], (_PLACE,))
        for name in names:
            if name not in written:
                self._report((_PLACE,), f"nothing is expected of the step '{name}'", "write `ok` or where it stops")
        steps = {
            name: self._step(_at(written[name], version), (_PLACE, name), version) for name in names if name in written
        }
        return Expectation(steps, self._cause(written, version), self._warnings(written, version))

    def _step(self, written: Any, place: Path, version: str) -> StepExpectation:
        if written == OK:
            return StepExpectation()
        if not isinstance(written, dict):
            self._report(place, f"expected `ok`, or where the step stops, got {written!r}")
            return StepExpectation()
        self._refuse_unknown(written, STEP_WORDS, place)
        value = {key: _at(written[key], version) for key in STEP_WORDS if key in written}
        return StepExpectation(
            stopped_at=self._word(value.get("stopped-at"), [stage.value for stage in Stage], (*place, "stopped-at"))
            or "",
            by=value.get("by"),
            alert=self._alert(value.get("alert"), (*place, "alert")),
            status=self._number(value.get("status"), (*place, "status")),
            closing=self._word(value.get("closing"), _CLOSINGS, (*place, "closing")),
            connections=self._number(value.get("connections"), (*place, "connections")),
        )

    def _cause(self, written: Mapping[str, Any], version: str) -> str:
        if "cause" not in written:
            self._report((_PLACE,), "missing key 'cause'", "docs/causes.md lists them; `none` where all goes well")
            return ""
        return self._word(_at(written["cause"], version), self._causes, (_PLACE, "cause")) or ""

    def _warnings(self, written: Mapping[str, Any], version: str) -> tuple[str, ...]:
        value = _at(written.get("warnings", []), version)
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(value)
        self._report((_PLACE, "warnings"), "expected a list of texts, each a part of a warning")
        return ()

    def _alert(self, value: Any, place: Path) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if value == "none":
            return NO_ALERT
        name = self._word(value, alert_names(), place)
        return alert_number(name) if name else None

    def _number(self, value: Any, place: Path) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._report(place, f"expected a number, got {value!r}")
        return None

    def _word(self, value: Any, choices: Sequence[str], place: Path) -> str | None:
        if value is None:
            return None
        if value in choices:
            return str(value)
        self._report(place, f"unknown word '{value}'", hint_for(str(value), choices))
        return None

    def _refuse_unknown(self, written: Mapping[str, Any], known: Sequence[str], place: Path) -> None:
        for key in written:
            if key not in known:
                self._report((*place, key), f"unknown key '{key}'", hint_for(key, known), of_key=True)


def _at(value: Any, version: str) -> Any:
    """Choose from {"1.2": …, "1.3": …}; anything else holds for both."""
    if isinstance(value, dict) and value and all(key in TLS_VERSIONS for key in value):
        return value.get(version)
    return value
