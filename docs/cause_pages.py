"""The pages of causes: one that lists them, and one for each with what to do, look-alikes and a real run.

The runs are played here, in memory, as of a fixed day. What differs from run to run is left out, which are
fingerprints, or made to come out the same, which is the order of tasks that are ready together.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, MutableSequence
from contextlib import contextmanager
from datetime import date
from string import Formatter
from typing import Any

from citations import linked
from trio._core import _run as trio_loop

from harness.diagnosis.causes import CAUSES
from harness.diagnosis.causes.row import ANYBODY, Advice, Cause
from harness.lab.actors import TITLES
from harness.report.ladder import draw_ladder
from harness.report.outcome import PlayOutcome
from harness.run.library import Library
from harness.run.suite import Order, run_suite
from harness.scenario.model import Scenario

DAY = date(2026, 6, 1)
"""The day of the runs, so that dates in them stay."""


class _InOrder(random.Random):
    """The chance by which trio shuffles tasks that are ready together, without chance."""

    def shuffle(self, x: MutableSequence[Any]) -> None:
        """Leave the tasks in the order in which they began."""


_VERSIONS = ("1.3", "1.2")
_FINGERPRINT = re.compile(r"\b[0-9a-f]{16}\b")


def causes_page(note: str) -> Iterator[str]:
    """Yield the page that lists the causes."""
    yield from ("# Causes", "", note, "")
    yield (
        "What a verdict can name as the cause, in the order in which the judge tries them: the first that applies is "
        "the cause. Words in *italics* are filled in from the evidence. The page of each cause says what to do, what "
        "looks like it, how to tell them apart, and shows a run."
    )
    yield from ("", "| cause | what it is |", "|---|---|")
    yield from (f"| [`{cause.key}`](#{cause.key}) | {cause.title} |" for cause in CAUSES)
    for cause in CAUSES:
        yield from ("", f"## {cause.key}", "", f"**{cause.title}.** {in_italics(cause.diagnosis)}", "")
        yield f"[What to do, and a run](causes/{cause.key}.md)"


def cause_pages(note: str) -> dict[str, Iterator[str]]:
    """Return the page of each cause by its file name below docs/."""
    library = Library(at=DAY)
    scenarios = library.scenarios(())
    shown = _shown(library, scenarios)
    return {
        f"causes/{cause.key}.md": _cause_page(cause, note, _players(cause, scenarios), shown.get(cause.key))
        for cause in CAUSES
    }


def _players(cause: Cause, scenarios: list[Scenario]) -> list[str]:
    return [each.name for each in scenarios if any(e.cause == cause.key for e in each.expectations.values())]


def _shown(library: Library, scenarios: list[Scenario]) -> Mapping[str, PlayOutcome]:
    """Play for each cause the first scenario that has it, in TLS 1.3 where it does."""
    chosen: dict[str, tuple[Scenario, str]] = {}
    for scenario in scenarios:
        for version in _VERSIONS:
            if version in scenario.expectations:
                chosen.setdefault(scenario.expectations[version].cause, (scenario, version))
    played: dict[str, PlayOutcome] = {}
    for version in _VERSIONS:
        wanted = {key: scenario for key, (scenario, its) in chosen.items() if its == version}
        asked = tuple({scenario.name: scenario for scenario in wanted.values()}.values())
        with _tasks_in_order():
            outcomes = run_suite(library, Order(asked, (version,), "memory"), lambda _: None)
        by_name = {outcome.scenario.name: outcome for outcome in outcomes}
        played |= {key: by_name[scenario.name] for key, scenario in wanted.items()}
    return played


@contextmanager
def _tasks_in_order() -> Iterator[None]:
    """Let trio run tasks in their order, by the switch that it has for Hypothesis: a page is to come out the same."""
    before = trio_loop._ALLOW_DETERMINISTIC_SCHEDULING, trio_loop._r  # noqa: SLF001  # it has no public name
    trio_loop._ALLOW_DETERMINISTIC_SCHEDULING, trio_loop._r = True, _InOrder()  # noqa: SLF001
    try:
        yield
    finally:
        trio_loop._ALLOW_DETERMINISTIC_SCHEDULING, trio_loop._r = before  # noqa: SLF001


def _cause_page(cause: Cause, note: str, players: list[str], shown: PlayOutcome | None) -> Iterator[str]:
    yield from (f"# {cause.title}", "", note, "")
    yield from (f"`{cause.key}`, one of the [causes](../causes.md#{cause.key}).", "", in_italics(cause.diagnosis))
    if cause.remedies:
        yield from ("", "## What to do", "")
        for who, remedies in cause.remedies.items():
            yield from (f"- {_whose(who, cause)}{_remedy(remedy)}" for remedy in remedies)
    yield from _look_alikes(cause)
    if shown is not None:
        yield from _run(shown)
    yield from ("", "## Where it comes from", "")
    yield (
        f"Source: {linked(cause.source, from_folder='../')}."
        if cause.source
        else "No document speaks of it: it is what is left."
    )
    if players:
        yield from ("", "Played by:", "")
        yield from (f"- `{name}`" for name in players)
    else:
        yield from ("", "No scenario that comes with sip-mtls plays it; the judge's own tests do.")


def _look_alikes(cause: Cause) -> Iterator[str]:
    if not cause.looks_like and not cause.told_apart_by:
        return
    yield from ("", "## What looks like it", "")
    titles = {each.key: each.title for each in CAUSES}
    yield from (f"- [{titles[key]}]({key}.md) (`{key}`)" for key in cause.looks_like)
    if cause.ambiguous:
        yield from ("", "This evidence cannot tell them apart, and the verdict says so.")
    if cause.told_apart_by:
        yield from ("", f"To tell them apart: {in_italics(cause.told_apart_by)}")


def _run(shown: PlayOutcome) -> Iterator[str]:
    scenario, verdict = shown.scenario, shown.verdict
    row = f", row {scenario.row}" if scenario.row else ""
    yield from ("", f"## A run: {scenario.title}", "", scenario.story, "")
    yield from (f"`sip-mtls run {scenario.name} --tls {verdict.tls_version}`{row}, says:", "")
    yield from (f"> {_FINGERPRINT.sub('…', verdict.diagnosis)}", "", "```text")
    yield from _ladder(shown)
    yield "```"


def _ladder(shown: PlayOutcome) -> Iterator[str]:
    """Yield the ladder of the step that stopped, or of the last; the lifelines stand above, the legend below."""
    verdict = shown.verdict
    decisive = (verdict.stopped or verdict.steps[-1]).step
    *lines, _, legend = _FINGERPRINT.sub("…", draw_ladder(shown.transcript, verdict)).rstrip().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("━━"))
    yield from lines[:first]
    inside = False
    for line in lines[first:]:
        if line.startswith("━━ ") and not line.startswith("━━ STOPPED"):
            inside = line.startswith((f"━━ {decisive}:", f"━━ {decisive} "))
        if inside:
            yield line.rstrip()
    yield from ("", legend)


def _whose(who: str, cause: Cause) -> str:
    """Say for whom a remedy holds; nothing where there is but one kind."""
    if len(cause.remedies) == 1 and who == ANYBODY:
        return ""
    if who == ANYBODY:
        return "otherwise: "
    return f"{TITLES[who]} was refused: " if who in TITLES else f"on the {who} port: "


def _remedy(advice: Advice) -> str:
    where = [part for part in (advice.screen, f"`{advice.command}`" if advice.command else "") if part]
    when = f"{advice.when.words}: " if advice.when.words else ""
    return when + in_italics(advice.action) + (f" ({'; '.join(where)})" if where else "")


def in_italics(text: str) -> str:
    """Return a template with its fields in italics."""
    parts = Formatter().parse(text)
    return "".join(said + (f"*{word.replace('_', ' ')}*" if word else "") for said, word, _, _ in parts)
