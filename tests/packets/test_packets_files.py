"""Files of every form give the same connection; what is cut or damaged gives what stands before it, and a remark."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packet_forge import (
    ANSWER,
    BEGAN,
    CLIENT,
    CLIENT_6,
    ETHERNET,
    LOOP,
    NULL,
    RAW,
    SECOND,
    SERVER,
    SERVER_6,
    SLL,
    SLL2,
    TALK,
    Talk,
    block,
    classic,
    enhanced,
    fragments,
    fragments_6,
    interface,
    on_ethernet,
    on_null,
    on_sll,
    on_sll2,
    only,
    pcapng,
    question,
    read,
    said,
    secrets,
    section,
    small_talk,
    snapped,
    zipped,
)

from harness.packets.capture import read_capture
from harness.packets.connections import Kind
from harness.packets.frames import NotACaptureError, is_capture
from harness.packets.limits import Limits

PACKETS = small_talk()
TALK_6 = Talk(CLIENT_6, SERVER_6).greet().say(TALK, size=7).say(ANSWER, client=False).packets
FORMS = {
    "classic": classic(PACKETS),
    "big-endian": classic(PACKETS, order=">"),
    "nanoseconds": classic(PACKETS, nanoseconds=True),
    "big-endian nanoseconds": classic(PACKETS, order=">", nanoseconds=True),
    "pcapng": pcapng(PACKETS),
    "big-endian pcapng": pcapng(PACKETS, order=">"),
    "gzip": zipped(classic(PACKETS)),
    "gzip of pcapng": zipped(pcapng(PACKETS)),
    "gzip in two members": zipped(classic(PACKETS)[:150]) + zipped(classic(PACKETS)[150:]),
    "ethernet": classic(map(on_ethernet, PACKETS), ETHERNET),
    "vlan": classic((on_ethernet(each, 0x8100) for each in PACKETS), ETHERNET),
    "vlan in vlan": classic((on_ethernet(each, 0x88A8, 0x8100) for each in PACKETS), ETHERNET),
    "padded ethernet": classic((on_ethernet(each) + bytes(12) for each in PACKETS), ETHERNET),
    "any device": classic(map(on_sll, PACKETS), SLL),
    "any device, version 2": classic(map(on_sll2, PACKETS), SLL2),
    "loopback of BSD": classic(map(on_null, PACKETS), NULL),
    "loopback of OpenBSD": classic((on_null(each, ">") for each in PACKETS), LOOP),
    "IPv6": classic(TALK_6),
    "IPv6 on ethernet": classic(map(on_ethernet, TALK_6), ETHERNET),
    "IPv6 on loopback": classic(map(on_null, TALK_6), NULL),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_file_holds_the_same_conversation(form: str) -> None:
    capture = read(FORMS[form])
    connection = only(capture)

    ends = (CLIENT_6, SERVER_6) if "IPv6" in form else (CLIENT, SERVER)
    assert (connection.dialler, connection.listener) == ends
    assert said(connection, by_dialler=True) == TALK
    assert said(connection, by_dialler=False) == ANSWER
    assert connection.began
    assert connection.seen[0].at == BEGAN
    assert connection.seen[1].at == BEGAN + SECOND // 1000
    assert capture.remarks == ()


@pytest.mark.parametrize(("resolution", "in_a_second"), [(6, 10**6), (9, 10**9), (3, 10**3), (0x80 | 10, 2**10)])
def test_the_resolution_and_the_offset_of_an_interface_give_the_time(resolution: int, in_a_second: int) -> None:
    file = section() + interface(resolution=resolution, offset=1000) + enhanced(PACKETS[0], 2 * in_a_second)

    assert only(read(file)).seen[0].at == 1002 * SECOND


def test_each_section_counts_its_own_interfaces() -> None:
    half = len(PACKETS) // 2
    first = section() + interface(name="lo") + b"".join(enhanced(each, 0) for each in PACKETS[:half])
    second = (
        section(">")
        + interface(ETHERNET, name="eth0", order=">")
        + interface(RAW, order=">")
        + b"".join(enhanced(each, 0, 1, ">") for each in PACKETS[half:])
    )
    connection = only(read(first + second))

    assert said(connection, by_dialler=True) + said(connection, by_dialler=False) == TALK + ANSWER
    assert connection.interface == "lo"


def test_secrets_in_the_file_are_given_out_wherever_they_stand() -> None:
    file = section() + secrets(b"CLIENT_RANDOM aa bb\n") + interface() + enhanced(PACKETS[0], 0) + secrets(b"later\n")

    assert read(file).secrets.split() == [b"CLIENT_RANDOM", b"aa", b"bb", b"later"]


def test_simple_and_old_packet_blocks_are_read() -> None:
    simple = block(3, struct.pack("<I", len(PACKETS[0])) + PACKETS[0])
    old = block(2, struct.pack("<HHIIII", 0, 0, 0, 5, len(PACKETS[1]), len(PACKETS[1])) + PACKETS[1])
    unknown = block(0xBAD, b"something")

    connection = only(read(section() + interface() + simple + unknown + old))
    assert [each.kind for each in connection.seen] == [Kind.SYN, Kind.SYN_ACK]


def test_fragments_are_put_together_in_any_order() -> None:
    talk = Talk().greet().say(TALK * 40)
    pieces = fragments(talk.packets[-1], 256)
    pieces = [*pieces[1::2], *reversed(pieces[::2])]

    assert said(only(read(classic([*talk.packets[:-1], *pieces]))), by_dialler=True) == TALK * 40


def test_fragments_of_ipv6_are_put_together() -> None:
    talk = Talk(CLIENT_6, SERVER_6).greet().say(TALK * 20)
    pieces = fragments_6(talk.packets[-1], 256)

    assert said(only(read(classic([*talk.packets[:-1], *reversed(pieces)]))), by_dialler=True) == TALK * 20


def test_a_fragment_without_the_others_is_said_to_be_missing() -> None:
    talk = Talk().greet().say(TALK * 40)
    capture = read(classic([*talk.packets[:-1], *fragments(talk.packets[-1], 256)[1:]]))

    assert said(only(capture), by_dialler=True) == (TALK * 40)[:1460]
    assert "fragments" in capture.remarks[0]


def test_a_datagram_keeps_its_ends_and_its_bytes() -> None:
    (datagram,) = read(classic([question(b"who is there?")])).datagrams

    assert (datagram.source, datagram.target, datagram.data) == (CLIENT, SERVER, b"who is there?")


def test_packets_that_were_cut_short_leave_a_gap_of_the_right_size() -> None:
    packets = Talk().greet().say(b"0123456789" * 20).say(b"more").packets
    capture = read(snapped(packets, 90))
    connection = only(capture)

    assert said(connection, by_dialler=True) == b"0123456789" * 5 + b"?" * 150 + b"more"
    assert capture.remarks == ("packets are cut short: capture whole ones (snap length 0)",)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "it is empty"),
        (b"\x34\xcd\xb2\xa1" + bytes(20), "Kuznetzov"),
        (b"snoop\0\0\0" + bytes(20), "snoop"),
        (b"Dec  1 10:00:00 edge tvcs:", "44 65 63 20"),
        (zipped(b"a text"), "61 20 74 65"),
    ],
)
def test_what_is_no_capture_is_refused_with_its_first_bytes(head: bytes, words: str) -> None:
    with pytest.raises(NotACaptureError, match=words):
        read(head)


def test_captures_are_recognised_by_their_first_bytes() -> None:
    assert all(is_capture(file[:8]) for file in FORMS.values())
    assert not any(map(is_capture, (b"", b'{"format": "sip-mtls transcript"', b"Dec  1 ")))


@pytest.mark.parametrize("form", ["classic", "pcapng", "gzip", "gzip of pcapng"])
def test_every_truncation_gives_the_beginning_and_never_an_exception(form: str) -> None:
    whole = FORMS[form]
    for size in range(8, len(whole)):
        try:
            capture = read(whole[:size])
        except NotACaptureError:
            assert form.startswith("gzip")
            continue
        for connection in capture.connections:
            assert TALK.startswith(said(connection, by_dialler=True).rstrip(b"?"))
        complete = capture.packets == len(PACKETS) and not capture.remarks
        assert capture.packets < len(PACKETS) or complete or capture.remarks


@given(st.sampled_from(sorted(set(FORMS) - {"gzip"})), st.integers(0), st.integers(1, 255))
def test_no_flipped_byte_raises_anything_but_the_refusal(form: str, place: int, flip: int) -> None:
    file = bytearray(FORMS[form])
    file[place % len(file)] ^= flip
    try:
        read(bytes(file))
    except NotACaptureError:
        assert place % len(file) < 12 or "gzip" in form


@given(st.binary(max_size=400), st.sampled_from(["classic", "pcapng"]))
def test_garbage_behind_a_header_is_a_remark_at_most(garbage: bytes, form: str) -> None:
    header = classic([]) if form == "classic" else section() + interface()
    read(header + garbage)


def test_a_packet_larger_than_any_ends_the_reading() -> None:
    capture = read(classic(PACKETS[:3]) + bytes.fromhex("00000000 00000000 ffffffff ffffffff"))

    assert capture.packets == 3
    assert "larger than any" in capture.remarks[0]


def test_the_reading_ends_when_its_time_is_over() -> None:
    file = classic(PACKETS[:2] * 5000)
    place = 0

    def piece(size: int) -> bytes:
        nonlocal place
        place += size
        return file[place - size : place]

    capture = read_capture(piece, goes_on=lambda: False)
    assert capture.packets < 5000
    assert "time for reading was over" in capture.remarks[0]


def test_limits_are_said_when_they_are_reached() -> None:
    talks = [Talk(type(CLIENT)(CLIENT.host, port)).greet().say(TALK * 10) for port in range(1025, 1035)]
    packets = [packet for talk in talks for packet in talk.packets]
    asked = [question() for _ in range(5)]

    few = read(classic([*packets, *asked]), Limits(connections=4, datagrams=2, stream=100))
    assert len(few.connections) == 4
    assert len(few.datagrams) == 2
    assert any("more connections" in each for each in few.remarks)
    assert any("more datagrams" in each for each in few.remarks)
    assert said(few.connections[0], by_dialler=True) == (TALK * 10)[:100]
    left = [each.size for each in few.connections[0].seen if each.kind is Kind.LEFT_OUT]
    assert sum(left) == len(TALK) * 10 - 100


def test_a_link_type_that_is_not_read_is_named() -> None:
    assert read(classic(PACKETS, 147)).remarks == (f"packets of link type 147 are not read ({len(PACKETS)} times)",)
