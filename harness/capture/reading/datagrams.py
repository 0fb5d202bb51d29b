"""SIP over UDP: the datagrams between two addresses as one conversation, since UDP knows no connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.capture.reading.lookups import may_be_dns
from harness.capture.reading.spoken import Spoken, spoken
from harness.packets.connections import Kind, Seen, TcpConnection
from harness.packets.segments import Datagram
from harness.transcript import Address


def is_wanted(datagram: Datagram) -> bool:
    """Whether a datagram is DNS or SIP: media and other traffic are not kept."""
    return may_be_dns(datagram) or spoken(datagram.data) is Spoken.SIP


def conversations(datagrams: Iterable[Datagram]) -> Iterator[TcpConnection]:
    """Yield SIP over UDP in the shape of connections; whoever spoke first is the dialler of each."""
    found: dict[frozenset[Address], tuple[Datagram, list[Seen]]] = {}
    for each in datagrams:
        if spoken(each.data) is not Spoken.SIP:
            continue
        first, seen = found.setdefault(frozenset((each.source, each.target)), (each, []))
        seen.append(Seen(each.at, Kind.DATA, each.source == first.source, each.data))
    for first, seen in found.values():
        yield TcpConnection(first.source, first.target, began=True, seen=tuple(seen), interface=first.interface)
