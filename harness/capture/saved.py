"""Transcripts as JSON, to be kept and judged again later.

The file is one object: `format`, `version`, and `transcript` with the fields of `harness.transcript` under
their own names. Bytes are standard base64, so that a certificate in it can be fed to `base64 -d`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from typing import Any, Literal, NoReturn

from harness.capture.soundness import check_transcript, excess
from harness.capture.typed_values import WrongValueError, typed
from harness.errors import Fault, ScenarioError
from harness.transcript import Transcript

FORMAT: Literal["sip-mtls transcript"] = "sip-mtls transcript"
VERSION: Literal[1] = 1
MAX_BYTES = 64 * 2**20
"""Larger files are not read: a play's wire bytes are tapped up to a far lower limit (harness.net)."""
_MOST_PARTS = 4_000_000
"""Brackets and commas: what JSON becomes in memory depends on them more than on its bytes."""

_OURS = "give a transcript.json that `sip-mtls run --out` wrote"
_AGAIN = "play it again with `sip-mtls run --out`, or take an untouched copy"


@dataclass(frozen=True, slots=True)
class SavedTranscript:
    """A play as it was seen, kept to be judged again.

    `format` and `version` name this shape. `transcript` is the play.
    """

    format: Literal["sip-mtls transcript"]
    version: Literal[1]
    transcript: Transcript


def save_transcript(transcript: Transcript) -> bytes:
    """Return a transcript as a JSON file; `load_transcript` gives back an equal value."""
    document = asdict(SavedTranscript(FORMAT, VERSION, transcript))
    return json.dumps(document, default=_base64, indent=1).encode("ascii") + b"\n"


def load_transcript(data: bytes, file: str = "transcript") -> Transcript:
    """Return the transcript in a saved file; `file` is the name that faults give it.

    ScenarioError with the place and what to do, for anything that `save_transcript` does not write.
    """
    if len(data) > MAX_BYTES:
        _refuse_excess(file, f"more than the {MAX_BYTES} bytes")
    if sum(map(data.count, b"[{,")) > _MOST_PARTS:
        _refuse_excess(file, f"more than the {_MOST_PARTS} brackets and commas")
    document = _document(data, file)
    try:
        transcript = typed(Transcript, document.get("transcript"), "transcript")
        check_transcript(transcript)
    except WrongValueError as error:
        _refuse(file, str(error), _AGAIN)
    if too_much := excess(transcript):
        _refuse_excess(file, too_much)
    return transcript


def _document(data: bytes, file: str) -> dict[str, Any]:
    """Return the outermost object once its format and version are the known ones."""
    try:
        document = json.loads(data, parse_constant=_no_number)
    except RecursionError:
        _refuse(file, "nested far too deeply for a transcript", _AGAIN)
    except UnicodeDecodeError as error:
        _refuse(file, f"not JSON: no text in UTF-8 (byte {error.start + 1})", _OURS)
    except ValueError as error:  # bad JSON, a number with thousands of digits
        _refuse(file, "not JSON: it is empty" if not data.strip() else f"not JSON: {error}"[:200], _OURS)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        _refuse(
            file,
            f'not a saved transcript: "format" is not "{FORMAT}"',
            _OURS,
        )
    if document.get("version") != VERSION:
        found = repr(document.get("version"))[:40]
        _refuse(
            file,
            f"version {found} of the format; this program reads {VERSION}",
            "play it again with `sip-mtls run --out`",
        )
    return document


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"a transcript holds no {type(value).__name__}")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _refuse_excess(file: str, too_much: str) -> NoReturn:
    _refuse(file, f"has {too_much} that a transcript may have", "split the run")


def _refuse(file: str, message: str, hint: str) -> NoReturn:
    raise ScenarioError([Fault(file, 0, 0, message, hint)])
