"""Which ports a box has open, by its own record: only then it is known who answered a SYN with a reset (trap X9)."""

from __future__ import annotations

from harness.transcript import Decision, Transcript

LISTENER = "listener"
_DIGITS = 5


def open_ports(transcript: Transcript, actor: str) -> dict[int, str]:
    """Return what a box calls each port on which it listens; empty where its side is not on record."""
    told = (event for event in transcript.events if isinstance(event, Decision))
    opened = (event for event in told if event.topic == LISTENER and event.actor == actor)
    return {int(port): event.outcome for event in opened if _is_port(port := event.facts.get("port", ""))}


def _is_port(text: str) -> bool:
    return len(text) <= _DIGITS and text.isascii() and text.isdecimal()
