"""Records sealed by hand under a TLS 1.3 secret: what OpenSSL's ends do not send by themselves."""

from __future__ import annotations

from functools import cache

from forged_records import ALERT, APPLICATION_DATA, HANDSHAKE, message, record, sealed
from hypothesis import given
from hypothesis import strategies as st
from recorded_handshakes import NO_ENCRYPT_THEN_MAC, Meeting, context, leaf

from harness.tls.inspector import (
    Alert,
    ApplicationData,
    Item,
    KeyUpdate,
    Malformed,
    NewSessionTicket,
    Undecrypted,
    inspect,
)
from harness.tls.inspector.key_schedule import next_secret
from harness.transcript import Chunk, Direction

SUITE = "TLS_AES_128_GCM_SHA256"
KEY_UPDATE_WITH_REQUEST = bytes([24, 0, 0, 1, 1])


def finished() -> Meeting:
    listener = context("1.3", own=leaf("exp-e"), suites=SUITE)
    return Meeting(context("1.3", suites=SUITE), listener).shake_hands()


kept = cache(finished)


def secret_of(meeting: Meeting, label: str) -> bytes:
    return next(bytes.fromhex(line.split()[2]) for line in meeting.key_log if line.split()[0] == label)


def test_a_key_update_that_openssl_obeys_is_obeyed_by_both_sides_readers() -> None:
    meeting = finished()
    secret = secret_of(meeting, "CLIENT_TRAFFIC_SECRET_0")
    update = sealed(secret, 0, HANDSHAKE, KEY_UPDATE_WITH_REQUEST)
    renewed = sealed(next_secret(secret, "sha256"), 0, APPLICATION_DATA, b"under the next key")
    meeting.record(Direction.RECEIVED, update + renewed)
    meeting.server.bio_write(update + renewed)
    assert meeting.server.recv(100) == b"under the next key"
    assert meeting.say(meeting.server, b"and under the listener's") == b"and under the listener's"
    seen = meeting.inspection()
    assert [(item.from_client, item.requested) for item in seen.of_kind(KeyUpdate)] == [
        (True, True),
        (False, False),
    ]
    assert seen.application_data(client=True) == b"under the next key"
    assert seen.application_data(client=False) == b"and under the listener's"
    assert not [item for item in seen.items if isinstance(item, Undecrypted | Malformed)]


def test_a_refusal_that_a_client_seals_with_its_handshake_key_is_read() -> None:
    meeting = kept()
    secret = secret_of(meeting, "CLIENT_HANDSHAKE_TRAFFIC_SECRET")
    hello, flight = meeting.chunks[:2]
    refusal = Chunk(2.0, Direction.RECEIVED, sealed(secret, 0, ALERT, bytes([2, 46])))
    seen = inspect([hello, flight, refusal], meeting.key_log, listens=True)
    assert seen.alerts == (Alert(2.0, True, True, 2, 46, "certificate_unknown"),)
    assert seen.client_chain is None


def test_padding_is_taken_off_and_padding_alone_is_no_message() -> None:
    meeting = kept()
    secret = secret_of(meeting, "CLIENT_TRAFFIC_SECRET_0")
    padded = sealed(secret, 0, 0, b"OPTIONS" + bytes([APPLICATION_DATA]) + bytes(40))
    strange = padded + sealed(secret, 1, 0, b"") + record(APPLICATION_DATA, b"strange")
    chunks = [*meeting.chunks, Chunk(9.0, Direction.RECEIVED, strange)]
    seen = inspect(chunks, meeting.key_log, listens=True)
    assert seen.application_data(client=True) == b"OPTIONS"
    assert [item.why for item in seen.of_kind(Undecrypted)] == [
        "it holds padding only",
        "the secret in the key log does not open it",
    ]


def test_a_second_finished_after_a_certificate_asked_for_later_keeps_the_key() -> None:
    meeting = kept()
    secret = secret_of(meeting, "CLIENT_TRAFFIC_SECRET_0")
    proof = sealed(secret, 0, HANDSHAKE, message(11, bytes(4)) + message(20, bytes(32)))
    said = Chunk(9.0, Direction.RECEIVED, proof + sealed(secret, 1, APPLICATION_DATA, b"still read"))
    seen = inspect([*meeting.chunks, said], meeting.key_log, listens=True)
    assert seen.client_chain == ()
    assert seen.application_data(client=True) == b"still read"


@cache
def older(suite: str) -> Meeting:
    version = "1.0" if suite == "ECDHE-ECDSA-AES256-SHA" else "1.2"
    listener = context(version, own=leaf("exp-e"), suites=suite)
    if suite.endswith("-SHA"):
        listener.set_options(NO_ENCRYPT_THEN_MAC)
    return Meeting(context(version, suites=suite), listener).shake_hands()


@given(
    suite=st.sampled_from(
        [
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-ECDSA-AES128-CCM8",
            "ECDHE-ECDSA-AES128-SHA256",
            "ECDHE-ECDSA-AES128-SHA",
            "ECDHE-ECDSA-AES256-SHA",
        ]
    ),
    payloads=st.lists(st.binary(max_size=70) | st.just(bytes(16)) | st.just(bytes(48)), min_size=1, max_size=3),
)
def test_any_bytes_behind_an_older_handshake_stay_shut(suite: str, payloads: list[bytes]) -> None:
    meeting = older(suite)
    strange = b"".join(record(APPLICATION_DATA, payload) for payload in payloads)
    chunks = [*meeting.chunks, Chunk(9.0, Direction.RECEIVED, strange)]
    seen = inspect(chunks, meeting.key_log, listens=True)
    assert seen.items == meeting.inspection().items + tuple(
        ApplicationData(9.0, True, True, None, len(payload)) for payload in payloads
    )


@given(said=st.lists(st.tuples(st.integers(0, 30), st.binary(max_size=50)), max_size=6))
def test_any_sealed_bytes_at_all_give_items_and_never_an_exception(said: list[tuple[int, bytes]]) -> None:
    meeting = kept()
    secret = secret_of(meeting, "SERVER_TRAFFIC_SECRET_0")
    tickets = len(list(meeting.inspection().of_kind(NewSessionTicket)))
    forged = [
        Chunk(9.0 + number, Direction.SENT, sealed(secret, tickets + number, content, data))
        for number, (content, data) in enumerate(said)
    ]
    seen = inspect([*meeting.chunks, *forged], meeting.key_log, listens=True).items
    before: tuple[Item, ...] = meeting.inspection().items
    assert seen[: len(before)] == before
    assert len(seen) > len(before) or all(content == HANDSHAKE and not data for content, data in said)
