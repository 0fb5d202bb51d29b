"""SIP requests and what they were answered, on one connection; a call is all of one Call-ID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from harness.capture.reading.messages import SipSaid
from harness.sip.message import Request, Response
from harness.sip.transaction_keys import TransactionKey, client_key

_LOWEST_FINAL, _LOWEST_REFUSAL = 200, 300
_CHALLENGES = {401, 407}
_CANCELLED = 487
PATIENCE = 32.0
"""Seconds after which nobody waits for an answer any more (RFC 3261, 64 times T1)."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its final answer: `status` None where none was seen, `answered_at` then None too.

    `call_id` names the call, `by_dialler` who asked; `last` is when the last message of it was seen.
    """

    call_id: str
    method: str
    by_dialler: bool
    asked_at: float
    line: str
    status: int | None = None
    answered_at: float | None = None
    last: float = 0.0

    @property
    def is_refused(self) -> bool:
        """Whether the answer says no; that of a request which its sender cancelled does not."""
        return self.status is not None and self.status >= _LOWEST_REFUSAL and self.status != _CANCELLED


def exchanges_of(messages: Iterable[SipSaid]) -> tuple[Exchange, ...]:
    """Return every request but ACK and CANCEL, in the order in which they were asked."""
    found: dict[tuple[bool, TransactionKey], Exchange] = {}
    for said in messages:
        match said.message:
            case Request(method="ACK" | "CANCEL"):
                continue
            case Request() as request:
                key = said.by_dialler, client_key(request)
                call_id = request.headers.get("call-id") or ""
                new = Exchange(call_id, request.method, said.by_dialler, said.at, request.start_line, last=said.at)
                found.setdefault(key, new)
            case Response() as response:
                key = not said.by_dialler, client_key(response)
                if (asked := found.get(key)) is not None:
                    found[key] = _answered(asked, response.status, said.at)
    return tuple(found.values())


def _answered(asked: Exchange, status: int, at: float) -> Exchange:
    if status < _LOWEST_FINAL or asked.status is not None:
        return replace(asked, last=at)
    return replace(asked, status=status, answered_at=at, last=at)


def failed(exchanges: Iterable[Exchange], over_at: float) -> Iterator[Exchange]:
    """Yield the exchanges that came to nothing by `over_at`: refused for good, or left without an answer.

    A challenge that the same call answered by another request is no refusal.
    """
    every = tuple(exchanges)
    for place, each in enumerate(every):
        went_on = each.status in _CHALLENGES and _asked_again(each, every[place + 1 :])
        is_silent = each.status is None and over_at - each.asked_at >= PATIENCE
        if is_silent or (each.is_refused and not went_on):
            yield each


def _asked_again(challenged: Exchange, later: Iterable[Exchange]) -> bool:
    same = challenged.call_id, challenged.method
    return any((each.call_id, each.method) == same for each in later)
