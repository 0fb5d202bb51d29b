"""The transcript: what was seen while a play ran, and nothing that was concluded from it.

A live run, a probe and an imported capture all produce a `Transcript`; the judge and every report read
one. All values are frozen, so that a transcript can be saved, loaded and judged again with the same
verdict.

`at` is the time in seconds since the play began. `actor` is the one who saw it. `connection` is the number of a
connection. `direction` is as seen from the actor. `step` is the name of a step of the play. `kind` tells events apart.
`message` holds bytes as they crossed the wire. Ports are nominal: the numbers that the lab file names, also
where a machine without a 127.0.0.0/8 forced other ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias


class Direction(StrEnum):
    """Which way something went, seen from the end that recorded it."""

    SENT = "sent"
    RECEIVED = "received"


class Closing(StrEnum):
    """How a connection ended. A FIN without close_notify is the ragged end of domain.md 5.2."""

    CLOSE_NOTIFY = "close_notify"
    FIN = "fin"
    RST = "rst"


class DialFailure(StrEnum):
    """Why no TCP connection came about: RST on the SYN, no answer in time, or no route."""

    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"


class ClientCertificate(StrEnum):
    """What a TLS listener does about client certificates (domain.md trap X7)."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address, `host`, and a nominal port number, `port`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


# --- Events: the timeline of a play ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The play began its step `step`, whose protagonist is `actor`."""

    at: float
    actor: str
    step: str
    kind: Literal["step-started"] = "step-started"


@dataclass(frozen=True, slots=True)
class StepEnded:
    """The step is over. `completed`: its protagonist saw the answer that it had hoped for. `detail` says more."""

    at: float
    actor: str
    step: str
    completed: bool
    detail: str
    kind: Literal["step-ended"] = "step-ended"


@dataclass(frozen=True, slots=True)
class Dialled:
    """`actor` sent a SYN for `connection`."""

    at: float
    actor: str
    connection: int
    kind: Literal["dialled"] = "dialled"


@dataclass(frozen=True, slots=True)
class DialFailed:
    """No TCP connection came about; `failure` says why."""

    at: float
    actor: str
    connection: int
    failure: DialFailure
    kind: Literal["dial-failed"] = "dial-failed"


@dataclass(frozen=True, slots=True)
class Connected:
    """TCP is up, seen from the dialler's or from the listener's end."""

    at: float
    actor: str
    connection: int
    kind: Literal["connected"] = "connected"


@dataclass(frozen=True, slots=True)
class HandshakeFinished:
    """The handshake call of this end returned: `version` and `cipher` were agreed.

    In TLS 1.3 that proves nothing about the peer (trap X8).
    """

    at: float
    actor: str
    connection: int
    version: str
    cipher: str
    kind: Literal["handshake-finished"] = "handshake-finished"


@dataclass(frozen=True, slots=True)
class HandshakeFailed:
    """The handshake call of this end failed.

    `reason` is one of the words `alert-received`, `alert-sent`, `not-tls`, `peer-closed`, `peer-reset`,
    `timed-out`, `internal`; `state` is the handshake state in which it happened.
    """

    at: float
    actor: str
    connection: int
    reason: str
    state: str
    kind: Literal["handshake-failed"] = "handshake-failed"


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """A TLS alert crossed this end. A `level` of 2 is fatal; `number` is that of RFC 8446 section 6.2."""

    at: float
    actor: str
    connection: int
    direction: Direction
    level: int
    number: int
    kind: Literal["alert"] = "alert"


@dataclass(frozen=True, slots=True)
class SealedAlert:
    """A record of TLS 1.3 of the size of an alert crossed this end, and no key opens it: a refusal, or a goodbye."""

    at: float
    actor: str
    connection: int
    direction: Direction
    kind: Literal["sealed-alert"] = "sealed-alert"


@dataclass(frozen=True, slots=True)
class VerifyFailed:
    """The path check of this end objected to a certificate of the peer.

    `code` is OpenSSL's X509_V_ERR number, `text` its meaning, `depth` 0 for the leaf. `overridden` says
    that a setting (verify mode Off, EKU check Off) let it pass all the same.
    """

    at: float
    actor: str
    connection: int
    depth: int
    code: int
    text: str
    overridden: bool
    kind: Literal["verify-failed"] = "verify-failed"


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over for `actor`. `direction` SENT: this end closed first; RECEIVED: the peer did.

    `how` it ended, and `why` in words, empty where nothing is known of that.
    """

    at: float
    actor: str
    connection: int
    direction: Direction
    how: Closing
    why: str = ""
    kind: Literal["closed"] = "closed"


@dataclass(frozen=True, slots=True)
class SipSeen:
    """One SIP message, byte for byte, as it left or reached `actor`."""

    at: float
    actor: str
    connection: int
    direction: Direction
    message: bytes
    kind: Literal["sip"] = "sip"


@dataclass(frozen=True, slots=True)
class DnsSeen:
    """One DNS message, byte for byte, as it left or reached the asker `actor`.

    `server` is the name server; `transport` is `udp` or `tcp`.
    """

    at: float
    actor: str
    server: Address
    transport: str
    direction: Direction
    message: bytes
    kind: Literal["dns"] = "dns"


@dataclass(frozen=True, slots=True)
class HttpSeen:
    """The head of one HTTP message (sign-in on 8443, CRL and OCSP), without credentials.

    `head` is its text.
    `scheme` is the scheme of the credentials that a request carried, `Basic`; empty where it carried none.
    """

    at: float
    actor: str
    connection: int
    direction: Direction
    head: str
    scheme: str = ""
    kind: Literal["http"] = "http"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something an actor decided by its own settings, in the words of its log.

    `topic` is a stable word (`zone-match`, `access-rules`, `identity`, `preloaded-route`, `cpl`, `search-rule`,
    `pattern`, `locate`, `locate-note`, `failover`, `revocation`, `ownership`, `activation`, `traversal-zone`,
    `ssh-tunnel`, `cluster-peer`, `trial`…), `outcome` what came of it, `facts` the candidates, rules and settings it
    looked at. `connection` is 0 where none is concerned.
    """

    at: float
    actor: str
    connection: int
    topic: str
    outcome: str
    facts: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["decision"] = "decision"


@dataclass(frozen=True, slots=True)
class Oddity:
    """Bytes that made no sense here: not TLS, not SIP, over a limit; `what` says which. The listener survives it."""

    at: float
    actor: str
    connection: int
    what: str
    kind: Literal["oddity"] = "oddity"


Event: TypeAlias = (
    StepStarted | StepEnded | Dialled | DialFailed | Connected | HandshakeFinished | HandshakeFailed
    | AlertSeen | SealedAlert | VerifyFailed | Closed | SipSeen | DnsSeen | HttpSeen | Decision | Oddity
)  # fmt: skip


# --- Connections: the bulk that is decoded only when somebody asks ---------------------------------------


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as one read or write moved them, below TLS; `data` holds them."""

    at: float
    direction: Direction
    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """One end of a connection as its owner saw it.

    `chunks` are the wire bytes and `key_log` the secrets to read them with (lines of the NSS key-log
    format); together they hold every handshake message, also the chain of a client that was refused.
    `listens` says that it is the listener's, `tls` that it speaks TLS. `states` are those of its handshake.
    `certificate_request` is the listener's policy, None at the dialler. `trusted` are the anchors that this end
    verified with, `verified_chain` what its path check built, leaf first; all certificates are DER. `expected_names`
    are the names for which this end looked in the peer's certificate, empty where it asked for none.
    """

    actor: str
    listens: bool
    tls: bool
    certificate_request: ClientCertificate | None = None
    chunks: tuple[Chunk, ...] = ()
    key_log: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    trusted: tuple[bytes, ...] = ()
    verified_chain: tuple[bytes, ...] = ()
    expected_names: tuple[str, ...] = ()

    @property
    def bytes_sent(self) -> int:
        """Bytes written to TCP by this end."""
        return sum(len(chunk.data) for chunk in self.chunks if chunk.direction is Direction.SENT)

    @property
    def bytes_received(self) -> int:
        """Bytes read from TCP by this end."""
        return sum(len(chunk.data) for chunk in self.chunks if chunk.direction is Direction.RECEIVED)


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection, or the attempt at one.

    `number` tells it from the others. `source` is the address of the dialler, `target` the one that it dialled.
    `dialler` and `listener` are actor names (`listener` is empty where nobody was found at `target`). `protocol` is
    `sip`, `https`, `http` where somebody asks about a certificate, or the link that a greeting stands in for,
    `ssh-tunnel` or `cluster`. `step` names the step in which it was dialled, or `set-up`. `ends` has one member where
    only one side is ours, two in the lab; the dialler's end comes first. `reached` is the address at which the listener
    took it, other than `target` where a firewall translates; None where nobody did.
    """

    number: int
    dialler: str
    listener: str
    source: Address
    target: Address
    protocol: str
    step: str
    ends: tuple[End, ...]
    reached: Address | None = None

    def end_of(self, actor: str) -> End | None:
        """Return the end that `actor` recorded, or None where that side was not ours."""
        return next((end for end in self.ends if end.actor == actor), None)


@dataclass(frozen=True, slots=True)
class ActorCard:
    """Who took part: its `name`, its `role` in words, its address `host`, and its `release`, empty where unknown."""

    name: str
    role: str
    host: str
    release: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One play as it was seen.

    `actors` took part, `events` are what they saw, in order; `connections` are what carried it. `scenario` is the
    scenario's id, `tls_version` what the TLS clients of the lab offered at most ("1.2"), `network` where it ran
    (`loopback`, `memory`, `probe`, or `capture` where it was read from packets). `authorities` are CA certificates
    (DER) that the observer knows of besides those that crossed the wire: with them the judge can tell a missing
    intermediate from an unknown root.
    `started` is when the play began by the lab's own clock (ISO 8601); `as_of` the day to which somebody set that
    clock, empty where it shows the real time.
    """

    scenario: str
    tls_version: str
    network: str
    started: str
    actors: tuple[ActorCard, ...]
    events: tuple[Event, ...]
    connections: tuple[Connection, ...]
    authorities: tuple[bytes, ...] = ()
    as_of: str = ""

    def connection(self, number: int) -> Connection:
        """Return the connection with that number; KeyError where there is none."""
        for connection in self.connections:
            if connection.number == number:
                return connection
        raise KeyError(number)
