"""`sip-mtls explain`: words, a log on standard input, a file, a transcript."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from cli_bench import Command, in_its_own_process, sip_mtls

from harness.cli.exits import Exit

__all__ = ["sip_mtls"]  # a fixture

IN_MEMORY = ("--network", "memory")


class _Pasted(io.TextIOWrapper):
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")


def test_words_need_no_quotation_marks(sip_mtls: Command) -> None:
    quoted, plain = sip_mtls("explain", "unknown ca"), sip_mtls("explain", "unknown", "ca")

    assert quoted.code == plain.code == Exit.MET
    assert quoted.out == plain.out
    assert "TLS alert 48 unknown_ca" in quoted.out


def test_unknown_words_are_told_so_with_a_code(sip_mtls: Command) -> None:
    ended = sip_mtls("explain", "the", "phone", "is", "silent")

    assert ended.code == Exit.NOT_MET
    assert "not among the messages that are known here" in ended.out
    assert "Expressway log lines" in ended.out


@pytest.mark.parametrize("words", [("explain", "-"), ("explain",)])
def test_a_log_is_read_from_standard_input(
    sip_mtls: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    log = sip_mtls("run", "I04", "--tls", "1.2", "--log", "expressway", *IN_MEMORY).out
    monkeypatch.setattr(sys, "stdin", _Pasted(log.encode()))

    ended = sip_mtls(*words)

    assert ended.code == Exit.MET
    assert "name-typo" in ended.out.partition("together")[2]
    assert "not read" not in ended.out


def test_bytes_that_are_no_text_are_read_all_the_same(sip_mtls: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Pasted(b"\xff\xfe\x00\x1b[2J unknown ca\n" + b"\x80" * 5000))

    ended = sip_mtls("explain", "-", "--json", "-")

    assert ended.code == Exit.NOT_MET
    assert json.loads(ended.out)["cut"] is True
    assert "\x1b" not in ended.out


def test_a_terminal_with_nothing_pasted_is_asked_for_something(
    sip_mtls: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = _Pasted(b"")
    monkeypatch.setattr(pasted, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", pasted)

    ended = sip_mtls("explain")

    assert ended.code == Exit.WRONG_INPUT
    assert ended.said_in_one_breath


def test_a_file_stands_for_what_is_in_it(sip_mtls: Command, tmp_path: Path) -> None:
    log = tmp_path / "expe.log"
    log.write_text('Detail="TCP Connection Closed" Reason="no certificate returned"\n', encoding="utf-8")

    ended = sip_mtls("explain", log, "--json", tmp_path / "meaning.json")

    assert ended.code == Exit.MET
    assert "no-client-certificate" in ended.out
    document = json.loads((tmp_path / "meaning.json").read_text(encoding="utf-8"))
    assert [each["key"] for each in document["explanations"]] == ["no-certificate-returned"]


def test_a_transcript_gets_its_verdict(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("run", "I04", "--tls", "1.2", "--out", tmp_path, *IN_MEMORY)
    saved = tmp_path / "cloud-inbound" / "i04-subject-name-typo-tls1.2" / "transcript.json"

    explained, judged = sip_mtls("explain", saved), sip_mtls("judge", saved)

    assert explained.code == Exit.MET
    assert "cause     name-typo" in explained.out
    assert explained.out == judged.out


def test_a_pipe_gets_80_columns_and_no_escape_codes() -> None:
    ended = in_its_own_process(
        "explain", "\x1b[31m unknown ca", PYTHONIOENCODING="ascii", FORCE_COLOR="1", COLUMNS="200"
    )

    assert "\x1b" not in ended.out + ended.err
    assert ended.out.isascii()
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_log_of_json_lines_is_read_from_a_file_too(sip_mtls: Command, tmp_path: Path) -> None:
    log = tmp_path / "service.jsonl"
    log.write_text('{"level": "error", "msg": "tlsv1 alert unknown ca"}\n{"level": "info", "msg": "bye"}\n', "utf-8")

    ended = sip_mtls("explain", log)

    assert ended.code == Exit.MET
    assert "TLS alert 48 unknown_ca" in ended.out
