"""Master files (RFC 1035 section 5) as entries of words, each word with its place.

dnspython's own reader stops at the first fault, knows no columns and could open other files; so the words are
found here and only the value of a record is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import Fault

_PIECE = re.compile(
    r"""(?P<space>[ \t\r]+) | (?P<newline>\n) | (?P<comment>;[^\n]*) | (?P<open>\() | (?P<close>\))
      | (?P<quoted>"(?:[^"\\\n]|\\[^\n])*") | (?P<word>(?:[^\s;()"\\]|\\[^\n])+) | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a master file as it is written, quotes and escapes included; line and column count from 1."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One directive or record, however many lines its parentheses span. `owned` says that it begins with a name."""

    words: tuple[Word, ...]
    owned: bool


def entries(text: str, faults: list[tuple[Word, str, str]]) -> Iterator[Entry]:
    """Yield the entries of a master file in order, and add (place, message, hint) to `faults` for what is none.

    The rest of a line that cannot be read is passed over; the entry is dropped.
    """
    reading = _Reading(faults)
    for piece in _pieces(text):
        if reading.take(*piece):
            yield from reading.finished()
    reading.close()
    yield from reading.finished()


def _pieces(text: str) -> Iterator[tuple[str, Word]]:
    line, begin = 1, 0
    for found in _PIECE.finditer(text):
        kind = found.lastgroup or "odd"
        yield kind, Word(found.group(), line, found.start() - begin + 1)
        if kind == "newline":
            line, begin = line + 1, found.end()


class _Reading:
    """The entry that is being read: its words, the parentheses still open, and whether it is to be dropped."""

    def __init__(self, faults: list[tuple[Word, str, str]]) -> None:
        self.faults = faults
        self._begin()

    def _begin(self) -> None:
        self.words: list[Word] = []
        self.opened: list[Word] = []
        self.indented = self.dropped = False

    def take(self, kind: str, word: Word) -> bool:
        """Take one piece, and return whether the entry ends with it."""
        match kind:
            case "newline":
                return self.dropped or not self.opened
            case "space":
                self.indented = self.indented or (word.column == 1 and not self.opened)
            case "open":
                self.opened.append(word)
            case "close" if self.opened:
                self.opened.pop()
            case "close" | "odd" if not self.dropped:
                self._drop(word, *_oddity(word.text))
            case "word" | "quoted":
                self.words.append(word)
        return False

    def close(self) -> None:
        """Say what is still open at the end of the text."""
        if self.opened and not self.dropped:
            self._drop(self.opened[0], "a ( is opened here and never closed", "close it")

    def finished(self) -> Iterator[Entry]:
        """Yield the entry, if these words are one, and begin the next."""
        if self.words and not self.dropped:
            yield Entry(tuple(self.words), owned=not self.indented)
        self._begin()

    def _drop(self, word: Word, message: str, hint: str) -> None:
        self.dropped = True
        self.faults.append((word, message, hint))


def _oddity(text: str) -> tuple[str, str]:
    match text:
        case '"':
            return "a quote is opened here and never closed", "close it on the same line"
        case ")":
            return "a ) closes nothing here", "remove it"
        case "\\":
            return "a backslash escapes nothing here", "write \\\\ for a backslash"
        case _:
            return f"the character U+{ord(text):04X} cannot stand here", "remove it; it is invisible in most editors"


def fault_at(word: Word, file: str, first_line: int, *, message: str, hint: str = "") -> Fault:
    """Return the fault at a word of a text whose first line is line `first_line` of `file`."""
    return Fault(file, first_line + word.line - 1, word.column, message, hint)
