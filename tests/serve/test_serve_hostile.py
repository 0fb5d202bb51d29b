"""Visitors who mean no good leave the lab serving."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import dns.message
import pytest
from serve_bench import OPEN, PROGRAM, Caller, ServedLab, fresh_block, serving

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
    assert seconds < 5


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
    place = f"127.{os.getpid() % 60 + 1}.9.9"
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
