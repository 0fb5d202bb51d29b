"""Regular expressions from a settings file, run on names from a stranger's certificate: never for long.

Python's `re` backtracks. A pattern is refused where a hostile name could make it run for ever: a repeated
group that itself repeats or chooses, and more repetitions or choices than real patterns have (domain.md
9.5).
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

MAX_PATTERN = 255
"""Characters in a pattern."""

MAX_REPETITIONS = 3
"""Repetitions (`*`, `+`, `?`, `{`) in a pattern: the time grows by the name's length with each."""

MAX_CHOICES = 12
"""Alternatives (`|`) in a pattern."""

_ESCAPES_AND_CLASSES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_GROUP_MARKS = re.compile(r"\(\?(?::|P<\w+>)")
_LAZY = re.compile(r"([*+?}])[?+]")
_INNERMOST_GROUP = re.compile(r"\((?P<body>[^()]*)\)(?P<repeated>[*+{])?")


def matches_expression(pattern: str, value: str) -> bool:
    """Return whether all of `value` matches, whatever its case; False where the pattern has a fault."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.fullmatch(value) is not None


def expression_fault(pattern: str) -> str:
    """Return what is wrong with a pattern as a sentence, empty where nothing is."""
    if len(pattern) > MAX_PATTERN:
        return f"the pattern has {len(pattern)} characters, more than {MAX_PATTERN}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # FutureWarning: a pattern that will mean something else one day
            re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return f"the pattern is not a regular expression: {error}"
    return _runaway(pattern)


def _runaway(pattern: str) -> str:
    bare = _ESCAPES_AND_CLASSES.sub("x", pattern)
    bare = _LAZY.sub(r"\1", _GROUP_MARKS.sub("(", bare))
    if "(?" in bare:
        return "the pattern uses a (?…) construct that access rules do not have"
    if sum(map(bare.count, "*+?{")) > MAX_REPETITIONS or bare.count("|") > MAX_CHOICES:
        return f"the pattern has more than {MAX_REPETITIONS} repetitions or {MAX_CHOICES} alternatives"
    while group := _INNERMOST_GROUP.search(bare):
        varies = any(mark in group["body"] for mark in "*+?{|")
        if varies and group["repeated"]:
            return "the pattern repeats a group that varies in itself, which can run for ever on a hostile name"
        bare = bare.replace(group[0], ("x?" if varies else "x") + (group["repeated"] or ""), 1)
    return ""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    return None if expression_fault(pattern) else re.compile(pattern, re.IGNORECASE)
