"""The plain words for what can be wrong in a file: tables from a library's terms to a sentence and a hint."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

MAX_LISTED = 12
"""Choices that a hint lists in full where no word is near."""

_COMPLETED = 3
"""Letters from which on the beginning of a word stands for it."""


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """Return the choice that `word` was probably meant to be: its only completion, or a near one; None without one."""
    lowered = {choice.lower(): choice for choice in choices}
    completed = [choice for low, choice in lowered.items() if len(word) >= _COMPLETED and low.startswith(word.lower())]
    if len(completed) == 1:
        return completed[0]
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def hint_for(word: str, choices: Sequence[str]) -> str:
    """Return what to write instead of `word`: the nearest choice, else all of them where they are few."""
    if meant := nearest(word, choices):
        return f"did you mean '{meant}'?"
    return f"choose one of {', '.join(choices)}" if 0 < len(choices) <= MAX_LISTED else ""


SYNTAX: tuple[tuple[str, str, str], ...] = (
    (r"'\\t'", "a tab stands where only spaces can indent", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a second colon in one line",
        "put a text that contains ': ' in quotes",
    ),
    ("could not find expected ':'", "a key without a colon", "write 'key: value'"),
    ("end of stream.*quoted scalar", "a quote is opened here and never closed", "close it"),
    ("document separator.*quoted scalar", "a quote is opened here and never closed", "close it"),
    (
        "flow (sequence|node)",
        "a [ or { is opened here and not closed rightly",
        "close it; put a comma between items",
    ),
    ("flow mapping", "a { is opened here and not closed rightly", "close it; put a comma between entries"),
    ("<document start>", "nothing can follow here", "a file is one mapping or one list"),
    ("cannot start any token", "a value cannot begin with this character", "put it in quotes"),
    ("expected <block end>|sequence entries|block (mapping|collection)", "the indentation does not fit", ""),
    (
        "escape",
        "an escape that a double-quoted text does not have",
        "double the backslash, or use single quotes",
    ),
)
"""Patterns over ruamel.yaml's problem and context, with the sentence and the hint for a person (measured)."""


def syntax_words(problem: str) -> tuple[str, str]:
    """Return (sentence, hint) for the problem that the YAML parser names."""
    for pattern, sentence, hint in SYNTAX:
        if re.search(pattern, problem, re.DOTALL):
            return sentence, hint
    return f"this is not YAML: {problem}", ""


_WHOLE_NUMBER, _NUMBER, _TEXT = "a whole number", "a number", "text"
_YES_NO, _LIST, _MAPPING = "true or false", "a list", "a mapping (key: value)"

EXPECTED: Mapping[str, str] = {
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "a finite number",
    "string_type": _TEXT,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "none_required": "nothing",
}
"""pydantic's error type to what the file should have there."""

BOUNDS: Mapping[str, str] = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "at least {min_length} characters long",
    "string_too_long": "at most {max_length} characters long",
    "too_short": "at least {min_length} long",
    "too_long": "at most {max_length} long",
    "string_pattern_mismatch": "of the form {pattern}",
}
"""pydantic's error type to the bound that was broken; the names are those of its context."""


def shown(value: Any) -> str:
    """Return a value from the file as a sentence can name it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            seen = value if value.isprintable() else ascii(value)[1:-1]
            return f"'{seen}'" if len(seen) <= 60 else f"'{seen[:60]}…'"
        case list() | tuple():
            return _LIST
        case dict():
            return "a mapping"
        case _:
            return str(value)
