"""`sip-mtls explain`: what a pasted text means, or the verdict on a transcript."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from harness.capture.saved import FORMAT, MAX_BYTES
from harness.cli.exits import Exit
from harness.cli.exports import Exports
from harness.cli.giving_out import as_asked, give_out
from harness.cli.judging import judge_file
from harness.cli.pasted_text import LOOKED_AT, decoded, holds_capture
from harness.cli.terminal import speaks_unicode, width
from harness.diagnosis.explain import explain
from harness.diagnosis.explain.reading import MOST_CHARACTERS
from harness.errors import Fault, ScenarioError
from harness.report.explanation_json import explanation_json
from harness.report.explanation_text import explanation_text
from harness.run.disk import is_file, is_folder, read_head

_STANDARD_INPUT = ("-",)
_SUFFIXES = frozenset({".log", ".txt", ".json", ".jsonl", ".pcap", ".pcapng", ".cap", ".gz", ".csv", ".xml", ".pem"})
"""How names of files end that people give, so that a wrong path is told from a message that nobody knows."""
_HEAD = 256
"""Bytes at the beginning of a file that tell a saved transcript."""

_BYTES = 4 * MOST_CHARACTERS + 1
"""Enough bytes for as many characters as are read, and to see that there is more."""


def explain_words(words: tuple[str, ...], json_file: Path | None) -> Exit:
    """Explain what was pasted; exit code NOT_MET where nothing in it is known.

    A single word that names a file stands for what is in the file; a transcript or a capture gets its verdict.
    """
    path = Path(words[0]) if len(words) == 1 and is_file(Path(words[0])) else None
    if path is not None and (_is_transcript(path) or holds_capture(read_head(path, LOOKED_AT))):
        return judge_file(path, Exports(json=json_file))
    reading = explain(decoded(read_head(path, _BYTES), str(path)) if path else _pasted(words))
    if path is None and len(words) == 1 and not reading.explanations:
        _refuse_path(words[0])
    text = partial(explanation_text, reading, width=width(), unicode=speaks_unicode())
    give_out(as_asked(json_file, lambda: explanation_json(reading), lambda: sys.stdout.write(text())))
    return Exit.MET if reading.explanations else Exit.NOT_MET


def _is_transcript(path: Path) -> bool:
    """Whether a file begins as a saved transcript does; a log of JSON lines begins with a brace too."""
    head = read_head(path, _HEAD).lstrip()
    return path.stat().st_size <= MAX_BYTES and head.startswith(b"{") and FORMAT.encode() in head


def _refuse_path(word: str) -> None:
    """Refuse a word that is no message and looks like a file that is not there, or is a folder."""
    path = Path(word)
    if is_folder(path):
        raise ScenarioError([Fault(word, 0, 0, "this is a folder", "give a file in it, or a message")])
    if path.suffix.lower() in _SUFFIXES:
        raise ScenarioError([Fault(word, 0, 0, "no such file, and no message that is known", "check the path")])


def _pasted(words: tuple[str, ...]) -> str:
    """Return the words of the command line, or standard input for `-` and for none."""
    if words and words != _STANDARD_INPUT:
        return " ".join(words)
    if sys.stdin is None or (not words and sys.stdin.isatty()):
        raise ScenarioError([Fault("explain", 0, 0, "nothing was pasted", "give a message, or - and a log on stdin")])
    return decoded(sys.stdin.buffer.read(_BYTES), "standard input")
