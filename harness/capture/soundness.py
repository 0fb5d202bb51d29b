"""What a transcript must be besides well typed, so that its readers come to an end and find what they look for.

A file from somebody else is data. Its numbers lead to its own connections, its decisions say what sentences are built
from, and it is no larger than a play can be: the judge looks at every event for every step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from harness.capture.typed_values import WrongValueError
from harness.transcript import Decision, StepEnded, Transcript
from harness.x509.name_rules import POLICIES

_MOST = {"events": 20_000, "steps": 500, "connections": 2_000, "characters": 8 * 2**20}
"""The largest story of the catalogue has 636 events, 7 steps, 25 connections and 0.1 million characters."""

# What each topic's decisions always say; tests drop one fact after the other to see that no reader needs another.
_FACTS = {
    "edge-name": ("led-to", "own"),
    "revocation": ("text",),
    "ssh-tunnel": ("port",),
    "traversal-zone": ("zone",),
    "trial": ("lowest", "highest"),
}
_WITHOUT_FACTS = {("ssh-tunnel", "missing")}
_WORDS = {"policy": tuple(POLICIES)}
"""The facts that are one of a few words."""


def check_transcript(transcript: Transcript) -> None:
    """Raise WrongValueError with the place of what no play writes."""
    _check_time(transcript)
    _check_connections(transcript)
    _check_facts(transcript)


def excess(transcript: Transcript) -> str:
    """Return what there is too much of, such as `more than the 500 steps`; empty for nothing."""
    found = {
        "events": len(transcript.events),
        "steps": sum(isinstance(event, StepEnded) for event in transcript.events),
        "connections": len(transcript.connections),
        "characters": _characters(transcript),
    }
    return next((f"more than the {most} {what}" for what, most in _MOST.items() if found[what] > most), "")


def _characters(value: Any) -> int:
    """Count the characters of all texts in a value; bytes are no text."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple):
        return sum(map(_characters, value))
    if isinstance(value, Mapping):
        return sum(map(_characters, (*value, *value.values())))
    return sum(_characters(getattr(value, part.name)) for part in fields(value)) if is_dataclass(value) else 0


def _check_time(transcript: Transcript) -> None:
    """Refuse a time of beginning by which no certificate could be judged."""
    try:
        started = datetime.fromisoformat(transcript.started)
    except ValueError:
        started = None
    if started is None or started.tzinfo is None:
        raise WrongValueError("transcript.started: expected a time with its zone, such as 2027-03-15T12:00:00+00:00")


def _check_connections(transcript: Transcript) -> None:
    """Refuse events about a connection that is not there, and two connections with one number."""
    times = Counter(connection.number for connection in transcript.connections)
    known = {0, *times}
    for number, count in times.items():
        if count > 1 or number < 1:
            raise WrongValueError(f"transcript.connections: the number {number} is not unique and above 0")
    for place, event in enumerate(transcript.events):
        number = getattr(event, "connection", 0)
        if number not in known:
            raise WrongValueError(f"transcript.events[{place}]: there is no connection {number}")
        if number == 0 and hasattr(event, "connection") and not isinstance(event, Decision):
            raise WrongValueError(f"transcript.events[{place}]: an event of this kind has a connection, above 0")


def _check_facts(transcript: Transcript) -> None:
    """Refuse a decision without a fact that its readers need for their sentences, or with one that they cannot read."""
    for place, event in enumerate(transcript.events):
        if not isinstance(event, Decision):
            continue
        needed = () if (event.topic, event.outcome) in _WITHOUT_FACTS else _FACTS.get(event.topic, ())
        for fact in needed:
            if fact not in event.facts:
                raise WrongValueError(f"transcript.events[{place}].facts: the key '{fact}' is missing")
        for fact, words in _WORDS.items():
            if event.facts.get(fact, words[0]) not in words:
                expected = f"expected one of {', '.join(words)}, got {event.facts[fact]!r:.40}"
                raise WrongValueError(f"transcript.events[{place}].facts.{fact}: {expected}")
