"""Settings are read again while the lab is open: what stands goes on, what comes meets the new ones."""

from __future__ import annotations

import shutil
import socket
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest
from serve_bench import Caller, serving

from harness.cli.exits import Exit

SHIPPED = (Path(__file__).parents[2] / "scenarios" / "lab.yaml").read_text("utf-8")
TRUST = "  trusted-ca:                     # verifies peers"


def lab_file(place: Path, *more: str) -> Path:
    """Write the healthy lab with more settings for Expressway-E."""
    path = place / "lab.yaml"
    assert SHIPPED.count(TRUST) == 1
    settings = "\n".join(f"  {line}" for line in more)
    path.write_text(SHIPPED.replace(TRUST, f"{settings}\n{TRUST}"), "utf-8")
    return path


def test_a_call_goes_on_with_its_settings_while_new_callers_meet_the_new_ones(tmp_path: Path) -> None:
    with serving(tmp_path, str(lab_file(tmp_path))) as lab:
        standing = Caller(lab, 5061)
        assert standing.ask("INVITE") == 200
        standing.acknowledge()

        lab_file(tmp_path, "server-certificate: {profile: expressway-e, faults: [with-root]}", "mra-port: 8444")
        lab.read_again()
        lab.said("settings read again")
        assert "8444" in lab.said("open now: ")
        assert "8443" in lab.said("closed now: ")
        with pytest.raises(ConnectionRefusedError):
            Caller(lab, 8443)

        newcomer = Caller(lab, 5061)
        assert newcomer.certificate != standing.certificate
        assert newcomer.ask("OPTIONS") == 200
        assert standing.ask("BYE") == 200
        for caller in (standing, newcomer):
            caller.close()
        lab.said("expressway-e:5061 .*ok, answered 200", times=2)


def test_a_fault_in_the_file_is_told_with_its_place_and_the_settings_of_before_stay(tmp_path: Path) -> None:
    path = lab_file(tmp_path)
    with serving(tmp_path, str(path)) as lab:
        path.write_text(SHIPPED.replace("mutual-tls-mode: on ", "mutual-tls-mood: on "), "utf-8")
        lab.read_again()

        lab.complained("the settings of before stay")
        assert lab.complained(r"lab\.yaml:\d+:\d+: .*mutual-tls-mood")
        with closing(Caller(lab, 5061)) as caller:
            assert caller.ask("OPTIONS") == 200

        lab_file(tmp_path)
        lab.read_again()
        lab.said("settings read again")


def test_a_folder_that_is_gone_comes_back_and_one_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, str(lab_file(tmp_path))) as lab:
        shutil.rmtree(lab.folder)
        lab.read_again()
        lab.said("settings read again")
        assert stat.S_IMODE((lab.folder / "keys").stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in (lab.folder / "keys").iterdir()} == {0o600}

        shutil.rmtree(lab.folder)
        lab.folder.write_text("mine", "utf-8")
        lab.read_again()
        lab.said("settings read again", times=2)
        lab.complained("the certificates were not written, and the lab goes on")
        assert lab.folder.read_text("utf-8") == "mine"
        lab.folder.unlink()
        lab.read_again()
        lab.said("settings read again", times=3)
        with closing(Caller(lab, 5061)) as caller:
            assert caller.ask("OPTIONS") == 200


def test_a_port_that_another_program_holds_keeps_the_settings_of_before(tmp_path: Path) -> None:
    path = lab_file(tmp_path)
    with serving(tmp_path, str(path)) as lab:
        path.write_text(SHIPPED.replace("expressway-c:\n", "b2b-peer: {port: 65000}\nexpressway-c:\n", 1), "utf-8")
        with socket.create_server((lab.address_of(70), 65000)):
            lab.read_again()
            assert lab.complained(f"{lab.address_of(70)}:65000 is taken by another program")
            with closing(Caller(lab, 5061)) as caller:
                assert caller.ask("OPTIONS") == 200


def test_too_many_readings_at_a_time_are_refused_and_no_caller_is_dropped(tmp_path: Path) -> None:
    with serving(tmp_path, str(lab_file(tmp_path))) as lab:
        callers = []
        for number in range(1, 8):
            callers.append(Caller(lab, 5061))
            lab.read_again()
            lab.said("settings read again", times=number)
        callers.append(Caller(lab, 5061))
        lab.read_again()
        assert lab.complained("7 earlier readings of the settings still have visitors")
        assert [caller.ask("OPTIONS") for caller in callers] == [200] * 8

        for caller in callers[:-1]:
            caller.close()
        lab.said("expressway-e:5061 ", times=7)
        time.sleep(0.5)
        lab.read_again()
        lab.said("settings read again", times=8)
        callers[-1].close()


def test_a_busy_port_ends_it_with_the_address_and_the_option_that_helps(tmp_path: Path) -> None:
    with serving(tmp_path) as lab:
        (tmp_path / "second").mkdir()
        with serving(tmp_path / "second", block=lab.block, opens=False) as second:
            code = second.process.wait(30)

        assert code == Exit.NO_LAB
        told = second.err.read_text("utf-8")
        assert f"{lab.block}." in told
        assert "--addresses" in told
