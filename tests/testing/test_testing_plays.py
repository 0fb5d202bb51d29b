"""A test of somebody's own plays a scenario, and reads what it came to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from testing_bench import Project, project

__all__ = ["project"]

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
OWN_SCENARIO = """\
title: Mutual TLS for everybody
story: Jabber has no certificate.
change: {expressway-e.default-zone.mutual-tls: on}
play: [{jabber: register}]
expect:
  register: {stopped-at: {"1.2": handshake, "1.3": acceptance}, by: expressway-e}
  cause: mra-on-mutual-port
"""


@pytest.mark.parametrize(("tls", "stage", "alert"), [("1.2", "handshake", 40), ("1.3", "acceptance", 116)])
def test_a_test_plays_a_scenario_and_asserts_its_end(project: Project, tls: str, stage: str, alert: int) -> None:
    result = project.run(f"""
        def test_jabber_is_turned_away(sip_mtls):
            play = sip_mtls.play("M02", tls="{tls}")
            assert (play.stopped_at, play.alert, play.by) == ("{stage}", {alert}, "expressway-e")
            assert play.cause == "mra-on-mutual-port" and play.met and not play.completed
            assert play.steps["sign-in"].ok and not play.steps["register"].ok
            assert play.verdict.network == play.transcript.network == "memory"
            assert any("us-expe1.example.com" in name or "expressway-e" in name for name in play.certificates)
            assert "STOPPED at {stage}" in play.ladder and "mra-on-mutual-port" in play.text
    """)
    result.assert_outcomes(passed=1)


def test_the_healthy_story_completes_and_gives_its_status(project: Project) -> None:
    result = project.run("""
        def test_sign_in(sip_mtls):
            play = sip_mtls.play("M01")
            assert play.completed and (play.cause, play.stopped_at, play.by, play.alert) == ("none", "", "", None)
            assert play.status == 200 and play.mismatches == () and play.warnings == ()
            assert repr(play) == "<mra/m01-sign-in-and-register in TLS 1.3: completed; cause none>"
    """)
    result.assert_outcomes(passed=1)


def test_own_scenarios_lie_beside_the_test_or_at_the_root(project: Project) -> None:
    tests = project.pytester.mkdir("tests")
    for folder in (tests / "beside", project.pytester.path / "above"):
        folder.mkdir()
        (folder / "own.yaml").write_text(OWN_SCENARIO)
    (tests / "test_own.py").write_text(
        "def test_own(sip_mtls):\n"
        "    assert sip_mtls.play('beside/own.yaml').met\n"
        "    assert [(p.outcome.scenario.name, p.verdict.tls_version, p.met) for p in sip_mtls.plays('above/')] == [\n"
        "        ('own', '1.2', True), ('own', '1.3', True)]\n"
    )
    project.run("", str(tests)).assert_outcomes(passed=1)


def test_a_wrong_file_fails_the_test_with_its_place_and_no_traceback(project: Project) -> None:
    project.pytester.path.joinpath("own.yaml").write_text(OWN_SCENARIO.replace("mutual-tls: on", "mutual-tsl: on"))
    result = project.run("""
        def test_own(sip_mtls):
            sip_mtls.play("own.yaml")
    """)
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "own.yaml:3:10: unknown setting 'expressway-e.default-zone.mutual-tsl'" in shown
    assert "did you mean 'expressway-e.default-zone.mutual-tls'?" in shown
    assert "Traceback" not in shown
    assert "harness/" not in shown


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("play('M2')", "no scenario, file or folder of that name"),
        ("play('mra')", "scenarios are called so"),
        ("play('B19', tls='1.3')", "it is not played in TLS 1.3"),
        ("plays('B19', tls=['1.3'])", "nothing is left to play"),
        ("play('M01', tls='1.1')", "tls: '1.1' is none that is known"),
        ("play('M01', network='mmory')", "did you mean 'memory'?"),
        ("play('M01', at='tomorrow')", "tomorrow"),
        ("play('M01', lab='lab.yaml')", "lab.yaml: cannot be read: No such file or directory"),
        ("certificate_change('old.pem', 'new.pem', role='expressway-e-server')", "old.pem: cannot be read"),
        ("certificate_check('new.pem', role='expressway')", "new.pem: cannot be read"),
        ("certificates('expressway-x')", "expressway-x"),
        ("certificates('expressway-e', faults=['expird'])", "did you mean 'expired'?"),
        ("open_lab('M99')", "no scenario, file or folder of that name"),
    ],
)
def test_a_wrong_word_fails_the_test_and_says_what_would_fit(project: Project, asked: str, told: str) -> None:
    result = project.run(f"""
        def test_it(sip_mtls):
            sip_mtls.{asked}
    """)
    result.assert_outcomes(failed=1)
    assert told in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    assert "harness/testing" not in result.stdout.str()


def test_a_failing_test_shows_its_play_and_keeps_what_it_left(project: Project) -> None:
    result = project.run(
        """
        def test_jabber_registers(sip_mtls):
            assert sip_mtls.play("M02").completed
    """,
        "--sip-mtls-out=kept",
    )
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "<mra/m02-mutual-tls-on-the-default-zone in TLS 1.3: register stopped at acceptance" in shown
    assert re.search(r"^cause +mra-on-mutual-port$", shown, re.MULTILINE)
    (transcript,) = project.pytester.path.glob("kept/*test_jabber_registers/mra/*/transcript.json")
    assert json.loads(transcript.read_text())
    assert {"ladder.txt", "verdict.txt", "keys.log", "certificates"} <= {
        each.name for each in transcript.parent.iterdir()
    }
    assert f"Transcripts, ladders, key logs and certificates: {project.pytester.path / 'kept'}" in shown


def test_without_a_folder_they_are_kept_where_pytest_keeps_its_own(project: Project) -> None:
    result = project.run("""
        def test_jabber_registers(sip_mtls):
            sip_mtls.play("M01")
            assert sip_mtls.play("M02").completed
    """)
    result.assert_outcomes(failed=1)
    place = re.search(r"^Transcripts, .*: (.*)$", result.stdout.str(), re.MULTILINE)
    assert place
    assert sorted(each.parts[-4] for each in Path(place[1]).rglob("transcript.json")) == ["1", "2"]
    assert [each.name for each in project.pytester.path.iterdir() if each.is_dir()] == []


def test_a_passing_test_keeps_nothing(project: Project) -> None:
    result = project.run(
        """
        def test_jabber_registers(sip_mtls):
            assert sip_mtls.play("M01").completed

        def test_of_something_else():
            assert False
    """,
        "--sip-mtls-out=kept",
    )
    result.assert_outcomes(passed=1, failed=1)
    assert not (project.pytester.path / "kept").exists()
    assert "Transcripts" not in result.stdout.str()


def test_the_network_is_chosen_for_all_or_for_one(project: Project) -> None:
    result = project.run(
        """
        def test_networks(sip_mtls):
            assert sip_mtls.play("M01").verdict.network == "loopback"
            assert sip_mtls.play("M01", network="memory").verdict.network == "memory"
    """,
        "--sip-mtls-network=loopback",
    )
    result.assert_outcomes(passed=1)


def test_a_lab_of_ones_own_is_named_once(project: Project) -> None:
    project.pytester.makeini("[pytest]\nsip_mtls_lab = ours.yaml\n")
    project.pytester.path.joinpath("ours.yaml").write_text("release: x15.2\n")
    result = project.run("""
        def test_lab(sip_mtls):
            assert sip_mtls.lab.release == "x15.2"
    """)
    result.assert_outcomes(passed=1)


def test_the_lab_is_set_to_a_day(project: Project) -> None:
    result = project.run("""
        import datetime

        def test_day(sip_mtls):
            for day in ("2021-10-01", datetime.date(2021, 10, 1)):
                assert sip_mtls.play("trust/t02-only-the-dead-root-is-trusted", at=day).cause == "expired-root"
            assert sip_mtls.play("trust/t02-only-the-dead-root-is-trusted", at="2021-09-30").completed
    """)
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("plugin", "test"),
    [
        ("pytest_trio.plugin", "import pytest\n@pytest.mark.trio\nasync def test_it(sip_mtls):\n"),
        (
            "pytester",
            "import asyncio\ndef test_it(sip_mtls):\n    asyncio.run(play(sip_mtls))\nasync def play(sip_mtls):\n",
        ),
    ],
)
def test_an_asynchronous_test_can_play_too(project: Project, plugin: str, test: str) -> None:
    result = project.run(test + "    assert sip_mtls.play('M01').completed\n", "-p", plugin, "-W", "error")
    result.assert_outcomes(passed=1)


def test_a_run_that_uses_no_fixture_imports_nothing_of_ours(project: Project) -> None:
    project.pytester.makepyfile("""
        import sys

        def test_nothing():
            ours = {"harness", "trio", "cryptography", "OpenSSL", "click", "pydantic"}
            loaded = {name for name in sys.modules if name.split(".")[0] in ours}
            assert loaded == {"harness", "harness.pytest_plugin"}
    """)
    command = [sys.executable, "-m", "pytest", "-p", "harness.pytest_plugin", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
