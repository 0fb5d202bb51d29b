"""Whatever becomes of segments on their way, the stream is that which was sent, or says where it is not."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from packet_forge import CLIENT, SERVER, TALK, Talk, classic, kinds, only, read, said, small_talk

from harness.capture.frames import Flag
from harness.packets.connections import Kind
from harness.packets.limits import Limits
from harness.packets.stream import Gap, Stream

WORDS = bytes(range(256)) * 4


@st.composite
def mixed_segments(draw: st.DrawFn) -> list[tuple[int, bytes]]:
    """Cut the words into segments, let some come twice or in other cuts, and mix them a little."""
    cuts = sorted({0, len(WORDS), *draw(st.lists(st.integers(1, len(WORDS) - 1), max_size=30))})
    pieces = [(begin, WORDS[begin:end]) for begin, end in pairwise(cuts)]
    for _ in range(draw(st.integers(0, 8))):
        begin = draw(st.integers(0, len(WORDS) - 1))
        pieces.append((begin, WORDS[begin : begin + draw(st.integers(1, 200))]))
    return list(draw(st.permutations(pieces)))


@given(mixed_segments(), st.integers(0, 2**32 - 1))
def test_cut_doubled_and_reordered_segments_give_the_same_stream(pieces: list[tuple[int, bytes]], first: int) -> None:
    stream = Stream(1 << 20)
    stream.begin(first)
    given_out = b""
    for begin, data in pieces:
        for piece in stream.add((first + begin) % 2**32, data):
            assert isinstance(piece, bytes)
            given_out += piece
    assert given_out == WORDS
    assert not list(stream.end())
    assert stream.waits == 0


@given(mixed_segments(), st.integers(0, 1023), st.integers(1, 100))
def test_lost_bytes_are_a_gap_of_their_size(pieces: list[tuple[int, bytes]], lost: int, size: int) -> None:
    stream, hole = Stream(1 << 20), range(lost, min(lost + size, len(WORDS)))
    stream.begin(0)
    given_out: list[bytes | Gap] = []
    for begin, data in pieces:
        cut = bytes(byte for place, byte in enumerate(data, begin) if place not in hole)
        if len(cut) == len(data):
            given_out += stream.add(begin, data)
        else:
            before = max(0, hole.start - begin)
            given_out += stream.add(begin, data[:before])
            given_out += stream.add(max(begin, hole.stop), data[max(begin, hole.stop) - begin :])
    given_out += stream.end()

    place = 0
    for each in given_out:
        if isinstance(each, Gap):
            assert (place, each.size) == (hole.start, len(hole))
            place += each.size
        else:
            assert each == WORDS[place : place + len(each)]
            place += len(each)


def test_a_stream_keeps_to_its_limit_by_going_over_the_hole() -> None:
    stream = Stream(2000)
    stream.begin(0)
    given_out: list[bytes | Gap] = []
    for begin in range(100, 100_100, 100):
        given_out += stream.add(begin, bytes(100))
    assert given_out[0] == Gap(100)
    assert sum(len(each) for each in given_out if isinstance(each, bytes)) == 100_000
    assert stream.waits <= 2000


def test_a_keep_alive_says_nothing() -> None:
    talk = Talk().greet().say(TALK)
    last = talk.sequences[True] - 1
    for data in (b"", b"\0"):
        talk.packets.append(talk.segment(last, Flag.ACK, data, client=True))
        talk.packets.append(talk.segment(talk.sequences[False], Flag.ACK, client=False))
    talk.say(b"!")

    assert said(only(read(classic(talk.packets))), by_dialler=True) == TALK + b"!"


def test_a_retransmitted_syn_is_one_connection_and_a_new_one_another() -> None:
    first = Talk().greet().say(b"one").close().close(client=False)
    second = Talk(sequences={True: 77_000, False: 5}).greet().say(b"two")
    packets = [first.packets[0], *first.packets, *second.packets]
    one, two = read(classic(packets)).connections

    assert said(one, by_dialler=True) == b"one"
    assert said(two, by_dialler=True) == b"two"
    assert [kind for kind, _ in kinds(one)].count(Kind.SYN) == 1


def test_a_capture_that_begins_in_the_middle_knows_the_listener_by_the_lower_port() -> None:
    packets = Talk().greet().say(b"before").say(b"after").say(b"answer", client=False).packets[4:]
    connection = only(read(classic(packets)))

    assert (connection.dialler, connection.listener, connection.began) == (CLIENT, SERVER, False)
    assert said(connection, by_dialler=True) == b"after"
    assert said(connection.turned(), by_dialler=True) == b"answer"


def test_a_capture_that_begins_with_the_answer_to_the_syn_knows_who_dialled() -> None:
    high = Talk(CLIENT, type(SERVER)(SERVER.host, 50_000)).greet().say(b"words")
    connection = only(read(classic(high.packets[1:])))

    assert (connection.dialler, connection.began) == (CLIENT, True)
    assert said(connection, by_dialler=True) == b"words"


def test_a_refused_syn_is_a_syn_and_a_reset() -> None:
    talk = Talk()
    talk.packets = [
        talk.segment(1000, Flag.SYN, client=True),
        talk.segment(0, Flag.RST | Flag.ACK, client=False),
    ]
    assert kinds(only(read(classic(talk.packets)))) == [(Kind.SYN, True), (Kind.RST, False)]


def test_bytes_that_were_acknowledged_and_are_not_here_are_a_gap() -> None:
    """A capture of one direction alone: what the other end said shows in the acknowledgements."""
    talk = Talk().greet().say(TALK).say(b"answer", client=False).say(b"!")
    own = [packet for packet in talk.packets if packet[12:16] == bytes(map(int, CLIENT.host.split(".")))]
    connection = only(read(classic(own)))

    assert said(connection, by_dialler=True) == TALK + b"!"
    assert [(each.by_dialler, each.size) for each in connection.seen if each.kind is Kind.GAP] == [(False, 6)]


def test_a_syn_that_comes_again_after_a_while_was_sent_again() -> None:
    talk = Talk()
    syn = talk.segment(1000, Flag.SYN, client=True)

    assert kinds(only(read(classic([syn] * 3)))) == [(Kind.SYN, True)]
    assert kinds(only(read(classic([syn] * 250))))[:2] == [(Kind.SYN, True), (Kind.SYN_AGAIN, True)]


def test_a_fin_stands_behind_the_data_that_came_late() -> None:
    talk = Talk().greet().say(b"one").say(b"two").close()
    packets = [*talk.packets[:3], talk.packets[5], talk.packets[4], talk.packets[3]]
    seen = kinds(only(read(classic(packets))))

    assert seen[-1] == (Kind.FIN, True)
    assert said(only(read(classic(packets))), by_dialler=True) == b"onetwo"


def test_every_packet_twice_is_the_same_conversation() -> None:
    packets = small_talk()
    twice = [packet for packet in packets for _ in range(2)]

    assert kinds(only(read(classic(twice)))) == kinds(only(read(classic(packets))))


def test_all_waiting_bytes_together_keep_to_the_limit() -> None:
    talks = [Talk(type(CLIENT)(CLIENT.host, port)).greet() for port in range(1025, 1075)]
    packets = []
    for talk in talks:
        talk.sequences[True] += 10
        talk.say(bytes(1000))
        packets += talk.packets
    capture = read(classic(packets), Limits(kept=10_000))

    assert sum(len(said(each, by_dialler=True).replace(b"?", b"")) for each in capture.connections) <= 10_000
