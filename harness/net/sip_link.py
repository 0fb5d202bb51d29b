"""SIP over a link: framing, transactions and their timers, driven by one task.

A request that comes in is handed to `serve` in a task of its own; what this end asks goes out with `ask`,
which yields every response until the final one. A CANCEL is answered here, and shows in the inquiry that it is about.
When the link ends, all that hung on it ends with it, and whoever asked for it by `when_over` is told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

import trio

from harness.net.link import Link
from harness.net.recorder import Recorder
from harness.net.trace import Trace, current, follow
from harness.sip.building import cancel, respond
from harness.sip.framing import Framed, KeepAlive, MessageFramed, StreamFramer, Unframed, Violation
from harness.sip.message import Message, Request, Response
from harness.sip.proxy import add_received
from harness.sip.transaction_keys import TransactionKey, client_key, server_key
from harness.sip.transaction_tables import PATIENCE
from harness.sip.transactions import (
    Action,
    ClientTransaction,
    Deliver,
    SendMessage,
    ServerTransaction,
    StartTimer,
    State,
    StopTimer,
    Terminated,
    TimedOut,
    Timer,
    TransportFailed,
)
from harness.sip.validation import Refusal, syntax_refusal
from harness.transcript import Direction, Oddity, SipSeen

_PONG = b"\r\n"
_RESPONSES_IN_FLIGHT = 64
# An INVITE is remembered for 32 s after its 200 (RFC 6026): 256 calls a second over one traversal link.
_TRANSACTIONS = 8192
_OK, _NO_TRANSACTION, _UNAVAILABLE = 200, 481, 503
_GOODBYE_SECONDS = 2.0
# Nobody who sends a request in pieces waits for its answer longer than this (64*T1, RFC 3261 timer F).
_MESSAGE_SECONDS = 32.0
_LAST_ANSWERS_SECONDS = 5.0
_PATIENCE_OF_ASKER = (Timer.B, Timer.F)

Serve = Callable[["Inquiry"], Awaitable[None]]
OnViolation = Callable[[Link, str], None]


@dataclass
class Inquiry:
    """A request that came in over `link`, and the way to answer it. An ACK cannot be answered.

    `cancelled` is set when the caller takes an INVITE back before it has its final answer.
    """

    link: SipLink
    request: Request
    cancelled: trio.Event = field(default_factory=trio.Event)

    async def answer(self, response: Response) -> None:
        """Send a response of this end; after a final one, further ones are discarded."""
        await self.link.answer(self.request, self.link.signed(response))

    async def pass_on(self, response: Response) -> None:
        """Send the response of somebody else, as a proxy does."""
        await self.link.answer(self.request, response)


@dataclass
class _Pending:
    """One transaction and what is running for it.

    Whoever asks waits under `patience`, and that scope's deadline is the transaction's timer: B or F, by
    `patient_for`. Every other timer runs in a task of its own. `heard` is set with the first response.
    """

    transaction: ClientTransaction | ServerTransaction
    trace: Trace | None = field(default_factory=current)
    timers: dict[Timer, trio.CancelScope] = field(default_factory=dict)
    responses: trio.MemorySendChannel[Response] | None = None
    patience: trio.CancelScope | None = None
    patient_for: Timer | None = None
    heard: trio.Event | None = None
    inquiry: Inquiry | None = None
    taking_back: trio.CancelScope | None = None


class SipLink:
    """SIP on one connection. `run` reads until the connection is over; nothing outlives it.

    With `speaks_first` it reads nothing before it has written something. A client whose certificate is refused
    late (TLS 1.3) would else race with the alert for whether its first request still goes out, and the same
    story would be told in two ways; real clients write at once. `on_violation` gets the link and the reason when what
    came is no SIP, or over the limit: it may end the link in another way than the orderly one. `software` is what this
    end calls itself in the Server header of its answers; empty: none.
    """

    def __init__(
        self,
        link: Link,
        recorder: Recorder,
        serve: Serve,
        *,
        max_message: int = 32768,
        speaks_first: bool = False,
        on_violation: OnViolation | None = None,
        software: str = "",
    ) -> None:
        self.link = link
        self._software = software
        self._recorder = recorder
        self._serve = serve
        self._on_violation = on_violation
        self._framer = StreamFramer(max_head=max_message, max_body=max_message, max_message=max_message)
        self._pending: dict[TransactionKey, _Pending] = {}
        self._nursery: trio.Nursery | None = None
        self._deaf = False
        self._serving = 0
        self._idle: trio.Event | None = None
        self._over = trio.Event()
        self._may_read = trio.Event()
        self._when_over: set[Callable[[SipLink], None]] = set()
        if not speaks_first:
            self._may_read.set()

    @property
    def alive(self) -> bool:
        """Whether the connection still stands."""
        return self.link.ended is None and not self._deaf

    @property
    def transactions(self) -> int:
        """How many transactions are not over yet."""
        return len(self._pending)

    def when_over(self, told: Callable[[SipLink], None]) -> None:
        """Tell somebody when the connection is over, at once where it is; asking twice counts once."""
        if self._over.is_set():
            told(self)
        else:
            self._when_over.add(told)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Read and dispatch until the connection is over."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                task_status.started()
                await self._read()
                await self._refuse_violation()
                self._deaf = True  # whoever asks from here on finds the link dead
                self._nursery = None
                await self._lose_transport()
                nursery.cancel_scope.cancel()
            if self._framer.violation and self._on_violation:
                self._on_violation(self.link, self._framer.violation.reason)
            await self.link.close("not SIP" if self._framer.violation else "")
        finally:
            self._deaf = True
            self._nursery = None
            for pending in self._pending.values():
                self._end_responses(pending)
            self._pending.clear()
            self._over.set()
            for told in self._when_over:
                told(self)
            self.link.drop()

    async def _read(self) -> None:
        await self._may_read.wait()
        whole_by = inf
        while self._framer.violation is None:
            with trio.CancelScope(deadline=whole_by) as in_time:
                data = await self.link.receive()
            if in_time.cancelled_caught:
                await self._take(self._framer.give_up(f"a message is not whole after {_MESSAGE_SECONDS:g} s"))
                return
            if not data:
                return
            self._framer.feed(data)
            for framed in self._framer.events():
                whole_by = inf
                await self._take(framed)
                # Tasks that are ready together run in any order: a BYE would overtake the ACK that came with it.
                if self._framer.pending:
                    await trio.lowlevel.checkpoint()
            if self._framer.pending:
                whole_by = min(whole_by, trio.current_time() + _MESSAGE_SECONDS)

    async def _refuse_violation(self) -> None:
        """Let those who asked before hear their answers, then say what was wrong with the message that ends it all."""
        violation = self._framer.violation
        if violation is None:
            return
        if self._serving:
            self._idle = trio.Event()
            with trio.move_on_after(_LAST_ANSWERS_SECONDS):
                await self._idle.wait()
        if isinstance(violation, Unframed) and isinstance(violation.head, Request) and self._on_violation is None:
            self._take_up(violation.head)
            await self._refuse(violation.head, Refusal(violation.status, violation.reason))

    async def close(self) -> None:
        """Close in good order while `run` reads on, and wait a moment for the peer to do the same."""
        await self.link.finish()
        self._may_read.set()
        with trio.move_on_after(_GOODBYE_SECONDS):
            await self._over.wait()

    # --- asking ---

    @asynccontextmanager
    async def ask(self, request: Request) -> AsyncIterator[trio.MemoryReceiveChannel[Response]]:
        """Send a request; the channel gives its responses and ends after the final one, or without one.

        When the transaction times out (64*T1), what is done in the context ends there. Whoever leaves it before the
        final response takes the request back: an INVITE is cancelled (RFC 3261 9.1).
        """
        inbox, outbox = trio.open_memory_channel[Response](_RESPONSES_IN_FLIGHT)
        key = client_key(request)
        with trio.CancelScope() as patience, inbox, outbox:
            pending = _Pending(ClientTransaction(request), responses=inbox, patience=patience)
            try:
                if self.alive:
                    self._pending[key] = pending
                    self._recorder.hand_over(self.link.number, server_key(request))
                    await self._carry_out(key, pending, pending.transaction.start())
                if not self.alive:
                    self._end_responses(pending)
                yield outbox
            finally:
                pending.responses = pending.patience = None
                if not patience.cancel_called and self._pending.get(key) is pending and self._nursery is not None:
                    self._nursery.start_soon(self._take_back, key, pending)
        if patience.cancelled_caught and pending.patient_for is not None:
            await self._carry_out(key, pending, pending.transaction.timer(pending.patient_for))

    async def _take_back(self, key: TransactionKey, pending: _Pending) -> None:
        """Cancel an INVITE for which nobody waits any longer; forget what comes to no end by itself in 64*T1."""
        await trio.lowlevel.checkpoint_if_cancelled()
        state = pending.transaction.state
        if state is State.ACCEPTED:
            return
        with trio.move_on_after(PATIENCE) as pending.taking_back:
            if key.method == "INVITE":
                await self._cancel(pending)
            await trio.sleep_forever()
        self._forget(key, pending)

    async def _cancel(self, pending: _Pending) -> None:
        """Send a CANCEL, not before the first provisional response (RFC 3261 9.1)."""
        if pending.transaction.state is State.CALLING:
            pending.heard = trio.Event()
            await pending.heard.wait()
        taken_back = cancel(pending.transaction.request)
        if client_key(taken_back) in self._pending:
            return
        async with self.ask(taken_back) as responses:
            async for _ in responses:
                pass

    async def cancel(self, invite: Request) -> None:
        """Take back an INVITE that was asked over this link, as soon as something was heard of it."""
        pending = self._pending.get(client_key(invite))
        if pending is not None and pending.transaction.state in (State.CALLING, State.PROCEEDING):
            await self._cancel(pending)

    async def send(self, request: Request) -> None:
        """Send a request that has no transaction: the ACK of a 2xx."""
        await self._write(request)

    async def answer(self, request: Request, response: Response) -> None:
        """Send a response to a request that came in over this link."""
        key = server_key(request)
        pending = self._pending.get(key)
        if pending is not None and isinstance(pending.transaction, ServerTransaction):
            mine = current()
            follow(pending.trace)
            await self._carry_out(key, pending, pending.transaction.send_response(response))
            follow(mine)

    # --- what comes in ---

    async def _take(self, framed: Framed) -> None:
        match framed:
            case MessageFramed(message=Request() as request):
                self._take_up(request)
                self._seen(Direction.RECEIVED, request)
                await self._take_request(request)
            case MessageFramed(message=Response() as response):
                pending = self._pending.get(client_key(response))
                follow(pending.trace if pending else None)
                self._seen(Direction.RECEIVED, response)
                await self._take_response(response)
            case KeepAlive(ping=ping):
                self._recorder.heard(self.link.number)
                if ping:
                    await self.link.send(_PONG)
            case Violation(reason=reason):
                self._odd(reason)

    def _take_up(self, request: Request) -> None:
        asked = "" if request.method == "ACK" else f"{request.method} {request.uri}"
        self._recorder.take_up(self.link.number, server_key(request), asked)

    async def _take_request(self, request: Request) -> None:
        refusal = syntax_refusal(request)
        if refusal is not None:
            await self._refuse(request, refusal)
            return
        request = add_received(request, self.link.peer.host, self.link.peer.port)
        key = server_key(request)
        pending = self._pending.get(key)
        if pending is not None and isinstance(pending.transaction, ServerTransaction):
            await self._carry_out(key, pending, pending.transaction.receive(request))
        elif request.method == "ACK":
            self._spawn(Inquiry(self, request))
        elif request.method == "CANCEL":
            await self._take_cancel(request)
        elif len(self._pending) >= _TRANSACTIONS:
            self._odd(f"more than {_TRANSACTIONS} transactions at once; {request.method} refused")
            await self._refuse(request, Refusal(_UNAVAILABLE))
        else:
            self._pending[key] = fresh = _Pending(ServerTransaction(request), inquiry=Inquiry(self, request))
            await self._carry_out(key, fresh, fresh.transaction.start())

    async def _refuse(self, request: Request, refusal: Refusal) -> None:
        """Answer without a transaction (RFC 3261 8.2.7); an ACK gets no answer."""
        if request.method == "ACK":
            self._odd(f"an ACK that nobody can use: {refusal.reason or refusal.status}")
            return
        taken = add_received(request, self.link.peer.host, self.link.peer.port)
        await self._write(self.signed(refusal.response(taken)))

    async def _take_cancel(self, request: Request) -> None:
        """Answer a CANCEL hop by hop (RFC 3261 9.2); it changes nothing where the final answer was given."""
        pending = self._pending.get(server_key(request, "INVITE"))
        if pending is None or pending.inquiry is None:
            await self._refuse(request, Refusal(_NO_TRANSACTION))
            return
        if pending.transaction.state is State.PROCEEDING:
            pending.inquiry.cancelled.set()
        await self._write(self.signed(respond(request, _OK)))

    async def _take_response(self, response: Response) -> None:
        key = client_key(response)
        pending = self._pending.get(key)
        if pending is None or not isinstance(pending.transaction, ClientTransaction):
            self._odd(f"a {response.status} that answers nothing we asked")
            return
        if pending.heard is not None:
            pending.heard.set()
        await self._carry_out(key, pending, pending.transaction.receive(response))

    # --- carrying out what the transactions say ---

    async def _carry_out(self, key: TransactionKey, pending: _Pending, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case SendMessage(message=message):
                    await self._write(message)
                case Deliver(message=Request() as request):
                    known = pending.inquiry
                    self._spawn(known if known and known.request is request else Inquiry(self, request))
                case Deliver(message=Response() as response):
                    self._deliver(pending, response)
                case StartTimer(name=name, seconds=seconds):
                    self._start_timer(key, pending, name, seconds)
                case StopTimer(name=name):
                    self._stop_timer(pending, name)
                case TimedOut() | TransportFailed():
                    self._end_responses(pending)
                case Terminated():
                    self._forget(key, pending)

    def _deliver(self, pending: _Pending, response: Response) -> None:
        if pending.responses is None:
            return
        try:
            pending.responses.send_nowait(response)
        except trio.WouldBlock:
            self._odd("too many provisional responses")
        if not response.is_provisional:
            self._end_responses(pending)

    def _end_responses(self, pending: _Pending) -> None:
        if pending.responses is not None:
            pending.responses.close()
            pending.responses = None

    def _forget(self, key: TransactionKey, pending: _Pending) -> None:
        self._end_responses(pending)
        for name in tuple(pending.timers):
            self._stop_timer(pending, name)
        if pending.taking_back is not None:
            pending.taking_back.cancel()
        if self._pending.get(key) is pending:
            del self._pending[key]

    def _start_timer(self, key: TransactionKey, pending: _Pending, name: Timer, seconds: float) -> None:
        if pending.patience is not None and name in _PATIENCE_OF_ASKER:
            pending.patience.deadline, pending.patient_for = trio.current_time() + seconds, name
        elif self._nursery is not None:
            pending.timers[name] = scope = trio.CancelScope()
            self._nursery.start_soon(self._ring, key, pending, name, (seconds, scope))

    def _stop_timer(self, pending: _Pending, name: Timer) -> None:
        if pending.patience is not None and pending.patient_for is name:
            pending.patience.deadline = inf
        scope = pending.timers.pop(name, None)
        if scope is not None:
            scope.cancel()

    async def _ring(
        self, key: TransactionKey, pending: _Pending, name: Timer, wait: tuple[float, trio.CancelScope]
    ) -> None:
        seconds, scope = wait
        with scope:
            await trio.sleep(seconds)
            if pending.timers.pop(name, None) is not None:
                await self._carry_out(key, pending, pending.transaction.timer(name))

    async def _lose_transport(self) -> None:
        for key, pending in tuple(self._pending.items()):
            if isinstance(pending.transaction, ClientTransaction):
                await self._carry_out(key, pending, pending.transaction.transport_failed())
            # A proceeding INVITE has no answer to a lost transport in RFC 3261's table; whoever asked must know.
            self._end_responses(pending)

    # --- the wire ---

    def _spawn(self, inquiry: Inquiry) -> None:
        """Serve a request in a task of its own."""
        if self._nursery is not None:
            self._serving += 1
            self._nursery.start_soon(self._serve_one, inquiry)

    async def _serve_one(self, inquiry: Inquiry) -> None:
        try:
            await self._serve(inquiry)
        finally:
            self._serving -= 1
            if self._idle is not None and not self._serving:
                self._idle.set()

    def signed(self, response: Response) -> Response:
        """Return a response of this end with its Server header (RFC 3261 20.35)."""
        if not self._software or "server" in response.headers:
            return response
        return response.with_headers(response.headers.with_added("Server", self._software))

    async def _write(self, message: Message) -> None:
        if self.link.ended is None:
            self._seen(Direction.SENT, message)
            await self.link.send(message.to_bytes())
            self._may_read.set()

    def _seen(self, direction: Direction, message: Message) -> None:
        recorder, link = self._recorder, self.link
        recorder.note(SipSeen(recorder.now(), link.actor, link.number, direction, message.to_bytes()))

    def _odd(self, what: str) -> None:
        recorder, link = self._recorder, self.link
        recorder.note(Oddity(recorder.now(), link.actor, link.number, what))
