"""The door to other programs: captures, diagrams, SARIF and the key log, from a run and from a saved transcript."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cli_bench import Command, in_its_own_process, sip_mtls

PLAY = ("M02", "--network", "memory", "--tls", "1.3")

__all__ = ["sip_mtls"]


def test_a_capture_is_private_and_says_how_to_open_it(sip_mtls: Command, tmp_path: Path) -> None:
    file = tmp_path / "run.pcapng"
    done = sip_mtls("run", *PLAY, "--pcap", file)
    assert done.code == 0
    assert file.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "1 play, 6 connections, and the secrets that open them" in done.err
    assert f"tshark -r {file}" in done.err
    assert "-d tls.port==7001,sip" in done.err


def test_a_capture_does_not_go_to_standard_output(sip_mtls: Command) -> None:
    done = sip_mtls("run", *PLAY, "--pcap", "-")
    assert done.code == 2
    assert "name a file" in done.err


def test_diagrams_go_where_they_should(sip_mtls: Command, tmp_path: Path) -> None:
    done = sip_mtls("run", *PLAY, "--mermaid", "-", "--plantuml", tmp_path / "run.puml")
    assert done.out.startswith("Solid arrows are in clear")
    assert done.out.rstrip().endswith("```")
    assert (tmp_path / "run.puml").read_text().startswith("@startuml\ntitle mra/m02-")


def test_a_saved_transcript_is_exported_too(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("run", *PLAY, "--out", tmp_path)
    (saved,) = tmp_path.rglob("transcript.json")
    done = sip_mtls("judge", saved, "--pcap", tmp_path / "again.pcapng", "--mermaid", "-")
    assert done.code == 0
    assert done.out.startswith("Solid arrows")
    assert (tmp_path / "again.pcapng").stat().st_size > 10_000


def test_a_saved_transcript_has_the_reports_of_a_run(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("run", *PLAY, "--out", tmp_path)
    (saved,) = tmp_path.rglob("transcript.json")
    done = sip_mtls("judge", saved, "--junit", "-", "--html", tmp_path / "page.html", "--json", tmp_path / "v.json")
    assert done.code == 0
    assert done.out.startswith("<?xml")
    assert "mra-on-mutual-port" in (tmp_path / "page.html").read_text("utf-8")
    assert json.loads((tmp_path / "v.json").read_text())["plays"][0]["verdict"]["cause"] == "mra-on-mutual-port"


def test_a_play_that_missed_is_told_with_the_line_of_its_expectation(sip_mtls: Command, tmp_path: Path) -> None:
    scenario = tmp_path / "mine.yaml"
    lines = [
        "title: A call that is expected to fail and does not",
        "story: The partner calls.",
        "play:",
        "  - b2b-peer: call",
        "expect:",
        "  cause: none",
        "  call: {stopped-at: handshake}",
    ]
    scenario.write_text("\n".join(lines))
    done = sip_mtls("run", scenario, "--network", "memory", "--tls", "1.3", "--sarif", "-")
    assert done.code == 1
    (run,) = json.loads(done.out)["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["artifactLocation"]["uri"]) == ("none", f"file://{scenario}")
    assert lines[place["region"]["startLine"] - 1] == "expect:"
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert "Default Zone" in rules["mra-on-mutual-port"]["help"]["text"]
    assert not any("{" in rule["help"]["text"] + rule["fullDescription"]["text"] for rule in rules.values())


def test_a_certificate_check_is_sarif_too(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("certs", "make", tmp_path / "lab", "--profile", "webex-cloud-dual", "--fault", "expired")
    (file,) = tmp_path.rglob("*chain*.pem")
    done = sip_mtls("certs", "check", file, "--role", "webex-cloud", "--sarif", "-")
    results = json.loads(done.out)["runs"][0]["results"]
    assert done.code == 1
    assert ("expired", "error") in {(each["ruleId"], each["level"]) for each in results}
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"file://{file}"


@pytest.mark.parametrize("command", [("run", *PLAY), ("demo", "mra", "--network", "memory")])
def test_where_secrets_go_is_said(command: tuple[str, ...], tmp_path: Path) -> None:
    done = in_its_own_process(*command, SSLKEYLOGFILE=str(tmp_path / "keys.log"))
    assert done.code == 0
    assert f"the TLS secrets of every connection go to {tmp_path / 'keys.log'}" in done.err
    assert "CLIENT_HANDSHAKE_TRAFFIC_SECRET" in (tmp_path / "keys.log").read_text()


def test_a_key_log_that_cannot_be_written_is_told_before_the_play(tmp_path: Path) -> None:
    done = in_its_own_process("run", *PLAY, SSLKEYLOGFILE=str(tmp_path))
    assert done.code == 2
    assert done.said_in_one_breath
    assert "SSLKEYLOGFILE names it" in done.err
