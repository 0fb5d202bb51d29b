"""What is wrong with a word or a file is a ScenarioError that says where, whichever function was asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio

import harness

OPENED: list[Callable[[], object]] = [
    lambda: harness.play("M2"),
    lambda: harness.play("M02", tls=["1.4"]),
    lambda: harness.play("M02", network="lopback"),
    lambda: harness.play("M02", lab="nowhere.yaml"),
    lambda: harness.play("M02", at="2027-13-01"),
    lambda: harness.judge("nowhere.json"),
    lambda: harness.judge(b"{}"),
    lambda: harness.check_certificate("nowhere.pem", role="expressway-e-server"),
    lambda: harness.check_certificate(__file__, role="expressway-e-server"),
    lambda: harness.compare_certificates("a.pem", "b.pem", role="expressway-e-server"),
    lambda: harness.write_certificates("out", "expressway-ee"),
    lambda: harness.probe_port("127.0.0.1:1", role="jaber"),
    lambda: harness.probe_port("not a host"),
    lambda: harness.probe_port("127.0.0.1:1", key="k.pem"),
    lambda: harness.open_lab_in_thread("nowhere.yaml"),
    lambda: harness.open_lab_in_thread(tls="1.1"),
]


@pytest.mark.parametrize("ask", OPENED)
def test_a_wrong_word_or_file_is_told(
    ask: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(harness.ScenarioError) as told:
        ask()

    assert str(told.value).strip()


def test_a_role_is_checked_before_anything_is_played(tmp_path: Path) -> None:
    harness.write_certificates(tmp_path / "made", "b2b-peer")
    chain = tmp_path / "made" / "b2b-peer" / "chain.pem"

    with pytest.raises(harness.ScenarioError, match="did you mean 'b2b-peer'"):
        harness.check_certificate(chain, role="b2b-per")
    with pytest.raises(harness.ScenarioError, match=r"did you mean 'x15\.5'"):
        harness.compare_certificates(chain, chain, role="b2b-peer", releases=["15.5"])


def test_a_lab_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_text("expressway-e:\n  mra: perhaps\n", encoding="utf-8")
    with pytest.raises(harness.ScenarioError, match="perhaps"):
        harness.play("B01", lab=lab)
    lab.write_text("{}\n", encoding="utf-8")

    with pytest.raises(harness.ScenarioError) as told:
        harness.play("no-such-row", lab=lab)
    assert "no-such-row" in str(told.value)


def test_a_play_may_be_asked_for_inside_an_event_loop() -> None:
    async def main() -> list[harness.Play]:
        return harness.play("B01", tls=["1.2"])

    (play,) = trio.run(main)
    assert play.completed


def test_each_play_is_told_as_it_ends() -> None:
    ended: list[harness.Play] = []
    plays = harness.play("B01", ended=ended.append)

    assert {play.verdict.tls_version: play.verdict for play in ended} == {
        play.verdict.tls_version: play.verdict for play in plays
    }
    assert [play.verdict.tls_version for play in plays] == ["1.2", "1.3"]
