"""`sip-mtls judge` with a capture: what its options mean, and what is printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from harness.capture.reading.spoken import DECODINGS
from harness.cli.exits import Exit
from harness.cli.exports import Exports
from harness.cli.giving_out import as_asked, give_out
from harness.cli.terminal import speaks_unicode, width
from harness.document.words import hint_for
from harness.errors import Fault, ScenarioError
from harness.lab.actors import TITLES
from harness.report.captured_json import capture_as_json
from harness.report.captured_text import capture_text
from harness.run.captures import judged_capture

CaptureHints = tuple[tuple[Path, ...], tuple[str, ...], tuple[str, ...]]
"""The words of `--keys`, `--decode` and `--who`."""
NO_HINTS: CaptureHints = ((), (), ())
_OPTIONS = ("--keys", "--decode", "--who")
_JSON = "json"
_LAST_PORT = 65_535
_Left = TypeVar("_Left")
_Right = TypeVar("_Right")


def judge_capture(path: Path, exports: Exports, log: str | None, hints: CaptureHints) -> Exit:
    """Judge each connection and call of a capture; NOT_MET where one was stopped."""
    _refuse_formats(exports, log)
    keys, decoded, who = hints
    judged = judged_capture(path, keys, _decoded(decoded), _who(who))
    text = partial(capture_text, judged, width=width(), unicode=speaks_unicode())
    give_out(as_asked(exports.files.get(_JSON), lambda: capture_as_json(judged), lambda: sys.stdout.write(text())))
    return Exit.NOT_MET if judged.stopped else Exit.MET


def refuse_hints(hints: CaptureHints) -> None:
    """Raise ScenarioError where something was said of a capture, and the file is none."""
    faults = [Fault(option, 0, 0, "it is for captures, and this file is none") for option in _given(hints)]
    if faults:
        raise ScenarioError(faults)


def _given(hints: CaptureHints) -> Iterator[str]:
    return (option for option, words in zip(_OPTIONS, hints, strict=True) if words)


def _refuse_formats(exports: Exports, log: str | None) -> None:
    """Raise ScenarioError for a format that is made from plays."""
    asked = [f"--{name}" for name in exports.files if name != _JSON]
    if log:
        asked.append("--log")
    if asked:
        raise ScenarioError([Fault(option, 0, 0, "it is for plays; of a capture there is --json") for option in asked])


def _decoded(words: tuple[str, ...]) -> Mapping[int, str]:
    return dict(_read(words, "--decode", "PORT=tls, PORT=sip or PORT=http", _decoding))


def _decoding(left: str, right: str) -> tuple[int, str]:
    if not left.isdecimal() or not left.isascii() or not 0 < int(left[:6]) <= _LAST_PORT:
        raise ValueError(f"'{left}' is no port")
    if right not in DECODINGS:
        raise ValueError(f"'{right}' is none of {', '.join(DECODINGS)}")
    return int(left), right


def _who(words: tuple[str, ...]) -> Mapping[str, str]:
    return dict(_read(words, "--who", "ACTOR=ADDRESS, such as expressway-e=192.0.2.10", _part))


def _part(left: str, right: str) -> tuple[str, str]:
    if left not in TITLES:
        raise ValueError(f"there is no part '{left}'; {hint_for(left, tuple(TITLES))}")
    try:
        return str(ip_address(right)), left
    except ValueError:
        raise ValueError(f"'{right}' is no IP address") from None


def _read(
    words: tuple[str, ...], option: str, form: str, read: Callable[[str, str], tuple[_Left, _Right]]
) -> Iterator[tuple[_Left, _Right]]:
    for word in words:
        left, equals, right = word.partition("=")
        if not equals:
            raise ScenarioError([Fault(option, 0, 0, f"'{word}' is not of the form {form}")])
        try:
            yield read(left.strip(), right.strip())
        except ValueError as error:
            raise ScenarioError([Fault(option, 0, 0, str(error))]) from None
