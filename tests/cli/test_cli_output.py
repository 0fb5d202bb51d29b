from __future__ import annotations

import json
import re
import stat
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from cli_bench import Command, in_its_own_process, sip_mtls
from shipped_library import LIBRARY, SCENARIOS

from harness.capture.saved import load_transcript
from harness.cli.commands import commands
from harness.cli.exits import MEANINGS, Exit
from harness.diagnosis.causes import cause_keys
from harness.diagnosis.judge import judge
from harness.lab.setting_rows import setting_rows
from harness.scenario.steps import STEP_KINDS

__all__ = ["sip_mtls"]

IN_MEMORY = ("--network", "memory")
MRA = "mra/m02-mutual-tls-on-the-default-zone"


def test_json_on_stdout_is_json_and_nothing_else(sip_mtls: Command) -> None:
    ended = sip_mtls("run", "B01", "B02", *IN_MEMORY, "--json", "-")

    document = json.loads(ended.out)
    assert (ended.code, ended.err) == (Exit.MET, "")
    assert document["summary"] == {"asked": 4, "played": 4, "met": 4, "not_met": 0, "not_played": 0}
    assert [play["verdict"]["cause"] for play in document["plays"]] == ["none", "none", *["no-client-certificate"] * 2]


def test_the_files_that_were_asked_for_say_the_same(sip_mtls: Command, tmp_path: Path) -> None:
    asked = ("--json", tmp_path / "deep" / "v.json", "--junit", tmp_path / "v.xml")
    ended = sip_mtls("run", "b2b/b02-no-certificate-on-the-mutual-port", "M02", *IN_MEMORY, *asked)

    document = json.loads((tmp_path / "deep" / "v.json").read_text("utf-8"))
    suites = ET.parse(tmp_path / "v.xml").getroot()  # noqa: S314  # our own file
    assert ended.code == Exit.MET
    assert document["summary"]["met"] == 4
    assert (suites.get("tests"), suites.get("failures")) == ("4", "0")
    assert len(list(suites.iter("testcase"))) == 4


def test_what_a_play_leaves_on_disk_can_be_judged_again_and_holds_no_private_key(
    sip_mtls: Command, tmp_path: Path
) -> None:
    sip_mtls("run", "M02", "--tls", "1.3", *IN_MEMORY, "--out", tmp_path)
    place = tmp_path / f"{MRA}-tls1.3"
    again = sip_mtls("judge", place / "transcript.json", "--json", "-")

    files = {path.relative_to(place).as_posix(): path for path in place.rglob("*") if path.is_file()}
    assert {"transcript.json", "verdict.txt", "ladder.txt", "keys.log"} < set(files)
    assert any(re.fullmatch(r"certificates/\d+-expressway-e-presented\.pem", name) for name in files)
    assert [name for name, path in files.items() if b"PRIVATE KEY" in path.read_bytes()] == []
    assert {stat.S_IMODE(files[name].stat().st_mode) for name in ("keys.log", "transcript.json")} == {0o600}
    assert again.code == Exit.MET
    assert json.loads(again.out)["plays"][0]["verdict"]["cause"] == "mra-on-mutual-port"
    assert judge(load_transcript(files["transcript.json"].read_bytes())).cause == "mra-on-mutual-port"


def test_a_key_log_that_was_there_before_becomes_private(sip_mtls: Command, tmp_path: Path) -> None:
    place = tmp_path / f"{MRA}-tls1.3"
    place.mkdir(parents=True)
    (place / "keys.log").touch(0o644)

    sip_mtls("run", "M02", "--tls", "1.3", *IN_MEMORY, "--out", tmp_path)

    assert stat.S_IMODE((place / "keys.log").stat().st_mode) == 0o600


def test_a_transcript_of_an_unknown_scenario_is_judged_all_the_same(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("run", "B02", "--tls", "1.3", *IN_MEMORY, "--out", tmp_path)
    (saved,) = tmp_path.rglob("transcript.json")
    saved.write_text(saved.read_text("ascii").replace("b2b/b02-no-certificate-on-the-mutual-port", "own/story"))

    ended = sip_mtls("judge", saved)

    assert ended.code == Exit.MET
    assert "no-client-certificate" in ended.out


def test_a_transcript_that_comes_to_something_else_is_1(sip_mtls: Command, tmp_path: Path) -> None:
    sip_mtls("run", "B02", "--tls", "1.3", *IN_MEMORY, "--out", tmp_path)
    (saved,) = tmp_path.rglob("transcript.json")
    name = "b2b/b02-no-certificate-on-the-mutual-port"
    saved.write_text(saved.read_text("ascii").replace(name, "b2b/b01-one-way-tls"))

    assert sip_mtls("judge", saved).code == Exit.NOT_MET


def test_few_plays_are_shown_in_full_and_many_in_a_table(sip_mtls: Command) -> None:
    few, many = sip_mtls("run", "B02", *IN_MEMORY), sip_mtls("run", "B01", "B02", *IN_MEMORY)
    asked = sip_mtls("run", "B01", "B02", *IN_MEMORY, "--ladder")

    assert "ClientHello" in few.out
    assert "ClientHello" in asked.out
    assert "ClientHello" not in many.out
    assert many.out.rstrip().endswith("4 plays, as expected")


@pytest.mark.parametrize(
    "words", [("run", "B01", "B02", "D13", *IN_MEMORY), ("run", "M02", *IN_MEMORY), ("list",), ("show", "M02")]
)
def test_a_pipe_gets_80_columns_and_no_escape_codes(words: tuple[str, ...]) -> None:
    piped = in_its_own_process(*words, COLUMNS="200", FORCE_COLOR="1", PYTHONIOENCODING="utf-8")
    plain = in_its_own_process(*words, PYTHONIOENCODING="ascii", NO_COLOR="1")

    for ended in (piped, plain):
        assert ended.code == Exit.MET
        assert "\x1b" not in ended.out + ended.err
        assert max(map(len, ended.out.splitlines())) <= 80
    assert plain.out.isascii()


def test_progress_goes_to_stderr_and_only_where_there_are_many(sip_mtls: Command) -> None:
    many = sip_mtls("run", "domain-ownership", *IN_MEMORY)

    assert many.err.splitlines()[-1] == "20 of 20 plays"
    assert len(many.err.splitlines()) == 4
    assert "of 20 plays" not in many.out


# --- words ---


def test_a_run_on_another_day_says_so_wherever_it_is_read(sip_mtls: Command, tmp_path: Path) -> None:
    asked = ("run", "I01", "--tls", "1.3", *IN_MEMORY, "--at", "2027-03-15", "--out", tmp_path)
    ended = sip_mtls(*asked, "--ladder")
    document = json.loads(sip_mtls(*asked, "--json", "-").out)
    place = tmp_path / "cloud-inbound" / "i01-call-from-the-cloud-tls1.3"

    transcript = load_transcript((place / "transcript.json").read_bytes())
    assert ended.out.startswith("The whole lab as of 2027-03-15: its certificates and every clock.\n")
    assert "(row I01, TLS 1.3, memory, as of 2027-03-15)" in " ".join(ended.out.split())
    assert [play["as_of"] for play in document["plays"]] == ["2027-03-15"]
    assert (transcript.as_of, transcript.started[:10]) == ("2027-03-15", "2027-03-15")
    assert "as of 2027-03-15" in " ".join(sip_mtls("judge", place / "transcript.json").out.split())


def test_a_run_of_today_says_nothing_of_a_day(sip_mtls: Command) -> None:
    assert "as of" not in sip_mtls("run", "I01", "--tls", "1.3", *IN_MEMORY).out


def test_the_help_names_every_command_and_every_exit_code(sip_mtls: Command) -> None:
    told = sip_mtls("--help")

    assert told.code == Exit.MET
    for name in commands.commands:
        assert re.search(rf"^  {name} ", told.out, re.MULTILINE)
        assert sip_mtls(name, "-h").code == Exit.MET
    assert all(str(code.value) in told.out for code in MEANINGS)
    assert max(map(len, told.out.splitlines())) <= 80


def test_without_a_command_the_help_is_shown(sip_mtls: Command) -> None:
    ended = sip_mtls()

    assert ended.code == Exit.WRONG_INPUT
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ((), list(SCENARIOS)),
        (("--settings",), [row.path for row in setting_rows()]),
        (("--steps",), [f"{kind.actor}: {kind.verb}" for kind in STEP_KINDS]),
        (("--causes",), list(cause_keys())),
        (("--faults",), list(LIBRARY.catalogue.faults)),
    ],
)
def test_every_word_is_listed(sip_mtls: Command, option: tuple[str, ...], words: list[str]) -> None:
    listed = sip_mtls("list", *option)

    assert listed.code == Exit.MET
    assert [word for word in words if not re.search(rf"^ *{re.escape(word)}$", listed.out, re.MULTILINE)] == []


def test_a_scenario_is_shown_with_what_it_changes_on_which_screen(sip_mtls: Command) -> None:
    shown = sip_mtls("show", "M02").out

    assert "expressway-e.default-zone.mutual-tls: off -> on" in shown
    assert "Configuration > Zones > Default Zone" in shown
    assert "xConfiguration Zones DefaultZone SIP TLS Verify Mode" in shown
    assert "TLS 1.3     sign-in: completes" in shown
    assert "cause: mra-on-mutual-port" in shown


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_every_scenario_can_be_shown(sip_mtls: Command, name: str) -> None:
    shown = sip_mtls("show", name)

    assert shown.code == Exit.MET
    assert name in shown.out


def test_the_lesson_shows_both_ports_in_both_versions(sip_mtls: Command) -> None:
    shown = sip_mtls("demo", *IN_MEMORY)

    assert shown.code == Exit.MET
    assert all(word in shown.out for word in ("5061", "5062", "TLS 1.2", "TLS 1.3", "certificate_required"))
    assert max(map(len, shown.out.splitlines())) <= 80
