"""What a transaction asks of the one who holds it: the vocabulary between the machines and the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from harness.sip.message import Message
from harness.sip.transaction_tables import Timer


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Write this message to the peer."""

    message: Message


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Call `timer(name)` after so many seconds, unless it is stopped or the transaction ends first."""

    name: Timer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """That timer is no longer wanted."""

    name: Timer


@dataclass(frozen=True, slots=True)
class Deliver:
    """Give this message to the transaction's user: the user agent or the proxy above."""

    message: Message


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Tell the user that nothing was heard in 64*T1 (a UAC acts as on a 408, RFC 3261 8.1.3.1)."""


@dataclass(frozen=True, slots=True)
class TransportFailed:
    """Tell the user that the connection failed (a UAC acts as on a 503, RFC 3261 8.1.3.1)."""


@dataclass(frozen=True, slots=True)
class Terminated:
    """The transaction is over."""


Action: TypeAlias = SendMessage | StartTimer | StopTimer | Deliver | TimedOut | TransportFailed | Terminated
