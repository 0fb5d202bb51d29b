"""The loopback network: real sockets, an address for each actor, the real port numbers.

All of 127.0.0.0/8 is this machine on Linux, so Expressway-E and the cloud can both listen on 5062, without
root, and labs side by side do not meet: each takes a block of its own.
"""

from __future__ import annotations

import errno
import os
import random
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import trio

from harness.errors import LabError
from harness.net.network import ByteStream, DatagramPort, DialError, Listener, StreamResetError
from harness.transcript import Address, DialFailure

_PIECE = 65536
_BACKLOG = 1024
_LINGER_ZERO = struct.pack("ii", 1, 0)
_GONE = {errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN, errno.ECONNABORTED, errno.EBADF, errno.ETIMEDOUT}
_RESOURCES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE_WHEN_EXHAUSTED = 0.1
_CLAIM_PORT = 65535  # above the listening ports that an Expressway takes
_CLAIMS = 16


class SocketStream:
    """One end of a TCP connection, on a non-blocking socket of the standard library.

    Sending does not yield where the kernel takes the bytes at once: whoever pumps a link reads next, and that
    waits. trio's own sockets yield after every call, which was a quarter of the cost of a handshake (measured).

    The kernel tells a pending reset once. Where a write ran into it the next read would give a FIN, so this
    end remembers.
    """

    def __init__(self, sock: socket.socket, *, was_reset: bool = False) -> None:
        self._socket = sock
        self._was_reset = was_reset
        self._unsent = bytearray()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def send(self, data: bytes) -> None:
        """Send all of `data`; raise StreamResetError when the peer is gone. What a cancelled call left goes first."""
        self._unsent += data
        while self._unsent:
            try:
                del self._unsent[: self._socket.send(self._unsent)]
            except BlockingIOError:
                await self._wait(trio.lowlevel.wait_writable)
            except OSError as error:
                self._was_reset |= isinstance(error, ConnectionResetError)
                raise _reset(error) from error

    async def receive(self) -> bytes:
        """Return the next bytes, empty at the peer's FIN; raise StreamResetError at its RST."""
        await self._wait(trio.lowlevel.wait_readable)
        try:
            data = self._socket.recv(_PIECE)
        except BlockingIOError:
            return await self.receive()
        except OSError as error:
            raise _reset(error) from error
        if self._was_reset and not data:
            raise StreamResetError
        return data

    async def _wait(self, ready: Callable[[socket.socket], Awaitable[None]]) -> None:
        """Wait for the kernel; a socket that this end gave up meanwhile counts as reset."""
        if self._socket.fileno() < 0:
            raise StreamResetError
        try:
            await ready(self._socket)
        except trio.ClosedResourceError as error:
            raise StreamResetError from error

    def finish(self) -> None:
        """Send a FIN; receiving goes on."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno not in _GONE:
                raise

    def close(self) -> None:
        """Give the connection up; the kernel sends a FIN, or an RST where unread bytes are left."""
        if self._socket.fileno() >= 0:
            trio.lowlevel.notify_closing(self._socket)
        self._socket.close()

    def reset(self) -> None:
        """Give the connection up with an RST."""
        if self._socket.fileno() >= 0:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self.close()


def _reset(error: OSError) -> Exception:
    return StreamResetError() if error.errno in _GONE else error


def _stream(sock: trio.socket.SocketType, *, was_reset: bool = False) -> SocketStream:
    """Take a connected socket over from trio, which needs it no longer."""
    taken = socket.socket(fileno=sock.detach())
    taken.setblocking(False)
    return SocketStream(taken, was_reset=was_reset)


@dataclass
class _SocketListener:
    sock: trio.socket.SocketType

    async def accept(self) -> tuple[ByteStream, Address]:
        while True:
            try:
                sock, (host, port, *_) = await self.sock.accept()
            except OSError as error:
                if error.errno in _RESOURCES:
                    await trio.sleep(_PAUSE_WHEN_EXHAUSTED)
                elif error.errno not in _GONE or self.sock.fileno() < 0:
                    raise
            else:
                return _stream(sock), Address(host, port)

    def close(self) -> None:
        self.sock.close()


@dataclass
class _SocketPort:
    sock: trio.socket.SocketType

    async def send(self, data: bytes, to: Address) -> None:
        try:
            await self.sock.sendto(data, (to.host, to.port))
        except OSError:
            await trio.lowlevel.checkpoint()  # UDP promises nothing: what the kernel cannot send is lost

    async def receive(self) -> tuple[bytes, Address]:
        while True:
            try:
                data, (host, port, *_) = await self.sock.recvfrom(_PIECE)
            except ConnectionError:
                continue  # an ICMP answer to something that we sent earlier
            return data, Address(host, port)

    def close(self) -> None:
        self.sock.close()


class LoopbackNetwork:
    """Real sockets on this machine."""

    name = "loopback"

    @contextmanager
    def block(self) -> Iterator[str]:
        """Claim a block by binding a port in it that no actor uses; two labs that meet by chance try others."""
        for _ in range(_CLAIMS):
            candidate = f"127.{random.randrange(64, 255)}.{random.randrange(256)}"  # noqa: S311  # no secret
            with socket.socket() as claim:
                try:
                    claim.bind((f"{candidate}.1", _CLAIM_PORT))
                except OSError:
                    continue
                yield candidate
                return
        raise LabError("no free block in 127.0.0.0/8 was found; name one with --addresses, or use --network memory.")

    async def listen(self, address: Address) -> Listener:
        """Listen at `address`; LabError where that cannot be."""
        sock = _new_socket(address.host)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            await sock.bind((address.host, address.port))
            sock.listen(_BACKLOG)
        except BaseException as error:
            sock.close()
            if isinstance(error, OSError):
                raise LabError(_why_not(address, error)) from error
            raise
        return _SocketListener(sock)

    async def dial(
        self, source: str, target: Address, *, within: float, bound: Callable[[Address], None]
    ) -> ByteStream:
        """Connect from the host `source` to `target` within `within` seconds; raise DialError.

        A connection that the peer took and reset before we looked has come about: its reset is for whoever reads.
        """
        sock = _new_socket(target.host)
        try:
            await sock.bind((source, 0))
            bound(Address(*sock.getsockname()[:2]))
            with trio.fail_after(within):
                await sock.connect((target.host, target.port))
        except ConnectionResetError:  # a SYN that is refused is ECONNREFUSED (tcp(7))
            return _stream(sock, was_reset=True)
        except BaseException as error:
            sock.close()
            if isinstance(error, trio.TooSlowError):
                raise DialError(DialFailure.TIMED_OUT) from error
            if isinstance(error, OSError):
                refused = isinstance(error, ConnectionRefusedError)
                raise DialError(DialFailure.REFUSED if refused else DialFailure.UNREACHABLE) from error
            raise
        return _stream(sock)

    async def open_datagrams(self, address: Address) -> DatagramPort:
        """Open a UDP port; LabError where that cannot be."""
        sock = _new_socket(address.host, socket.SOCK_DGRAM)
        try:
            await sock.bind((address.host, address.port))
        except BaseException as error:
            sock.close()
            if isinstance(error, OSError):
                raise LabError(_why_not(address, error)) from error
            raise
        return _SocketPort(sock)


def _new_socket(host: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> trio.socket.SocketType:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return trio.socket.socket(family, kind)


def _why_not(address: Address, error: OSError) -> str:
    """Say what keeps us from listening, and what to do next."""
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"{address} is taken by another program. Stop it (`ss -ltnp 'sport = :{address.port}'` names "
                "it), or give the lab another block of addresses with --addresses."
            )
        case errno.EACCES | errno.EPERM:
            return f"{address}: ports below 1024 need rights that this user lacks. Choose 1024 to 65534."
        case errno.EADDRNOTAVAIL:
            return (
                f"{address.host} is not an address of this machine: `ip address` lists them. A run with --network "
                "memory needs none."
            )
        case number:
            return f"cannot listen on {address}: {os.strerror(number or 0)}"
