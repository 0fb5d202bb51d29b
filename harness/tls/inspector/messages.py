"""Handshake messages: the pieces that records carry put together, and each message decoded by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.tls.alerts import alert_name
from harness.tls.inspector.certificates import (
    certificate,
    certificate_request,
    certificate_verify,
    compressed_certificate,
)
from harness.tls.inspector.hellos import client_hello, encrypted_extensions, server_hello
from harness.tls.inspector.items import Alert, Finished, Handshake, Item, KeyUpdate, NewSessionTicket, Stamp
from harness.tls.inspector.registry_names import HANDSHAKE_NAMES
from harness.tls.inspector.wire import DecodeError, Reader

LONGEST_MESSAGE = 2**18
_HEADER_LENGTH = 4


class MessageBuffer:
    """Collects one direction's handshake bytes; a message may span records and a record hold several."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield type and body of each message that `data` completes; DecodeError at one that is too long."""
        self._buffer += data
        while len(self._buffer) >= _HEADER_LENGTH:
            length = int.from_bytes(self._buffer[1:_HEADER_LENGTH], "big")
            if length > LONGEST_MESSAGE:
                raise DecodeError(f"a handshake message of {length} bytes")
            end = _HEADER_LENGTH + length
            if len(self._buffer) < end:
                return
            kind, body = self._buffer[0], bytes(self._buffer[_HEADER_LENGTH:end])
            del self._buffer[:end]
            yield kind, body

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished message lie here."""
        return len(self._buffer)


def decode(stamp: Stamp, kind: int, body: bytes, version: str) -> Item:
    """Decode a handshake message of the negotiated `version`; DecodeError where its lengths do not add up."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return Handshake(*stamp, handshake_name(kind), len(body))
    try:
        return decoder(stamp, body, version)
    except DecodeError as error:
        raise DecodeError(f"{handshake_name(kind)}: {error}") from error


def handshake_name(kind: int) -> str:
    """Return the RFC name of a handshake type, hex for an unknown one."""
    return HANDSHAKE_NAMES.get(kind, f"0x{kind:02x}")


def alerts(stamp: Stamp, data: bytes) -> Iterator[Alert]:
    """Yield the alerts of one record: one in practice, several if TLS 1.2 coalesced them."""
    if not data:
        raise DecodeError("an empty alert")
    reader = Reader(data)
    while reader:
        level, number = reader.number(1), reader.number(1)
        yield Alert(*stamp, level, number, alert_name(number))


def _finished(stamp: Stamp, _body: bytes, _version: str) -> Item:
    return Finished(*stamp)


def _new_session_ticket(stamp: Stamp, body: bytes, _version: str) -> Item:
    return NewSessionTicket(*stamp, lifetime=Reader(body).number(4))


def _key_update(stamp: Stamp, body: bytes, _version: str) -> Item:
    reader = Reader(body)
    requested = reader.number(1) == 1
    reader.finish()
    return KeyUpdate(*stamp, requested)


_DECODERS: dict[int, Callable[[Stamp, bytes, str], Item]] = {
    1: lambda stamp, body, _version: client_hello(stamp, body),
    2: lambda stamp, body, _version: server_hello(stamp, body),
    4: _new_session_ticket,
    8: lambda stamp, body, _version: encrypted_extensions(stamp, body),
    11: certificate,
    13: certificate_request,
    15: certificate_verify,
    20: _finished,
    24: _key_update,
    25: compressed_certificate,
}
