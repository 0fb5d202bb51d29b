"""What the judge makes of a capture of `real_captures`, beside what is true of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.report.captured import OPEN, STOOD, JudgedStory
from harness.run.captures import judged_capture

if TYPE_CHECKING:
    from real_captures import Case


class Found(NamedTuple):
    """A case, what was made of it, and how right that is."""

    case: Case
    rating: str
    cause: str
    candidates: tuple[str, ...]


COARSE = {"certificate-refused", "handshake-broken-off", "cut-in-handshake", "closed-after-handshake", "refusal-sealed"}
"""Causes that say openly that they are undecided."""


def found(every: Iterable[Case], folder: Path, *, with_keys: bool) -> list[Found]:
    """Return what the judge makes of each case."""
    keys = [folder / "keys.log"] if with_keys else []
    judged = judged_capture(folder / "real.pcapng", keys, {}, {})
    by_port = {each.story.target.port: each for each in judged.stories}
    return [_rated(case, by_port.get(case.port)) for case in every]


def _rated(case: Case, judged: JudgedStory | None) -> Found:
    if judged is None:
        return Found(case, "right" if OPEN in case.truth else "not told", "", ())
    cause, candidates = judged.verdict.cause, judged.verdict.cannot_tell
    if judged.outcome == OPEN:
        return Found(case, "right" if OPEN in case.truth else OPEN, judged.story.is_open, ())
    if judged.outcome == STOOD:
        return Found(case, "right" if not case.truth else "stood", cause, candidates)
    if cause in case.truth:
        return Found(case, "right", cause, candidates)
    if set(case.truth) & set(candidates):
        first = next(each for each in candidates if each not in COARSE)
        return Found(case, "first candidate" if first in case.truth else "candidate", cause, candidates)
    return Found(case, "undecided" if candidates else "WRONG", cause, candidates)


def table(every: list[Case], folder: Path) -> str:
    """Return what was found as text, with and without keys."""
    lines: list[str] = []
    for with_keys in (True, False):
        told = found(every, folder, with_keys=with_keys)
        lines.append("with keys" if with_keys else "without keys")
        lines += [
            f"  {each.rating:<16}{each.case.port} {each.case.name}: {each.cause} {', '.join(each.candidates[:4])}"
            for each in told
        ]
        lines.append(f"  {dict(Counter(each.rating for each in told))}")
    return "\n".join(lines)
