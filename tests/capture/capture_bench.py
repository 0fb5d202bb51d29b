"""The workbench of captures: a reader of what we wrote, which knows no more than the formats' documents."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from harness.transcript import ActorCard, Address, Chunk, Connection, Direction, End, Event, Transcript

SECTION, INTERFACE, PACKET, SECRETS = 0x0A0D0D0A, 1, 6, 10
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10

PARTNER, EDGE = Address("127.0.0.70", 25001), Address("127.0.0.10", 5062)


@dataclass(frozen=True)
class Block:
    """One block of a pcapng file: its type and its body."""

    kind: int
    body: bytes


def blocks(data: bytes) -> list[Block]:
    """Return all blocks; AssertionError where a length is wrong."""
    found = []
    while data:
        kind, length = struct.unpack_from("<II", data)
        assert length % 4 == 0
        assert length >= 12
        assert struct.unpack_from("<I", data, length - 4) == (length,)
        found.append(Block(kind, data[8 : length - 4]))
        data = data[length:]
    return found


@dataclass(frozen=True)
class Wire:
    """One TCP segment or UDP datagram as it stands in the file."""

    at: int
    interface: int
    source: Address
    target: Address
    flags: int
    sequence: int
    acknowledged: int
    data: bytes


def packets(data: bytes) -> Iterator[Wire]:
    """Yield every packet; AssertionError where a checksum or a length is wrong."""
    for block in blocks(data):
        if block.kind == PACKET:
            interface, high, low, captured, original = struct.unpack_from("<IIIII", block.body)
            assert captured == original
            yield _packet(high << 32 | low, interface, block.body[20 : 20 + captured])


def _packet(at: int, interface: int, packet: bytes) -> Wire:
    if packet[0] >> 4 == 4:
        assert summed(packet[:20]) == 0xFFFF
        assert struct.unpack_from(">H", packet, 2) == (len(packet),)
        protocol, hosts, payload = packet[9], packet[12:20], packet[20:]
    else:
        assert struct.unpack_from(">H", packet, 4) == (len(packet) - 40,)
        protocol, hosts, payload = packet[6], packet[8:40], packet[40:]
    assert summed(hosts + struct.pack(">II", len(payload), protocol) + payload) == 0xFFFF
    half = len(hosts) // 2
    source, target = (str(ip_address(each)) for each in (hosts[:half], hosts[half:]))
    ports = struct.unpack_from(">HH", payload)
    ends = Address(source, ports[0]), Address(target, ports[1])
    if protocol == 17:
        return Wire(at, interface, *ends, 0, 0, 0, payload[8:])
    sequence, acknowledged, offset, flags = struct.unpack_from(">IIBB", payload, 4)
    return Wire(at, interface, *ends, flags, sequence, acknowledged, payload[(offset >> 4) * 4 :])


def summed(data: bytes) -> int:
    """Return the ones' complement sum of RFC 1071: all ones where the checksum in `data` is right."""
    total = sum(int.from_bytes(data[place : place + 2].ljust(2, b"\0"), "big") for place in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def play(*events: Event, ends: tuple[End, ...] = (), source: Address = PARTNER, started: str = "") -> Transcript:
    """A play in which a partner dials Expressway-E on 5062, as connection 1."""
    connection = Connection(1, "b2b-peer", "expressway-e" if ends else "", source, EDGE, "sip", "call", ends)
    return Transcript(
        scenario="b2b/b01-one-way-tls",
        tls_version="1.3",
        network="memory",
        started=started or "2026-11-24T05:00:00+00:00",
        actors=(ActorCard("b2b-peer", "B2B peer", PARTNER.host), ActorCard("expressway-e", "Expressway-E", EDGE.host)),
        events=events,
        connections=(connection,),
    )


def end(actor: str, *chunks: tuple[float, Direction, bytes], tls: bool = False) -> End:
    """One end of that connection with its bytes."""
    return End(actor, listens=actor == "expressway-e", tls=tls, chunks=tuple(Chunk(*each) for each in chunks))
