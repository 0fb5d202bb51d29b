"""What a row of the table of log lines says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """Where a line stands in a diagnostic log: in the event log, or in what a module writes at DEBUG (pain E5)."""

    EVENT = "event"
    TCP = "network.tcp"
    SSL = "developer.ssl"
    ZONES = "developer.zone.zonemgr"
    SIP = "network.sip"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One kind of line.

    `event`, `detail` and `reason` are the strings that people search for, word for word. A detail or reason in braces
    is filled in from the play: `{verify}` the words of the path check, `{alert}` OpenSSL's words for an alert that
    came, `{why}` why there was no connection, `{answer}` the SIP answer. `scenario` and `tls_version` name a play that
    produces the line; `source` is a key of domain.md.
    """

    key: str
    situation: str
    channel: Channel
    shown_by: tuple[str, str]
    source: str
    event: str = ""
    detail: str = ""
    reason: str = ""
