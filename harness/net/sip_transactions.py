"""The transaction layer of one connection (RFC 3261 section 17): its machines, and what is running for each of them.

The machines say what is to be done (`harness.sip.transactions`); here it is done, on the connection below and for the
users above. What one end asks goes out with `ask`, which yields every response until the final one.

Nothing here waits between what comes in and what that makes this end write: so order is kept, whatever runs beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol

import trio

from harness.net.trace import Trace, current, follow
from harness.sip.building import cancel
from harness.sip.message import Message, Request, Response
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

_RESPONSES_IN_FLIGHT = 64
_PATIENCE_OF_ASKER = (Timer.B, Timer.F)

Hear = Callable[[Response], None]
"""Is told of each response at the moment at which it comes, before anything that comes after it is looked at."""


class Connection(Protocol):
    """What transactions stand on."""

    @property
    def alive(self) -> bool:
        """Whether something can still be sent and heard."""

    def write(self, message: Message) -> None:
        """Give a message its place among what this end says."""

    async def flush(self) -> None:
        """Wait until what was written has left."""

    def deliver(self, request: Request, cancelled: trio.Event) -> None:
        """Hand a request to the user above; `cancelled` is set when its sender takes it back."""

    def start(self, task: Any, *arguments: Any) -> bool:
        """Start a task that ends with the connection; False where that is over."""

    def handing_over(self, request: Request) -> None:
        """Take note that a request is about to leave."""

    def handed_back(self, request: Request) -> None:
        """Take note that a request that left is over."""

    def odd(self, what: str) -> None:
        """Put on record what a peer should not have done."""


@dataclass
class _Running:
    """One transaction and what is running for it.

    Whoever asks waits under `patience`, and that scope's deadline is the transaction's timer: B for an INVITE, else F.
    Every other timer runs in a task of its own. `heard` is set with the first response.

    The keys of the two sides are never equal: a client's has no `sent_by`. So a key that a response gives leads to a
    client transaction, and one that a request gives to a server transaction.
    """

    transaction: ClientTransaction | ServerTransaction
    trace: Trace | None = field(default_factory=current)
    timers: dict[Timer, trio.CancelScope] = field(default_factory=dict)
    responses: trio.MemorySendChannel[Response] | None = None
    hear: Hear | None = None
    patience: trio.CancelScope = field(default_factory=trio.CancelScope)
    heard: trio.Event | None = None
    cancelled: trio.Event = field(default_factory=trio.Event)
    taking_back: trio.CancelScope | None = None


class TransactionLayer:
    """The transactions of one connection, on both its sides. Its length is how many are not over yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._running: dict[TransactionKey, _Running] = {}

    def __len__(self) -> int:
        return len(self._running)

    # --- asking ---

    def ask(
        self, request: Request, hear: Hear | None = None
    ) -> AbstractAsyncContextManager[trio.MemoryReceiveChannel[Response]]:
        """Send a request; the channel gives its responses and ends after the final one, or without one.

        The request has its place among what this end says when this returns; the context, which must be entered, waits
        until it has left. When the transaction times out (64*T1), what is done in the context ends there. Whoever
        leaves it before the final response takes the request back: an INVITE is cancelled (RFC 3261 9.1).
        """
        inbox, outbox = trio.open_memory_channel[Response](_RESPONSES_IN_FLIGHT)
        key = client_key(request)
        running = _Running(ClientTransaction(request), responses=inbox, hear=hear)
        if self._connection.alive:
            self._running[key] = running
            self._connection.handing_over(request)
            self._carry_out(key, running, running.transaction.start())
        else:
            self._end_responses(running)
        return self._waiting(key, running, outbox)

    @asynccontextmanager
    async def _waiting(
        self,
        key: TransactionKey,
        running: _Running,
        outbox: trio.MemoryReceiveChannel[Response],
    ) -> AsyncIterator[trio.MemoryReceiveChannel[Response]]:
        with running.patience as patience, outbox:
            try:
                await self._connection.flush()
                if not self._connection.alive:
                    self._end_responses(running)
                yield outbox
            finally:
                self._end_responses(running)
                if not patience.cancel_called and self._running.get(key) is running:
                    self._connection.start(self._take_back, key, running)
        if patience.cancelled_caught:
            self._carry_out(key, running, running.transaction.timer(Timer.B if key.method == "INVITE" else Timer.F))

    async def _take_back(self, key: TransactionKey, running: _Running) -> None:
        """Cancel an INVITE for which nobody waits any longer; forget what comes to no end by itself in 64*T1."""
        await trio.lowlevel.checkpoint_if_cancelled()
        state = running.transaction.state
        if state is State.ACCEPTED:
            return
        with trio.move_on_after(PATIENCE) as running.taking_back:
            if key.method == "INVITE":
                await self._cancel(running)
            await trio.sleep_forever()
        self._forget(key, running)

    async def _cancel(self, running: _Running) -> None:
        """Send a CANCEL, not before the first provisional response (RFC 3261 9.1)."""
        if running.transaction.state is State.CALLING:
            running.heard = trio.Event()
            await running.heard.wait()
        taken_back = cancel(running.transaction.request)
        if client_key(taken_back) in self._running:
            return
        async with self.ask(taken_back) as responses:
            async for _ in responses:
                pass

    async def cancel(self, invite: Request) -> None:
        """Take back an INVITE that was asked over this connection, as soon as something was heard of it."""
        running = self._running.get(client_key(invite))
        if running is not None and running.transaction.state in (State.CALLING, State.PROCEEDING):
            await self._cancel(running)

    # --- being asked ---

    def begin(self, request: Request) -> None:
        """Take a request that nobody saw before."""
        key = server_key(request)
        self._running[key] = fresh = _Running(ServerTransaction(request))
        self._carry_out(key, fresh, fresh.transaction.start())

    def take_again(self, request: Request) -> bool:
        """Take a request of a transaction that there is: the same again, or an ACK. False: there is none."""
        key = server_key(request)
        running = self._running.get(key)
        if running is None:
            return False
        assert isinstance(running.transaction, ServerTransaction)  # noqa: S101  # the keys of the two sides differ
        self._carry_out(key, running, running.transaction.receive(request))
        return True

    def take_cancel(self, request: Request) -> bool:
        """Take a CANCEL; it changes nothing after the final answer (RFC 3261 9.2). False: it is about nothing."""
        running = self._running.get(server_key(request, "INVITE"))
        if running is None:
            return False
        if running.transaction.state is State.PROCEEDING:
            running.cancelled.set()
        return True

    def answer(self, request: Request, response: Response) -> None:
        """Write a response to a request that came in over this connection."""
        key = server_key(request)
        running = self._running.get(key)
        if running is not None:
            assert isinstance(running.transaction, ServerTransaction)  # noqa: S101  # the keys of the two sides differ
            mine = current()
            follow(running.trace)
            self._carry_out(key, running, running.transaction.send_response(response))
            follow(mine)

    # --- hearing answers ---

    def trace_of(self, response: Response) -> Trace | None:
        """Return for which request that was asked what is answered here."""
        running = self._running.get(client_key(response))
        return running.trace if running else None

    def receive(self, response: Response) -> None:
        """Take a response."""
        key = client_key(response)
        running = self._running.get(key)
        if running is None:
            self._connection.odd(f"a {response.status} that answers nothing we asked")
            return
        assert isinstance(running.transaction, ClientTransaction)  # noqa: S101  # the keys of the two sides differ
        if running.heard is not None:
            running.heard.set()
        self._carry_out(key, running, running.transaction.receive(response))

    # --- the end of the connection ---

    def lose_transport(self) -> None:
        """Tell every transaction that the connection is gone."""
        for key, running in tuple(self._running.items()):
            if isinstance(running.transaction, ClientTransaction):
                self._carry_out(key, running, running.transaction.transport_failed())
            # A proceeding INVITE has no answer to a lost transport in RFC 3261's table; whoever asked must know.
            self._end_responses(running)

    def clear(self) -> None:
        """Forget everything; whoever still asks hears the end."""
        for running in self._running.values():
            self._end_responses(running)
            self._over(running)
        self._running.clear()

    # --- carrying out what the transactions say ---

    def _carry_out(self, key: TransactionKey, running: _Running, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case SendMessage(message=message):
                    self._connection.write(message)
                case Deliver(message=Request() as request):
                    self._connection.deliver(request, running.cancelled)
                case Deliver(message=Response() as response):
                    self._deliver(running, response)
                case StartTimer(name=name, seconds=seconds):
                    self._start_timer(key, running, name, seconds)
                case StopTimer(name=name):
                    self._stop_timer(running, name)
                case TimedOut() | TransportFailed():
                    self._end_responses(running)
                case Terminated():
                    self._forget(key, running)

    def _deliver(self, running: _Running, response: Response) -> None:
        if running.responses is None:
            return
        if running.hear is not None:
            running.hear(response)
        try:
            running.responses.send_nowait(response)
        except trio.WouldBlock:
            self._connection.odd("too many provisional responses")
        if not response.is_provisional:
            self._end_responses(running)

    def _end_responses(self, running: _Running) -> None:
        if running.responses is not None:
            running.responses.close()
            running.responses = None

    def _forget(self, key: TransactionKey, running: _Running) -> None:
        self._end_responses(running)
        for name in tuple(running.timers):
            self._stop_timer(running, name)
        if running.taking_back is not None:
            running.taking_back.cancel()
        if self._running.get(key) is running:
            del self._running[key]
            self._over(running)

    def _over(self, running: _Running) -> None:
        if isinstance(running.transaction, ClientTransaction):
            self._connection.handed_back(running.transaction.request)

    def _start_timer(self, key: TransactionKey, running: _Running, name: Timer, seconds: float) -> None:
        if name in _PATIENCE_OF_ASKER:
            running.patience.deadline = trio.current_time() + seconds
            return
        scope = trio.CancelScope()
        if self._connection.start(self._ring, key, running, name, (seconds, scope)):
            running.timers[name] = scope

    def _stop_timer(self, running: _Running, name: Timer) -> None:
        if name in _PATIENCE_OF_ASKER:
            running.patience.deadline = inf
        scope = running.timers.pop(name, None)
        if scope is not None:
            scope.cancel()

    async def _ring(
        self, key: TransactionKey, running: _Running, name: Timer, wait: tuple[float, trio.CancelScope]
    ) -> None:
        seconds, scope = wait
        with scope:
            await trio.sleep(seconds)
            if running.timers.pop(name, None) is not None:
                self._carry_out(key, running, running.transaction.timer(name))
                await self._connection.flush()
