"""One end of a connection: the pump between a byte stream and the TLS engine, and the tap on both.

Four rules, each paid for (architecture.md, "TLS engine"):

* After every engine call its outgoing bytes are sent, also after one that failed: there lies the alert.
* OpenSSL is read out synchronously and only then does the send lock come, else the reader waits for a
  lock that a blocked writer holds.
* What the engine wrote must leave, in its order, even if whoever wrote it is cancelled: TLS counts its records, and
  a missing one ends the connection for everybody who uses it. So it waits in a queue that any later write empties.
  `put` takes a place in that queue without waiting: so whoever hands on what came in keeps its order.
* A failed write is not the end: the peer's alert may still lie in the receive buffer. So `send` only
  returns False, and `receive` tells how the connection ended.

One task may send while another receives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import trio

from harness.net.network import ByteStream, StreamResetError
from harness.net.recorder import Recorder
from harness.tls.engine import TlsEngine
from harness.tls.observations import Alert, InQuestion, NameCheck, Progress
from harness.tls.profile import TlsProfile
from harness.transcript import (
    Address,
    AlertSeen,
    Chunk,
    Closed,
    Closing,
    Connected,
    Direction,
    End,
    HandshakeFailed,
    HandshakeFinished,
    VerifyFailed,
)

_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 1 << 20
_TAPPED_PIECES = 1 << 16

StatusCheck = Callable[[int, InQuestion], Awaitable[int]]
"""Takes a connection's number and a verified peer, asks whoever must be asked, and gives 0 or the verify error."""


class Link:
    """One end of connection `number`, plain until `secure` is called.

    `ended` is None while the connection lives, then how it ended. `port` is where this end was dialled, 0 where it
    dialled. `clock` is the time by which a TLS profile without
    a clock of its own judges certificates; None for the real one.
    """

    def __init__(
        self,
        stream: ByteStream,
        recorder: Recorder,
        *,
        actor: str,
        number: int,
        listens: bool,
        peer: Address,
    ) -> None:
        self.actor = actor
        self.peer = peer
        self.number = number
        self.listens = listens
        self.ended: Closing | None = None
        self.port = 0
        self.profile: TlsProfile | None = None
        self.expected_names: tuple[str, ...] = ()
        self.clock: datetime | None = None
        self._stream = stream
        self._recorder = recorder
        self._engine: TlsEngine | None = None
        self._send_lock = trio.Lock()
        self._to_send = deque[bytes]()
        self._tapped: list[tuple[float, bool, bytes]] = []
        self._tapped_bytes = 0
        self._tap_is_full = False
        self._told = 0
        self._closing = False
        recorder.keep(number, self.end)
        recorder.note(Connected(recorder.now(), actor, number))

    # --- the handshake ---

    async def secure(
        self,
        profile: TlsProfile,
        *,
        server_name: str = "",
        accept_name: NameCheck | None = None,
        check: StatusCheck | None = None,
    ) -> bool:
        """Run the TLS handshake; return whether this end's part of it succeeded.

        `check` is asked about a peer whose chain holds, before this end says anything more.
        """
        self.profile = profile = profile if profile.clock else replace(profile, clock=self.clock)
        engine = TlsEngine(
            profile,
            listens=self.listens,
            server_name=server_name,
            accept_name=accept_name,
            asks=check is not None,
        )
        self._engine = engine
        while True:
            progress = engine.handshake()
            await self._push()
            match progress:
                case Progress.DONE:
                    self._note_finished(engine)
                    return True
                case Progress.FAILED:
                    await self._fail_handshake(engine.failure, engine.failed_state)
                    return False
                case Progress.WANTS_VERDICT if check:
                    engine.settle(await check(self.number, engine.in_question))
                    continue
            data = await self._pull()
            if self.ended is Closing.RST:
                await self._fail_handshake("peer-reset", engine.states[-1] if engine.states else "")
                return False
            engine.receive(data)

    def _note_finished(self, engine: TlsEngine) -> None:
        now = self._recorder.now()
        self._recorder.note(HandshakeFinished(now, self.actor, self.number, engine.version, engine.cipher))

    async def _fail_handshake(self, reason: str, state: str) -> None:
        self._recorder.note(HandshakeFailed(self._recorder.now(), self.actor, self.number, reason, state))
        await self._leave(reason)

    async def secure_within(
        self,
        seconds: float,
        profile: TlsProfile,
        *,
        server_name: str = "",
        accept_name: NameCheck | None = None,
        check: StatusCheck | None = None,
    ) -> bool:
        """Run the handshake within so many seconds; close a peer that takes longer, and return False."""
        with trio.move_on_after(seconds):
            return await self.secure(profile, server_name=server_name, accept_name=accept_name, check=check)
        if self._closing or self.ended is not None:
            self._stream.close()  # it had failed already; only the peer's FIN was still to come
            return False
        state = self._engine.states[-1] if self._engine and self._engine.states else ""
        await self._fail_handshake("timed-out", state)
        return False

    # --- data ---

    def put(self, data: bytes) -> bool:
        """Give application data its place among what this end says; it leaves with `flush`. False: it cannot."""
        if self.ended is not None:
            return False
        if self._engine is None:
            self._to_send.append(data)
            return True
        if self._engine.write(data) is not Progress.DONE:
            return False
        return self._collect(self._engine)

    async def flush(self) -> bool:
        """Send what was put, by whomever; False when it could not be written. `receive` then tells why."""
        return await self._transmit() if self._to_send else True

    async def send(self, data: bytes) -> bool:
        """Send application data; False when it could not be written. `receive` then tells why."""
        return self.put(data) and await self.flush()

    async def receive(self) -> bytes:
        """Return the next application data, empty when the connection is over; `ended` tells how."""
        while self.ended is None:
            if self._engine is None:
                return await self._pull()
            got = self._engine.read()
            await self._push()
            if isinstance(got, bytes):
                return got
            if got is Progress.WANTS_BYTES:
                await self._feed(self._engine)
            else:
                await self._peer_left()
        return b""

    async def _feed(self, engine: TlsEngine) -> None:
        data = await self._pull()
        if data:
            engine.receive(data)

    async def _peer_left(self) -> None:
        """Answer a goodbye or an alert with our FIN, and wait a moment for the peer's FIN or RST."""
        self._stream.finish()
        await self._drain()
        self._stream.close()

    # --- endings ---

    async def close(self, why: str = "") -> None:
        """Close cleanly: close_notify where there is TLS, FIN, and a moment for the peer's.

        For whoever is the only reader of this link; while another task receives, `finish` is the call.
        """
        if self.ended is None:
            await self.finish(why)
            await self._drain()
        self._stream.close()

    async def finish(self, why: str = "") -> None:
        """Say close_notify where there is TLS, and FIN; receiving goes on until the peer's FIN."""
        if self.ended is None and not self._closing:
            if self._engine is not None:
                self._engine.close()
                self._collect(self._engine)
            await self.flush()
            self._part(Closing.FIN if self._engine is None else Closing.CLOSE_NOTIFY, why)

    async def abandon(self, why: str) -> None:
        """Close with a bare FIN, without close_notify: how Expressway drops a peer that it dialled."""
        await self._leave(why)

    def reset(self, why: str) -> None:
        """Close with an RST."""
        if self.ended is None:
            self.ended = Closing.RST
            self._note_closed(Direction.SENT, Closing.RST, why)
        self._stream.reset()

    def drop(self) -> None:
        """Let go of the connection at once, for whoever is cancelled or done; a second time is harmless."""
        self._stream.close()

    async def _leave(self, why: str) -> None:
        """Send a bare FIN, then drain and close."""
        if self.ended is None:
            self._part(Closing.FIN, why)
            await self._drain()
        self._stream.close()

    def _part(self, how: Closing, why: str) -> None:
        self._closing = True
        self._note_closed(Direction.SENT, how, why)
        self._stream.finish()

    async def _drain(self) -> None:
        """Read what still comes: closing with unread bytes would turn our FIN, and alert, into an RST."""
        drained = 0
        with trio.move_on_after(_DRAIN_SECONDS):
            while self.ended is None and drained < _DRAIN_BYTES:
                drained += len(await self._pull())
        self.ended = self.ended or Closing.FIN

    # --- the pump and the tap ---

    async def _push(self) -> None:
        """Send what the engine holds, and tell the recorder what the engine saw."""
        if self._engine is not None and self._collect(self._engine):
            await self._transmit()

    def _collect(self, engine: TlsEngine) -> bool:
        """Put what the engine holds where it waits to be sent; False where it holds nothing."""
        data = engine.outgoing()
        self._tell(engine)
        if data:
            self._to_send.append(data)
        return bool(data)

    async def _transmit(self) -> bool:
        try:
            self._send_lock.acquire_nowait()  # `async with` would yield even where nobody else sends
        except trio.WouldBlock:
            await self._send_lock.acquire()
        try:
            while self._to_send:
                piece = self._to_send.popleft()
                self._tap(piece, sent=True)
                await self._stream.send(piece)
        except StreamResetError:
            self._to_send.clear()
            return False
        finally:
            self._send_lock.release()
        return True

    async def _pull(self) -> bytes:
        """Return the next bytes from the wire; empty, with `ended` set, at its end."""
        try:
            data = await self._stream.receive()
        except StreamResetError:
            self._end(Closing.RST)
            return b""
        if data:
            self._tap(data, sent=False)
        else:
            engine = self._engine
            orderly = engine is not None and engine.finished and engine.close_notify_received
            self._end(Closing.CLOSE_NOTIFY if orderly else Closing.FIN)
        return data

    def _end(self, how: Closing) -> None:
        if self.ended is None:
            self.ended = how
            if not self._closing:
                self._note_closed(Direction.RECEIVED, how, "")

    def _note_closed(self, direction: Direction, how: Closing, why: str) -> None:
        self._recorder.note(Closed(self._recorder.now(), self.actor, self.number, direction, how, why))

    def _tap(self, data: bytes, *, sent: bool) -> None:
        """Keep the wire bytes, up to a limit of bytes and of pieces: a flood must not fill the memory."""
        if self._tap_is_full:
            return
        self._tapped_bytes += len(data)
        limit = self._recorder.tapped_bytes
        if self._tapped_bytes <= limit and len(self._tapped) < _TAPPED_PIECES:
            self._tapped.append((self._recorder.now(), sent, data))
            return
        self._tap_is_full = True
        what = f"more than {limit >> 10} KiB or {_TAPPED_PIECES} pieces; the rest is not recorded"
        self._recorder.lost(self.actor, self.number, what)

    def _tell(self, engine: TlsEngine) -> None:
        now = self._recorder.now()
        for seen in engine.observed[self._told :]:
            if isinstance(seen, Alert):
                event: AlertSeen | VerifyFailed = AlertSeen(
                    now, self.actor, self.number, seen.direction, seen.level, seen.number
                )
            else:
                event = VerifyFailed(now, self.actor, self.number, seen.depth, seen.code, seen.text, seen.overridden)
            self._recorder.note(event)
        self._told = len(engine.observed)

    # --- what is known afterwards ---

    @property
    def peer_certificate(self) -> bytes:
        """The peer's leaf (DER) after the handshake; empty where it presented none."""
        return self._engine.peer_certificate if self._engine else b""

    @property
    def version(self) -> str:
        """The negotiated TLS version; empty on a plain connection."""
        return self._engine.version if self._engine else ""

    def end(self) -> End:
        """Return what this end saw, for the transcript."""
        profile, engine = self.profile, self._engine
        return End(
            actor=self.actor,
            listens=self.listens,
            tls=engine is not None,
            certificate_request=profile.request if profile and self.listens else None,
            chunks=tuple(
                Chunk(at, Direction.SENT if sent else Direction.RECEIVED, data) for at, sent, data in self._tapped
            ),
            key_log=tuple(engine.key_log) if engine else (),
            states=tuple(engine.states) if engine else (),
            trusted=profile.trusted if profile else (),
            verified_chain=engine.verified_chain if engine else (),
            expected_names=self.expected_names,
        )
