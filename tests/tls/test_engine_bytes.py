"""Bytes of every kind: in pieces, too few, none of TLS at all; and how a connection can end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import (
    BOTH_VERSIONS,
    CALLER,
    MUTUAL,
    ONE_WAY,
    Meeting,
    at_version,
    fatal_alerts,
    meeting,
    says,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.tls.engine import TlsEngine
from harness.tls.observations import Progress
from harness.tls.profile import Dialect, TlsProfile

INVITE = b"INVITE sip:user1@example.com SIP/2.0\r\nVia: SIP/2.0/TLS peer.example\r\n\r\n"
LISTENERS = (ONE_WAY, MUTUAL, replace(MUTUAL, dialect=Dialect.JAVA_17_0_21))
PLACES = st.integers(0, 1 << 16)
"""Offsets, to be taken modulo the length: signatures make the flights differ in length from run to run."""

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)
each_listener = pytest.mark.parametrize("listener", LISTENERS, ids=["one-way", "mutual", "mutual-java"])


def client_hello() -> bytes:
    caller = TlsEngine(CALLER, listens=False)
    assert caller.handshake() is Progress.WANTS_BYTES
    return caller.outgoing()


# --- not TLS ---


@each_listener
@pytest.mark.parametrize("plaintext", [INVITE, b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"\x00" * 40])
def test_plaintext_to_a_tls_port_is_answered_by_nothing(plaintext: bytes, listener: TlsProfile) -> None:
    engine = TlsEngine(listener, listens=True)
    engine.receive(plaintext)
    first = engine.handshake()
    if first is Progress.WANTS_BYTES:  # fewer bytes than a record's header
        engine.receive(b"")
        first = engine.handshake()
    assert first is Progress.FAILED
    assert engine.outgoing() == b""
    assert engine.failure == "not-tls"
    assert fatal_alerts(engine) == []


def test_a_tls_client_at_a_plaintext_port_says_nothing_more() -> None:
    caller = TlsEngine(CALLER, listens=False)
    caller.handshake()
    caller.outgoing()
    caller.receive(b"SIP/2.0 400 Bad Request\r\n\r\n")
    assert caller.handshake() is Progress.FAILED
    assert caller.outgoing() == b""
    assert (caller.failure, fatal_alerts(caller)) == ("not-tls", [])


@each_version
def test_plaintext_after_a_good_handshake_ends_the_connection_with_an_alert(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), ONE_WAY)
    met.server.receive(INVITE)
    assert met.server.read() is Progress.FAILED
    met.client.receive(met.server.outgoing())
    assert met.client.read() is Progress.FAILED
    assert met.client.failure == "alert-received"
    assert [number for _, number in fatal_alerts(met.client)] == [number for _, number in fatal_alerts(met.server)]


# --- too few bytes ---


@pytest.mark.parametrize("sent", [0, 1, 4, 5, 100, -1])
def test_half_a_client_hello_is_waited_for_and_then_the_end_is_noticed(sent: int) -> None:
    engine = TlsEngine(MUTUAL, listens=True)
    whole = client_hello()
    if part := whole[:sent]:
        engine.receive(part)
    assert engine.handshake() is Progress.WANTS_BYTES
    assert engine.outgoing() == b""
    engine.receive(b"")
    assert engine.handshake() is Progress.FAILED
    assert engine.failure == "peer-closed"
    assert fatal_alerts(engine) == []
    assert (engine.version, engine.cipher, engine.peer_certificate) == ("", "", b"")


@each_version
def test_a_handshake_works_byte_by_byte(tls: str) -> None:
    met = Meeting(TlsEngine(at_version(CALLER, tls), listens=False), TlsEngine(MUTUAL, listens=True))
    while not (met.client.finished and met.server.finished):
        for end, other in ((met.client, met.server), (met.server, met.client)):
            if not end.finished:
                end.handshake()
            for number in end.outgoing():
                other.receive(bytes([number]))
                other.read() if other.finished else other.handshake()
    assert says(met.client, met.server, INVITE) == INVITE


# --- any bytes at all ---


def listened_to(listener: TlsProfile, pieces: list[bytes]) -> TlsEngine:
    """Feed a listener, which must never raise, and end the stream."""
    engine = TlsEngine(listener, listens=True)
    for piece in [*pieces, b""]:
        engine.receive(piece)
        assert engine.handshake() in Progress
        engine.outgoing()
    return engine


@each_listener
@given(pieces=st.lists(st.binary(min_size=1, max_size=400), max_size=6))
def test_random_bytes_end_in_a_failure_and_never_in_an_exception(listener: TlsProfile, pieces: list[bytes]) -> None:
    engine = listened_to(listener, pieces)
    assert engine.failure in {"not-tls", "peer-closed", "alert-sent", "alert-received"}
    assert not engine.finished


@each_listener
@settings(max_examples=60)
@given(data=st.data())
def test_a_spoilt_client_hello_ends_in_a_failure_and_never_in_an_exception(
    listener: TlsProfile, data: st.DataObject
) -> None:
    spoilt = bytearray(client_hello())
    for place in data.draw(st.lists(PLACES, min_size=1, max_size=8)):
        spoilt[place % len(spoilt)] ^= data.draw(st.integers(1, 255))
    engine = listened_to(listener, [bytes(spoilt)])
    assert engine.failure in {"not-tls", "peer-closed", "alert-sent"}
    assert not engine.finished


@each_version
@settings(max_examples=60)
@given(data=st.data())
def test_a_spoilt_server_flight_never_makes_a_client_raise_or_finish(tls: str, data: st.DataObject) -> None:
    caller, called = TlsEngine(at_version(CALLER, tls), listens=False), TlsEngine(MUTUAL, listens=True)
    caller.handshake()
    called.receive(caller.outgoing())
    called.handshake()
    flight = bytearray(called.outgoing())
    flight[data.draw(PLACES) % len(flight)] ^= data.draw(st.integers(1, 255))
    caller.receive(bytes(flight))
    caller.receive(b"")
    caller.handshake()
    caller.outgoing()
    # A record version that is off is none of the client's business once TLS 1.3 is agreed (RFC 8446 5.1).
    assert caller.failure or tls == "1.3"


@each_version
@given(junk=st.binary(min_size=1, max_size=300))
def test_junk_after_a_good_handshake_never_passes_for_data(tls: str, junk: bytes) -> None:
    met = meeting(at_version(CALLER, tls), MUTUAL)
    met.server.receive(junk)
    met.server.receive(b"")
    assert met.server.read() in {Progress.FAILED, Progress.ENDED}
    met.server.outgoing()


# --- endings ---


@each_version
def test_close_notify_and_a_bare_fin_are_two_different_ends(tls: str) -> None:
    orderly, ragged = (meeting(at_version(CALLER, tls), MUTUAL) for _ in range(2))
    orderly.client.close()
    orderly.server.receive(orderly.client.outgoing())
    assert orderly.server.read() is Progress.ENDED
    assert orderly.server.close_notify_received
    assert orderly.server.failure == ""
    ragged.server.receive(b"")
    assert ragged.server.read() is Progress.ENDED
    assert ragged.server.outgoing() == b""
    assert not ragged.server.close_notify_received


@each_version
def test_whoever_says_goodbye_has_not_heard_one(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), MUTUAL)
    met.client.close()
    met.server.receive(met.client.outgoing())
    met.server.read()
    assert (met.client.close_notify_received, met.server.close_notify_received) == (False, True)


def test_a_warning_before_the_end_is_no_refusal() -> None:
    """RFC 5246 7.2: an alert of level warning ends nothing."""
    caller = TlsEngine(at_version(CALLER, "1.2"), listens=False)
    caller.handshake()
    caller.outgoing()
    caller.receive(b"\x15\x03\x03\x00\x02\x01\x70")  # unrecognized_name
    assert caller.handshake() is Progress.WANTS_BYTES
    caller.receive(b"")
    assert caller.handshake() is Progress.FAILED
    assert caller.failure == "peer-closed"


@each_version
def test_a_fatal_alert_is_no_close_notify(tls: str) -> None:
    met = meeting(at_version(replace(CALLER, chain=(), private_key=b""), tls), MUTUAL)
    assert met.client.failure == "alert-received"
    assert not met.client.close_notify_received
    assert not met.server.close_notify_received


@each_version
def test_data_before_a_close_notify_is_not_lost(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), MUTUAL)
    met.client.write(INVITE)
    met.client.close()
    met.server.receive(met.client.outgoing())
    met.server.receive(b"")
    assert met.server.read() == INVITE
    assert met.server.read() is Progress.ENDED


@each_version
def test_who_failed_says_no_goodbye_and_fails_again_if_asked(tls: str) -> None:
    met = meeting(at_version(replace(CALLER, chain=(), private_key=b""), tls), MUTUAL)
    met.server.close()
    assert met.server.outgoing() == b""
    assert met.server.handshake() is Progress.FAILED
    assert met.server.write(b"200 OK") is Progress.FAILED
    assert met.server.outgoing() == b""


@each_version
def test_a_java_listener_that_refused_reads_and_writes_nothing_more(tls: str) -> None:
    java = replace(MUTUAL, dialect=Dialect.JAVA_17_0_21)
    met = meeting(at_version(replace(CALLER, chain=(), private_key=b""), tls), java)
    assert met.server.read() is Progress.ENDED
    met.server.close()
    assert met.server.outgoing() == b""


@each_version
@settings(max_examples=30)
@given(texts=st.lists(st.binary(min_size=1, max_size=40_000), max_size=4))
def test_whatever_is_written_is_what_is_read(tls: str, texts: list[bytes]) -> None:
    met = meeting(at_version(CALLER, tls), MUTUAL)
    for text in texts:
        assert met.client.write(text) is Progress.DONE
    met.server.receive(met.client.outgoing() or b"\x17")
    read = bytearray()
    while isinstance(piece := met.server.read(), bytes):
        read += piece
    assert bytes(read) == b"".join(texts)
