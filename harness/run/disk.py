"""The one reader of bytes and writer of files: reports, what each play leaves behind. Secrets get mode 0600."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from harness.capture.key_log import key_log_text
from harness.capture.saved import save_transcript
from harness.errors import Fault, ScenarioError
from harness.report.detail import play_detail
from harness.report.evidence import presented_certificates
from harness.report.ladder import draw_ladder
from harness.report.outcome import PlayOutcome

STANDARD_OUTPUT = Path("-")
"""Where a text goes that is to be read by the next program."""

_PRIVATE = 0o600


def is_file(path: Path) -> bool:
    """Whether there is such a file; a word that no file system takes, by its length or a NUL in it, names none."""
    return _is(path, Path.is_file)


def is_folder(path: Path) -> bool:
    """Whether there is such a folder, of any word."""
    return _is(path, Path.is_dir)


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except (OSError, ValueError):
        return False


def read_head(path: Path, most: int) -> bytes:
    """Return the first `most` bytes of a file; ScenarioError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ScenarioError([Fault(str(path), 0, 0, problem, "check the path and its rights")]) from None


def write_text(path: Path, text: str) -> None:
    """Write a text file, or to standard output for `-`; ScenarioError where that cannot be.

    Standard output that is gone already, after such an error, takes no more.
    """
    if path == STANDARD_OUTPUT:
        if sys.stdout is not None:
            sys.stdout.write(text)
        return
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file and the folders above it; ScenarioError where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:  # noqa: PTH123
            if mode == _PRIVATE:  # a file that was there before keeps its rights otherwise
                os.fchmod(file.fileno(), mode)
            file.write(data)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise ScenarioError([Fault(str(path), 0, 0, problem, "choose another place")]) from None


def write_play(folder: Path, outcome: PlayOutcome) -> None:
    """Write what a play left: transcript, verdict, ladder, key log, and the certificates that were presented.

    The key log opens the recorded bytes of this lab's connections and is kept private all the same.
    """
    place = folder / f"{outcome.scenario.name}-tls{outcome.verdict.tls_version}"
    transcript = outcome.transcript
    write_bytes(place / "transcript.json", save_transcript(transcript), mode=_PRIVATE)
    write_text(place / "verdict.txt", play_detail(outcome))
    write_text(place / "ladder.txt", draw_ladder(transcript, outcome.verdict))
    write_bytes(place / "keys.log", key_log_text(transcript).encode("ascii"), mode=_PRIVATE)
    for name, text in presented_certificates(transcript).items():
        write_text(place / "certificates" / name, text)
