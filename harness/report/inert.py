"""Text that strangers wrote, made harmless before a terminal, a table or an XML reader sees it.

SIP headers, host names and certificate names can hold escape sequences that repaint a terminal, and bidi
controls that turn a name around (CVE-2021-42574). They come out as escapes that say what they were.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Controls, format and bidi characters, lone surrogates, private and unassigned ones, line and paragraph ends.
_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Marks that sit on the character before them, so that they take no column of a grid.
_COMBINING = {"Mn", "Me", "Mc"}
_WIDE = {"W", "F"}


def inert(text: str) -> str:
    r"""Return `text` on one line, every character that acts instead of showing written as an escape.

    ESC becomes `\x1b`, RIGHT-TO-LEFT OVERRIDE `\u202e`; line ends and tabs too.
    """
    return "".join(_shown(character) for character in text)


def in_columns(text: str, *, unicode: bool = True) -> str:
    """Return inert text in which each character takes exactly one column, as a grid needs it.

    With `unicode` off everything outside ASCII is an escape.
    """
    return "".join(_in_a_column(character, unicode) for character in inert(text))


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """Return `text` in at most `width` columns; an ellipsis stands for what is missing."""
    if len(text) <= width:
        return text
    return text[: max(0, width - len(ellipsis))].rstrip() + ellipsis


def escape(character: str) -> str:
    """Return one character as Python would escape it."""
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    return escape(character) if unicodedata.category(character) in _HARMFUL else character


@lru_cache(maxsize=4096)
def _in_a_column(character: str, allowed: bool) -> str:
    if character.isascii():
        return character
    takes_one = unicodedata.east_asian_width(character) not in _WIDE
    fits = takes_one and unicodedata.category(character) not in _COMBINING
    return character if allowed and fits else escape(character)
