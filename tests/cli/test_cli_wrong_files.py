"""Files and words that are not what a command takes: one line says what is wrong, where, and what to do next."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from cli_bench import Command, Ended, sip_mtls

from harness.cli.exits import Exit

__all__ = ["sip_mtls"]

PCAP = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(16)
PCAPNG = b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a" + bytes(16)
TO_A_TEXT_READER = ("explain", "-")


def told(ended: Ended) -> list[str]:
    """Return the lines of a refusal: what and where, then what to do."""
    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    return ended.err.splitlines()


@pytest.mark.parametrize(
    ("words", "where", "said"),
    [
        (("run", "--lb", "x.yaml"), "sip-mtls run", "No such option"),
        (("run", "--lab"), "sip-mtls", "requires an argument"),
        (("certs", "shwo", "x.pem"), "sip-mtls certs", "No such command 'shwo'"),
        (("certs", "check", "x.pem"), "sip-mtls certs check", "Missing option '--role'"),
        (("certs", "check", "x.pem", "--role", "b2b"), "sip-mtls certs check", "Did you mean 'b2b-peer'?"),
        (("locate", "example.com", "--count", "0"), "sip-mtls locate", "0 is not in the range"),
        (("judge", "."), "sip-mtls judge", "is a directory"),
        (("serve", "--idle", "soon"), "sip-mtls serve", "'soon' is not a valid float"),
    ],
)
def test_words_that_a_command_does_not_take_are_one_line_and_the_way_to_its_help(
    sip_mtls: Command, words: tuple[str, ...], where: str, said: str
) -> None:
    wrong, hint = told(sip_mtls(*words))

    assert wrong.startswith(f"{where}: ")
    assert said in wrong
    assert hint == f"    `{where} --help` shows what it takes"


def test_a_group_without_a_command_shows_its_help(sip_mtls: Command) -> None:
    assert "Commands:" in sip_mtls("certs").err


@pytest.mark.parametrize("lab", ["", "# nothing yet\n", "---\n"])
def test_an_empty_lab_file_is_no_lab(sip_mtls: Command, tmp_path: Path, lab: str) -> None:
    (tmp_path / "lab.yaml").write_text(lab)

    wrong, _ = told(sip_mtls("run", "M02", "--lab", tmp_path / "lab.yaml"))

    assert "lab.yaml:" in wrong
    assert wrong.endswith(": there is nothing in it")


def test_an_empty_scenario_is_told_where_one_can_be_seen(sip_mtls: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("")

    wrong, hint = told(sip_mtls("run", tmp_path / "mine.yaml"))

    assert wrong.endswith("mine.yaml:1:1: there is nothing in it")
    assert "sip-mtls show B02" in hint


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "not JSON: it is empty"), (b"\n", "not JSON: it is empty"), (b"\x30\x82\xff", "no text in UTF-8 (byte 2)")],
)
def test_a_file_that_is_no_transcript_is_told_what_it_is(
    sip_mtls: Command, tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "transcript.json").write_bytes(data)

    wrong, _ = told(sip_mtls("judge", tmp_path / "transcript.json"))

    assert said in wrong


def test_an_unknown_fault_of_a_certificate_is_told_where_they_are_listed(sip_mtls: Command, tmp_path: Path) -> None:
    _, hint = told(sip_mtls("certs", "make", tmp_path / "pki", "--profile", "b2b-peer", "--fault", "zzz"))

    assert "sip-mtls list --faults" in hint


@pytest.mark.parametrize("words", [("run", "M02", "--lab"), ("certs", "make"), ("judge",), ("certs", "show")])
def test_links_that_lead_in_a_circle_are_a_place_that_cannot_be_read(
    sip_mtls: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "circle").symlink_to("circle")

    wrong, _ = told(sip_mtls(*words, tmp_path / "circle"))

    assert "circle" in wrong


# --- what `explain` is given ---


def pasted(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data)))


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("data", [PCAP, PCAPNG], ids=["pcap", "pcapng"])
def test_a_capture_that_is_pasted_is_named(
    sip_mtls: Command, monkeypatch: pytest.MonkeyPatch, data: bytes, packed: Callable[[bytes], bytes]
) -> None:
    pasted(packed(data), monkeypatch)

    wrong, hint = told(sip_mtls(*TO_A_TEXT_READER))

    assert wrong == "standard input: this is a capture of packets, and no text"
    assert "sip-mtls judge" in hint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(b"a log\n" * 100), "a gzip file"),
        (b"\x1f\x8b but no gzip at all", "a gzip file"),
        (bytes(100), "no text"),
        (b"\x7fELF\x02\x01\x01\x00" * 20, "no text"),
        (b"\x30\x82\x03\x01" * 200, "no text"),
    ],
    ids=["gzip", "broken gzip", "zeros", "a program", "DER"],
)
def test_bytes_that_are_no_text_are_refused(
    sip_mtls: Command, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str
) -> None:
    pasted(data, monkeypatch)

    wrong, _ = told(sip_mtls(*TO_A_TEXT_READER))

    assert said in wrong


def test_a_log_in_a_gzip_file_is_no_capture(sip_mtls: Command, tmp_path: Path) -> None:
    (tmp_path / "expe.log.gz").write_bytes(gzip.compress(b"a log\n" * 100))

    wrong, hint = told(sip_mtls("explain", tmp_path / "expe.log.gz"))

    assert wrong.endswith("expe.log.gz: this is a gzip file, and no text")
    assert "gunzip" in hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_log_is_read_in_the_encodings_of_windows_too(sip_mtls: Command, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "system.txt").write_text("sslv3 alert certificate unknown\r\n", encoding=encoding)

    ended = sip_mtls("explain", tmp_path / "system.txt")

    assert ended.code == Exit.MET
    assert "certificate_unknown" in ended.out


@pytest.mark.parametrize(
    ("word", "said"), [("no-such.log", "no such file"), ("no/such/capture.pcapng", "no such file"), (".", "a folder")]
)
def test_a_path_that_leads_to_no_file_is_no_unknown_message(sip_mtls: Command, word: str, said: str) -> None:
    wrong, _ = told(sip_mtls("explain", word))

    assert said in wrong


def test_a_message_that_nobody_knows_is_no_path(sip_mtls: Command) -> None:
    assert sip_mtls("explain", "example.com").code == Exit.NOT_MET
