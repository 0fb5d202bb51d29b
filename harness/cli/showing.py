"""`sip-mtls list` and `show`: the words that scenarios are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from harness.cli.terminal import width
from harness.diagnosis.causes import CAUSES
from harness.errors import Fault, ScenarioError
from harness.lab.setting_rows import setting_rows
from harness.lab.settings import Lab
from harness.report.setting_changes import plain_value, setting_changes
from harness.run.library import Library
from harness.scenario.expectations import NO_ALERT
from harness.scenario.model import Scenario, Step, StepExpectation
from harness.scenario.steps import STEP_KINDS
from harness.tls.alerts import alert_name

_MARGIN = 12


def list_words(what: str) -> None:
    """Print one list: `scenarios`, `settings`, `steps`, `causes` or `faults`."""
    for line in _LISTS[what]():
        print(line)


def show_scenario(asked: str) -> None:
    """Print what one scenario says; each of them where a row has several."""
    library = Library()
    scenarios = library.scenarios((asked,))
    if len(scenarios) > _MOST_SHOWN:
        hint = "name one of them: `sip-mtls list` shows them all"
        raise ScenarioError([Fault(asked, 0, 0, f"{len(scenarios)} scenarios of that name", hint)])
    for scenario in scenarios:
        for line in _scenario_lines(scenario, library.healthy):
            print(line)
        print()


_MOST_SHOWN = 3


# --- lists ---


def _scenarios() -> Iterator[str]:
    family = ""
    for scenario in Library().scenarios(()):
        if scenario.family != family:
            yield from ([""] if family else []) + [scenario.family]
            family = scenario.family
        versions = "/".join(scenario.tls_versions)
        yield f"  {scenario.row or '-':<5}{versions:<9}{scenario.title}"[: width()]
        yield f"{'':<16}{scenario.name}"


def _settings() -> Iterator[str]:
    for row in setting_rows():
        yield row.path
        yield from _hanging("", f"{row.meaning} (default: {plain_value(row.default)})")
        yield from _hanging("", row.screen) if row.screen else ()
        yield from _hanging("", row.command) if row.command else ()


def _steps() -> Iterator[str]:
    for kind in STEP_KINDS:
        yield f"{kind.actor}: {kind.verb}"
        yield from _hanging("", kind.meaning)
        for option, meaning in kind.options.items():
            yield from _hanging("", f"{option}: {meaning}" + (" (needed)" if option in kind.needs else ""))


def _causes() -> Iterator[str]:
    for cause in CAUSES:
        yield cause.key
        yield from _hanging("", cause.title)


def _faults() -> Iterator[str]:
    for name, fault in Library().catalogue.faults.items():
        yield name
        yield from _hanging("", fault.title)


def _dns_faults() -> Iterator[str]:
    from harness.dns.faults import FAULTS  # noqa: PLC0415  # dnspython is slow to import

    for name, row in FAULTS.items():
        yield name
        yield from _hanging("", f"{row.title}: {row.meaning}")


_LISTS: Mapping[str, Callable[[], Iterator[str]]] = {
    "scenarios": _scenarios,
    "settings": _settings,
    "steps": _steps,
    "causes": _causes,
    "faults": _faults,
    "dns-faults": _dns_faults,
}


# --- one scenario ---


def _scenario_lines(scenario: Scenario, healthy: Lab) -> Iterator[str]:
    yield scenario.title
    yield from _hanging("id", scenario.name)
    yield from _hanging("row", scenario.row) if scenario.row else ()
    yield from _hanging("source", ", ".join(scenario.source)) if scenario.source else ()
    yield from _hanging("TLS", ", ".join(scenario.tls_versions))
    yield ""
    yield from wrap(scenario.story, width())
    yield ""
    yield from _change_lines("change", scenario.change, healthy)
    yield from _play_lines("play", scenario.play)
    for version in scenario.tls_versions:
        yield from _expectation_lines(scenario, version)
    if scenario.control is not None:
        yield from _change_lines("control", scenario.control.change, healthy)
        if scenario.control.play != scenario.play:
            yield from _play_lines("", scenario.control.play)
    yield from _hanging("notes", scenario.notes) if scenario.notes else ()


def _change_lines(word: str, change: Mapping[str, Any], healthy: Lab) -> Iterator[str]:
    if not change:
        yield from _hanging(word, "nothing: the healthy lab")
    for number, row in enumerate(setting_changes(change, healthy)):
        yield from _hanging(word if number == 0 else "", f"{row.path}: {row.before} -> {row.after}")
        yield from _hanging("", f"    {row.screen}") if row.screen else ()
        yield from _hanging("", f"    xConfiguration {row.command}") if row.command else ()


def _play_lines(word: str, play: Sequence[Step]) -> Iterator[str]:
    for number, step in enumerate(play):
        options = "".join(f", {name} {value}" for name, value in step.options.items())
        yield from _hanging(word if number == 0 else "", f"{step.actor}: {step.verb}{options}")


def _expectation_lines(scenario: Scenario, version: str) -> Iterator[str]:
    expected = scenario.expectations[version]
    word = f"TLS {version}"
    for name, step in expected.steps.items():
        yield from _hanging(word, f"{name}: {_expected_words(step)}")
        word = ""
    yield from _hanging("", f"cause: {expected.cause}")


def _expected_words(step: StepExpectation) -> str:
    if not step.stopped_at:
        return "completes"
    words = [f"stops at {step.stopped_at}"]
    words += [f"by {step.by}"] if step.by else []
    if step.alert is not None:
        words.append("no alert" if step.alert == NO_ALERT else f"alert {step.alert} {alert_name(step.alert)}")
    words += [f"status {step.status}"] if step.status else []
    words += [f"closed by {step.closing}"] if step.closing else []
    return ", ".join(words)


def _hanging(word: str, text: str) -> Iterator[str]:
    rest = " " * _MARGIN
    yield from wrap(
        text,
        width(),
        initial_indent=f"{word:<{_MARGIN}}",
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
