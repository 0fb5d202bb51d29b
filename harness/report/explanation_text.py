"""What a pasted text means, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import wrap

from harness.report.columns import in_columns
from harness.verdict import Candidate, Explanation, Reading

_MARGIN = 10
CAN_READ = (
    "sip-mtls explain reads Expressway log lines and alarm numbers, TLS alerts by number or name, errors of OpenSSL "
    "(also X509_V_ERR names and numbers) and of Java, words of the Control Hub test, SIP answers, and transcripts that "
    "sip-mtls wrote."
)
"""What there is to paste, for whoever pasted something else."""


def explanation_text(reading: Reading, *, width: int = 80, unicode: bool = True) -> str:
    """Return a reading as text, wrapped at `width` columns; with `unicode` off all of it is ASCII.

    Each message once, then, where there are several, what they come to together.
    """
    items: list[tuple[str, str]] = []
    for explanation in reading.explanations:
        items += [*_told(explanation), ("", "")]
    if reading.candidates:
        items += [*(_together(reading) if len(reading.explanations) > 1 else _to_tell(reading)), ("", "")]
    items += _left_over(reading)
    while items and items[-1] == ("", ""):
        items.pop()
    lines = (line for word, text in items for line in _wrapped(word, text, max(width, 40), unicode=unicode))
    return "".join(f"{line}\n" for line in lines)


def _told(explanation: Explanation) -> Iterator[tuple[str, str]]:
    times = f" ({explanation.times} lines say so)" if explanation.times > 1 else ""
    yield "read", " ".join(explanation.text.split()) + times
    yield "means", explanation.meaning
    if explanation.who:
        yield "who", explanation.who
    if explanation.stages:
        yield "stage", " or ".join(stage.value for stage in explanation.stages)
    yield from _listed("causes", explanation.candidates)
    if explanation.source:
        yield "source", explanation.source


def _listed(word: str, candidates: Iterable[Candidate]) -> Iterator[tuple[str, str]]:
    """Yield candidates under the conditions on which they hold."""
    conditional = False
    for when, members in groupby(candidates, key=lambda each: each.when):
        if when or conditional:
            yield word, f"{when or 'in any case'}:"
            word, conditional = "", True
        for each in members:
            yield word, f"- {each.cause}: {each.title}"
            word = ""


def _together(reading: Reading) -> Iterator[tuple[str, str]]:
    yield "together", "What these lines come to, likeliest first, and what tells it from the others:"
    for each in reading.candidates:
        yield "", f"- {each.cause}: {each.title}"
        if each.told_apart_by:
            yield "", f"  {each.told_apart_by}"


def _to_tell(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield the probes that tell the candidates of one message apart."""
    word = "to tell"
    for each in reading.candidates:
        if each.told_apart_by:
            yield word, f"- {each.cause}: {each.told_apart_by}"
            word = ""


def _left_over(reading: Reading) -> Iterator[tuple[str, str]]:
    if reading.unknown:
        lines = "one line is" if reading.unknown == 1 else f"{reading.unknown} lines are"
        yield (
            "not read",
            f"{lines} not among the messages that are known here. {'' if reading.explanations else CAN_READ}",
        )
    elif not reading.explanations:
        yield "not read", f"there is nothing in it. {CAN_READ}"
    if reading.cut:
        yield "not read", "the text, or a line of it, is longer than what is read: cut out what you ask about."


def _wrapped(word: str, text: str, width: int, *, unicode: bool) -> list[str]:
    safe = in_columns(text, unicode=unicode)
    indent = len(safe) - len(safe.lstrip()) + (2 if safe.lstrip().startswith("- ") else 0)
    rest = " " * (_MARGIN + indent)
    return wrap(safe, width, initial_indent=word.ljust(_MARGIN), subsequent_indent=rest, break_on_hyphens=False) or [""]
