"""Words that are nearly right: one line says which was meant, and the exit code is that of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_bench import Command, sip_mtls

from harness.cli.choices import CERTIFICATE_ROLE, PROBE_ROLE, RELEASE
from harness.cli.exits import Exit
from harness.lab.releases import RELEASES

__all__ = ["sip_mtls"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("certs", "matrix", "--release", "15.5"), "Did you mean 'x15.5'?"),
        (("certs", "check", "x.pem", "--role", "webex_cloud"), "Did you mean 'webex-cloud'?"),
        (("probe", "127.0.0.1:1", "--as", "webexcloud"), "Did you mean 'webex-cloud'?"),
        (("run", "--network", "memry"), "Did you mean 'memory'?"),
        (("run", "--tls", "13"), "Did you mean '1.3'?"),
        (("run", "M2"), "did you mean 'M02'?"),
        (("run", "m-2"), "did you mean 'M02'?"),
        (("run", "b2b/b02-no-certificate"), "did you mean 'b2b/b02-no-certificate-on-the-mutual-port'?"),
    ],
)
def test_the_word_that_was_meant_is_named(sip_mtls: Command, words: tuple[str, ...], meant: str) -> None:
    ended = sip_mtls(*words)

    assert ended.code == Exit.WRONG_INPUT
    assert meant in ended.err


def test_a_word_far_from_all_gets_the_list_alone(sip_mtls: Command) -> None:
    ended = sip_mtls("certs", "matrix", "--release", "zzz")

    assert "'x15.5'" in ended.err
    assert "Did you mean" not in ended.err


def test_the_words_of_an_option_are_those_of_its_table() -> None:
    assert tuple(RELEASE.choices) == tuple(RELEASES)
    assert {"expressway-e-server", "mra-phone"} <= set(CERTIFICATE_ROLE.choices)
    assert {"probe", "jabber"} <= set(PROBE_ROLE.choices)


@pytest.mark.parametrize("command", [("run",), ("run", "M02"), ("locate", "example.org"), ("certs", "diff", "a", "b")])
def test_a_lab_file_that_is_wrong_is_told_once(sip_mtls: Command, tmp_path: Path, command: tuple[str, ...]) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_text("expressway-e:\n  sip:\n    tls-prt: 5061\n", "utf-8")
    role = ("--role", "expressway-e-server") if "certs" in command else ()

    ended = sip_mtls(*command, "--lab", lab, *role)

    assert ended.code == Exit.WRONG_INPUT
    assert ended.err.count("tls-prt") == (0 if "certs" in command else 1)
    assert "Traceback" not in ended.err


def test_a_lab_file_that_is_missing_is_one_line(sip_mtls: Command, tmp_path: Path) -> None:
    ended = sip_mtls("run", "--lab", tmp_path / "nowhere.yaml")

    assert ended.code == Exit.WRONG_INPUT
    assert ended.err.count("nowhere.yaml") == 1
