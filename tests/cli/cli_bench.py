"""The workbench of the door's tests: a command line, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from harness.cli import main

DOOR = "from harness.cli import main; main()"
AT_A_TERMINAL = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
"""Whoever started the tests may have SIGINT ignored, as nohup and the `&` of scripts do; children inherit it."""

PROGRAM = [sys.executable, "-c", AT_A_TERMINAL + DOOR]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said_in_one_breath(self) -> bool:
        """Whether it spoke to a person: something on stderr, and no traceback."""
        return bool(self.err.strip()) and "Traceback" not in self.err + self.out


Command = Callable[..., Ended]


@pytest.fixture
def sip_mtls(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command line here, as its entry point does."""

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["sip-mtls", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return Ended(int(left.value.code or 0), told.out, told.err)

    return run


def in_its_own_process(*words: object, **environment: str) -> Ended:
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )
    return Ended(done.returncode, done.stdout, done.stderr)
