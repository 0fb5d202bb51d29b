"""SIP over a link: what comes is framed, validated and given to the transaction layer, by one task.

A request that comes in is handed to `serve`. One that is malformed is answered here, a CANCEL too; it shows in the
inquiry that it is about. When the link ends, all that hung on it ends with it, and whoever asked for it by `when_over`
is told.

Order. Tasks that can run run in any order, so an ACK and the BYE after it, or a 200 and a BYE, must not be left to two
tasks. What `serve` and the `hear` of `ask` do before they return is done by the reader, message by message; what they
write there has its place (`write`), and leaves in it. Only the waiting that is left is done by a task of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from math import inf
from typing import Any

import trio

from harness.net.link import Link
from harness.net.recorder import Recorder
from harness.net.sip_transactions import Hear, TransactionLayer
from harness.net.trace import follow
from harness.sip.framing import Framed, KeepAlive, MessageFramed, StreamFramer, Unframed, Violation
from harness.sip.message import Message, Request, Response
from harness.sip.proxy import add_received
from harness.sip.transaction_keys import server_key
from harness.sip.validation import Refusal, syntax_refusal
from harness.transcript import Direction, Oddity, SipSeen

_PONG = b"\r\n"
# An INVITE is remembered for 32 s after its 200 (RFC 6026): 256 calls a second over one traversal link.
_TRANSACTIONS = 8192
_OK, _REFUSED, _NO_TRANSACTION, _UNAVAILABLE = 200, 300, 481, 503
_GOODBYE_SECONDS = 2.0
# Nobody who sends a request in pieces waits for its answer longer than this (64*T1, RFC 3261 timer F).
_MESSAGE_SECONDS = 32.0
_LAST_ANSWERS_SECONDS = 5.0

Serve = Callable[["Inquiry"], Awaitable[None]]
"""Takes a request. What it does at once is done in the order of requests; what it returns is awaited apart."""

OnViolation = Callable[[Link, Violation], None]


@dataclass
class Inquiry:
    """A request that came in over `link`, and the way to answer it. An ACK cannot be answered.

    `cancelled` is set when the caller takes an INVITE back before it has its final answer.
    """

    link: SipLink
    request: Request
    cancelled: trio.Event

    def answer(self, response: Response) -> Awaitable[None]:
        """Write a response of this end, and return what waits until it has left.

        After a final one, further ones are discarded.
        """
        self.pass_on(self.link.signed(response))
        return self.link.flush()

    async def ignore(self) -> None:
        """Do nothing, as with an ACK that is of no use to anybody."""

    def pass_on(self, response: Response) -> None:
        """Write the response of somebody else, as a proxy does; it leaves when the link is flushed."""
        self.link.put_answer(self.request, response)


class SipLink:
    """SIP on one connection. `run` reads until the connection is over; nothing outlives it.

    With `speaks_first` it reads nothing before it has written something. A client whose certificate is refused
    late (TLS 1.3) would else race with the alert for whether its first request still goes out, and the same
    story would be told in two ways; real clients write at once. `on_violation` gets the link and what was wrong where
    no SIP came, or more than the limit: it may end the link in another way than the orderly one. `software` is what
    this end calls itself in the Server header of its answers; empty: none.
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
        self._framer = StreamFramer(max_message)
        self._transactions = TransactionLayer(self)
        self._nursery: trio.Nursery | None = None
        self._deaf = False
        self._owes = False
        self._used_at = trio.current_time()
        self._serving = 0
        self._idle: trio.Event | None = None
        self._over = trio.Event()
        self._may_read = trio.Event()
        self._when_over: set[Callable[[SipLink], object]] = set()
        if not speaks_first:
            self._may_read.set()

    @property
    def alive(self) -> bool:
        """Whether the connection still stands."""
        return self.link.ended is None and not self._deaf

    @property
    def transactions(self) -> int:
        """How many transactions are not over yet."""
        return len(self._transactions)

    @property
    def idle_seconds(self) -> float:
        """For how long no message went over the connection, in either direction."""
        return trio.current_time() - self._used_at

    async def over(self) -> None:
        """Wait until the connection is over."""
        await self._over.wait()

    def when_over(self, told: Callable[[SipLink], object]) -> None:
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
                try:
                    await self._read()
                    await self._refuse_violation()
                finally:  # also where it is cancelled: the nursery is closed before the last of its tasks is told
                    self._deaf = True  # whoever asks from here on finds the link dead
                    self._nursery = None
                self._transactions.lose_transport()
                nursery.cancel_scope.cancel()
            if self._framer.violation and self._on_violation:
                self._on_violation(self.link, self._framer.violation)
            await self.link.close("not SIP" if self._framer.violation else "")
        finally:
            self._transactions.clear()
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
                self._take(self._framer.give_up(f"a message is not whole after {_MESSAGE_SECONDS:g} s"))
                return
            if not data:
                return
            self._framer.feed(data)
            for framed in self._framer.events():
                whole_by = inf
                self._owes = False
                self._take(framed)
                if self._owes:  # whoever does not read what the reader itself answers is not read any further
                    await self.flush()
            if self._framer.pending:
                whole_by = min(whole_by, trio.current_time() + _MESSAGE_SECONDS)

    async def _refuse_violation(self) -> None:
        """Say what was wrong with the message that ends it all, after the answers to what was asked before."""
        violation = self._framer.violation
        if violation is None:
            return
        await self._give_last_answers()
        if isinstance(violation, Unframed) and isinstance(violation.head, Request) and self._on_violation is None:
            self._take_up(violation.head)
            self._refuse(violation.head, Refusal(violation.status, violation.reason))
            await self.flush()

    async def _give_last_answers(self) -> None:
        """Let those who asked before hear their answers, unless that takes too long."""
        if self._serving:
            self._idle = trio.Event() if self._idle is None else self._idle
            with trio.move_on_after(_LAST_ANSWERS_SECONDS):
                await self._idle.wait()

    async def close(self) -> None:
        """Close cleanly while `run` reads on, and wait a moment for the peer to do the same."""
        await self._give_last_answers()
        await self.link.finish()
        self._may_read.set()
        with trio.move_on_after(_GOODBYE_SECONDS):
            await self.over()

    # --- asking ---

    def ask(
        self, request: Request, hear: Hear | None = None
    ) -> AbstractAsyncContextManager[trio.MemoryReceiveChannel[Response]]:
        """Send a request, as `TransactionLayer.ask` does."""
        return self._transactions.ask(request, hear)

    async def cancel(self, invite: Request) -> None:
        """Take back an INVITE that was asked over this link, as soon as something was heard of it."""
        await self._transactions.cancel(invite)

    def send(self, request: Request) -> Awaitable[None]:
        """Write a request that has no transaction, the ACK of a 2xx, and return what waits until it has left."""
        self.write(request)
        return self.flush()

    def put_answer(self, request: Request, response: Response) -> None:
        """Write a response to a request that came in over this link."""
        self._transactions.answer(request, response)

    # --- what comes in ---

    def _take(self, framed: Framed) -> None:
        match framed:
            case MessageFramed(message=Request() as request):
                self._take_up(request)
                self._seen(Direction.RECEIVED, request)
                self._take_request(request)
            case MessageFramed(message=Response() as response):
                follow(self._transactions.trace_of(response))
                self._seen(Direction.RECEIVED, response)
                self._transactions.receive(response)
                self._owes = response.status >= _REFUSED  # it was acknowledged, if it was to an INVITE
            case KeepAlive():
                self._recorder.heard(self.link.number)
                self.link.put(_PONG)
                self._owes = True
            case Violation(reason=reason):
                self.odd(reason)

    def _take_up(self, request: Request) -> None:
        asked = "" if request.method == "ACK" else f"{request.method} {request.uri}"
        self._recorder.take_up(self.link.number, server_key(request), asked)

    def _take_request(self, request: Request) -> None:
        refusal = syntax_refusal(request)
        if refusal is not None:
            self._refuse(request, refusal)
            return
        request = add_received(request, self.link.peer.host, self.link.peer.port)
        if self._transactions.take_again(request):
            self._owes = True
            return
        if request.method == "ACK":
            self.deliver(request, trio.Event())
        elif request.method == "CANCEL":  # it is answered hop by hop (RFC 3261 9.2)
            self._refuse(request, Refusal(_OK if self._transactions.take_cancel(request) else _NO_TRANSACTION))
        elif len(self._transactions) >= _TRANSACTIONS:
            self.odd(f"more than {_TRANSACTIONS} transactions at once; {request.method} refused")
            self._refuse(request, Refusal(_UNAVAILABLE))
        else:
            self._transactions.begin(request)

    def _refuse(self, request: Request, refusal: Refusal) -> None:
        """Answer without a transaction (RFC 3261 8.2.7); an ACK gets no answer."""
        if request.method == "ACK":
            self.odd(f"an ACK that nobody can use: {refusal.reason or refusal.status}")
            return
        taken = add_received(request, self.link.peer.host, self.link.peer.port)
        self.write(self.signed(refusal.response(taken)))
        self._owes = True

    # --- the wire ---

    def deliver(self, request: Request, cancelled: trio.Event) -> None:
        """Serve a request: what `serve` does at once in its order, the rest in a task of its own."""
        if self._nursery is not None:
            self._serving += 1
            self._nursery.start_soon(self._serve_on, self._serve(Inquiry(self, request, cancelled)))

    def start(self, task: Any, *arguments: Any) -> bool:
        """Start a task that ends with the connection; False where that is over."""
        if self._nursery is None:
            return False
        self._nursery.start_soon(task, *arguments)
        return True

    def handing_over(self, request: Request) -> None:
        """Take note that a request is about to leave."""
        self._recorder.hand_over(self.link.number, server_key(request))

    def handed_back(self, request: Request) -> None:
        """Take note that a request that left is over."""
        self._recorder.handed_back(self.link.number, server_key(request))

    async def _serve_on(self, rest: Awaitable[None]) -> None:
        try:
            await rest
        finally:
            self._serving -= 1
            if self._idle is not None and not self._serving:
                self._idle.set()
                self._idle = None

    def signed(self, response: Response) -> Response:
        """Return a response of this end with its Server header (RFC 3261 20.35)."""
        if not self._software or "server" in response.headers:
            return response
        return response.with_headers(response.headers.with_added("Server", self._software))

    def write(self, message: Message) -> None:
        """Give a message its place among what this end says, unless the link has ended; it leaves with `flush`."""
        if self.link.ended is None:
            self._seen(Direction.SENT, message)
            self.link.put(message.to_bytes())

    async def flush(self) -> None:
        """Wait until what was written has left."""
        await self.link.flush()
        self._may_read.set()

    def _seen(self, direction: Direction, message: Message) -> None:
        self._used_at = trio.current_time()
        recorder, link = self._recorder, self.link
        recorder.note(SipSeen(recorder.now(), link.actor, link.number, direction, message.to_bytes()))

    def odd(self, what: str) -> None:
        """Put on record what the peer should not have done."""
        recorder, link = self._recorder, self.link
        recorder.note(Oddity(recorder.now(), link.actor, link.number, what))
