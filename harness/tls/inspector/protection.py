"""What lies over one direction's records: nothing, a key that we have, or one that we lack."""

from __future__ import annotations

from typing import Protocol

from harness.tls.inspector.records import ContentType, Record


class CannotOpenError(Exception):
    """The record stays shut; the text is the reason. Never leaves the inspector."""


class Protection(Protocol):
    """How to read one direction's records at the moment."""

    def covers(self, content: int) -> bool:
        """Whether a record whose header says `content` is sealed."""

    def open(self, record: Record) -> tuple[int, bytes]:
        """Return the true content type and the plaintext; CannotOpenError where there is no way."""


class Clear:
    """Nothing is sealed yet; application data can then only come from a handshake that we did not see."""

    def covers(self, content: int) -> bool:
        """Application data alone."""
        return content == ContentType.APPLICATION_DATA

    def open(self, record: Record) -> tuple[int, bytes]:
        """Never opens."""
        del record
        raise CannotOpenError("the handshake before it was not seen")


class Shut:
    """Sealed, and `why` there is nothing to open it with."""

    def __init__(self, version: str, why: str) -> None:
        self._everything = version != "1.3"
        self._why = why

    def covers(self, content: int) -> bool:
        """Everything in TLS 1.2 and below; in 1.3 only what is called application data."""
        return self._everything or content == ContentType.APPLICATION_DATA

    def open(self, record: Record) -> tuple[int, bytes]:
        """Never opens."""
        del record
        raise CannotOpenError(self._why)
