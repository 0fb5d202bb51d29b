"""One step of a play, written down word by word, so that one word of it can be changed at a time.

A `Meeting` is a connection with all that its two ends did, said and showed, and what was decided around it. As it
stands the cloud dials Expressway-E, both handshakes finish and nobody answers the call; every other story changes words
of that one. Its bytes are those of TLS 1.2, which shows certificates in clear, whatever version the ends speak of.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cryptography import x509
from forged_records import ALERT, HANDSHAKE, client_hello, message, record, vector
from shipped_library import LIBRARY

from harness.diagnosis.evidence import Evidence, evidence_of
from harness.pki.blueprint import LeafOrder
from harness.tls.alerts import FATAL
from harness.transcript import (
    ActorCard,
    Address,
    AlertSeen,
    Chunk,
    ClientCertificate,
    Closed,
    Closing,
    Connection,
    Decision,
    DialFailed,
    DialFailure,
    Direction,
    End,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    SealedAlert,
    SipSeen,
    StepEnded,
    StepStarted,
    Transcript,
    VerifyFailed,
)

ROLES = {
    "expressway-e": "Expressway-E",
    "us-expe2": "Expressway-E us-expe2",
    "b2bua": "B2BUA of Expressway-E",
    "expressway-c": "Expressway-C",
    "unified-cm": "Unified CM",
    "webex-cloud": "Webex cloud",
    "control-hub": "Control Hub",
    "jabber": "Jabber",
    "mra-phone": "MRA phone",
    "b2b-peer": "B2B peer",
    "firewall": "firewall",
}
HOSTS = {name: f"127.64.0.{10 + place}" for place, name in enumerate(ROLES)}
NOBODYS_HOST = "127.64.0.99"
OPENED: Mapping[str, Mapping[int, str]] = {
    "expressway-e": {
        5061: "TLS",
        5062: "mutual TLS",
        8443: "MRA sign-in",
        7001: "UC traversal",
        7003: "traversal",
        2222: "SSH tunnel",
    },
    "unified-cm": {5065: "SIP over TCP, trunk", 5561: "SIP trunk", 6972: "HTTPS"},
    "webex-cloud": {5062: "hybrid calling"},
    "b2b-peer": {5061: "TLS of another company"},
}
"""What a box calls the ports that it has opened, unless a story says otherwise."""

STEP, SET_UP = "call", "set-up"
DIALLER, LISTENER = "dialler", "listener"
BOTH = (DIALLER, LISTENER)
FINISHED, SILENT = "finished", ""
"""How an end's handshake ended, besides the reasons of `HandshakeFailed`; silent: it says nothing of it."""

_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST, _SERVER_HELLO_DONE = 2, 11, 13, 14
_VERSIONS = {"1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304}
_SCHEMES = {"ecdsa": 0x0403, "rsa": 0x0804}
_SUITE = 0xC02B
_SERVER_NAME, _SIGNATURE_ALGORITHMS, _PADDING, _SUPPORTED_VERSIONS = 0, 13, 21, 43


@cache
def chain(profile: str, *faults: str, **words: Any) -> tuple[bytes, ...]:
    """What somebody sends: the certificate of a role, with faults and other words of an order, and its CAs."""
    return LIBRARY.lab_pki.issue(LeafOrder(profile, faults, **words)).sent


def authority(name: str) -> bytes:
    """The certificate of a CA of the lab."""
    return LIBRARY.lab_pki.certificate_of(name)


EVERYBODY = tuple(LIBRARY.lab_pki.authorities().values())
"""Every CA that the observer may know of."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A ClientHello: the versions and kinds of key that it offers, whom it asks for, and bytes to make it larger."""

    versions: tuple[str, ...] = ("1.3", "1.2")
    server_name: str = "us-expe1.example.com"
    keys: tuple[str, ...] = ("ecdsa", "rsa")
    padding: int = 0

    def bytes(self) -> bytes:
        versions = b"".join(struct.pack("!H", _VERSIONS[each]) for each in self.versions)
        schemes = b"".join(struct.pack("!H", _SCHEMES[each]) for each in self.keys)
        extensions = {
            _SUPPORTED_VERSIONS: vector(1, versions),
            _SIGNATURE_ALGORITHMS: vector(2, schemes),
            _PADDING: bytes(self.padding),
        }
        if self.server_name:
            extensions[_SERVER_NAME] = vector(2, b"\x00" + vector(2, self.server_name.encode()))
        return client_hello([_SUITE], extensions)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A connection and its step. `BOTH` ends are seen; `dialler` and `listener` in other words mean these two.

    `ends` says how the handshake of the dialler and that of the listener ended. `shows` and `client_shows` are the
    chains of the listener and of the dialler: () an empty Certificate, None no such message. `alert` and `objections`
    are (who, number); an objection is a verify error of OpenSSL. `closes` are (who, how) in order; `sealed` is who sent
    an alert that no key opens. `reset_at` names the
    end at which a reset came that nobody sent. `marks` are the last bytes of the ServerHello's random, None where it
    never came. `target` is the address that was dialled where that is not the listener's. `others` are connections of
    before.
    """

    dialler: str = "webex-cloud"
    listener: str = "expressway-e"
    actor: str = ""
    completed: bool = False
    dialled: bool = True
    port: int = 5062
    reached: int = 0
    target: str = ""
    source: str = ""
    protocol: str = "sip"
    network: str = "memory"
    seen: tuple[str, ...] = BOTH
    opened: Mapping[int, str] | None = None
    dial: DialFailure | None = None
    tls: tuple[bool, bool] = (True, True)
    ends: tuple[str, str] = (FINISHED, FINISHED)
    hello: Hello | None = field(default_factory=Hello)
    arrives: Hello | None = None
    marks: bytes | None = b""
    shows: tuple[bytes, ...] | None = None
    requests: ClientCertificate = ClientCertificate.NONE
    names_authorities: tuple[bytes, ...] = ()
    client_shows: tuple[bytes, ...] | None = None
    dialler_trusts: tuple[bytes, ...] = ()
    listener_trusts: tuple[bytes, ...] = ()
    dialler_wants: tuple[str, ...] = ()
    listener_wants: tuple[str, ...] = ()
    alert: tuple[str, int] | None = None
    sealed: str = ""
    level: int = FATAL
    objections: tuple[tuple[str, int], ...] = ()
    overridden: bool = False
    closes: tuple[tuple[str, Closing], ...] = ()
    reset_at: str = ""
    decisions: tuple[Event, ...] = ()
    release: str = ""
    said: tuple[tuple[str, bytes], ...] = ()
    http: bool = False
    swallows: bool = False
    in_clear: tuple[tuple[str, bytes], ...] | None = None
    others: tuple[Meeting, ...] = ()
    authorities: tuple[bytes, ...] = EVERYBODY

    def but(self, **words: Any) -> Meeting:
        """The same story with other words."""
        return replace(self, **words)

    @property
    def transcript(self) -> Transcript:
        """The step as it was recorded."""
        protagonist = self.actor or self.dialler
        return Transcript(
            scenario="own/by-hand",
            tls_version="1.3",
            network=self.network,
            started=LIBRARY.lab_pki.now.isoformat(),
            actors=tuple(ActorCard(name, role, HOSTS[name], self._release_of(name)) for name, role in ROLES.items()),
            events=(
                *self._listeners(),
                *(event for each, number, step in self._attempts() if step != STEP for event in each._events(number)),
                StepStarted(0.0, protagonist, STEP),
                *self._events(1),
                *self.decisions,
                StepEnded(9.0, protagonist, STEP, self.completed, ""),
            ),
            connections=tuple(each._connection(number, step) for each, number, step in self._attempts()),
            authorities=self.authorities,
        )

    @property
    def evidence(self) -> Evidence:
        """The step as the judge looks at it."""
        return next(evidence_of(self.transcript))

    # --- what is recorded of it ---

    def _attempts(self) -> Iterator[tuple[Meeting, int, str]]:
        """Yield each connection with its number and its step, this one last."""
        for number, each in enumerate(self.others, 2):
            yield each, number, SET_UP
        if self.dialled:
            yield self, 1, STEP

    def _release_of(self, actor: str) -> str:
        return self.release if actor == "expressway-e" else ""

    def _name(self, end: str) -> str:
        return {DIALLER: self.dialler, LISTENER: self.listener}[end]

    def _other(self, end: str) -> str:
        return LISTENER if end == DIALLER else DIALLER

    def _listeners(self) -> Iterator[Event]:
        if LISTENER in self.seen:
            opened = OPENED.get(self.listener, {}) if self.opened is None else self.opened
            for port, service in opened.items():
                yield Decision(0.0, self.listener, 0, "listener", service, {"port": str(port)})

    def _events(self, number: int) -> Iterator[Event]:
        for event in self._every_event(number):
            if event.actor in {self._name(end) for end in self.seen}:
                yield event

    def _every_event(self, number: int) -> Iterator[Event]:
        if not self.dialled:
            return
        if self.dial is not None:
            yield DialFailed(0.0, self.dialler, number, self.dial)
            return
        yield from self._alerts(number)
        for who, code in self.objections:
            yield VerifyFailed(0.0, self._name(who), number, 0, code, f"verify error {code}", self.overridden)
        for end, how in zip(BOTH, self.ends, strict=True):
            if how == FINISHED:
                yield HandshakeFinished(0.0, self._name(end), number, "1.2", "ECDHE-ECDSA-AES128-GCM-SHA256")
            elif how != SILENT:
                yield HandshakeFailed(0.0, self._name(end), number, how, "a state")
        yield from self._messages(number)
        if self.reset_at:
            yield Closed(1.0, self._name(self.reset_at), number, Direction.RECEIVED, Closing.RST)
        for who, closing in self.closes:
            yield Closed(1.0, self._name(who), number, Direction.SENT, closing)
            yield Closed(1.0, self._name(self._other(who)), number, Direction.RECEIVED, closing)

    def _alerts(self, number: int) -> Iterator[Event]:
        if self.alert is not None:
            who, code = self.alert
            yield AlertSeen(0.0, self._name(who), number, Direction.SENT, self.level, code)
            yield AlertSeen(0.0, self._name(self._other(who)), number, Direction.RECEIVED, self.level, code)
        if self.sealed:
            yield SealedAlert(0.0, self._name(self._other(self.sealed)), number, Direction.RECEIVED)

    def _messages(self, number: int) -> Iterator[Event]:
        for who, text in self.said:
            yield SipSeen(0.5, self._name(who), number, Direction.SENT, text)
            yield SipSeen(0.5, self._name(self._other(who)), number, Direction.RECEIVED, text)

    def _connection(self, number: int, step: str) -> Connection:
        there = Address(self.target or HOSTS.get(self.listener, NOBODYS_HOST), self.port)
        taken = self.dial is None
        return Connection(
            number=number,
            dialler=self.dialler,
            listener=self.listener if taken else "",
            source=Address(self.source or HOSTS.get(self.dialler, NOBODYS_HOST), 40000 + number),
            target=there,
            protocol=self.protocol,
            step=step,
            ends=tuple(self._end(end) for end in BOTH if end in self.seen) if taken else (),
            reached=Address(there.host, self.reached) if self.reached else None,
        )

    def _end(self, end: str) -> End:
        listens = end == LISTENER
        return End(
            actor=self._name(end),
            listens=listens,
            tls=self.tls[listens],
            certificate_request=self.requests if listens else None,
            chunks=tuple(self._chunks(end)),
            trusted=self.listener_trusts if listens else self.dialler_trusts,
            expected_names=self.listener_wants if listens else self.dialler_wants,
        )

    # --- the bytes ---

    def _chunks(self, end: str) -> Iterator[Chunk]:
        for who, data in self._bytes_at(end):
            if who == end:
                yield Chunk(0.0, Direction.SENT, data)
            elif not self.swallows:
                yield Chunk(0.0, Direction.RECEIVED, data)

    def _bytes_at(self, end: str) -> Iterator[tuple[str, bytes]]:
        if self.in_clear is not None:
            yield from self.in_clear
            return
        sent = self.arrives if end == LISTENER and self.arrives else self.hello
        if sent is not None:
            yield DIALLER, sent.bytes()
        if sent is not None and self.marks is not None:
            yield LISTENER, b"".join(record(HANDSHAKE, each) for each in self._flight_of_listener())
        if self.client_shows is not None:
            yield DIALLER, record(HANDSHAKE, _certificate(self.client_shows))
        if self.alert is not None:
            who, number = self.alert
            yield who, record(ALERT, bytes((self.level, number)))

    def _flight_of_listener(self) -> Iterator[bytes]:
        random = (self.marks or b"").rjust(32, b"\x01")
        yield message(_SERVER_HELLO, struct.pack("!H", _VERSIONS["1.2"]) + random + vector(1, b"") + b"\xc0\x2b\x00")
        if self.shows is None:
            return
        yield message(_CERTIFICATE, _chain_body(self.shows))
        if self.requests is not ClientCertificate.NONE:
            names = b"".join(vector(2, _subject(each)) for each in self.names_authorities)
            yield message(_CERTIFICATE_REQUEST, vector(1, b"\x01\x40") + vector(2, b"\x04\x03") + vector(2, names))
        yield message(_SERVER_HELLO_DONE, b"")


def _certificate(certificates: tuple[bytes, ...]) -> bytes:
    return message(_CERTIFICATE, _chain_body(certificates))


def _chain_body(certificates: tuple[bytes, ...]) -> bytes:
    return vector(3, b"".join(vector(3, each) for each in certificates))


def _subject(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).subject.public_bytes()


# --- words for stories ---


def decided(actor: str, topic: str, outcome: str, on: int = 0, /, **facts: str) -> Decision:
    """A line of an actor's log; `on` 1 where it is about this connection. `_` in a fact's name stands for `-`."""
    return Decision(0.6, actor, on, topic, outcome, {name.replace("_", "-"): told for name, told in facts.items()})


def asked(method: str, *headers: str, uri: str = "sip:bob@example.com") -> tuple[str, bytes]:
    """A request of the dialler."""
    return DIALLER, _sip(f"{method} {uri} SIP/2.0", *headers)


def answered(status: str, *headers: str) -> tuple[str, bytes]:
    """An answer of the listener."""
    return LISTENER, _sip(f"SIP/2.0 {status}", *headers)


def _sip(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode()
