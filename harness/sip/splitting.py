"""Cutting header values at commas and semicolons, but never inside quotes or angle brackets (RFC 3261 25.1).

One pass over the characters: regular expressions for quoted strings go quadratic on hostile input.
"""

from __future__ import annotations

from collections.abc import Iterator

TOKEN = r"[\w.!%*+`'~-]+"  # noqa: S105  # a word of the grammar
"""A token (RFC 3261 25.1) as a pattern, for `re.ASCII`."""

_SHOWN = 60


def split_outside_quotes(text: str, separator: str) -> tuple[str, ...]:
    """Return the non-empty parts of `text` between `separator`, stripped of blanks.

    A quote or bracket that is never closed reaches to the end: the rest is one part.
    """
    parts = text.split(separator) if _is_plain(text) else _cut(text, separator)
    return tuple(part for part in (raw.strip() for raw in parts) if part)


def find_outside_quotes(text: str, wanted: str) -> int:
    """Return the position of the first `wanted` character of `text` outside quotes, or -1."""
    return next((place for place, character in _outside_quotes(text) if character == wanted), -1)


def collapse_blanks(text: str) -> str:
    """Return `text` with each run of blanks as one space (RFC 3261 7.3.1)."""
    return " ".join(text.split())


def excerpt(text: str) -> str:
    """Return the beginning of what a peer wrote, in Python's quotes and escapes, for a message about it."""
    return repr(text[:_SHOWN])


def quote(text: str) -> str:
    """Return `text` as a quoted-string (RFC 3261 25.1)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """Return what a quoted-string means; other text comes back as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    return "".join(_unescaped(text[1:-1]))


def _unescaped(text: str) -> Iterator[str]:
    characters = iter(text)
    for character in characters:
        yield next(characters, "") if character == "\\" else character


def _is_plain(text: str) -> bool:
    return '"' not in text and "<" not in text


def _cut(text: str, separator: str) -> Iterator[str]:
    start, bracketed = 0, False
    for place, character in _outside_quotes(text):
        if character in "<>":
            bracketed = character == "<"
        elif character == separator and not bracketed:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    quoted = escaped = False
    for place, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        else:
            yield place, character
