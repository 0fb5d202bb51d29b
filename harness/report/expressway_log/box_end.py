"""One end of one connection as an Expressway saw it, and which row of the table tells how it came to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from harness.report.evidence import inspected
from harness.tls.alerts import FATAL, alert_in_openssl_words
from harness.transcript import AlertSeen, Connection, Direction, End, Event, HandshakeFailed, VerifyFailed

_VANISHED = "transport-vanished"
_BY_ALERT = {40: "no-cipher", 70: "no-version"}
_NO_CERTIFICATE, _CERTIFICATE_REQUIRED = {40, 42}, 116
IDLE = "idle"
_BY_REASON = {"not-tls": "not-tls", "timed-out": IDLE, "peer-closed": _VANISHED, "peer-reset": _VANISHED}

_Seen = TypeVar("_Seen", bound=Event)


@dataclass(frozen=True)
class BoxEnd:
    """What one Expressway recorded of a connection; `events` are its own, in time order."""

    connection: Connection
    end: End
    events: tuple[Event, ...]

    def of_kind(self, kind: type[_Seen]) -> list[_Seen]:
        """Return its events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def side(self) -> str:
        """`inbound` where this box was dialled, else `outbound`."""
        return "inbound" if self.end.listens else "outbound"

    @cached_property
    def failed(self) -> HandshakeFailed | None:
        """How its handshake failed, None where it did not."""
        return next(iter(self.of_kind(HandshakeFailed)), None)

    @cached_property
    def objection(self) -> VerifyFailed | None:
        """What its path check did not let pass, None where there was nothing."""
        return next((failed for failed in self.of_kind(VerifyFailed) if not failed.overridden), None)

    def alert(self, direction: Direction) -> AlertSeen | None:
        """Return the first fatal alert that it sent or received."""
        alerts = self.of_kind(AlertSeen)
        return next((alert for alert in alerts if alert.level == FATAL and alert.direction is direction), None)

    @cached_property
    def lacks_certificate(self) -> bool:
        """Whether it demanded a client certificate and got none (domain.md 5.1, first row)."""
        sent = self.alert(Direction.SENT)
        if not self.end.listens or sent is None:
            return False
        empty = sent.number in _NO_CERTIFICATE and inspected(self.connection).client_chain == ()
        return empty or sent.number == _CERTIFICATE_REQUIRED

    @cached_property
    def failure(self) -> str:
        """The stem of the row that tells why its handshake failed, empty where no row does."""
        if self.failed is None:
            return ""
        if self.objection is not None:
            return "chain-refused"
        if self.alert(Direction.RECEIVED) is not None:
            return "alert"
        if self.lacks_certificate:
            return "no-certificate"
        sent = self.alert(Direction.SENT)
        return _BY_REASON.get(self.failed.reason, "") if sent is None else _BY_ALERT.get(sent.number, "")

    @property
    def words(self) -> dict[str, str]:
        """What the braces of the table stand for on this connection."""
        received = self.alert(Direction.RECEIVED)
        return {
            # OpenSSL 3 writes a hyphen; the logs that people search were written by older ones.
            "verify": self.objection.text.replace("self-signed", "self signed") if self.objection else "",
            "alert": alert_in_openssl_words(received.number) if received else "",
        }
