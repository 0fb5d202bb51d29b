"""A play as packets: what each end sent is on the wire once, in order, under right numbers and checksums."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from capture_bench import ACK, EDGE, FIN, PARTNER, RST, SYN, Wire, blocks, end, packets, play
from hypothesis import given, settings
from hypothesis import strategies as st
from test_capture_saved import TRANSCRIPTS

from harness.capture.writing import capture_of
from harness.transcript import (
    Address,
    Closed,
    Closing,
    Connected,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    DnsSeen,
    Event,
    Transcript,
)

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED
NAME_SERVER = Address("127.0.0.53", 5300)
OPENED = (Dialled(0.0, "b2b-peer", 1), Connected(0.001, "b2b-peer", 1), Connected(0.002, "expressway-e", 1))


def wire(*plays: Transcript) -> list[Wire]:
    return list(packets(capture_of(plays, program="sip-mtls")))


def arrows(*plays: Transcript) -> list[tuple[str, int, bytes]]:
    """Who sent what with which flags, PSH left out."""
    names = {PARTNER.host: "partner", EDGE.host: "edge"}
    return [(names[each.source.host], each.flags & ~0x08, each.data) for each in wire(*plays)]


def closing(actor: str, at: float, direction: Direction, how: Closing) -> Closed:
    return Closed(at, actor, 1, direction, how)


def test_a_call_is_opened_carried_and_closed() -> None:
    partner = end("b2b-peer", (0.01, SENT, b"hello"), (0.04, RECEIVED, b"goodbye"))
    edge = end("expressway-e", (0.02, RECEIVED, b"hello"), (0.03, SENT, b"goodbye"))
    closings = (
        closing("b2b-peer", 0.05, SENT, Closing.CLOSE_NOTIFY),
        closing("expressway-e", 0.06, RECEIVED, Closing.CLOSE_NOTIFY),
    )

    assert arrows(play(*OPENED, *closings, ends=(partner, edge))) == [
        ("partner", SYN, b""),
        ("edge", SYN | ACK, b""),
        ("partner", ACK, b""),
        ("partner", ACK, b"hello"),
        ("edge", ACK, b""),
        ("edge", ACK, b"goodbye"),
        ("partner", ACK, b""),
        ("partner", FIN | ACK, b""),
        ("edge", FIN | ACK, b""),
        ("partner", ACK, b""),
    ]


def test_a_fin_behind_data_that_was_never_read_is_not_acknowledged() -> None:
    partner = end("b2b-peer", (0.01, SENT, b"hello"))
    edge = end("expressway-e", (0.03, SENT, b"goodbye"))
    told = play(*OPENED, closing("b2b-peer", 0.02, SENT, Closing.FIN), ends=(partner, edge))

    assert wire(told)[-1].data == b"goodbye"
    assert wire(told)[-1].acknowledged == 1


def test_a_port_on_which_nobody_listens_answers_the_syn_with_an_rst() -> None:
    told = play(Dialled(0.0, "b2b-peer", 1), DialFailed(0.001, "b2b-peer", 1, DialFailure.REFUSED))
    assert arrows(told) == [("partner", SYN, b""), ("edge", RST | ACK, b"")]
    assert wire(told)[1].acknowledged == 1


@pytest.mark.parametrize("failure", [DialFailure.TIMED_OUT, DialFailure.UNREACHABLE])
def test_a_syn_that_nobody_answers_stays_alone(failure: DialFailure) -> None:
    told = play(Dialled(0.0, "b2b-peer", 1), DialFailed(10.0, "b2b-peer", 1, failure))
    assert arrows(told) == [("partner", SYN, b"")]


def test_what_a_device_swallows_is_sent_and_never_acknowledged() -> None:
    told = play(*OPENED, ends=(end("b2b-peer", (0.1, SENT, b"lost")), end("expressway-e")))
    assert arrows(told)[-1] == ("partner", ACK, b"lost")
    assert not any(each.acknowledged > 1 for each in wire(told))


def test_an_rst_that_neither_end_sent_comes_in_the_name_of_both() -> None:
    forged = tuple(closing(actor, 0.1, RECEIVED, Closing.RST) for actor in ("b2b-peer", "expressway-e"))
    told = arrows(play(*OPENED, *forged, ends=(end("b2b-peer"), end("expressway-e"))))
    assert told[3:] == [("edge", RST | ACK, b""), ("partner", RST | ACK, b"")]


def test_of_a_far_end_that_is_not_ours_our_own_record_tells() -> None:
    ours = end("b2b-peer", (0.01, SENT, b"question"), (0.02, RECEIVED, b"answer"))
    last = closing("b2b-peer", 0.03, RECEIVED, Closing.FIN)
    assert arrows(play(*OPENED[:2], last, ends=(ours,)))[3:] == [
        ("partner", ACK, b"question"),
        ("edge", ACK, b"answer"),
        ("partner", ACK, b""),
        ("edge", FIN | ACK, b""),
        ("partner", FIN | ACK, b""),
        ("edge", ACK, b""),
    ]


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=4000)), max_size=8))
def test_sequence_numbers_join_what_each_side_sent(told: list[tuple[bool, bytes]]) -> None:
    said = [(0.01 * (place + 1), by_partner, data) for place, (by_partner, data) in enumerate(told)]
    ends = tuple(
        end(
            actor,
            *(
                (at if mine == by else at + 0.001, SENT if mine == by else RECEIVED, data)
                for at, by, data in said
                for mine in [actor == "b2b-peer"]
            ),
        )
        for actor in ("b2b-peer", "expressway-e")
    )
    seen = wire(play(*OPENED, ends=ends))
    for host, by_partner in ((PARTNER.host, True), (EDGE.host, False)):
        expected = 1
        for each in seen:
            if each.source.host == host and each.data:
                assert each.sequence == expected
                assert len(each.data) <= 1460
                expected += len(each.data)
        assert b"".join(each.data for each in seen if each.source.host == host) == b"".join(
            data for _at, by, data in said if by is by_partner
        )


def test_two_plays_that_used_the_same_ports_are_two_connections_one_after_the_other() -> None:
    one = play(*OPENED, ends=(end("b2b-peer"), end("expressway-e")))
    seen = wire(one, one)
    assert len({each.source for each in seen if each.flags == SYN}) == 2
    assert {each.interface for each in seen} == {0, 1}
    assert min(each.at for each in seen if each.interface == 1) - seen[2].at >= 10**9
    assert all(earlier.at <= later.at for earlier, later in pairwise(seen))


def test_a_play_is_dated_by_the_labs_own_clock() -> None:
    first = wire(play(*OPENED, started="2027-03-15T12:00:00+00:00"))[0]
    assert first.at == 1_805_112_000 * 10**9


def question(at: float, direction: Direction, transport: str, message: bytes = b"\x00\x01asked") -> DnsSeen:
    return DnsSeen(at, "b2b-peer", NAME_SERVER, transport, direction, message)


def test_a_question_over_udp_and_its_answer_share_their_ports() -> None:
    asked, again, answered = wire(
        play(question(0, SENT, "udp"), question(2, SENT, "udp"), question(2.1, RECEIVED, "udp"))
    )[:3]
    assert asked.source == again.source == answered.target
    assert asked.target == answered.source == NAME_SERVER
    assert (asked.source.host, asked.data, answered.at - asked.at) == (PARTNER.host, b"\x00\x01asked", 2_100_000_000)


def test_a_question_over_tcp_has_a_connection_of_its_own() -> None:
    seen = wire(play(question(0, SENT, "tcp"), question(1, RECEIVED, "tcp", b"\x00\x01told")))
    assert [each.data for each in seen if each.data] == [b"\x00\x07\x00\x01asked", b"\x00\x06\x00\x01told"]
    assert [bool(each.flags & FIN) for each in seen].count(True) == 2


def test_addresses_of_ip_version_6_are_packets_of_that_version() -> None:
    told = play(*OPENED)
    six = replace(told.connections[0], source=Address("::1", 25001), target=Address("2001:db8::5", 5061))
    assert wire(replace(told, connections=(six,)))[0].target == Address("2001:db8::5", 5061)


@settings(max_examples=100)
@given(st.lists(TRANSCRIPTS, min_size=1, max_size=3))
def test_any_transcript_that_a_file_can_hold_makes_a_capture(told: list[Transcript]) -> None:
    data = capture_of(told, program="sip-mtls")
    assert len(blocks(data)) >= 1 + len(told)
    assert all(earlier.at <= later.at for earlier, later in pairwise(packets(data)))


def test_events_of_a_connection_without_bytes_are_packets_too() -> None:
    events: tuple[Event, ...] = (*OPENED, closing("b2b-peer", 1.0, SENT, Closing.RST))
    assert arrows(play(*events))[-1] == ("partner", RST | ACK, b"")


def test_an_rst_that_one_end_sent_and_the_other_got_crosses_once() -> None:
    both = (closing("expressway-e", 0.1, SENT, Closing.RST), closing("b2b-peer", 0.2, RECEIVED, Closing.RST))
    told = arrows(play(*OPENED, *both, ends=(end("b2b-peer"), end("expressway-e"))))
    assert told[3:] == [("edge", RST | ACK, b"")]


def test_nobody_acknowledges_what_was_never_sent() -> None:
    out_of_nowhere = end("expressway-e", (0.2, RECEIVED, b"forged by a device"))
    told = play(*OPENED, ends=(end("b2b-peer", (0.1, SENT, b"short")), out_of_nowhere))
    assert max(each.acknowledged for each in wire(told)) == 1 + len(b"short")
