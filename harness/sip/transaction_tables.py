"""The four transaction machines of RFC 3261 section 17, as amended by RFC 6026, as tables.

A transaction is one request and all its answers between two neighbours. It exists because a request may be
answered late, twice or never, and because somebody has to say when it is over. There are four machines:
INVITE takes as long as a person needs to pick up a phone and is closed by a third message, the ACK; every
other request is answered at once; and each has a client and a server side.

*INVITE client.* Calling until anything is heard; Proceeding while the phone rings, without any limit of its
own. A refusal (300-699) is acknowledged by the transaction itself, for the ACK goes hop by hop and must carry
the same branch (17.1.1.3). A 2xx is acknowledged by the user agent, end to end, in a transaction of its own;
RFC 6026 adds the state Accepted, which stays for 64*T1 so that more 2xx from a fork, or the same one again,
find their way up.

*INVITE server.* Proceeding from the first byte on, and since the caller is entitled to a sign of life, it
says `100 Trying` itself where its user is silent for 200 ms (17.2.1). After a refusal it is Completed until
the ACK comes; after 2xx it is Accepted for 64*T1, in which it swallows repeated INVITEs and lets ACKs
through.

*Timers.* Only TCP and TLS are spoken here. On these the transport repeats what is lost, so A, E and G
(repeat the message) are never started and have no row; D, I, J and K, which wait for repetitions, last zero
seconds, and a timer of zero seconds fires in the same breath. What remains are the patience of a caller (B,
F), of a refusing callee who waits for the ACK (H), and the two Accepted states (L, M): 64*T1 = 32 s each.

*Reading a table.* A cell is found by state and input and says the next state and the steps to take, in
order. No cell means that nothing happens: 17.1 and 17.2 have strays absorbed, and a second final response of
the user is discarded (17.2.2). Terminated has no cells: everything after the end is a stray.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import NamedTuple, TypeAlias

T1 = 0.5
"""Seconds: the round trip that RFC 3261 17.1.1.1 assumes."""
T2 = 4.0
"""Seconds: the longest interval between repetitions on an unreliable transport."""
T4 = 5.0
"""Seconds that a message can linger in an unreliable network."""

PATIENCE = 64 * T1


class State(StrEnum):
    """Where a transaction stands."""

    CALLING = auto()
    TRYING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    TERMINATED = auto()


class Timer(StrEnum):
    """The timers of RFC 3261 table 4 that run on a reliable transport, and the 200 ms before a 100 Trying."""

    B = "B"
    D = "D"
    F = "F"
    H = "H"
    I = "I"  # noqa: E741 - the RFC's own letter
    J = "J"
    K = "K"
    L = "L"
    M = "M"
    TRYING = "trying"


# Reliable column of RFC 3261 table 4 and RFC 6026 section 8.11, in seconds.
SECONDS: Mapping[Timer, float] = {
    Timer.B: PATIENCE, Timer.D: 0.0, Timer.F: PATIENCE, Timer.H: PATIENCE, Timer.I: 0.0, Timer.J: 0.0,
    Timer.K: 0.0, Timer.L: PATIENCE, Timer.M: PATIENCE, Timer.TRYING: 0.2,
}  # fmt: skip


class Happening(StrEnum):
    """What can happen to a transaction besides a timer."""

    REQUEST = auto()  # the request, again
    ACK = auto()
    PROVISIONAL = auto()  # a response from the peer: 1xx, 2xx, 300-699
    SUCCESS = auto()
    REFUSAL = auto()
    SEND_PROVISIONAL = auto()  # a response from our own user
    SEND_SUCCESS = auto()
    SEND_REFUSAL = auto()
    TRANSPORT_ERROR = auto()


Input: TypeAlias = Happening | Timer


class Step(StrEnum):
    """One thing to do. DELIVER and SEND mean the message that is the input."""

    SEND = auto()
    SEND_AGAIN = auto()
    SEND_ACK = auto()
    SEND_TRYING = auto()
    DELIVER = auto()
    TIMED_OUT = auto()
    TRANSPORT_FAILED = auto()


class Cell(NamedTuple):
    """What an input does in a state: where it leads, what to do, which timer ends and which begins."""

    state: State
    steps: tuple[Step, ...] = ()
    stop: Timer | None = None
    start: Timer | None = None


Table: TypeAlias = Mapping[tuple[State, Input], Cell]

CALLING, TRYING, PROCEEDING, ACCEPTED, COMPLETED, CONFIRMED, TERMINATED = State
_TRANSPORT_FAILED = (Step.TRANSPORT_FAILED,)

# RFC 3261 17.1.1.2, figure 5; Accepted from RFC 6026 8.4. A connection that is lost while Proceeding changes
# nothing here: the answer may come over another one (18.2.2). Who knows better gives up from above.
INVITE_CLIENT: Table = {
    (CALLING, Happening.PROVISIONAL): Cell(PROCEEDING, (Step.DELIVER,), stop=Timer.B),
    (CALLING, Happening.SUCCESS): Cell(ACCEPTED, (Step.DELIVER,), stop=Timer.B, start=Timer.M),
    (CALLING, Happening.REFUSAL): Cell(COMPLETED, (Step.SEND_ACK, Step.DELIVER), stop=Timer.B, start=Timer.D),
    (CALLING, Timer.B): Cell(TERMINATED, (Step.TIMED_OUT,)),
    (CALLING, Happening.TRANSPORT_ERROR): Cell(TERMINATED, _TRANSPORT_FAILED),
    (PROCEEDING, Happening.PROVISIONAL): Cell(PROCEEDING, (Step.DELIVER,)),
    (PROCEEDING, Happening.SUCCESS): Cell(ACCEPTED, (Step.DELIVER,), start=Timer.M),
    (PROCEEDING, Happening.REFUSAL): Cell(COMPLETED, (Step.SEND_ACK, Step.DELIVER), start=Timer.D),
    (ACCEPTED, Happening.SUCCESS): Cell(ACCEPTED, (Step.DELIVER,)),
    (ACCEPTED, Timer.M): Cell(TERMINATED),
    (COMPLETED, Happening.REFUSAL): Cell(COMPLETED, (Step.SEND_ACK,)),
    (COMPLETED, Happening.TRANSPORT_ERROR): Cell(TERMINATED, _TRANSPORT_FAILED),
    (COMPLETED, Timer.D): Cell(TERMINATED),
}

# RFC 3261 17.1.2.2, figure 6.
NON_INVITE_CLIENT: Table = {
    (TRYING, Happening.PROVISIONAL): Cell(PROCEEDING, (Step.DELIVER,)),
    (TRYING, Happening.SUCCESS): Cell(COMPLETED, (Step.DELIVER,), stop=Timer.F, start=Timer.K),
    (TRYING, Happening.REFUSAL): Cell(COMPLETED, (Step.DELIVER,), stop=Timer.F, start=Timer.K),
    (TRYING, Timer.F): Cell(TERMINATED, (Step.TIMED_OUT,)),
    (TRYING, Happening.TRANSPORT_ERROR): Cell(TERMINATED, _TRANSPORT_FAILED),
    (PROCEEDING, Happening.PROVISIONAL): Cell(PROCEEDING, (Step.DELIVER,)),
    (PROCEEDING, Happening.SUCCESS): Cell(COMPLETED, (Step.DELIVER,), stop=Timer.F, start=Timer.K),
    (PROCEEDING, Happening.REFUSAL): Cell(COMPLETED, (Step.DELIVER,), stop=Timer.F, start=Timer.K),
    (PROCEEDING, Timer.F): Cell(TERMINATED, (Step.TIMED_OUT,)),
    (PROCEEDING, Happening.TRANSPORT_ERROR): Cell(TERMINATED, _TRANSPORT_FAILED),
    (COMPLETED, Timer.K): Cell(TERMINATED),
}

# RFC 3261 17.2.1, figure 7, redrawn in RFC 6026 8.7: a transport error is told and changes no state.
INVITE_SERVER: Table = {
    (PROCEEDING, Happening.REQUEST): Cell(PROCEEDING, (Step.SEND_AGAIN,)),
    (PROCEEDING, Timer.TRYING): Cell(PROCEEDING, (Step.SEND_TRYING,)),
    (PROCEEDING, Happening.SEND_PROVISIONAL): Cell(PROCEEDING, (Step.SEND,), stop=Timer.TRYING),
    (PROCEEDING, Happening.SEND_SUCCESS): Cell(ACCEPTED, (Step.SEND,), stop=Timer.TRYING, start=Timer.L),
    (PROCEEDING, Happening.SEND_REFUSAL): Cell(COMPLETED, (Step.SEND,), stop=Timer.TRYING, start=Timer.H),
    (PROCEEDING, Happening.TRANSPORT_ERROR): Cell(PROCEEDING, _TRANSPORT_FAILED),
    (ACCEPTED, Happening.ACK): Cell(ACCEPTED, (Step.DELIVER,)),
    (ACCEPTED, Happening.SEND_SUCCESS): Cell(ACCEPTED, (Step.SEND,)),
    (ACCEPTED, Happening.TRANSPORT_ERROR): Cell(ACCEPTED, _TRANSPORT_FAILED),
    (ACCEPTED, Timer.L): Cell(TERMINATED),
    (COMPLETED, Happening.REQUEST): Cell(COMPLETED, (Step.SEND_AGAIN,)),
    (COMPLETED, Happening.ACK): Cell(CONFIRMED, stop=Timer.H, start=Timer.I),
    (COMPLETED, Happening.TRANSPORT_ERROR): Cell(COMPLETED, _TRANSPORT_FAILED),
    (COMPLETED, Timer.H): Cell(TERMINATED, (Step.TIMED_OUT,)),
    (CONFIRMED, Timer.I): Cell(TERMINATED),
}

# RFC 3261 17.2.2, figure 8.
NON_INVITE_SERVER: Table = {
    (TRYING, Happening.SEND_PROVISIONAL): Cell(PROCEEDING, (Step.SEND,)),
    (TRYING, Happening.SEND_SUCCESS): Cell(COMPLETED, (Step.SEND,), start=Timer.J),
    (TRYING, Happening.SEND_REFUSAL): Cell(COMPLETED, (Step.SEND,), start=Timer.J),
    (PROCEEDING, Happening.REQUEST): Cell(PROCEEDING, (Step.SEND_AGAIN,)),
    (PROCEEDING, Happening.SEND_PROVISIONAL): Cell(PROCEEDING, (Step.SEND,)),
    (PROCEEDING, Happening.SEND_SUCCESS): Cell(COMPLETED, (Step.SEND,), start=Timer.J),
    (PROCEEDING, Happening.SEND_REFUSAL): Cell(COMPLETED, (Step.SEND,), start=Timer.J),
    (PROCEEDING, Happening.TRANSPORT_ERROR): Cell(TERMINATED, _TRANSPORT_FAILED),
    (COMPLETED, Happening.REQUEST): Cell(COMPLETED, (Step.SEND_AGAIN,)),
    (COMPLETED, Happening.TRANSPORT_ERROR): Cell(TERMINATED, _TRANSPORT_FAILED),
    (COMPLETED, Timer.J): Cell(TERMINATED),
}
