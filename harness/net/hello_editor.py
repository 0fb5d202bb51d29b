"""A device in the path that takes TLS 1.3 out of a ClientHello, as inspection products did that know only TLS 1.2.

The listener then answers as to an old client, and marks its random for that (RFC 8446 section 4.1.3): measured, the
dialler sees the mark and gives up with alert 47. A device that lets such a call through has to end TLS itself.
"""

from __future__ import annotations

from harness.net.middlebox import PassingStream
from harness.net.network import ByteStream

_HANDSHAKE, _CLIENT_HELLO, _SUPPORTED_VERSIONS, _TLS_1_3 = 22, 1, 43, b"\x03\x04"
_RECORD_HEAD, _MESSAGE_HEAD, _VERSION_AND_RANDOM = 5, 4, 34


class EditedHello(PassingStream):
    """The dialler's stream through such a device: its first flight is edited, everything else passes as it is."""

    def __init__(self, stream: ByteStream) -> None:
        super().__init__(stream)
        self._passed_hello = False

    async def send(self, data: bytes) -> None:
        """Pass a flight on."""
        flight = data if self._passed_hello else without_tls_1_3(data)
        self._passed_hello = True
        await self._stream.send(flight)


def without_tls_1_3(flight: bytes) -> bytes:
    """Return a first flight whose ClientHello offers no TLS 1.3; other bytes come back as they are."""
    if len(flight) < _RECORD_HEAD + _MESSAGE_HEAD or (flight[0], flight[5]) != (_HANDSHAKE, _CLIENT_HELLO):
        return flight
    body = flight[_RECORD_HEAD + _MESSAGE_HEAD :]
    at = _extensions_at(body)
    if len(body) < at + 2 or len(body) != at + 2 + int.from_bytes(body[at : at + 2]):
        return flight
    extensions = _edited(body[at + 2 :])
    message = body[:at] + len(extensions).to_bytes(2) + extensions
    handshake = flight[5:6] + len(message).to_bytes(3) + message
    return flight[:3] + len(handshake).to_bytes(2) + handshake


def _extensions_at(body: bytes) -> int:
    """Return where the length of the extensions stands, behind session id, cipher suites and compression."""
    place = _VERSION_AND_RANDOM
    for size in (1, 2, 1):
        place += size + int.from_bytes(body[place : place + size])
    return place


def _edited(extensions: bytes) -> bytes:
    """Return the extensions with TLS 1.3 struck from supported_versions."""
    kept, place = bytearray(), 0
    while place + 4 <= len(extensions):
        number, size = int.from_bytes(extensions[place : place + 2]), int.from_bytes(extensions[place + 2 : place + 4])
        value = extensions[place + 4 : place + 4 + size]
        if number == _SUPPORTED_VERSIONS:
            listed = value[1 : 1 + value[0]] if value else b""
            offered = (listed[at : at + 2] for at in range(0, len(listed), 2))
            left = b"".join(version for version in offered if version != _TLS_1_3)
            value = len(left).to_bytes(1) + left
        kept += number.to_bytes(2) + len(value).to_bytes(2) + value
        place += 4 + size
    return bytes(kept)
