"""SSLKEYLOGFILE: the secrets of every play go where it says, readable for their owner alone, and nowhere without it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import trio
import trio.testing

from harness.capture.key_log import key_log_text
from harness.errors import ScenarioError
from harness.net.memory import MemoryNetwork
from harness.run.key_log import KEY_LOG_VARIABLE, append_key_log, key_log_file
from harness.run.library import Library
from harness.run.play import perform
from harness.scenario.plan import plan_of
from harness.transcript import Transcript


def one_play() -> Transcript:
    library = Library()
    (scenario,) = library.scenarios(("b2b/b01-one-way-tls",))
    plan = plan_of(scenario, library.healthy, "1.3")

    async def play() -> Transcript:
        return await perform(plan, library.lab_pki, MemoryNetwork())

    return trio.run(play, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(KEY_LOG_VARIABLE, str(tmp_path / "keys.log"))
    return tmp_path / "keys.log"


def test_every_play_appends_its_secrets(file: Path) -> None:
    first, second = one_play(), one_play()
    assert file.read_text() == key_log_text(first) + key_log_text(second)
    assert "CLIENT_TRAFFIC_SECRET_0 " in file.read_text()


def test_a_file_that_others_could_read_is_made_private(file: Path) -> None:
    file.write_text("# mine\n")
    file.chmod(0o644)
    append_key_log(one_play())
    assert file.read_text().startswith("# mine\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_written_where_nobody_asked(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_LOG_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(KEY_LOG_VARIABLE, value)
    monkeypatch.chdir(tmp_path)
    one_play()
    assert key_log_file() is None
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_place_that_takes_no_file_is_told_before_any_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_LOG_VARIABLE, str(tmp_path / "nowhere" / "keys.log"))
    with pytest.raises(ScenarioError, match="SSLKEYLOGFILE names it"):
        key_log_file()
