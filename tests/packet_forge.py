"""The workbench of packets: files, link layers and conversations made byte by byte, and what was read of them."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.capture.frames import Flag, Flow, Segment, tcp_packet, udp_packet
from harness.packets.capture import Capture, read_capture
from harness.packets.connections import Kind, TcpConnection
from harness.packets.limits import Limits
from harness.transcript import Address

CLIENT, SERVER = Address("192.0.2.10", 40001), Address("198.51.100.20", 5062)
CLIENT_6, SERVER_6 = Address("2001:db8::10", 40001), Address("2001:db8::20", 5062)
RAW, ETHERNET, NULL, LOOP, SLL, SLL2 = 101, 1, 0, 108, 113, 276
SECOND = 10**9
BEGAN = 1_800_000_000 * SECOND


def read(file: bytes, limits: Limits | None = None) -> Capture:
    """Read a file that is in memory."""
    return read_capture(io.BytesIO(file).read, limits)


def only(capture: Capture) -> TcpConnection:
    """Return the one connection of a capture."""
    (connection,) = capture.connections
    return connection


def said(connection: TcpConnection, *, by_dialler: bool) -> bytes:
    """Return what one end said, a gap as question marks."""
    own = [each for each in connection.seen if each.by_dialler is by_dialler]
    return b"".join(b"?" * each.size if each.kind is Kind.GAP else each.data for each in own)


def kinds(connection: TcpConnection) -> list[tuple[Kind, bool]]:
    """Return what was seen, without the data."""
    return [(each.kind, each.by_dialler) for each in connection.seen]


# --- conversations ---


@dataclass
class Talk:
    """A TCP connection as packets, from two initial sequence numbers on."""

    client: Address = CLIENT
    server: Address = SERVER
    sequences: dict[bool, int] = field(default_factory=lambda: {True: 1000, False: 0xFFFFFFF0})
    packets: list[bytes] = field(default_factory=list)

    def _send(self, flags: Flag, data: bytes = b"", *, client: bool) -> None:
        self.packets.append(self.segment(self.sequences[client], flags, data, client=client))
        size = len(data) + bool(flags & (Flag.SYN | Flag.FIN))
        self.sequences[client] = (self.sequences[client] + size) % 2**32

    def segment(self, sequence: int, flags: Flag, data: bytes = b"", *, client: bool) -> bytes:
        """Return one packet of it that changes nothing of what follows."""
        ends = (self.client, self.server) if client else (self.server, self.client)
        return tcp_packet(Flow(*ends), Segment(sequence, self.sequences[not client], flags, data))

    def greet(self) -> Talk:
        """Open the connection."""
        self._send(Flag.SYN, client=True)
        self._send(Flag.SYN | Flag.ACK, client=False)
        self._send(Flag.ACK, client=True)
        return self

    def say(self, data: bytes, *, client: bool = True, size: int = 1460) -> Talk:
        """Let one end say something, in segments."""
        for begin in range(0, len(data), size):
            self._send(Flag.ACK | Flag.PSH, data[begin : begin + size], client=client)
        return self

    def close(self, flags: Flag = Flag.FIN | Flag.ACK, *, client: bool = True) -> Talk:
        """Let one end close."""
        self._send(flags, client=client)
        return self


TALK = b"what the client says, in several segments of a few bytes each"
ANSWER = b"what the server answers, which is about as long as that"


def small_talk() -> list[bytes]:
    """Return a short connection, from its SYN to both FINs."""
    talk = Talk().greet().say(TALK, size=7).say(ANSWER, client=False, size=11)
    return talk.close().close(client=False).packets


# --- link layers ---


def on_ethernet(packet: bytes, *tags: int) -> bytes:
    """Return a packet in an Ethernet frame with VLAN tags of these types."""
    stacked = b"".join(struct.pack(">HH", tag, 7) for tag in tags)
    return bytes(12) + stacked + struct.pack(">H", _ether_type(packet)) + packet


def on_sll(packet: bytes) -> bytes:
    """Return a packet as Linux's any device wraps it."""
    return struct.pack(">HHH8sH", 0, 1, 6, bytes(8), _ether_type(packet)) + packet


def on_sll2(packet: bytes) -> bytes:
    """Return a packet as SLL2 wraps it."""
    return struct.pack(">HHIHBB8s", _ether_type(packet), 0, 1, 1, 0, 6, bytes(8)) + packet


def on_null(packet: bytes, order: str = "<") -> bytes:
    """Return a packet of a BSD loopback."""
    return struct.pack(f"{order}I", 2 if packet[0] >> 4 == 4 else 30) + packet


def _ether_type(packet: bytes) -> int:
    return 0x0800 if packet[0] >> 4 == 4 else 0x86DD


# --- files ---


def classic(packets: Iterable[bytes], link: int = RAW, *, order: str = "<", nanoseconds: bool = False) -> bytes:
    """Return a classic pcap file, a packet each millisecond."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    made = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262144, link)]
    for number, packet in enumerate(packets):
        fraction = number * (1_000_000 if nanoseconds else 1000)
        made += [struct.pack(f"{order}IIII", BEGAN // SECOND, fraction, len(packet), len(packet)), packet]
    return b"".join(made)


def snapped(packets: Iterable[bytes], snap: int) -> bytes:
    """Return a classic file of which every packet is cut at `snap` bytes."""
    made = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, RAW)
    for packet in packets:
        kept = packet[:snap]
        made += struct.pack("<IIII", BEGAN // SECOND, 0, len(kept), len(packet)) + kept
    return made


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Return a block of pcapng."""
    length = len(body) + -len(body) % 4 + 12
    return struct.pack(f"{order}II", kind, length) + body + bytes(-len(body) % 4) + struct.pack(f"{order}I", length)


def section(order: str = "<") -> bytes:
    """Return a section header."""
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(
    link: int = RAW, *, resolution: int = 6, offset: int = 0, name: str = "", snap: int = 0, order: str = "<"
) -> bytes:
    """Return an interface; `resolution` is the byte of if_tsresol."""
    options = _option(9, bytes([resolution]), order)
    options += _option(14, struct.pack(f"{order}q", offset), order) if offset else b""
    options += _option(2, name.encode(), order) if name else b""
    return block(1, struct.pack(f"{order}HHI", link, 0, snap) + options + bytes(4), order)


def _option(code: int, value: bytes, order: str) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def enhanced(packet: bytes, units: int, number: int = 0, order: str = "<") -> bytes:
    """Return a packet block; `units` counts from 1970 in those of the interface."""
    head = struct.pack(f"{order}IIIII", number, units >> 32, units & 0xFFFFFFFF, len(packet), len(packet))
    return block(6, head + packet, order)


def secrets(text: bytes, order: str = "<") -> bytes:
    """Return a Decryption Secrets Block with a TLS key log."""
    return block(10, struct.pack(f"{order}II", 0x544C534B, len(text)) + text, order)


def pcapng(packets: Sequence[bytes], link: int = RAW, order: str = "<") -> bytes:
    """Return a pcapng file of one section, a packet each millisecond."""
    began = BEGAN // 1000
    blocks = (enhanced(packet, began + number * 1000, order=order) for number, packet in enumerate(packets))
    return section(order) + interface(link, order=order) + b"".join(blocks)


def zipped(file: bytes) -> bytes:
    """Return a file in gzip."""
    return gzip.compress(file, mtime=0)


def fragments(packet: bytes, size: int) -> list[bytes]:
    """Return an IPv4 packet in pieces of at most `size` bytes of payload, which 8 divides."""
    payload, pieces = packet[20:], []
    for begin in range(0, len(payload), size):
        piece = payload[begin : begin + size]
        more = 0x2000 if begin + size < len(payload) else 0
        head = bytearray(packet[:20])
        struct.pack_into(">HHH", head, 2, 20 + len(piece), 77, more | begin // 8)
        pieces.append(bytes(head) + piece)
    return pieces


def fragments_6(packet: bytes, size: int) -> list[bytes]:
    """Return an IPv6 packet in pieces, each behind a fragment header."""
    payload, pieces = packet[40:], []
    for begin in range(0, len(payload), size):
        piece = payload[begin : begin + size]
        more = 1 if begin + size < len(payload) else 0
        head = bytearray(packet[:40])
        struct.pack_into(">HB", head, 4, 8 + len(piece), 44)
        pieces.append(bytes(head) + struct.pack(">BBHI", packet[6], 0, begin | more, 99) + piece)
    return pieces


def question(data: bytes = b"a question", source: Address = CLIENT, target: Address = SERVER) -> bytes:
    """Return an IP packet with a UDP datagram."""
    return udp_packet(Flow(source, target), data)
