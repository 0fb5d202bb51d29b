"""Ports that mean no good, or no longer know what they do: each is one coroutine for one connection."""

from __future__ import annotations

import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from inspect import signature
from typing import TypeAlias

import trio
from shipped_library import LIBRARY

from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.net.network import ByteStream
from harness.net.recorder import Recorder
from harness.pki import LeafOrder
from harness.tls.profile import TlsProfile
from harness.transcript import Address, ClientCertificate

Handler: TypeAlias = Callable[..., Awaitable[None]]
"""Takes a stream, or a stream and the number of the connection from 1."""

_HANDSHAKE, _SERVER_HELLO, _CERTIFICATE = 22, 2, 11
_TLS_1_0, _TLS_1_2 = b"\x03\x01", b"\x03\x03"
_RECORD = 16384
_RENEGOTIATION_INFO = b"\x00\x05\xff\x01\x00\x01\x00"
_LARGE_HELLO = 1000

worn = LIBRARY.lab_pki.issue(LeafOrder("expressway-e"))
PLAIN = TlsProfile(chain=worn.sent, private_key=worn.private_key)
ASKING = TlsProfile(
    chain=worn.sent,
    private_key=worn.private_key,
    versions=("1.0", "1.3"),
    old_gear=True,
    request=ClientCertificate.REQUIRED,
    verify=False,
)
ASKING_1_2 = replace(ASKING, versions=("1.2", "1.2"))
OLD = TlsProfile(chain=worn.sent, private_key=worn.private_key, versions=("1.0", "1.0"), old_gear=True)


async def never_says_a_word(stream: ByteStream) -> None:
    while await stream.receive():
        pass


async def resets_at_once(stream: ByteStream) -> None:
    stream.reset()


async def hangs_up_on_a_hello(stream: ByteStream) -> None:
    await stream.receive()


async def speaks_sip_in_clear(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(b"SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def never_ends_its_handshake(stream: ByteStream) -> None:
    hello = await stream.receive()
    while hello:
        await stream.send(b"\x16\x03\x03\x00\x04\x02\x00\x10\x00")  # the head of a ServerHello, again and again
        await trio.sleep(5)


async def speaks_gibberish(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(b"A" * 400)


async def greets_in_clear(stream: ByteStream) -> None:
    await stream.send(b"SSH-2.0-OpenSSH_9.2\r\n")
    await stream.receive()


async def sends_a_record_of_ten_megabytes(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(bytes([_HANDSHAKE]) + _TLS_1_2 + b"\xff\xff")
    await _flood(stream, bytes(65536), 160)


async def sends_a_message_of_ten_megabytes(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(_hello(_TLS_1_2))
    await _in_records(stream, bytes([_CERTIFICATE]) + (10 << 20).to_bytes(3, "big"), bytes(_RECORD), 640)


async def sends_an_endless_chain(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(_hello(_TLS_1_2))
    one = len(worn.leaf).to_bytes(3, "big") + worn.leaf
    head = bytes([_CERTIFICATE]) + b"\xff\xff\xff" + b"\xff\xff\xfc"
    await _in_records(stream, head, (one * (_RECORD // len(one) + 1))[:_RECORD], 100_000)


async def drips(stream: ByteStream) -> None:
    await stream.receive()
    for byte in _hello(_TLS_1_2) * 1000:
        await stream.send(bytes([byte]))
        await trio.sleep(0.2)


async def knows_no_such_name(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(_alert(112))


async def refuses_whoever_asks_for_no_name(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(_alert(40))


async def has_a_problem_of_its_own(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(_hello(_TLS_1_2) + _alert(80))


async def chooses_tls_1_0(stream: ByteStream) -> None:
    await stream.receive()
    await stream.send(_hello(_TLS_1_0))
    await stream.receive()


async def speaks_tls_1_0_only(stream: ByteStream) -> None:
    link = _link(stream)
    await link.secure(OLD)
    await link.receive()


async def demands_a_certificate_in_every_version(stream: ByteStream) -> None:
    link = _link(stream)
    await link.secure(ASKING)
    await link.receive()


async def floods_after_the_handshake(stream: ByteStream) -> None:
    link = _link(stream)
    if await link.secure(PLAIN):
        while await link.send(bytes(65536)):
            pass


async def is_silent_after_the_handshake(stream: ByteStream) -> None:
    link = _link(stream)
    if await link.secure(PLAIN):
        while await link.receive():
            pass


async def answers_with_escapes(stream: ByteStream) -> None:
    link = _link(stream)
    if await link.secure(PLAIN):
        await link.receive()
        await link.send(b"SIP/2.0 200 \x1b[2J<script>\xe2\x80\xae\r\nContent-Length: 0\r\n\r\n")
        await link.receive()


async def stalls_on_a_large_hello(stream: ByteStream) -> None:
    first = await stream.receive()
    if len(first) > _LARGE_HELLO:
        await never_says_a_word(stream)
        return
    await is_silent_after_the_handshake(_Put(stream, first))


async def answers(stream: ByteStream) -> None:
    link = _link(stream)
    if await link.secure(PLAIN) and await link.receive():
        await link.send(b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")
        await link.receive()


async def silent_at_first(stream: ByteStream, number: int) -> None:
    await (never_says_a_word if number == 1 else answers)(stream)


async def silent_every_other_time(stream: ByteStream, number: int) -> None:
    await (never_says_a_word if number % 2 else answers)(stream)


async def silent_every_third_time(stream: ByteStream, number: int) -> None:
    await (answers if number % 3 else never_says_a_word)(stream)


async def answers_every_third_time(stream: ByteStream, number: int) -> None:
    await (never_says_a_word if number % 3 else answers)(stream)


async def resets_every_third_time(stream: ByteStream, number: int) -> None:
    await (answers if number % 3 else resets_at_once)(stream)


async def turns_the_first_away(stream: ByteStream, number: int) -> None:
    await (refuses_whoever_asks_for_no_name if number == 1 else answers)(stream)


async def turns_every_other_one_away(stream: ByteStream, number: int) -> None:
    await (answers if number % 2 else refuses_whoever_asks_for_no_name)(stream)


async def leaves_every_other_request(stream: ByteStream, number: int) -> None:
    await (is_silent_after_the_handshake if number % 2 else answers)(stream)


async def closes_on_a_request(stream: ByteStream) -> None:
    link = _link(stream)
    if await link.secure(PLAIN):
        await link.receive()
        await link.close("what is this?")


async def answers_in_http(stream: ByteStream) -> None:
    await _answers_with(stream, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def answers_in_imap(stream: ByteStream) -> None:
    await _answers_with(stream, b"* BAD Error in IMAP command received by server.\r\n")


async def _answers_with(stream: ByteStream, answer: bytes) -> None:
    link = _link(stream)
    if await link.secure(PLAIN) and await link.receive():
        await link.send(answer)
        await link.receive()


async def asks_and_breaks_off(stream: ByteStream) -> None:
    """Ends TLS 1.2 by alert 80 whatever the client shows."""
    hello = await stream.receive()
    link = _link(_Put(stream, hello, then=_alert(80)))
    await link.secure(ASKING_1_2)


async def asks_and_is_deaf(stream: ByteStream) -> None:
    """Sends its flight, a CertificateRequest in it, and never reads the answer."""
    hello = await stream.receive()
    link = _link(_Put(stream, hello, then=b""))
    await link.secure(ASKING)


async def stalls_on_old_versions(stream: ByteStream) -> None:
    first = await stream.receive()
    if len(first) < _LARGE_HELLO:  # without a key share
        await never_says_a_word(stream)
        return
    await is_silent_after_the_handshake(_Put(stream, first))


class _Put:
    """A stream with bytes put back into it. With `then` nothing more is read: those bytes are sent instead."""

    def __init__(self, stream: ByteStream, first: bytes, then: bytes | None = None) -> None:
        self._stream = stream
        self._first = first
        self._then = then
        self.send, self.finish, self.close, self.reset = stream.send, stream.finish, stream.close, stream.reset

    async def receive(self) -> bytes:
        first, self._first = self._first, b""
        if first or self._then is None:
            return first or await self._stream.receive()
        if not self._then:
            await trio.sleep(3600)
        await self._stream.receive()
        await self._stream.send(self._then)
        return b""


def _link(stream: ByteStream) -> Link:
    recorder, nowhere = Recorder(trio.current_time), Address("127.0.0.1", 0)
    number = recorder.dialling("somebody", nowhere, "sip")
    return Link(stream, recorder, actor="port", number=number, listens=True, peer=nowhere)


def _alert(number: int) -> bytes:
    return bytes([21]) + _TLS_1_2 + bytes([0, 2, 2, number])


def _hello(version: bytes) -> bytes:
    """Return the record of a ServerHello (RFC 5246 section 7.4.1.3) that any of our ClientHellos allows."""
    suite = b"\xc0\x13" if version == _TLS_1_0 else b"\xc0\x2f"
    body = version + bytes(range(32)) + b"\x00" + suite + b"\x00" + _RENEGOTIATION_INFO
    message = bytes([_SERVER_HELLO]) + len(body).to_bytes(3, "big") + body
    return bytes([_HANDSHAKE]) + version + len(message).to_bytes(2, "big") + message


async def _in_records(stream: ByteStream, head: bytes, piece: bytes, times: int) -> None:
    """Send a handshake message in as many sound records as it takes."""
    for number in range(times):
        data = (head + piece)[:_RECORD] if number == 0 else piece
        await stream.send(bytes([_HANDSHAKE]) + _TLS_1_2 + len(data).to_bytes(2, "big") + data)


async def _flood(stream: ByteStream, piece: bytes, times: int) -> None:
    for _ in range(times):
        await stream.send(piece)


class HostilePort:
    """A port whose every connection goes to a handler; after `most` of them nobody listens there any more.

    A handler that takes two arguments is told the number of the connection, from 1.
    """

    def __init__(self, address: Address, handler: Handler, most: int = 1000) -> None:
        self.address = address
        self._handler = handler
        self._most = most
        self._counts = len(signature(handler).parameters) > 1

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        listener = await LoopbackNetwork().listen(self.address)
        task_status.started()
        try:
            async with trio.open_nursery() as nursery:
                for number in range(1, self._most + 1):
                    stream, _ = await listener.accept()
                    nursery.start_soon(self._take, stream, number)
                listener.close()
        finally:
            listener.close()

    async def _take(self, stream: ByteStream, number: int) -> None:
        arguments = (stream, number) if self._counts else (stream,)
        try:
            with suppress(Exception):  # whatever becomes of it: the other end is what is tested
                await self._handler(*arguments)
        finally:
            stream.close()


def free_port(host: str) -> int:
    """Return a port of a host on which nobody listens."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.bind((host, 0))
        return int(sock.getsockname()[1])
