"""`locate` and `dns` at the door: where a name leads, what is wrong with it, and a name server for real clients."""

from __future__ import annotations

import json
import re
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from address_blocks import fresh_block
from busy_machine import in_time
from cli_bench import PROGRAM, Command, in_its_own_process, sip_mtls

from harness.cli.exits import Exit
from harness.dns.faults import FAULTS
from harness.dns.message import query_message, read_answer
from harness.dns.records import Answer, Host, Outcome, Question, Srv
from harness.run.library import data_folder

__all__ = ["sip_mtls"]

PORT = 5300
EDGES = {"us-expe1.example.com", "us-expe2.example.com"}
SECOND_EDGE = "_sips._tcp             300 SRV   10 10 5062 us-expe2"
A_LAB_OF_NAMES = """\
name-server:
  zones:
    - origin: example.com
      text: |
        @          300 SOA ns hostmaster 1 3600 600 86400 300
        us-expe1   300 A   127.64.0.10
        emea-expe1 300 A   127.64.0.12
        _sips._tcp.mtls 300 SRV 10 10 5062 us-expe1
  views:
    - name: emea
      networks: [203.0.113.0/24, "2001:db8::/32"]
      records: |
        _sips._tcp.mtls.example.com. 300 SRV 10 10 5062 emea-expe1.example.com.
"""


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def told_as_json(sip_mtls: Command, *words: object) -> dict[str, Any]:
    ended = sip_mtls("locate", *words, "--json", "-")
    read: dict[str, Any] = json.loads(ended.out)
    assert ended.code == (Exit.MET if read["finding"] is None else Exit.NOT_MET)
    return read


def written(path: Path, old: str, new: str) -> tuple[Path, int]:
    """Write the shipped lab with one text replaced; return the file and the line in which the text began."""
    text = (data_folder("scenarios") / "lab.yaml").read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return path, text[: text.index(old)].count("\n") + 1


# --- locate ---


def test_two_edges_of_equal_weight_share_the_calls_by_halves(sip_mtls: Command) -> None:
    told = told_as_json(sip_mtls, "sips:user1@example.com", "--count", 10000)
    shares = {target["host"]: target["first"] / told["walks"] for target in told["targets"]}

    assert shares.keys() == EDGES
    assert all(abs(share - 0.5) <= 0.02 for share in shares.values())
    assert sum(target["first"] for target in told["targets"]) == told["walks"] == 10000
    assert {(target["transport"], target["port"]) for target in told["targets"]} == {("tls", 5062)}


def test_a_person_reads_the_same_shares(sip_mtls: Command) -> None:
    ended = sip_mtls("locate", "sips:user1@example.com", "--count", 10000)
    shares = re.findall(r"^ +([0-9.]+) %  tls 127\.64\.0\.1[01]:5062 \((us-expe[12]\.example\.com), 10/10\)$",
                        ended.out, re.MULTILINE)  # fmt: skip

    assert ended.code == Exit.MET
    assert {host for _, host in shares} == EDGES
    assert all(48 <= float(share) <= 52 for share, _ in shares)


def test_the_same_question_gets_the_same_words_again(sip_mtls: Command) -> None:
    first, again = (sip_mtls("locate", "sips:user1@example.com", "--count", 50).out for _ in range(2))
    assert first == again


def test_expressway_finds_the_way_where_the_standard_knows_none(sip_mtls: Command) -> None:
    """Without NAPTR a `sip:` URI means UDP (RFC 3263 section 4.1); Expressway asks for its TLS records all the same."""
    by_the_book = told_as_json(sip_mtls, "sip:user1@example.com")
    by_expressway = told_as_json(sip_mtls, "sip:user1@example.com", "--behaviour", "expressway")

    assert by_the_book["finding"]["kind"] == "no-usable-transport"
    assert by_the_book["targets"] == []
    assert by_expressway["finding"] is None
    assert {target["host"] for target in by_expressway["targets"]} == EDGES


@pytest.mark.parametrize(
    ("asker", "edge"),
    [
        ((), "us-expe1.example.com"),
        (("--from", "198.51.100.7"), "us-expe1.example.com"),
        (("--from", "203.0.113.7"), "emea-expe1.example.com"),
        (("--from", "203.0.113.0/25"), "emea-expe1.example.com"),
        (("--from", "2001:db8::7"), "emea-expe1.example.com"),
        (("--from", "192.0.2.7"), "us-expe1.example.com"),
    ],
)
def test_where_the_question_comes_from_decides_which_edge_is_found(
    asker: tuple[str, ...], edge: str, sip_mtls: Command, tmp_path: Path
) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_text(A_LAB_OF_NAMES, "utf-8")
    told = told_as_json(sip_mtls, "mtls.example.com", "--lab", lab, *asker)
    assert [target["host"] for target in told["targets"]] == [edge]


def test_an_unknown_name_is_1_with_every_question_that_was_asked(sip_mtls: Command) -> None:
    ended = sip_mtls("locate", "nobody.example.com")

    assert (ended.code, ended.err) == (Exit.NOT_MET, "")
    assert "STOPPED at dns: no-records." in ended.out
    for asked in ("NAPTR nobody.example.com", "SRV _sips._tcp.nobody.example.com", "A nobody.example.com"):
        assert asked in in_one_line(ended.out).partition("STOPPED")[2]


@pytest.mark.parametrize("name", ["127.64.0.10:5062", "us-expe1.example.com:5062", "[2001:db8::1]:5061"])
def test_an_address_or_a_port_needs_no_srv_record(name: str, sip_mtls: Command) -> None:
    ended = sip_mtls("locate", name)
    assert (ended.code, ended.err) == (Exit.MET, "")
    assert "SRV" not in ended.out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        *(((name,), "a SIP URI, a domain, host:port or address:port") for name in
          ("", " ", "a b c", "x..y", "sip:", "sip:@@", "sip:[::1", ":5061", "example.com:99999", "example.com:0",
           "http://example.com", "a\tb", "two\nlines.example", "b\u00fccher.example", "a" * 300 + ".com",
           "sips:user1@" + "a." * 200 + "com")),
        (("example.com", "--from", "nonsense"), "an address such as 203.0.113.7"),
        (("example.com", "--from", "203.0.113.7/24"), "an address such as 203.0.113.7"),
        (("example.com", "--count", "0"), "--help"),
        (("example.com", "--count", "many"), "--help"),
        (("example.com", "--behaviour", "guess"), "'rfc3263', 'expressway'"),
        (("example.com", "--lab", "nothing.yaml"), "check the path"),
        ((), "--help"),
    ],
)  # fmt: skip
def test_nonsense_is_2_with_a_hint(words: tuple[str, ...], hint: str, sip_mtls: Command) -> None:
    ended = sip_mtls("locate", *words)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert hint in ended.err
    assert ended.said_in_one_breath


def test_a_name_that_is_no_text_is_2_too() -> None:
    ended = in_its_own_process("locate", "\udcff.example", "--json", "-")

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath


def test_json_on_standard_output_is_all_there_is(sip_mtls: Command) -> None:
    ended = sip_mtls("locate", "mtls.example.com", "--json", "-")
    told = json.loads(ended.out)

    assert ended.err == ""
    assert ended.out.endswith("}\n")
    assert told["destination"] == "mtls.example.com"
    assert [note["kind"] for note in told["walk"]]
    assert told["targets"] == [
        {
            "transport": "tls",
            "address": "127.64.0.10",
            "port": 5062,
            "host": "us-expe1.example.com",
            "priority": 1,
            "weight": 10,
            "first": 1,
        }
    ]


def test_json_in_a_file_leaves_the_words_to_the_person(sip_mtls: Command, tmp_path: Path) -> None:
    ended = sip_mtls("locate", "nobody.example.com", "--json", tmp_path / "walk.json")

    assert ended.code == Exit.NOT_MET
    assert "STOPPED at dns" in ended.out
    assert json.loads((tmp_path / "walk.json").read_text("utf-8"))["finding"]["kind"] == "no-records"


# --- a faulty zone ---


@pytest.mark.parametrize("words", [("locate", "example.com"), ("dns",), ("run", "B02", "--network", "memory")])
def test_a_faulty_record_in_a_lab_file_is_found_at_its_line(
    words: tuple[str, ...], sip_mtls: Command, tmp_path: Path
) -> None:
    lab, line = written(tmp_path / "lab.yaml", SECOND_EDGE, SECOND_EDGE.replace("SRV", "SVR"))
    ended = sip_mtls(*words, "--lab", lab)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    column = Path(lab).read_text("utf-8").splitlines()[line - 1].index("SVR") + 1
    assert re.search(rf"lab\.yaml:{line}:{column}: .*'SVR'", ended.err)
    assert "did you mean 'SRV'?" in ended.err
    assert ended.said_in_one_breath


def test_all_faulty_records_of_a_zone_are_told_at_once(sip_mtls: Command, tmp_path: Path) -> None:
    worse = "us-expe3 300 A 127.64.0.999\n        fine 300 A 127.64.0.10\n        us-expe4 300 AAA ::1"
    lab, line = written(tmp_path / "lab.yaml", SECOND_EDGE, worse)
    ended = sip_mtls("locate", "example.com", "--lab", lab)

    assert ended.code == Exit.WRONG_INPUT
    assert re.findall(r"lab\.yaml:(\d+):", ended.err) == [str(line), str(line + 2)]
    assert "did you mean 'AAAA'?" in ended.err


def test_a_faulty_record_in_a_scenario_is_found_at_its_line(sip_mtls: Command, tmp_path: Path) -> None:
    story, sound = tmp_path / "story.yaml", "_sips._tcp.example.com. 300 SRV 10 30 5062 us-expe2.example.com."
    text = (data_folder("scenarios") / "dns" / "d04-weights.yaml").read_text("utf-8")
    assert text.count(sound) == 1
    story.write_text(text.replace(sound, sound.replace("SRV", "SVR")), "utf-8")
    ended = sip_mtls("run", story, "--network", "memory")

    line = text[: text.index(sound)].count("\n") + 1
    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    column = story.read_text("utf-8").splitlines()[line - 1].index("SVR") + 1
    assert re.search(rf"story\.yaml:{line}:{column}: .*'SVR'", ended.err)
    assert "did you mean 'SRV'?" in ended.err
    assert ended.said_in_one_breath


# --- dns ---


@pytest.fixture
def block() -> str:
    """A block of addresses that nobody else has."""
    return fresh_block()


@contextmanager
def serving(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Start `dns` in a process of its own; it answers once it has greeted."""
    with subprocess.Popen(
        [*PROGRAM, "dns", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    ) as server:
        assert server.stdout is not None
        try:
            ready, _, _ = select.select([server.stdout], [], [], 20)
            assert ready, "no greeting"
            assert "answers at" in server.stdout.readline()
            yield server
        finally:
            server.kill()


def asked_over_udp(host: str, query: bytes) -> bytes:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asker:
        asker.settimeout(10)
        asker.sendto(query, (host, PORT))
        return asker.recvfrom(4096)[0]


def asked_over_tcp(host: str, query: bytes) -> bytes:
    with socket.create_connection((host, PORT), timeout=10) as asker, asker.makefile("rb") as replies:
        asker.sendall(len(query).to_bytes(2, "big") + query)
        return replies.read(int.from_bytes(replies.read(2), "big"))


def answered(reply: bytes, question: Question) -> Answer:
    answer = read_answer(reply, question, number=7)
    assert answer is not None
    return answer


def test_real_clients_are_answered_over_udp_and_tcp_until_somebody_interrupts(block: str) -> None:
    edges, edge = Question("_sips._tcp.example.com", "SRV"), Question("us-expe1.example.com", "A")
    server_at = f"{block}.53"
    with serving("--addresses", block) as server:
        over_udp = answered(asked_over_udp(server_at, query_message(edges, number=7)), edges)
        over_tcp = answered(asked_over_tcp(server_at, query_message(edge, number=7)), edge)
        pressed = time.monotonic()
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=30)
        gone = time.monotonic()

    assert {record.target for record in over_udp.records if isinstance(record, Srv)} == EDGES
    assert over_tcp.records == (Host(f"{block}.10"),)
    assert (server.returncode, err) == (Exit.INTERRUPTED, "interrupted\n")
    assert in_time(gone - pressed, 2)
    assert re.search(r"udp +SRV _sips\._tcp\.example\.com", out)
    assert re.search(r"tcp +A us-expe1\.example\.com", out)


def test_bytes_that_are_no_query_stop_nothing(block: str) -> None:
    nobody, server_at = Question("nobody.example.com", "A"), f"{block}.53"
    with serving("--addresses", block) as server:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stranger:
            for junk in (b"", b"\x00", b"\xff" * 512, b"\x1b[2J" * 40):
                stranger.sendto(junk, (server_at, PORT))
        with socket.create_connection((server_at, PORT), timeout=10) as stranger:
            stranger.sendall(b"\xff")
        answer = answered(asked_over_udp(server_at, query_message(nobody, number=7)), nobody)
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=30)

    assert answer.outcome is Outcome.NO_NAME
    assert err == "interrupted\n"
    assert "\x1b" not in out


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM], ids=["udp", "tcp"])
def test_a_taken_port_is_3_and_the_way_out_is_named(kind: socket.SocketKind, block: str) -> None:
    with closing(socket.socket(socket.AF_INET, kind)) as holder:
        holder.bind((f"{block}.53", PORT))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        ended = in_its_own_process("dns", "--addresses", block)

    assert (ended.code, ended.out) == (Exit.NO_LAB, "")
    assert f"{block}.53:{PORT} is taken" in ended.err
    assert "--addresses" in ended.err
    assert ended.said_in_one_breath


@pytest.mark.parametrize("addresses", ["10.0.0", "127.0.0.1", "nonsense", "127.64"])
def test_a_name_server_lives_on_the_loopback(addresses: str, sip_mtls: Command) -> None:
    ended = sip_mtls("dns", "--addresses", addresses)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert "127.77.1" in ended.err
    assert ended.said_in_one_breath


# --- list ---


def test_every_dns_fault_is_listed_with_what_it_means(sip_mtls: Command) -> None:
    ended = sip_mtls("list", "--dns-faults")
    words = in_one_line(ended.out)

    assert (ended.code, ended.err) == (Exit.MET, "")
    assert re.findall(r"^(\S+)$", ended.out, re.MULTILINE) == list(FAULTS)
    assert all(fault in words for fault in FAULTS)
