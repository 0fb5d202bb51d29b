"""Visitors who mean no good leave the lab serving."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import dns.message
import pytest
from address_blocks import fresh_block
from busy_machine import in_time
from serve_bench import OPEN, PROGRAM, Caller, ServedLab, serving

from harness.cli.exits import Exit

PORTS = (5061, 5062, 8443, 7001, 5300)
GARBAGE = (b"", b"\x00" * 300, b"\x16\x03\x01\xff\xff" + b"A" * 70_000, b"INVITE sip:x SIP/2.0\r\n" * 3000, b"\xff" * 9)


def crowd(lab: ServedLab, count: int, held: ExitStack) -> None:
    """Open so many connections at once, say garbage on those that came about, and keep a part of them."""
    came = [socket.socket() for _ in range(count)]
    for number, plain in enumerate(came):
        port = PORTS[number % len(PORTS)]
        plain.setblocking(False)
        plain.connect_ex((lab.address_of(53 if port == 5300 else 10), port))
    time.sleep(0.5)
    for number, plain in enumerate(came):
        with suppress(OSError):
            plain.send(GARBAGE[number // 7 % len(GARBAGE)])
        if number % 4:
            plain.close()
        else:
            held.callback(plain.close)


def test_two_thousand_connections_of_garbage_and_silence_leave_it_serving(tmp_path: Path) -> None:
    with serving(tmp_path) as lab, ExitStack() as held:
        for _ in range(4):
            crowd(lab, 500, held)
        with closing(Caller(lab, 5061)) as caller:
            assert caller.ask("OPTIONS") == 200
        code, _ = lab.end()

        assert code == Exit.MET
        assert "bug" not in lab.err.read_text("utf-8") + lab.out.read_text("utf-8")


def test_a_reader_who_stops_reading_stops_neither_the_lab_nor_its_end(tmp_path: Path) -> None:
    block, folder = fresh_block(), tmp_path / "certificates"
    command = [*PROGRAM, "--addresses", block, "--out", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        lab = ServedLab(process, tmp_path, tmp_path, folder, block)
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        while process.stdout.readline().rstrip() != OPEN:
            pass
        for _ in range(400):
            socket.create_connection((lab.address_of(10), 5061), timeout=10).close()
        with closing(Caller(lab, 5061)) as caller:
            assert caller.ask("OPTIONS") == 200
        code, seconds = lab.end()

    assert code == Exit.MET
    assert in_time(seconds, 5)


@pytest.mark.may_skip("a machine without network has no other address")
def test_another_address_is_opened_with_a_warning_and_ports_that_clash_are_mapped(tmp_path: Path) -> None:
    outside = next(iter(_own_addresses()), "")
    if not outside:
        pytest.skip("this machine has no address but loopback")
    with serving(tmp_path, "--bind", outside) as lab:
        lab.complained(f"WARNING: every port of this lab will be open at {outside} too")
        mutual = lab.said(r"mutual TLS, demands a certificate, also ").rpartition(":")[2]
        cloud = lab.said(r"hybrid calls, demands a certificate, also ").rpartition(":")[2]
        with socket.create_connection((outside, int(mutual)), timeout=5):
            pass

        assert int(cloud) != int(mutual)
        assert int(mutual) % 10_000 == int(cloud) % 10_000 == 5062
        assert lab.said(r"expressway-e:5062 ")


def test_two_questions_at_once_are_answered_from_the_address_that_was_asked(tmp_path: Path) -> None:
    place = f"{fresh_block()}.9"
    questions = [dns.message.make_query("us-expe1.example.com", kind) for kind in ("A", "AAAA")]
    with serving(tmp_path, "--bind", place) as lab, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        port = int(lab.said("DNS over UDP and TCP, also ").rpartition(":")[2])
        asker.settimeout(10)
        asker.connect((place, port))  # and so takes answers from nowhere else
        for question in questions:
            asker.send(question.to_wire())
        answers = {dns.message.from_wire(asker.recv(4096)).id for _ in questions}

    assert answers == {question.id for question in questions}


def _own_addresses() -> list[str]:
    """Return this machine's IPv4 addresses other than loopback, by where a datagram would leave."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        found = probe.getsockname()[0]
        return [] if found.startswith("127.") else [found]
    return []


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "::ffff:0.0.0.0", "lab.example", "224.0.0.1", "127.64.0.10"])  # noqa: S104  # they are refused
def test_what_is_not_the_address_of_one_interface_is_refused(tmp_path: Path, address: str) -> None:
    with serving(tmp_path, "--bind", address, block="127.64.0", opens=False) as lab:
        assert lab.process.wait(30) == Exit.WRONG_INPUT
        assert "--bind" in lab.err.read_text("utf-8")


def test_an_address_that_this_machine_lacks_is_named(tmp_path: Path) -> None:
    with serving(tmp_path, "--bind", "203.0.113.1", opens=False) as lab:
        assert lab.process.wait(30) == Exit.NO_LAB
        assert "203.0.113.1" in lab.err.read_text("utf-8")


def test_a_folder_with_something_else_in_it_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", "utf-8")
    with serving(tmp_path, opens=False) as lab:
        assert lab.process.wait(30) == Exit.WRONG_INPUT

    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_full_disk_below_standard_output_leaves_the_lab_serving_and_its_end_in_order(tmp_path: Path) -> None:
    block, folder, err = fresh_block(), tmp_path / "certificates", tmp_path / "err.txt"
    command = [*PROGRAM, "--addresses", block, "--out", str(folder)]
    with Path("/dev/full").open("w") as full, err.open("w") as complaint:
        process = subprocess.Popen(command, stdout=full, stderr=complaint, stdin=subprocess.DEVNULL, text=True)
        lab = ServedLab(process, tmp_path, err, folder, block)
        lab.complained("standard output cannot be written: No space left on device. The lab goes on")
        with closing(Caller(lab, 5061)) as caller:
            assert caller.ask("OPTIONS") == 200
        code, _ = lab.end()

    assert code == Exit.MET
    assert "bug" not in err.read_text("utf-8")
    assert err.read_text("utf-8").count("cannot be written") == 1


def test_lines_that_could_not_be_written_are_counted_when_there_is_room_again(tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    program = (
        "import resource; from harness.cli.lasting_output import LastingOutput\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_FSIZE); output = LastingOutput()\n"
        "for soft, line in ((12, 'before'), (7, 'lost'), (7, 'lost'), (hard, 'after')):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)); output.say([line])\n"
    )
    with told.open("w") as out:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=out, stderr=subprocess.PIPE, text=True, check=True
        )

    assert told.read_text().splitlines() == [
        *("before", "2 lines are missing here: they could not be written", "after"),
    ]
    assert done.stderr.count("File too large") == 1


def test_a_reader_who_went_away_ends_the_lab_with_the_code_for_that(tmp_path: Path) -> None:
    block = fresh_block()
    command = [*PROGRAM, "--addresses", block, "--out", str(tmp_path / "certificates")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline().rstrip() != OPEN:
            pass
        process.stdout.close()
        socket.create_connection((f"{block}.10", 5061), timeout=10).close()
        assert process.wait(30) == Exit.READER_GONE
        assert process.stderr is not None
        assert "bug" not in process.stderr.read()


def test_where_few_files_may_be_open_the_limit_is_told_and_nobody_waits(tmp_path: Path) -> None:
    with serving(tmp_path, files=300) as lab, ExitStack() as held:
        lab.said("At most 44 connections from outside at each port and 44 in all")
        came = 0
        for number in range(60):
            with suppress(OSError):
                held.enter_context(closing(Caller(lab, PORTS[number % 2 * 2])))
                came += 1
        assert came == 44
        lab.said("turned away at .* by a reset")


def test_what_ended_before_the_lab_did_is_told_before_its_end(tmp_path: Path) -> None:
    with serving(tmp_path) as lab:
        for _ in range(20):
            socket.create_connection((lab.address_of(10), 5061), timeout=10).close()
        with closing(Caller(lab, 5061)) as caller:
            assert caller.ask("OPTIONS") == 200
        lab.end()

        assert sum("client-left-in-handshake" in line for line in lab.visits()) == 20
        assert sum("ok, answered 200  OPTIONS" in line for line in lab.visits()) == 1
