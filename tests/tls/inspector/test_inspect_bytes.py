"""Bytes that nobody vouches for: cut anywhere, changed, sent without keys, or not TLS at all."""

from __future__ import annotations

import itertools
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from forged_records import ALERT, APPLICATION_DATA, HANDSHAKE, client_hello, record, with_early_data
from hypothesis import given
from hypothesis import strategies as st
from recorded_handshakes import Meeting, context, leaf, mutual

from harness.tls.inspector import (
    Alert,
    ApplicationData,
    ClientHello,
    Finished,
    Item,
    Malformed,
    NotTls,
    Undecrypted,
    inspect,
    side,
)
from harness.transcript import Chunk, Direction

SUITES = {"1.0": "ALL", "1.1": "ALL", "1.2": "ALL", "1.3": "TLS_AES_128_GCM_SHA256"}
versions = st.sampled_from(sorted(SUITES))


@cache
def recorded(version: str) -> Meeting:
    return mutual(version, suites=SUITES[version])


def said_by_client(data: bytes) -> tuple[Item, ...]:
    return inspect([Chunk(0.0, Direction.RECEIVED, data)], [], listens=True).items


def by_side(items: tuple[Item, ...]) -> tuple[list[Item], list[Item]]:
    return [item for item in items if item.from_client], [item for item in items if not item.from_client]


@given(version=versions, data=st.data())
def test_any_split_of_the_bytes_gives_the_same_messages(version: str, data: st.DataObject) -> None:
    meeting = recorded(version)
    split = []
    for chunk in meeting.chunks:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(chunk.data)), max_size=5)))
        edges = [0, *cuts, len(chunk.data)]
        split += [Chunk(chunk.at, chunk.direction, chunk.data[start:end]) for start, end in itertools.pairwise(edges)]
    assert inspect(split, meeting.key_log, listens=True) == meeting.inspection()


@pytest.mark.parametrize("version", SUITES)
def test_single_bytes_give_the_same_messages(version: str) -> None:
    meeting = recorded(version)
    bytewise = [Chunk(chunk.at, chunk.direction, bytes([byte])) for chunk in meeting.chunks for byte in chunk.data]
    assert inspect(bytewise, meeting.key_log, listens=True) == meeting.inspection()


@pytest.mark.parametrize("version", SUITES)
@pytest.mark.parametrize("first", Direction)
def test_a_recording_that_holds_one_direction_first_tells_the_same(version: str, first: Direction) -> None:
    meeting = recorded(version)
    sorted_chunks = sorted(meeting.chunks, key=lambda chunk: chunk.direction is not first)
    seen = inspect(sorted_chunks, meeting.key_log, listens=True)
    assert by_side(seen.items) == by_side(meeting.inspection().items)


@pytest.mark.parametrize("version", SUITES)
def test_both_ends_recordings_tell_the_same(version: str) -> None:
    meeting = recorded(version)
    other = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT}
    diallers = [Chunk(chunk.at, other[chunk.direction], chunk.data) for chunk in meeting.chunks]
    assert inspect(diallers, meeting.key_log, listens=False) == meeting.inspection()


@given(
    version=versions,
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 3), st.binary(max_size=9)), min_size=1
    ),
    keys=st.booleans(),
)
def test_changed_bytes_give_items_and_never_an_exception(
    version: str, changes: list[tuple[float, int, bytes]], *, keys: bool
) -> None:
    meeting = recorded(version)
    chunks = list(meeting.chunks)
    for place, removed, inserted in changes:
        index = int(place * len(chunks))
        chunk = chunks[index]
        start = int((place * len(chunks) - index) * len(chunk.data))
        data = chunk.data[:start] + inserted + chunk.data[start + removed :]
        chunks[index] = Chunk(chunk.at, chunk.direction, data)
    items = inspect(chunks, meeting.key_log if keys else [], listens=True).items
    assert [item.at for item in items] == sorted(item.at for item in items)
    for own in by_side(items):
        assert not any(isinstance(item, Malformed | NotTls) for item in own[:-1])


def framed(content: int, payload: bytes) -> bytes:
    return record(content, payload)


messages = st.binary(max_size=60) | st.builds(
    lambda kind, body: bytes([kind]) + len(body).to_bytes(3, "big") + body,
    st.integers(0, 30),
    st.binary(max_size=60),
)
nonsense = st.binary(max_size=80) | st.builds(framed, st.integers(20, 23), messages)


@given(
    pieces=st.lists(st.tuples(st.sampled_from(Direction), nonsense), max_size=8),
    key_log=st.lists(st.text(max_size=40) | st.just("CLIENT_RANDOM 00 00"), max_size=2),
)
def test_any_bytes_at_all_give_items_and_never_an_exception(
    pieces: list[tuple[Direction, bytes]], key_log: list[str]
) -> None:
    chunks = [Chunk(float(at), direction, data) for at, (direction, data) in enumerate(pieces)]
    items = inspect(chunks, key_log, listens=True).items
    for direction, own in zip((Direction.RECEIVED, Direction.SENT), by_side(items), strict=True):
        spoke = any(data for whose, data in pieces if whose is direction)
        assert spoke or not own


@given(length=st.integers(1, 90))
def test_a_hello_in_many_small_records_is_one_hello(length: int) -> None:
    whole = client_hello([0x1301], {0: bytes.fromhex("000e00000b6578702d652e6c61622e78")})
    payload = whole[5:]
    parts = [payload[start : start + length] for start in range(0, len(payload), length)]
    assert said_by_client(b"".join(record(HANDSHAKE, part) for part in parts)) == said_by_client(whole)
    assert isinstance(said_by_client(whole)[0], ClientHello)


def test_without_a_key_log_tls_1_2_shows_all_but_what_is_sealed() -> None:
    seen = recorded("1.2").inspection(key_log=False)
    complete = recorded("1.2").inspection()
    assert seen.client_chain == complete.client_chain
    assert seen.certificate_request == complete.certificate_request
    assert [(item.from_client, item.content, item.records) for item in seen.of_kind(Undecrypted)] == [
        (True, "handshake", 1),
        (False, "handshake", 1),
        (True, "alert", 1),
    ]
    assert [(item.from_client, item.data) for item in seen.of_kind(ApplicationData)] == [
        (True, None),
        (False, None),
    ]
    assert "CLIENT_RANDOM" in next(seen.of_kind(Undecrypted)).why


def test_without_a_key_log_tls_1_3_shows_the_hellos_and_how_much_is_hidden() -> None:
    seen = recorded("1.3").inspection(key_log=False)
    assert (seen.version, seen.server_chain, seen.client_chain, seen.alerts) == ("1.3", None, None, ())
    theirs, ours = by_side(tuple(seen.of_kind(Undecrypted)))
    assert [type(item) for item in (theirs[0], ours[0])] == [Undecrypted, Undecrypted]
    hidden = [item for item in seen.items if isinstance(item, Undecrypted)]
    assert [(item.from_client, item.records > 3, "TRAFFIC_SECRET" in item.why) for item in hidden] == [
        (False, True, True),
        (True, True, True),
    ]


@pytest.mark.parametrize("version", SUITES)
def test_a_key_log_with_another_secret_opens_nothing(version: str) -> None:
    meeting = recorded(version)
    wrong = [" ".join([*line.split()[:2], "5a" * (len(line.split()[2]) // 2)]) for line in meeting.key_log]
    seen = inspect(meeting.chunks, wrong, listens=True)
    assert not list(seen.of_kind(Finished))
    assert {item.why for item in seen.of_kind(Undecrypted)} == {"the secret in the key log does not open it"}


def test_a_noisy_key_log_with_other_connections_in_it_is_as_good() -> None:
    meeting, other = recorded("1.3"), recorded("1.2")
    noise = [
        "",
        "# comment",
        "CLIENT_RANDOM zz zz",
        "CLIENT_RANDOM 00",
        "SERVER_TRAFFIC_SECRET_0 00 " + "00" * 900,
    ]
    seen = inspect(meeting.chunks, [*noise, *other.key_log, *meeting.key_log, *noise], listens=True)
    assert seen == meeting.inspection()


@pytest.mark.parametrize(
    "first",
    [
        b"OPTIONS sip:exp-e SIP/2.0\r\n",
        b"GET / HTTP/1.1\r\n",
        b"\x80\x2e\x01\x03\x01",
        b"\x16\x04",
        b"x" * 99,
    ],
)
def test_a_side_that_does_not_speak_tls_shows_its_first_bytes(first: bytes) -> None:
    assert said_by_client(first) == (NotTls(0.0, True, False, first[:64]),)


def test_a_plaintext_answer_to_a_hello_is_told_from_the_hello() -> None:
    hello, answer = client_hello([0x002F], {}), b"SIP/2.0 400 Bad Request\r\n\r\n"
    chunks = [Chunk(0.0, Direction.SENT, hello), Chunk(1.0, Direction.RECEIVED, answer)]
    offer, other = inspect(chunks, [], listens=False).items
    assert isinstance(offer, ClientHello)
    assert (offer.from_client, offer.versions) == (True, ("1.2",))
    assert other == NotTls(1.0, False, False, answer)


@pytest.mark.parametrize(
    ("data", "offset", "what"),
    [
        (b"\x16\x03\x01", 0, "inside a record"),
        (record(HANDSHAKE, b"")[:5] + b"INVITE sip:", 5, "no TLS record begins with 49 4e"),
        (record(HANDSHAKE, b"") + b"\x16\x03\x03\xff\xff", 5, "no TLS record"),
        (record(ALERT, b""), 0, "empty alert"),
        (record(ALERT, b"\x02\x28") + record(ALERT, b"\x02"), 7, "1 bytes announced"),
        (record(20, b"\x02"), 0, "content type 20"),
        (record(HANDSHAKE, b"\x01\xff\xff\xff"), 0, "a handshake message of 16777215 bytes"),
        (record(HANDSHAKE, b"\x01\x00\x00\x09abc"), 0, "inside a handshake message"),
        (record(HANDSHAKE, b"\x01\x00\x00\x02\x03\x03"), 0, "client_hello: 32 bytes announced, 0 there"),
    ],
)
def test_nonsense_is_reported_with_its_place(data: bytes, offset: int, what: str) -> None:
    last = said_by_client(data)[-1]
    assert isinstance(last, Malformed)
    assert last.offset == offset
    assert what in last.what


def test_nothing_is_read_behind_nonsense_while_the_other_side_goes_on() -> None:
    hello = client_hello([0x002F], {})
    chunks = [
        Chunk(0.0, Direction.RECEIVED, hello + record(20, b"\x02") + record(ALERT, b"\x02\x28")),
        Chunk(1.0, Direction.SENT, record(ALERT, b"\x02\x46")),
    ]
    offer, broken, answer = inspect(chunks, [], listens=True).items
    assert isinstance(offer, ClientHello)
    assert isinstance(broken, Malformed)
    assert answer == Alert(1.0, False, False, 2, 70, "protocol_version")


def test_application_data_whose_handshake_was_missed_is_counted() -> None:
    items = said_by_client(record(APPLICATION_DATA, b"sealed") * 3)
    assert items == (Undecrypted(0.0, True, True, "application_data", 3, 18, "the handshake before it was not seen"),)


def test_a_client_alone_stays_shut_after_its_change_cipher_spec() -> None:
    meeting = recorded("1.2")
    alone = [chunk for chunk in meeting.chunks if chunk.direction is Direction.RECEIVED]
    seen = inspect(alone, meeting.key_log, listens=True)
    assert seen.server_hello is None
    assert seen.client_chain == meeting.inspection().client_chain
    assert {item.why for item in seen.of_kind(Undecrypted)} == {"no ServerHello was seen"}


def test_a_listener_alone_stays_shut_for_want_of_the_clients_random() -> None:
    meeting = recorded("1.3")
    alone = [chunk for chunk in meeting.chunks if chunk.direction is Direction.SENT]
    seen = inspect(alone, meeting.key_log, listens=True)
    assert seen.version == "1.3"
    assert [item.why.startswith("the key log has no") for item in seen.of_kind(Undecrypted)] == [True]


def test_early_data_stays_shut_and_does_no_harm_to_what_follows() -> None:
    meeting = Meeting(context("1.3"), context("1.3", own=leaf("exp-e"))).shake_hands()
    hello, *rest = meeting.chunks
    strange = record(APPLICATION_DATA, b"0-RTT" * 9)
    early = Chunk(hello.at, hello.direction, with_early_data(hello.data) + strange * 2)
    late = Chunk(9.0, hello.direction, strange)
    seen = inspect([early, *rest, late], meeting.key_log, listens=True)
    assert seen.client_hello is not None
    assert seen.client_hello.early_data
    assert [(item.from_client, item.records, item.why) for item in seen.of_kind(Undecrypted)] == [
        (True, 2, "0-RTT data"),
        (True, 1, "the secret in the key log does not open it"),
    ]
    assert list(seen.of_kind(Finished)) == list(meeting.inspection().of_kind(Finished))


def test_early_data_before_a_retry_is_early_data_although_the_second_hello_offers_none() -> None:
    """RFC 8446 4.1.2: the second ClientHello comes without early_data."""
    listener = context("1.3", own=leaf("exp-e"))
    listener.set_tmp_ecdh(ec.SECP384R1())
    meeting = Meeting(context("1.3"), listener).shake_hands()
    hello, *rest = meeting.chunks
    early = Chunk(hello.at, hello.direction, with_early_data(hello.data))
    retry, *others = rest
    late = Chunk(retry.at, hello.direction, record(APPLICATION_DATA, b"0-RTT" * 9))
    second, *last = others
    seen = inspect([early, retry, second, late, *last], meeting.key_log, listens=True)
    assert [(item.from_client, item.why) for item in seen.of_kind(Undecrypted)] == [(True, "0-RTT data")]


def test_a_flood_of_records_meets_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side, "MOST_ITEMS", 10)
    items = said_by_client(record(ALERT, b"\x01\x5a") * 50)
    assert len(items) == 11
    assert isinstance(items[-1], Malformed)


SERVER_HELLO = record(HANDSHAKE, bytes.fromhex("02000026") + b"\x03\x01" + bytes(32) + b"\x00\x00\x2f\x00")


@pytest.mark.parametrize("version", SUITES)
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("direction", "forged"),
    [(Direction.RECEIVED, SERVER_HELLO), (Direction.SENT, client_hello([0x002F], {}))],
)
def test_a_hello_from_the_wrong_end_changes_nothing(
    version: str, place: int, direction: Direction, forged: bytes
) -> None:
    meeting = recorded(version)
    chunks = list(meeting.chunks)
    chunks.insert(place, Chunk(0.0, direction, forged))
    seen = inspect(chunks, meeting.key_log, listens=True)
    complete = meeting.inspection()
    assert (seen.client_hello, seen.server_hello) == (complete.client_hello, complete.server_hello)
    assert seen.items[:place] + seen.items[place + 1 :] == complete.items


@pytest.mark.parametrize(("length", "plausible"), [(2**14 + 2048, True), (2**14 + 2049, False)])
def test_a_record_may_be_2048_bytes_longer_than_its_longest_plaintext(length: int, plausible: bool) -> None:
    """RFC 5246 section 6.2.3."""
    last = said_by_client(record(ALERT, b"\x01\x5a") + record(APPLICATION_DATA, bytes(length)))[-1]
    assert isinstance(last, Undecrypted if plausible else Malformed)
