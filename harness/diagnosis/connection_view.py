"""One connection, and how far it came: what each end saw, in the order in which a story can stop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from harness.diagnosis.listeners import open_ports
from harness.diagnosis.sip_heads import status_of
from harness.tls.inspector import Finished, Inspection, inspect
from harness.transcript import (
    AlertSeen,
    Closed,
    Closing,
    Connection,
    Decision,
    DialFailed,
    DialFailure,
    Direction,
    End,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    HttpSeen,
    SealedAlert,
    SipSeen,
    Transcript,
)
from harness.verdict import Stage

FATAL = 2
_FINAL = 200
NETWORK = "network"
"""Who refused when neither end did: something between them."""

Seen = TypeVar("Seen", bound=Event)


def seen_on(transcript: Transcript, connection: Connection, kind: type[Seen], actor: str = "") -> list[Seen]:
    """Return the events of one kind on a connection, of one actor or of all, in time order."""
    return [
        event
        for event in transcript.events
        if isinstance(event, kind)
        and getattr(event, "connection", 0) == connection.number
        and (not actor or event.actor == actor)
    ]


@dataclass(frozen=True)
class ConnectionView:
    """One connection, and how far it came."""

    transcript: Transcript
    connection: Connection

    def events(self, kind: type[Seen], actor: str = "") -> list[Seen]:
        """Return the events of one kind on this connection."""
        return seen_on(self.transcript, self.connection, kind, actor)

    @property
    def listener_end(self) -> End | None:
        """What the listener saw, None where it is not ours or nobody listened."""
        return next((end for end in self.connection.ends if end.listens), None)

    @property
    def listener(self) -> str:
        """The listener's name, also where it refused the SYN."""
        hosts = {card.host: card.name for card in self.transcript.actors}
        return self.connection.listener or hosts.get(self.connection.target.host, "")

    def finished(self, actor: str) -> bool:
        """Whether the handshake call of that end returned; of a dialler who is not ours, by what it said."""
        if self.visited and actor == self.connection.dialler:
            return self._dialler_was_through
        return bool(self.events(HandshakeFinished, actor))

    def answered(self, actor: str) -> bool:
        """Whether that end read a message of SIP or HTTP: only somebody who accepted it sends one."""
        return bool(self._messages_of(actor))

    def _messages_of(self, actor: str) -> list[SipSeen | HttpSeen]:
        """Return the messages that an end received."""
        heard: list[SipSeen | HttpSeen] = [*self.events(SipSeen, actor), *self.events(HttpSeen, actor)]
        return [seen for seen in heard if seen.direction is Direction.RECEIVED]

    @cached_property
    def visited(self) -> bool:
        """Whether only the listener's end is ours: somebody came from outside."""
        return self.listener_end is not None and self.connection.end_of(self.connection.dialler) is None

    def reached_dialler(self, seen: SipSeen | HttpSeen) -> bool:
        """Whether a message got to the dialler; where its end is not ours, what was sent to it counts."""
        if self.visited:
            return seen.actor == self.listener and seen.direction is Direction.SENT
        return seen.actor == self.connection.dialler and seen.direction is Direction.RECEIVED

    @cached_property
    def _dialler_was_through(self) -> bool:
        """Whether the listener finished, or got the Finished of TLS 1.3, which a client says when it is through."""
        if self.events(HandshakeFinished, self.listener):
            return True
        seen = self.inspection
        return seen is not None and seen.version == "1.3" and any(item.from_client for item in seen.of_kind(Finished))

    def failed(self, actor: str) -> HandshakeFailed | None:
        """Return the handshake failure of that end, None where there was none."""
        return next(iter(self.events(HandshakeFailed, actor)), None)

    @cached_property
    def fatal_alert(self) -> tuple[str, int] | None:
        """Who sent the first fatal alert and its number; None where no end saw one."""
        for alert in self.events(AlertSeen):
            if alert.level == FATAL:
                sent = alert.direction is Direction.SENT
                return (alert.actor if sent else self.other(alert.actor)), alert.number
        return None

    @cached_property
    def sealed_alert(self) -> str:
        """Who sent what may be an alert and nobody can read; empty where nobody did, or one was read."""
        if self.fatal_alert is not None:
            return ""
        seen = next(iter(self.events(SealedAlert)), None)
        if seen is None:
            return ""
        return seen.actor if seen.direction is Direction.SENT else self.other(seen.actor)

    def other(self, actor: str) -> str:
        """Return the name of the opposite end."""
        return self.listener if actor == self.connection.dialler else self.connection.dialler

    @cached_property
    def refused_identity(self) -> Decision | None:
        """The decision by which one end refused the other's name after the handshake."""
        decisions = self.events(Decision)
        return next((d for d in decisions if d.topic == "identity" and d.outcome == "unacceptable"), None)

    @cached_property
    def foreign_reset(self) -> bool:
        """Whether an end saw an RST that the other end did not send."""
        for closed in self.events(Closed):
            if closed.how is Closing.RST and closed.direction is Direction.RECEIVED:
                other = self.connection.end_of(self.other(closed.actor))
                sent = [c for c in self.events(Closed, self.other(closed.actor)) if c.direction is Direction.SENT]
                if other is not None and not any(c.how is Closing.RST for c in sent) and not self._gone_before(closed):
                    return True
        return False

    @cached_property
    def cut(self) -> bool:
        """Whether it stood, and a reset of neither end took it away before the dialler had its answer."""
        heard = [event for event in self._messages_of(self.connection.dialler) if (status_of(event) or 0) >= _FINAL]
        return self.stage is None and self.foreign_reset and not heard

    @property
    def lost(self) -> bool:
        """Whether something in the path stopped it after TCP had come about: a cut, or bytes that went nowhere."""
        return self.cut or (self.stage is None and self.swallowed)

    @cached_property
    def refused_in_path(self) -> bool:
        """Whether the SYN was answered by a reset, and the listener says that it is open: then it was not its reset."""
        refused = any(failed.failure is DialFailure.REFUSED for failed in self.events(DialFailed))
        return refused and self.connection.target.port in open_ports(self.transcript, self.listener)

    def _gone_before(self, closed: Closed) -> bool:
        """Whether the other end had closed already, so that its kernel answered late data with the RST."""
        return any(
            earlier.direction is Direction.SENT and earlier.at <= closed.at
            for earlier in self.events(Closed, self.other(closed.actor))
        )

    @cached_property
    def swallowed(self) -> bool:
        """Whether the dialler spoke and the listener got no byte of it: a device took the bytes (row M19)."""
        dialler, listener = self.connection.end_of(self.connection.dialler), self.listener_end
        if dialler is None or listener is None or self.foreign_reset or self._listener_went_first:
            return False
        return dialler.bytes_sent > 0 and listener.bytes_received == 0

    @property
    def _listener_went_first(self) -> bool:
        """Whether the listener closed before it had waited in vain: then it chose to read nothing."""
        waited = self.failed(self.listener)
        closed = any(each.direction is Direction.SENT for each in self.events(Closed, self.listener))
        return closed and (waited is None or waited.reason != "timed-out")

    @cached_property
    def inspection(self) -> Inspection | None:
        """Every TLS message, from the end that holds the key log; None where nothing crossed."""
        ends = [end for end in self.connection.ends if end.chunks]
        if not ends:
            return None
        best = max(ends, key=lambda end: (len(end.key_log), sum(len(chunk.data) for chunk in end.chunks)))
        return inspect(best.chunks, best.key_log, listens=best.listens)

    @cached_property
    def stage(self) -> Stage | None:
        """Where the connection stopped; None where it stood and SIP could be spoken."""
        dialler = self.connection.dialler
        if self.events(DialFailed):
            return Stage.TCP
        if self.failed(dialler) or self._listener_failed_alone():
            return Stage.HANDSHAKE
        if self.failed(self.listener) or self._refused_late():
            return Stage.ACCEPTANCE
        if self.refused_identity or self._closed_unheard:
            return Stage.IDENTITY
        return None if self._finished_or_plain() and not self.said_nothing else Stage.HANDSHAKE

    @cached_property
    def said_nothing(self) -> bool:
        """Whether the dialler alone is ours, and was hung up on before it had sent one byte."""
        end = self.connection.end_of(self.connection.dialler)
        if end is None or len(self.connection.ends) != 1 or end.bytes_sent or end.bytes_received:
            return False
        return any(closed.direction is Direction.RECEIVED for closed in self.events(Closed, end.actor))

    def _listener_failed_alone(self) -> bool:
        return self.failed(self.listener) is not None and not self.finished(self.connection.dialler)

    def _refused_late(self) -> bool:
        """Whether a fatal alert came after the dialler's handshake, seen from its end alone."""
        by = self.fatal_alert[0] if self.fatal_alert else self.sealed_alert
        return self.listener_end is None and by not in {"", self.connection.dialler}

    def _finished_or_plain(self) -> bool:
        """Whether an end finished a handshake, or there was none to finish."""
        return not any(end.tls for end in self.connection.ends) or bool(self.events(HandshakeFinished))

    @cached_property
    def _closed_unheard(self) -> bool:
        """Whether the peer dropped a finished handshake without a word, seen from the one end that is ours."""
        if len(self.connection.ends) != 1:
            return False
        ours = self.connection.ends[0].actor
        dropped = any(closed.direction is Direction.RECEIVED for closed in self.events(Closed, ours))
        return self.finished(ours) and dropped and not self.answered(ours)

    @cached_property
    def refuser(self) -> str:
        """Who refused: who sent the alert, judged the name, or gave up; `network` where neither did."""
        if self.stage is Stage.TCP:
            return NETWORK if self.refused_in_path else self.listener
        if self.refused_identity is not None:
            return self.refused_identity.actor
        if self.fatal_alert is not None:
            return self.fatal_alert[0]
        if self.sealed_alert:
            return self.sealed_alert
        if self.foreign_reset or self.swallowed:
            return NETWORK
        if self._closed_unheard:
            return self.other(self.connection.ends[0].actor)
        if self.visitor_left:
            return self.connection.dialler
        gave_up = [end for end in (self.listener, self.connection.dialler) if self._gave_up(end)]
        return gave_up[0] if gave_up else self.listener

    @cached_property
    def visitor_left(self) -> bool:
        """Whether somebody from outside ended TCP in the handshake, by a FIN or RST of its own."""
        failed = self.failed(self.listener) if self.visited else None
        return failed is not None and failed.reason in {"peer-closed", "peer-reset"}

    def _gave_up(self, actor: str) -> bool:
        failed = self.failed(actor)
        return failed is not None and failed.reason in {"not-tls", "timed-out", "alert-sent"}
