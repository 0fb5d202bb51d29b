"""A play as the packets that a sniffer beside the diallers would have seen: TCP connections and DNS over UDP.

The lab's own addresses and ports are kept, with one exception: a source port that an earlier connection of the
file had towards the same target gives way to a free one, because Wireshark tells connections apart by it alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.capture.frames import LONGEST_DATAGRAM, Flow, udp_packet
from harness.capture.happenings import Happening, Kind, happenings_of
from harness.capture.segments import TcpWriter
from harness.transcript import Address, Connection, Direction, DnsSeen, Event, Transcript

_FIRST_EPHEMERAL, _LAST_PORT = 49_152, 65_535
_LENGTH_OCTETS = 2
_NUMBER_OCTETS = 2


@dataclass(frozen=True, slots=True)
class Sighting:
    """One IP packet, `at` seconds after the play began."""

    at: float
    data: bytes
    comment: str = ""


@dataclass
class Ports:
    """The source ports that a file has used, so that no two of its connections are taken for one."""

    _taken: set[tuple[str, int, Address]] = field(default_factory=set)
    _next: dict[tuple[str, Address], int] = field(default_factory=dict)

    def claim(self, source: Address, target: Address) -> Flow:
        """Return a flow from `source`, with another port where that one is taken; as it is once all are."""
        free = self._free_port(source, target)
        self._taken.add((source.host, free, target))
        return Flow(Address(source.host, free), target)

    def _free_port(self, source: Address, target: Address) -> int:
        if source.port and (source.host, source.port, target) not in self._taken:
            return source.port
        key = source.host, target
        for port in range(self._next.get(key, _FIRST_EPHEMERAL), _LAST_PORT + 1):
            self._next[key] = port + 1
            if (source.host, port, target) not in self._taken:
                return port
        return source.port


def sightings(transcript: Transcript, ports: Ports) -> list[Sighting]:
    """Return all packets of a play in the order of time; `ports` are those of the file that they go to."""
    events: dict[int, list[Event]] = defaultdict(list)
    for event in transcript.events:
        events[getattr(event, "connection", 0)].append(event)
    found = [
        sighting
        for connection in transcript.connections
        for sighting in _connection(connection, events[connection.number], transcript, ports)
    ]
    found += _dns(transcript, ports)
    return sorted(found, key=lambda sighting: sighting.at)


def _connection(
    connection: Connection, events: Iterable[Event], transcript: Transcript, ports: Ports
) -> Iterator[Sighting]:
    source = connection.source if connection.source.host else Address(_host_of(connection.dialler, transcript), 0)
    watched = {end.listens for end in connection.ends}
    writer = TcpWriter(
        ports.claim(source, connection.target), dialler_is_watched=False in watched, listener_is_watched=True in watched
    )
    comment = _comment(connection, transcript)
    for at, packet in writer.packets(happenings_of(connection, events)):
        yield Sighting(at, packet, comment)
        comment = ""


def _comment(connection: Connection, transcript: Transcript) -> str:
    listener = connection.listener or "nobody"
    return (
        f"{transcript.scenario} (TLS {transcript.tls_version}), connection {connection.number}: "
        f"{connection.dialler} dials {listener} at {connection.target}, {connection.protocol}, step {connection.step}"
    )


def _host_of(actor: str, transcript: Transcript) -> str:
    return next((card.host for card in transcript.actors if card.name == actor), "")


def _dns(transcript: Transcript, ports: Ports) -> Iterator[Sighting]:
    """Yield every question with what came back to it: a source port for each, as the resolver takes one."""
    exchanges: dict[tuple[str, Address, str, bytes], list[DnsSeen]] = defaultdict(list)
    for event in transcript.events:
        if isinstance(event, DnsSeen):
            exchanges[event.actor, event.server, event.transport, event.message[:_NUMBER_OCTETS]].append(event)
    for (actor, server, transport, _), messages in exchanges.items():
        flow = ports.claim(Address(_host_of(actor, transcript), 0), server)
        yield from _over_tcp(flow, messages) if transport == "tcp" else _over_udp(flow, messages)


def _over_udp(flow: Flow, messages: Iterable[DnsSeen]) -> Iterator[Sighting]:
    back = Flow(flow.target, flow.source)
    for each in messages:
        if len(each.message) <= LONGEST_DATAGRAM:
            yield Sighting(each.at, udp_packet(flow if each.direction is Direction.SENT else back, each.message))


def _over_tcp(flow: Flow, messages: list[DnsSeen]) -> Iterator[Sighting]:
    """Yield a connection for one question; its asker closes it once the answer is there."""
    writer = TcpWriter(flow, dialler_is_watched=False, listener_is_watched=False)
    said = [Happening(each.at, Kind.SAID, each.direction is Direction.SENT, _framed(each.message)) for each in messages]
    answered = [each.at for each in messages if each.direction is Direction.RECEIVED]
    ends = [Happening(at, Kind.FINISHED, by_dialler) for at in answered[-1:] for by_dialler in (True, False)]
    yield from (Sighting(at, packet) for at, packet in writer.packets([*said, *ends]))


def _framed(message: bytes) -> bytes:
    return (len(message) & 0xFFFF).to_bytes(_LENGTH_OCTETS, "big") + message
