"""One play in full: what stopped, the three facts, what each end saw, the cause, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import wrap

from harness.report.columns import in_columns
from harness.report.outcome import PlayOutcome
from harness.report.wording import STAGE_WORDS, actor_names, refusal, several_edges, stage_words
from harness.transcript import Transcript
from harness.verdict import Facts, PolicyOpinion, Remedy, StepVerdict, Verdict

_FACT_WORDS = {True: "yes", False: "no", None: "nobody could see it"}


def play_detail(outcome: PlayOutcome, *, width: int = 80, unicode: bool = True) -> str:
    """Return all that is known of one play as text, wrapped at `width` columns.

    With `unicode` off all of it is ASCII.
    """
    page = _Page(max(width, 40), unicode=unicode)
    scenario, verdict = outcome.scenario, outcome.verdict
    page.paragraph(scenario.title)
    row = f"row {scenario.row}, " if scenario.row else ""
    day = f", as of {outcome.transcript.as_of}" if outcome.transcript.as_of else ""
    page.paragraph(f"{scenario.name} ({row}TLS {verdict.tls_version}, {verdict.network}{day})")
    page.gap()
    page.paragraph(scenario.story)
    names = actor_names(outcome.transcript)
    edges = several_edges(outcome.transcript)
    for step in verdict.steps:
        page.gap()
        _tell_step(page, step, names)
        if edges and step.reached:
            page.item("reached", names.get(step.reached, step.reached))
    page.gap()
    _tell_cause(page, verdict)
    _tell_opinions(page, verdict)
    page.gap()
    _tell_expectation(page, outcome)
    return page.text()


def verdict_detail(verdict: Verdict, transcript: Transcript, *, width: int = 80, unicode: bool = True) -> str:
    """Return what a verdict says as text, for a transcript that is no play of a scenario; see `play_detail`."""
    page = _Page(max(width, 40), unicode=unicode)
    names = actor_names(transcript)
    for step in verdict.steps:
        _tell_step(page, step, names)
    page.gap()
    _tell_cause(page, verdict)
    _tell_opinions(page, verdict)
    return page.text()


def _tell_step(page: _Page, step: StepVerdict, names: dict[str, str]) -> None:
    actor = names.get(step.actor, step.actor)
    page.item("step", f"{step.step}, by {actor}: {stage_words(step)}")
    if step.stopped_at is not None:
        page.item("", f"{STAGE_WORDS[step.stopped_at]}; {refusal(step, names)}")
    elif step.status is not None:
        page.item("", f"the final answer was {step.status}")
    if step.connection is not None:
        page.item("facts", "; ".join(_facts(step.facts)))
    for end in step.ends:
        for number, sentence in enumerate(end.saw):
            page.item("saw" if number == 0 else "", f"{names.get(end.actor, end.actor)}: {sentence}")


def _facts(facts: Facts) -> Iterator[str]:
    yield f"handshake finished: {_FACT_WORDS[facts.handshake_finished]}"
    yield f"certificate accepted: {_FACT_WORDS[facts.certificate_accepted]}"
    yield f"SIP answered: {_FACT_WORDS[facts.sip_answered]}"


def _tell_cause(page: _Page, verdict: Verdict) -> None:
    page.item("cause", verdict.cause)
    page.item("why", verdict.diagnosis)
    for remedy in verdict.remedies:
        _tell_remedy(page, remedy)
    page.items("warning", verdict.warnings)
    page.items("or it is", verdict.cannot_tell)
    page.items("to tell", (verdict.probe,))


def _tell_remedy(page: _Page, remedy: Remedy) -> None:
    page.item("to do", remedy.action)
    page.items("  Screen", (remedy.screen,))
    page.items("  Command", (remedy.command,))


def _tell_opinions(page: _Page, verdict: Verdict) -> None:
    """Say what each name policy would have answered, where names were asked for at all."""
    if not verdict.opinions:
        return
    page.gap()
    page.items("names", (", ".join(verdict.names),))
    alike = groupby(verdict.opinions, key=_said)
    for number, (said, opinions) in enumerate(alike):
        policies = ", ".join(opinion.policy for opinion in opinions)
        page.item("policies" if number == 0 else "", f"{policies}: {said}")


def _said(opinion: PolicyOpinion) -> str:
    said = f"accepted by {opinion.matched}" if opinion.accepted else "refused"
    return said + (f", {opinion.reason}" if opinion.reason else "")


def _tell_expectation(page: _Page, outcome: PlayOutcome) -> None:
    page.item("expected", "yes, this is what the scenario expects" if outcome.met else "NO")
    page.items("", outcome.mismatches)
    if outcome.control is not None:
        came = "has another outcome, as it must" if outcome.control_differs else "HAS THE SAME OUTCOME"
        page.item("control", f"the story without its fault {came} (cause: {outcome.control.cause})")


class _Page:
    """Collects wrapped lines: paragraphs, and items that hang from a word in the margin."""

    _MARGIN = 10

    def __init__(self, width: int, *, unicode: bool) -> None:
        self._width = width
        self._unicode = unicode
        self._lines: list[str] = []

    def gap(self) -> None:
        """Leave a line empty, never two."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def paragraph(self, text: str) -> None:
        """Write text over the whole width."""
        self._lines += wrap(self._safe(text), self._width)

    def item(self, word: str, text: str) -> None:
        """Write `text` beside the margin, with `word` in the margin of its first line."""
        rest = " " * self._MARGIN
        self._lines += wrap(
            self._safe(text),
            self._width,
            initial_indent=word.ljust(self._MARGIN),
            subsequent_indent=rest,
            break_on_hyphens=False,
        )

    def items(self, word: str, texts: Iterable[str]) -> None:
        """Write an item for each text that is not empty."""
        for text in texts:
            if text:
                self.item(word, text)

    def text(self) -> str:
        """Return the page."""
        return "\n".join(self._lines) + "\n"

    def _safe(self, text: str) -> str:
        """Fold white space, which an author's file may hold, and make everything else inert."""
        return in_columns(" ".join(text.split()), unicode=self._unicode)
