"""Both directions of one connection read together, since each needs what the other one said.

The client's records after its hello are read once the server's hello is known, whatever the order in which
the chunks were recorded; the items are put back into that order at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.tls.inspector.inspection import Inspection
from harness.tls.inspector.items import (
    ApplicationData,
    ChangeCipherSpec,
    ClientHello,
    Finished,
    Item,
    KeyUpdate,
    ServerHello,
    Stamp,
)
from harness.tls.inspector.key_schedule import KeyLog
from harness.tls.inspector.messages import alerts, decode
from harness.tls.inspector.protection import CannotOpenError, Shut
from harness.tls.inspector.records import ContentType, Piece, Record, Stop, records
from harness.tls.inspector.sealed import TrafficKey
from harness.tls.inspector.side import Side
from harness.tls.inspector.unlocking import Agreement, block_protection, traffic_protection
from harness.tls.inspector.wire import DecodeError
from harness.transcript import Chunk, Direction

# Key-log labels of TLS 1.3 by sender: while the handshake runs, and after this side's Finished.
_HANDSHAKE_SECRETS = {True: "CLIENT_HANDSHAKE_TRAFFIC_SECRET", False: "SERVER_HANDSHAKE_TRAFFIC_SECRET"}
_APPLICATION_SECRETS = {True: "CLIENT_TRAFFIC_SECRET_0", False: "SERVER_TRAFFIC_SECRET_0"}


def inspect(chunks: Iterable[Chunk], key_log: Iterable[str], *, listens: bool) -> Inspection:
    """Return every TLS message of one connection, decoded; raises nothing, whatever the bytes.

    `chunks` are both directions as one end recorded them, in that order. `key_log` holds lines of the NSS
    key-log format, other connections' too. `listens` says that the recorder was the TLS server, so that
    `Direction.SENT` means from server to client.
    """
    sender_of = {Direction.SENT: not listens, Direction.RECEIVED: listens}
    pieces: dict[bool, list[Piece]] = {True: [], False: []}
    for order, chunk in enumerate(chunks):
        pieces[sender_of[chunk.direction]].append(Piece(order, chunk.at, chunk.data))
    return _Conversation(pieces[True], pieces[False], KeyLog(key_log)).inspection()


class _Conversation:
    def __init__(self, client: Iterable[Piece], server: Iterable[Piece], key_log: KeyLog) -> None:
        self._client = Side(records(client, from_client=True), from_client=True)
        self._server = Side(records(server, from_client=False), from_client=False)
        self._key_log = key_log
        self._offered: ClientHello | None = None
        self._unanswered = False
        self._early_data = False
        self._agreed: Agreement | None = None

    def inspection(self) -> Inspection:
        """Read all there is."""
        while side := self._next_side():
            self._read(side)
        self._client.end()
        self._server.end()
        numbered = sorted(self._client.items + self._server.items, key=lambda pair: pair[0])
        return Inspection(tuple(item for _order, item in numbered))

    def _next_side(self) -> Side | None:
        """Return the side whose record came first, but never one that lacks the other's hello."""
        waiting = [side for side in (self._client, self._server) if side.waiting]
        ready = [side for side in waiting if self._hears_enough(side)]
        return min(ready or waiting, key=lambda side: side.waiting[0].order, default=None)

    def _hears_enough(self, side: Side) -> bool:
        return self._offered is not None if side is self._server else not self._unanswered

    def _read(self, side: Side) -> None:
        match side.waiting.popleft():
            case Stop() as stop:
                side.add(stop.order, stop.item)
            case record:
                self._read_record(side, record)

    def _read_record(self, side: Side, record: Record) -> None:
        try:
            sealed = side.begin(record)
            content, data = self._opened(side, record) if sealed else (record.content, record.payload)
            stamp = Stamp(record.at, side.from_client, sealed)
            for item in self._items(side, stamp, content, data):
                side.add(record.order, item)
                self._follow(side, item)
        except CannotOpenError as error:
            self._leave_shut(side, record, str(error))
        except DecodeError as error:
            side.stop(record, str(error))

    def _opened(self, side: Side, record: Record) -> tuple[int, bytes]:
        content, data = side.protection.open(record)
        side.opened = True
        return content, data

    def _items(self, side: Side, stamp: Stamp, content: int, data: bytes) -> Iterator[Item]:
        match content:
            case ContentType.HANDSHAKE:
                for kind, body in side.messages.feed(data):
                    yield decode(stamp, kind, body, self._version)
            case ContentType.ALERT:
                yield from alerts(stamp, data)
            case ContentType.CHANGE_CIPHER_SPEC if data == b"\x01":
                yield ChangeCipherSpec(*stamp)
            case ContentType.APPLICATION_DATA:
                yield ApplicationData(*stamp, data, len(data))
            case _:
                raise DecodeError(f"a record of content type {content} with {len(data)} bytes")

    def _follow(self, side: Side, item: Item) -> None:
        """Change what is known, and the keys, as this item tells both ends to."""
        match item:
            case ClientHello() if side is self._client:
                self._offered, self._unanswered = item, True
                self._early_data = self._early_data or item.early_data
            case ServerHello() if side is self._server:
                self._unanswered = False
                self._agree(item)
            case ChangeCipherSpec():
                self._turn_key(side)
            case Finished() if self._version == "1.3" and not side.finished:
                side.finished = True
                self._take_traffic_secret(side, _APPLICATION_SECRETS)
            case KeyUpdate() if isinstance(side.protection, TrafficKey):
                side.protection = side.protection.updated()

    def _agree(self, hello: ServerHello) -> None:
        """Take what the server chose; a retry's choice holds until the real hello repeats it."""
        self._agreed = Agreement(
            version=hello.version,
            cipher_suite=hello.cipher_suite,
            client_random=self._offered.random if self._offered else b"",
            server_random=hello.random,
            encrypt_then_mac=hello.encrypt_then_mac,
        )
        if hello.version == "1.3":
            self._take_traffic_secret(self._client, _HANDSHAKE_SECRETS)
            self._take_traffic_secret(self._server, _HANDSHAKE_SECRETS)

    def _take_traffic_secret(self, side: Side, labels: Mapping[bool, str]) -> None:
        if self._agreed:
            side.protection = traffic_protection(self._key_log, self._agreed, labels[side.from_client])

    def _turn_key(self, side: Side) -> None:
        """Seal this side in TLS 1.2 and below; in 1.3 the message means nothing."""
        if self._agreed and self._version != "1.3":
            side.protection = block_protection(self._key_log, self._agreed, from_client=side.from_client)
        elif not self._agreed:
            side.protection = Shut("", "no ServerHello was seen")

    def _leave_shut(self, side: Side, record: Record, why: str) -> None:
        """Note a sealed record; below TLS 1.3 its header tells application data from the rest."""
        known = self._version not in {"", "1.3"} and record.content == ContentType.APPLICATION_DATA
        if known:
            stamp = Stamp(record.at, side.from_client, encrypted=True)
            side.add(record.order, ApplicationData(*stamp, None, len(record.payload)))
        elif self._early_data and side is self._client and not side.opened:
            side.leave_shut(record, "0-RTT data")
        else:
            side.leave_shut(record, why)

    @property
    def _version(self) -> str:
        return self._agreed.version if self._agreed else ""
