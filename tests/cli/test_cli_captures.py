"""`sip-mtls judge` with a capture: what is printed, what programs get, and one clear line for every mistake."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import pytest
from cli_bench import Command, sip_mtls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packet_forge import Talk, classic
from test_cli_schemas import wrong_with

from harness.cli.exits import Exit
from harness.errors import ScenarioError
from harness.report.captured_json import capture_as_json
from harness.report.captured_text import capture_text
from harness.run.captures import judged_capture

__all__ = ["sip_mtls"]

SECRETS = 10


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture of a partner without a certificate on the mutual TLS port, in both TLS versions, secrets inside."""
    from cli_bench import in_its_own_process  # noqa: PLC0415

    file = tmp_path_factory.mktemp("taken") / "b02.pcapng"
    in_its_own_process("run", "B02", "--network", "memory", "--no-ladder", "--pcap", file)
    return file


def without_secrets(file: Path, to: Path) -> tuple[Path, Path]:
    """Write a capture without its secrets, and these as a key log."""
    data, kept, logs = file.read_bytes(), b"", b""
    while data:
        kind, length = struct.unpack_from("<II", data)
        block, data = data[:length], data[length:]
        if kind == SECRETS:
            logs += block[16:-4].rstrip(b"\0")
        else:
            kept += block
    (to / "bare.pcapng").write_bytes(kept)
    (to / "keys.log").write_bytes(logs)
    return to / "bare.pcapng", to / "keys.log"


def test_a_capture_is_known_by_its_first_bytes_and_judged(sip_mtls: Command, taken: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "last-night"
    renamed.write_bytes(gzip.compress(taken.read_bytes()))
    for words in (("judge", taken), ("explain", taken), ("judge", renamed)):
        ended = sip_mtls(*words)

        assert ended.code == Exit.NOT_MET
        assert "8 connections of TLS, SIP or HTTP, 2 stopped." in " ".join(ended.out.split())
        assert ended.out.count("cause     no-client-certificate") == 2
        assert "alert 116 certificate_required" in ended.out
        assert ended.err == ""


def test_the_ladder_of_a_capture_has_real_times(sip_mtls: Command, taken: Path) -> None:
    document = json.loads(sip_mtls("judge", taken, "--json", "-").out)
    (stopped, *_) = (story for story in document["stories"] if story["outcome"] == "stopped")
    shown = sip_mtls("judge", taken).out

    hello = next(rung for rung in stopped["ladder"] if "ClientHello" in rung["text"])
    assert f"{hello['at'][11:23]} " in shown
    assert [rung["at"] for rung in stopped["ladder"]] == sorted(rung["at"] for rung in stopped["ladder"])


def test_the_json_of_a_capture_is_as_its_schema_says(sip_mtls: Command, taken: Path, tmp_path: Path) -> None:
    bare, _ = without_secrets(taken, tmp_path)
    documents = [json.loads(sip_mtls("judge", file, "--json", "-").out) for file in (taken, bare)]

    assert [wrong for each in documents for wrong in wrong_with("capture", each)] == []
    stopped = [story for each in documents for story in each["stories"] if story["outcome"] == "stopped"]
    assert [story["verdict"]["cause"] for story in stopped] == [
        "no-client-certificate", "no-client-certificate", "no-client-certificate", "refusal-sealed",
    ]  # fmt: skip


def test_keys_open_what_is_sealed(sip_mtls: Command, taken: Path, tmp_path: Path) -> None:
    bare, keys = without_secrets(taken, tmp_path)
    shut, opened = sip_mtls("judge", bare), sip_mtls("judge", bare, "--keys", keys)

    assert "refusal-sealed" in shut.out
    assert "TLS 1.3 without keys" in shut.out
    assert "refusal-sealed" not in opened.out
    assert opened.out.count("cause     no-client-certificate") == 2


def test_who_is_who_can_be_told(sip_mtls: Command, taken: Path) -> None:
    target = json.loads(sip_mtls("judge", taken, "--json", "-").out)["stories"][3]["listener"]["address"]
    ended = sip_mtls("judge", taken, "--who", f"expressway-e={target}")

    assert "Expressway-E refused caller" in " ".join(ended.out.split())


def test_secrets_of_other_sessions_are_said_to_be(sip_mtls: Command, taken: Path, tmp_path: Path) -> None:
    bare, keys = without_secrets(taken, tmp_path)
    other = tmp_path / "other.log"
    other.write_bytes(b"CLIENT_RANDOM " + b"ab" * 32 + b" " + b"cd" * 48 + b"\n")

    ended = sip_mtls("judge", bare, "--keys", other)
    assert "None of the 1 secrets is for a connection of this capture" in " ".join(ended.out.split())
    assert keys.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--decode", "5062"), "--decode: '5062' is not of the form PORT=tls, PORT=sip or PORT=http"),
        (("--decode", "70000=tls"), "--decode: '70000' is no port"),
        (("--decode", "5062=rtp"), "--decode: 'rtp' is none of tls, sip, http"),
        (("--who", "expresway-e=192.0.2.1"), "--who: there is no part 'expresway-e'; did you mean 'expressway-e'"),
        (("--who", "expressway-e=edge"), "--who: 'edge' is no IP address"),
        (("--html", "page.html"), "--html: it is for plays; of a capture there is --json"),
        (("--log", "expressway"), "--log: it is for plays; of a capture there is --json"),
        (("--keys", "/nowhere"), "/nowhere: cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_option_gets_one_clear_line(sip_mtls: Command, taken: Path, words: tuple[str, str], said: str) -> None:
    ended = sip_mtls("judge", taken, *words)

    assert ended.code == Exit.WRONG_INPUT
    assert said in ended.err
    assert ended.said_in_one_breath
    assert ended.out == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n", "it holds a private key"),
        (b"hello\n", "no line of it is one of an NSS key log"),
        (b"", "no line of it is one of an NSS key log"),
    ],
)
def test_what_is_no_key_log_is_refused_and_not_repeated(
    sip_mtls: Command, taken: Path, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "keys"
    file.write_bytes(content)
    ended = sip_mtls("judge", taken, "--keys", file)

    assert ended.code == Exit.WRONG_INPUT
    assert said in ended.err
    assert "MHcCAQEE" not in ended.err + ended.out


def test_hints_for_captures_are_refused_for_a_transcript(sip_mtls: Command, tmp_path: Path) -> None:
    file = tmp_path / "transcript.json"
    file.write_text("{}")
    ended = sip_mtls("judge", file, "--who", "jabber=192.0.2.1", "--decode", "1=tls")

    assert ended.code == Exit.WRONG_INPUT
    assert "--who: it is for captures" in ended.err
    assert "--decode: it is for captures" in ended.err


def test_a_gzip_file_of_something_else_is_refused(sip_mtls: Command, tmp_path: Path) -> None:
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress(b"Dec  1 10:00:00 edge tvcs: Event"))
    ended = sip_mtls("judge", file)

    assert ended.code == Exit.WRONG_INPUT
    assert f"{file}: no capture begins with 44 65 63 20" in ended.err


def test_a_capture_without_a_refusal_is_fine(sip_mtls: Command, tmp_path: Path) -> None:
    file = tmp_path / "fine.pcap"
    file.write_bytes(classic(Talk().greet().say(b"OPTIONS * HTTP/1.1\r\n\r\n").packets))
    ended = sip_mtls("judge", file)

    assert ended.code == Exit.MET
    assert "1 connection of TLS, SIP or HTTP, 0 stopped." in " ".join(ended.out.split())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_of_a_capture_brings_a_traceback(taken: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Flipped, cut, or both: a verdict, or one clear line."""
    whole = bytearray(taken.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    file = tmp_path / "odd.pcapng"
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        judged = judged_capture(file, (), {}, {})
    except ScenarioError:
        return
    assert capture_text(judged)
    assert json.loads(capture_as_json(judged))
