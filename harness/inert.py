"""Text that strangers wrote, made harmless before anybody's terminal sees it.

SIP headers, host names, certificate names, file names can hold escape sequences that repaint a terminal, and bidi
controls that turn a name around (CVE-2021-42574). They come out as escapes that say what they were. The command line
sends all that it prints through here (harness.cli.entrance), and every fault makes its own words inert.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Controls, format and bidi characters, lone surrogates, private and unassigned ones, line and paragraph ends.
_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def inert(text: str) -> str:
    r"""Return `text` on one line, every character that acts instead of showing written as an escape.

    ESC becomes `\x1b`, RIGHT-TO-LEFT OVERRIDE `\u202e`; line ends and tabs too.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def inert_lines(text: str) -> str:
    """Return `text` with its line ends and tabs, and with everything else that acts as an escape."""
    if text.replace("\n", "").isprintable():  # nearly always, and quicker by far
        return text
    return "".join(character if character in "\n\t" else _shown(character) for character in text)


def escape(character: str) -> str:
    """Return one character as Python would escape it."""
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    return escape(character) if unicodedata.category(character) in _HARMFUL else character
