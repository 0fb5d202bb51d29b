"""Transcripts as JSON, to be kept and judged again later.

The file is one object: `format`, `version`, and `transcript` with the fields of `harness.transcript` under
their own names. Bytes are standard base64, so that a certificate in it can be fed to `base64 -d`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any, NoReturn

from harness.capture.typed_values import WrongValueError, typed
from harness.errors import Fault, ScenarioError
from harness.transcript import Decision, Transcript

FORMAT = "sip-mtls transcript"
VERSION = 1
MAX_BYTES = 64 * 2**20
"""Larger files are not read: a play's wire bytes are tapped up to a far lower limit (harness.net)."""

# What each topic's decisions always say; tests drop one fact after the other to see that no reader needs another.
_FACTS = {
    "edge-name": ("led-to", "own"),
    "revocation": ("text",),
    "ssh-tunnel": ("port",),
    "traversal-zone": ("zone",),
    "trial": ("lowest", "highest"),
}
_WITHOUT_FACTS = {("ssh-tunnel", "missing")}

_AGAIN = "play it again with `sip-mtls run --out`, or take an untouched copy"


def save_transcript(transcript: Transcript) -> bytes:
    """Return a transcript as a JSON file; `load_transcript` gives back an equal value."""
    document = {"format": FORMAT, "version": VERSION, "transcript": asdict(transcript)}
    return json.dumps(document, default=_base64, indent=1).encode("ascii") + b"\n"


def load_transcript(data: bytes, file: str = "transcript") -> Transcript:
    """Return the transcript in a saved file; `file` is the name that faults give it.

    ScenarioError with the place and what to do, for anything that `save_transcript` does not write.
    """
    if len(data) > MAX_BYTES:
        _refuse(
            file,
            f"has more than the {MAX_BYTES} bytes that a transcript may have",
            "split the run",
        )
    document = _document(data, file)
    try:
        transcript = typed(Transcript, document.get("transcript"), "transcript")
    except WrongValueError as error:
        _refuse(file, str(error), _AGAIN)
    _check_time(transcript, file)
    _check_connections(transcript, file)
    _check_facts(transcript, file)
    return transcript


def _document(data: bytes, file: str) -> dict[str, Any]:
    """Return the outermost object once its format and version are the known ones."""
    try:
        document = json.loads(data, parse_constant=_no_number)
    except RecursionError:
        _refuse(file, "nested far too deeply for a transcript", _AGAIN)
    except ValueError as error:  # bad JSON, bad UTF-8, a number with thousands of digits
        _refuse(file, f"not JSON: {error}"[:200], "give a transcript.json that `sip-mtls run --out` wrote")
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        _refuse(
            file,
            f'not a saved transcript: "format" is not "{FORMAT}"',
            "give a transcript.json that `sip-mtls run --out` wrote",
        )
    if document.get("version") != VERSION:
        found = repr(document.get("version"))[:40]
        _refuse(
            file,
            f"version {found} of the format; this program reads {VERSION}",
            "play it again with `sip-mtls run --out`",
        )
    return document


def _check_time(transcript: Transcript, file: str) -> None:
    """Refuse a time of beginning by which no certificate could be judged."""
    try:
        started = datetime.fromisoformat(transcript.started)
    except ValueError:
        started = None
    if started is None or started.tzinfo is None:
        _refuse(file, "transcript.started: expected a time with its zone, such as 2027-03-15T12:00:00+00:00", _AGAIN)


def _check_connections(transcript: Transcript, file: str) -> None:
    """Refuse events about a connection that is not there, and two connections with one number."""
    times = Counter(connection.number for connection in transcript.connections)
    known = {0, *times}
    for number, count in times.items():
        if count > 1 or number < 1:
            _refuse(file, f"transcript.connections: the number {number} is not unique and above 0", _AGAIN)
    for place, event in enumerate(transcript.events):
        number = getattr(event, "connection", 0)
        if number not in known:
            _refuse(file, f"transcript.events[{place}]: there is no connection {number}", _AGAIN)
        if number == 0 and hasattr(event, "connection") and not isinstance(event, Decision):
            _refuse(file, f"transcript.events[{place}]: an event of this kind has a connection, above 0", _AGAIN)


def _check_facts(transcript: Transcript, file: str) -> None:
    """Refuse a decision without a fact that its readers build their sentences from."""
    for place, event in enumerate(transcript.events):
        if isinstance(event, Decision) and (event.topic, event.outcome) not in _WITHOUT_FACTS:
            missing = [fact for fact in _FACTS.get(event.topic, ()) if fact not in event.facts]
            if missing:
                _refuse(file, f"transcript.events[{place}].facts: the key '{missing[0]}' is missing", _AGAIN)


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    raise TypeError(f"a transcript holds no {type(value).__name__}")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _refuse(file: str, message: str, hint: str) -> NoReturn:
    raise ScenarioError([Fault(file, 0, 0, message, hint)])
