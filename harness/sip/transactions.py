"""Client and server transactions without input or output: they take what happened and say what to do.

Each method returns actions in order; the caller carries them out and calls `timer` when one rings.
`Terminated` is the last action there is: forget the transaction and its timers. The machines are in
`transaction_tables`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from harness.sip.building import acknowledge_refusal, respond
from harness.sip.message import Message, Request, Response
from harness.sip.transaction_actions import (
    Action,
    Deliver,
    SendMessage,
    StartTimer,
    StopTimer,
    Terminated,
    TimedOut,
    TransportFailed,
)
from harness.sip.transaction_tables import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    SECONDS,
    T1,
    T2,
    T4,
    Happening,
    Input,
    State,
    Step,
    Table,
    Timer,
)

__all__ = [
    "T1", "T2", "T4", "Action", "ClientTransaction", "Deliver", "SendMessage", "ServerTransaction",
    "StartTimer", "State", "StopTimer", "Terminated", "TimedOut", "Timer", "TransportFailed",
]  # fmt: skip


_REPORTS: dict[Step, Action] = {Step.TIMED_OUT: TimedOut(), Step.TRANSPORT_FAILED: TransportFailed()}


class _Transaction(ABC):
    """What both sides share: one cell of the table after the other."""

    def __init__(self, request: Request, table: Table, state: State) -> None:
        self.request = request
        self.state = state
        self._table = table
        self._last_sent: Message | None = None

    def timer(self, name: Timer | str) -> list[Action]:
        """Take note that the timer of that name rang."""
        return self._happened(Timer(name))

    def transport_failed(self) -> list[Action]:
        """Take note that the connection is gone, or that a write to it failed."""
        return self._happened(Happening.TRANSPORT_ERROR)

    def _happened(self, what: Input, message: Message | None = None) -> list[Action]:
        return list(self._walk(what, message))

    def _walk(self, what: Input, message: Message | None) -> Iterator[Action]:
        cell = self._table.get((self.state, what))
        if cell is None:
            return
        self.state = cell.state
        if cell.stop is not None:
            yield StopTimer(cell.stop)
        for step in cell.steps:
            yield from self._take(step, message)
        if cell.start is not None:
            yield from self._begin(cell.start)
        elif cell.state is State.TERMINATED:
            yield Terminated()

    def _begin(self, timer: Timer) -> Iterator[Action]:
        seconds = SECONDS[timer]
        if seconds:
            yield StartTimer(timer, seconds)
        else:
            yield from self._walk(timer, None)

    def _take(self, step: Step, message: Message | None) -> Iterator[Action]:
        match step:
            case Step.TIMED_OUT | Step.TRANSPORT_FAILED:
                yield _REPORTS[step]
            case Step.DELIVER if message is not None:
                yield Deliver(message)
            case Step.DELIVER:
                pass
            case Step.SEND | Step.SEND_AGAIN | Step.SEND_ACK | Step.SEND_TRYING:
                yield from self._send(self._written(step, message))

    def _send(self, message: Message | None) -> Iterator[Action]:
        if message is not None:
            self._last_sent = message
            yield SendMessage(message)

    @abstractmethod
    def _written(self, step: Step, message: Message | None) -> Message | None:
        """Return what a step sends, None where there is nothing to send."""


class ClientTransaction(_Transaction):
    """The side that sent the request; any method but ACK, which is no transaction of its own."""

    def __init__(self, request: Request) -> None:
        invite = request.method == "INVITE"
        table, state = (INVITE_CLIENT, State.CALLING) if invite else (NON_INVITE_CLIENT, State.TRYING)
        super().__init__(request, table, state)
        self._patience = Timer.B if invite else Timer.F

    def start(self) -> list[Action]:
        """Send the request and begin to wait."""
        return [SendMessage(self.request), StartTimer(self._patience, SECONDS[self._patience])]

    def receive(self, response: Response) -> list[Action]:
        """Take a response whose key is this transaction's."""
        return self._happened(_kind(response, _RECEIVED), response)

    def _written(self, step: Step, message: Message | None) -> Message | None:
        if step is Step.SEND_ACK and isinstance(message, Response):
            return acknowledge_refusal(self.request, message)
        return None


class ServerTransaction(_Transaction):
    """The side that got the request."""

    def __init__(self, request: Request) -> None:
        invite = request.method == "INVITE"
        table, state = (INVITE_SERVER, State.PROCEEDING) if invite else (NON_INVITE_SERVER, State.TRYING)
        super().__init__(request, table, state)

    def start(self) -> list[Action]:
        """Deliver the request; an INVITE that is not answered within 200 ms is told 100 Trying.

        The timer begins first: an answer that is given while the request is delivered ends it.
        """
        trying = [StartTimer(Timer.TRYING, SECONDS[Timer.TRYING])] if self.request.method == "INVITE" else []
        return [*trying, Deliver(self.request)]

    def receive(self, request: Request) -> list[Action]:
        """Take the request again, or the ACK to it."""
        return self._happened(Happening.ACK if request.method == "ACK" else Happening.REQUEST, request)

    def send_response(self, response: Response) -> list[Action]:
        """Our user answers. What comes after a final response is discarded (RFC 3261 17.2.2)."""
        return self._happened(_kind(response, _SENT), response)

    def _written(self, step: Step, message: Message | None) -> Message | None:
        match step:
            case Step.SEND_TRYING:
                return respond(self.request, 100)
            case Step.SEND_AGAIN:
                return self._last_sent
            case _:
                return message


_RECEIVED = (Happening.PROVISIONAL, Happening.SUCCESS, Happening.REFUSAL)
_SENT = (Happening.SEND_PROVISIONAL, Happening.SEND_SUCCESS, Happening.SEND_REFUSAL)


def _kind(response: Response, kinds: tuple[Happening, Happening, Happening]) -> Happening:
    return kinds[min(response.status // 100, 3) - 1]
