"""Plays written down by hand: what an estate with DNS, two edges, a translating firewall and Control Hub records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.capture.saved import load_transcript
from harness.tls.alerts import FATAL
from harness.transcript import (
    ActorCard,
    Address,
    AlertSeen,
    Closed,
    Closing,
    Connected,
    Connection,
    Decision,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    End,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    SipSeen,
    StepEnded,
    StepStarted,
    Transcript,
)

_ON_THE_MUTUAL_PORT = Path(__file__).parents[1] / "report" / "stories" / "jabber-on-the-mutual-port-1.2.json"

CARDS = (
    ActorCard("name-server", "name server", "127.64.0.53"),
    ActorCard("control-hub", "Control Hub", "127.64.0.45"),
    ActorCard("webex-cloud", "Webex cloud", "127.64.0.40"),
    ActorCard("b2b-peer", "B2B peer", "127.64.0.70"),
    ActorCard("jabber", "Jabber", "127.64.0.50"),
    ActorCard("expressway-e", "Expressway-E", "127.64.0.10"),
    ActorCard("us-expe2", "Expressway-E us-expe2", "127.64.0.11"),
    ActorCard("expressway-c", "Expressway-C", "127.64.0.20"),
)
HOSTS = {card.name: card.host for card in CARDS}
FIRST, SECOND = "us-expe1.example.com 127.64.0.10:5062", "us-expe2.example.com 127.64.0.11:5062"


def play(
    *events: Event, connections: tuple[Connection, ...] = (), by: str = "webex-cloud", ok: bool = False
) -> Transcript:
    """One step `call` by an actor, and how it ended for it."""
    return Transcript(
        scenario="own/by-hand",
        tls_version="1.2",
        network="memory",
        started="2026-11-24T05:00:00+00:00",
        actors=CARDS,
        events=(StepStarted(0.0, by, "call"), *events, StepEnded(9.0, by, "call", ok, "")),
        connections=connections,
    )


def connection(number: int, dialler: str, listener: str, port: int = 5062, *, reached: int = 0) -> Connection:
    """A TLS connection recorded at both ends; `reached` is the port behind the firewall, 0 for the dialled one."""
    return Connection(
        number=number,
        dialler=dialler,
        listener=listener,
        source=Address(HOSTS[dialler], 40000 + number),
        target=Address(HOSTS[listener], port),
        protocol="sip",
        step="call",
        ends=(End(dialler, listens=False, tls=True), End(listener, listens=True, tls=True)),
        reached=Address(HOSTS[listener], reached or port),
    )


def decided(actor: str, topic: str, outcome: str, on: int = 0, **facts: str) -> Decision:
    """A line of an actor's log."""
    return Decision(0.0, actor, on, topic, outcome, facts)


def lost(actor: str, kind: str, text: str = "SRV _sips._tcp.example.com: no such record") -> Decision:
    """A walk through DNS that came to nothing."""
    return decided(actor, "locate", kind, destination="example.com", behaviour="expressway", text=text)


def found(actor: str) -> Decision:
    """A walk through DNS that came to both edges."""
    first, second = (
        f"tls {address} ({host}, 10/10)" for host, address in (each.split(" ") for each in (FIRST, SECOND))
    )
    return decided(actor, "locate", "found", destination="example.com", behaviour="cloud", targets=f"{first}, {second}")


def next_target(on: int, outcome: str = "next-target", why: str = "timed-out") -> Decision:
    """The cloud's way from the first edge to the second."""
    return decided("webex-cloud", "failover", outcome, on, failed=FIRST, why=why, next=SECOND, seconds="10.0")


def unanswered(number: int, actor: str = "webex-cloud") -> tuple[Event, ...]:
    """A SYN that nobody answered."""
    return Dialled(0.0, actor, number), DialFailed(0.0, actor, number, DialFailure.TIMED_OUT)


def stood(number: int, dialler: str, listener: str) -> tuple[Event, ...]:
    """A handshake that both ends finished."""
    done = (
        HandshakeFinished(0.0, actor, number, "1.2", "ECDHE-RSA-AES128-GCM-SHA256") for actor in (dialler, listener)
    )
    return Dialled(0.0, dialler, number), Connected(0.0, listener, number), *done


def refused_by_dialler(number: int, dialler: str, listener: str, alert: int = 48) -> tuple[Event, ...]:
    """A handshake in which the dialler did not like the listener's certificate."""
    return (
        Dialled(0.0, dialler, number),
        AlertSeen(0.0, dialler, number, Direction.SENT, FATAL, alert),
        HandshakeFailed(0.0, dialler, number, "alert-sent", "SSLv3/TLS read server certificate"),
        AlertSeen(0.0, listener, number, Direction.RECEIVED, FATAL, alert),
        HandshakeFailed(0.0, listener, number, "alert-received", "SSLv3/TLS write server done"),
        Closed(0.0, dialler, number, Direction.SENT, Closing.FIN),
    )


def refused_by_name(number: int, dialler: str, listener: str) -> tuple[Event, ...]:
    """A handshake that finished, and after it the dialler did not like the listener's name."""
    return (
        Dialled(0.0, dialler, number),
        HandshakeFinished(0.0, dialler, number, "1.3", "TLS_AES_256_GCM_SHA384"),
        HandshakeFinished(0.0, listener, number, "1.3", "TLS_AES_256_GCM_SHA384"),
        Decision(0.0, dialler, number, "identity", "unacceptable", {}),
        Closed(0.0, dialler, number, Direction.SENT, Closing.FIN),
    )


def answered(number: int, status: str, dialler: str, listener: str) -> tuple[Event, ...]:
    """The final answer on a connection."""
    head = f"SIP/2.0 {status}\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n\r\n".encode()
    return (
        SipSeen(0.0, listener, number, Direction.SENT, head),
        SipSeen(0.0, dialler, number, Direction.RECEIVED, head),
    )


def translated(dialler: str = "jabber") -> Transcript:
    """A recorded client without a certificate, as if a firewall had led it from 5061 to 5062 (row M03)."""
    written = _ON_THE_MUTUAL_PORT.read_text("utf-8").replace('"jabber"', f'"{dialler}"')
    recorded = load_transcript(written.encode(), file=_ON_THE_MUTUAL_PORT.name)
    led = (
        replace(each, reached=replace(each.target, port=5062)) if each.step == "register" else each
        for each in recorded.connections
    )
    return replace(recorded, connections=tuple(led))
