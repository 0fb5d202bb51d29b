"""What is kept of visits, for how long they may last, and how many there may be."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress

import pytest
import trio
from served_lab_bench import BLOCK, OpenHouse, healthy, open_house, until_over, virtual_time

from harness.net.network import StreamResetError
from harness.serve.connections import Limits
from harness.serve.journal import Journal
from harness.serve.stories import judged
from harness.serve.view import outcome_of, visit_line
from harness.transcript import Address, DialFailed, DialFailure
from harness.verdict import Facts, Stage

OPTIONS = (
    b"OPTIONS sip:us-expe1.example.com SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:us-expe1.example.com>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n"
)


async def visit(lab: OpenHouse, number: int) -> None:
    """Come in one of four ways, and leave."""
    match number % 4:
        case 0:
            stream = await lab.dial(5061)
            await stream.send(bytes([number % 256]) * 40)
            await until_over(stream)
        case 1:
            link = await lab.secured(5062, "1.3")
            await link.receive()
            link.drop()
        case 2:
            link = await lab.secured(5061, "1.2")
            await link.send(OPTIONS)
            assert (await link.receive()).startswith(b"SIP/2.0 200")
            await link.close()
        case _:
            (await lab.dial(8443)).close()


@virtual_time
async def test_after_two_thousand_visits_nothing_is_left_of_them() -> None:
    async with open_house(judging=False) as lab:
        blocks = []
        for count in (400, 2000):
            for number in range(count):
                await visit(lab, number)
            await trio.sleep(60)
            gc.collect()
            blocks.append(sys.getallocatedblocks())

    assert blocks[1] - blocks[0] < 4000  # one visit that stays is worth several hundred


def test_what_the_lab_dialled_in_vain_is_let_go() -> None:
    journal = Journal(lambda: 0.0, lambda _: None)
    for port in range(1024, 3000):
        number = journal.dialling("expressway-e", Address("127.64.0.99", port), "sip")
        journal.bound(number, Address("127.64.0.10", port))
        journal.note(DialFailed(0.0, "expressway-e", number, DialFailure.REFUSED))

    assert journal.connections() == ()
    assert journal.accepted("b2b-peer", Address("127.64.0.10", 1024), Address("127.64.0.70", 5061), "sip") == number + 1


@virtual_time
async def test_a_long_visit_is_kept_by_its_beginning_and_its_latest_part() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        for _ in range(500):
            await link.send(OPTIONS)
            await link.receive()
        await link.close()
        await trio.sleep(5)
        *requests, story = lab.stories()

    assert {outcome_of(each) for each in requests} == {"ok, answered 200"}
    assert outcome_of(story) == "closed after 500 requests"
    assert {event.kind for event in requests[-1].transcript.events} >= {"handshake-finished", "sip"}
    assert max(len(each.transcript.events) for each in (*requests, story)) < 50


@pytest.mark.parametrize(
    ("tls", "stage", "alert", "visitor_thought_it_was_done"),
    [("1.2", Stage.HANDSHAKE, 40, False), ("1.3", Stage.ACCEPTANCE, 116, True)],
)
@virtual_time
async def test_what_a_refused_visitor_saw_is_known_from_the_labs_end_alone(
    tls: str, stage: Stage, alert: int, visitor_thought_it_was_done: bool
) -> None:
    async with open_house() as lab:
        link = await lab.secured(5062, tls)
        await link.receive()
        link.drop()
        await trio.sleep(5)
        (story,) = lab.stories()

    (step,) = story.verdict.steps
    assert (step.stopped_at, step.by, step.alert, story.verdict.cause) == (
        *(stage, "expressway-e", alert),
        "no-client-certificate",
    )
    assert step.facts == Facts(visitor_thought_it_was_done, certificate_accepted=False, sip_answered=False)
    assert story.transcript.tls_version == tls


@virtual_time
async def test_who_stays_is_told_of_once_before_it_is_over() -> None:
    async with open_house() as lab:
        (await lab.dial(5061)).close()
        asking, silent = await lab.secured(5061, "1.3"), await lab.dial(5061)
        await asking.send(OPTIONS)
        await asking.receive()
        await trio.sleep(4)
        lines = [visit_line(judged(*stay)) for stay in lab.stays]
        assert [line.split("  ", 2)[2] for line in lines] == ["TLS 1.3  open, answered 200", "TLS -    open"]
        await trio.sleep(60)
        await asking.close()
        silent.close()
        await trio.sleep(1)

    assert len(lab.stays) == 2
    assert outcome_of(lab.stories()[-1]) == "closed after 1 request"


@virtual_time
async def test_an_idle_visitor_is_shown_the_door_and_the_line_says_so() -> None:
    async with open_house(Limits(idle=100)) as lab:
        link = await lab.secured(5061, "1.3")
        await trio.sleep(90)
        assert link.ended is None
        await trio.sleep(20)
        assert await link.receive() == b""
        link.drop()
        (story,) = lab.stories()

    assert outcome_of(story) == "ok, idle for 100 s"


@pytest.mark.parametrize(
    ("port", "host", "garbage", "told"),
    [
        (5060, ".20", b"GET / HTTP/1.1\r\n\r\n", "given up: not a SIP start line: 'GET / HTTP/1.1'"),
        (8080, ".80", b"SIP/2.0 200 OK\r\n\r\n",
         "given up, answered 400: not HTTP: illegal request line: 'SIP/2.0 200 OK'"),
        (5073, ".19", b"\x16\x03\x01", "given up: not from a box with a B2BUA"),
    ],
)  # fmt: skip
@virtual_time
async def test_what_the_lab_gives_up_is_not_ok_nor_the_clients_refusal(
    port: int, host: str, garbage: bytes, told: str
) -> None:
    async with open_house() as lab:
        stream = await lab.dial(port, BLOCK + host)
        await stream.send(garbage)
        await until_over(stream)
        await trio.sleep(1)
        (story,) = lab.stories()

    assert outcome_of(story) == told


@virtual_time
async def test_who_does_not_converse_gives_way_to_a_newcomer_and_who_does_stays() -> None:
    async with open_house(Limits(each_port=4, patience=1)) as lab:
        spoken = [await lab.secured(5061, "1.3") for _ in range(2)]
        silent, halting = await lab.dial(5061), await lab.dial(5061)
        await halting.send(b"\x16\x03\x01\x00\xff\x01")
        await trio.sleep(2)
        newcomers = [await lab.secured(5061, "1.3") for _ in range(2)]
        for newcomer in newcomers:
            await newcomer.send(OPTIONS)
            assert (await newcomer.receive()).startswith(b"SIP/2.0 200")
        for gone in (silent, halting):
            with pytest.raises(StreamResetError):
                await gone.receive()
        turned_away = await lab.dial(5061)
        with pytest.raises(StreamResetError):
            await turned_away.receive()
        assert lab.tcp_ports.clients.turned_away == 1
        assert [link.ended for link in spoken] == [None, None]


@virtual_time
async def test_what_another_visitor_did_explains_nobody_elses_story() -> None:
    async with open_house() as lab:
        standing = await lab.secured(5061, "1.3")
        refused = await lab.secured(5062, "1.3")
        await refused.receive()
        refused.drop()
        await standing.close()
        await trio.sleep(5)
        stories = {story.visit.connection.target.port: story for story in lab.stories()}

    assert stories[5061].verdict.cause == "none"
    assert stories[5062].verdict.cause == "no-client-certificate"
    assert {event.connection for event in stories[5061].visit.events if event.kind == "alert"} <= {
        stories[5061].visit.connection.number
    }


@virtual_time
async def test_a_reading_is_given_up_when_its_last_visitor_has_left() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        await lab.served_lab.switch_to(healthy())
        await trio.sleep(5)
        assert lab.served_lab.generations == 2
        await link.close()
        await trio.sleep(5)
        assert lab.served_lab.generations == 1


@virtual_time
async def test_nobody_waits_for_a_place_whatever_the_others_hold() -> None:
    async with open_house() as lab:
        held = [await lab.secured(5061, "1.3") for _ in range(128)] + [await lab.dial(5062) for _ in range(119)]
        began = trio.current_time()
        link = await lab.secured(8443, "1.3")
        await link.send(b"GET / HTTP/1.1\r\nHost: edge\r\n\r\n")
        assert (await link.receive()).startswith(b"HTTP/1.1 401")
        assert trio.current_time() - began < 1
        assert len(held) == 247


@virtual_time
async def test_the_clock_of_the_handshake_runs_for_everybody_from_the_start() -> None:
    async with open_house() as lab:
        silent = [await lab.dial(port) for port in (5061, 5062, 8443) for _ in range(120)]
        await trio.sleep(7.5)  # 5 s for the handshake, and 2 s for the peer's FIN
        assert lab.tcp_ports.clients.count == 0
        assert len(silent) == 360


@virtual_time
async def test_a_client_hello_of_a_byte_a_second_gets_no_more_time_than_silence() -> None:
    async with open_house() as lab:
        stream = await lab.dial(5061)
        with suppress(StreamResetError):
            for number in b"\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03" + bytes(20):
                await stream.send(bytes([number]))
                await trio.sleep(1)
        (story,) = lab.stories()

    assert outcome_of(story) == "refused at handshake: handshake-timeout"
    assert story.visit.events[-1].at < 8


@pytest.mark.parametrize(
    ("asks", "waits", "has_a_place"),
    [(False, 5, False), (False, 11, True), (True, 100, False), (True, 130, True)],
)
@virtual_time
async def test_silent_clients_keep_a_port_for_no_longer_than_they_are_busy(
    asks: bool, waits: float, has_a_place: bool
) -> None:
    async with open_house(Limits(each_port=3)) as lab:
        for _ in range(3):
            link = await lab.secured(5061, "1.3")
            if asks:
                await link.send(OPTIONS)
                await link.receive()
        await trio.sleep(waits)
        newcomer = await lab.secured(5061, "1.3")
        assert (newcomer.ended is None) == has_a_place
        assert lab.tcp_ports.clients.turned_away == (not has_a_place)


@virtual_time
async def test_a_request_that_never_ends_is_no_sign_of_life_and_a_keep_alive_is() -> None:
    async with open_house(Limits(idle=100)) as lab:
        dripping, alive = await lab.secured(5061, "1.3"), await lab.secured(5061, "1.3")
        for second in range(150):
            await dripping.send(b"OPTIONS"[second % 7 :][:1])
            if not second % 60:
                await alive.send(b"\r\n\r\n")
            await trio.sleep(1)
            if second == 110:
                assert lab.tcp_ports.clients.count == 1
        assert alive.ended is None


@virtual_time
async def test_who_reads_nothing_of_what_it_is_sent_is_put_out() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        for _ in range(200):
            with trio.move_on_after(5):
                await link.send(OPTIONS)
        await trio.sleep(70)
        assert lab.tcp_ports.clients.count == 0
        told = [outcome_of(story) for story in lab.stories() if not story.visit.request]

    assert told[0].endswith("read nothing of what it was sent for 60 s")
