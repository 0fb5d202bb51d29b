"""One captured connection, decoded as far as it can be: what each end speaks, how far TLS came, what was said."""

from __future__ import annotations

from collections.abc import Mapping

from harness.capture.reading.course import Course, course_of
from harness.capture.reading.exchanges import Exchange, exchanges_of
from harness.capture.reading.lookups import Lookups
from harness.capture.reading.messages import Talk, pieces_in_clear, pieces_in_tls, talk_in_datagrams, talk_of
from harness.capture.reading.secrets import KeyTable
from harness.capture.reading.spoken import TLS_PORTS, Spoken, is_known_port, spoken
from harness.capture.reading.streams import Flowing, flowing
from harness.capture.reading.who import End
from harness.packets.connections import TcpConnection
from harness.tls.inspector import Inspection, inspect

_KNOWN = {Spoken.TLS, Spoken.SIP, Spoken.HTTP}


class Line:
    """A connection of a capture, or with `is_udp` what two addresses say over UDP.

    `firsts` says by end, the dialler's under True, what it spoke. `secrets` are the lines of key logs for it.
    `inspection` and `course` are None where nobody speaks TLS. `talk` is what was said inside, or in clear.
    """

    def __init__(
        self,
        connection: TcpConnection,
        began: int,
        keys: KeyTable,
        decoded: Mapping[int, str],
        *,
        is_udp: bool = False,
    ) -> None:
        self._decoded = decoded
        self.is_udp = is_udp
        flow = flowing(connection, began)
        if not connection.began and _begins_with_hello(flow):
            connection = connection.turned()
            flow = flowing(connection, began)
        self.flow: Flowing = flow
        self.source, self.target = connection.dialler, connection.listener
        self.firsts = {side: spoken(flow.first_bytes(by_dialler=side)) for side in (True, False)}
        self.is_tls = Spoken.TLS in self.firsts.values() and not is_udp
        self.secrets: tuple[str, ...] = ()
        self.inspection: Inspection | None = None
        self.course: Course | None = None
        if self.is_tls:
            self._decode(keys)
        told = decoded.get(self.target.port, "")
        pieces = pieces_in_tls(self.inspection) if self.inspection else pieces_in_clear(flow.chunks)
        known = Spoken(told) if told in {Spoken.SIP, Spoken.HTTP} else None
        self.talk: Talk = talk_in_datagrams(pieces) if is_udp else talk_of(pieces, known)
        self.exchanges: tuple[Exchange, ...] = exchanges_of(self.talk.sip)

    def _decode(self, keys: KeyTable) -> None:
        inspection = inspect(self.flow.chunks, (), listens=False)
        hello = inspection.client_hello
        self.secrets = keys.lines_for(hello.random) if hello else ()
        if self.secrets:
            inspection = inspect(self.flow.chunks, self.secrets, listens=False)
        self.inspection, self.course = inspection, course_of(inspection, self.flow.chunks)

    @property
    def listener_speaks_tls(self) -> bool:
        """Whether the listener answered in TLS."""
        return self.firsts[False] is Spoken.TLS

    @property
    def is_worth_telling(self) -> bool:
        """Whether something can be said of it: TLS, SIP, HTTP, or a connection that did not come about."""
        said_nothing = not self.flow.chunks and not self.flow.lost and self.flow.closure is not None
        known = bool(_KNOWN & set(self.firsts.values()))
        return known or self.was_not_answered or (said_nothing and is_known_port(self.target.port, self._decoded))

    @property
    def begins_in_the_middle(self) -> bool:
        """Whether its beginning is missing: the SYN, and what a dialler says first, a ClientHello or a request."""
        hello = self.inspection is not None and self.inspection.client_hello is not None
        return not self.flow.began and not hello and (self.is_tls or not self.talk_begins_with_request)

    @property
    def talk_begins_with_request(self) -> bool:
        """Whether the dialler's first words in clear are SIP or HTTP."""
        return self.firsts[True] in {Spoken.SIP, Spoken.HTTP}

    @property
    def was_meant_for_tls(self) -> bool:
        """Whether nothing was said on a port that is one of TLS by habit, or because the user says so."""
        port = self.target.port
        return not self.flow.chunks and (port in TLS_PORTS or self._decoded.get(port) == Spoken.TLS)

    @property
    def was_not_answered(self) -> bool:
        """Whether the SYN got a reset or nothing."""
        return self.flow.refused or (self.flow.answered is None and not self.flow.chunks)

    @property
    def is_shut(self) -> bool:
        """Whether something was said inside TLS that no key opens."""
        course = self.course
        return course is not None and any(course.said.values()) and not (self.talk.sip or self.talk.http)

    @property
    def is_sealed(self) -> bool:
        """Whether keys would show more of it."""
        return self.course is not None and bool(self.course.version) and not self.secrets

    @property
    def began(self) -> float:
        """When it began, in seconds since the capture did."""
        flow = self.flow
        return flow.dialled if flow.dialled is not None else flow.answered if flow.answered is not None else flow.ended

    def end(self, lookups: Lookups, *, dialler: bool) -> End:
        """Return what is known of an end: its certificate, and the names that led to it."""
        address, seen = self.source if dialler else self.target, self.inspection
        chain = (seen.client_chain if dialler else seen.server_chain) if seen else None
        names: tuple[str, ...] = () if dialler else lookups.names_of(address.host, self.began)
        hello = seen.client_hello if seen else None
        if not names and not dialler and hello is not None and hello.server_name:
            names = (hello.server_name,)
        return End(address, chain[0] if chain else None, names)


def _begins_with_hello(flow: Flowing) -> bool:
    """Whether what the supposed listener said begins with a ClientHello (RFC 8446 section 4)."""
    first = flow.first_bytes(by_dialler=False)
    return first[:1] == b"\x16" and first[5:6] == b"\x01"
