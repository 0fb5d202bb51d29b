"""The README's lesson is the scenario that ships, and its ladder is the one that is drawn."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from shipped_library import LIBRARY

from harness.cli import main
from harness.pki import LeafOrder, chain_pem
from harness.report.ladder import draw_ladder
from harness.run.library import data_folder
from harness.run.suite import Order, run_suite

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
LADDER = README.partition("ends like this:\n\n```\n")[2].partition("```")[0]
LESSON = "mra/jabber-on-the-mutual-port"


def _block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_lesson_in_the_readme_is_the_scenario_that_ships_and_has_twelve_lines() -> None:
    shipped = (data_folder("scenarios") / f"{LESSON}.yaml").read_text(encoding="utf-8")
    assert _block("yaml") == shipped
    assert len(shipped.splitlines()) == 12


def test_the_ladder_in_the_readme_is_the_ladder_that_is_drawn() -> None:
    order = Order(tuple(LIBRARY.scenarios((LESSON,))), ("1.3",), "memory")
    (outcome,) = run_suite(LIBRARY, order, lambda _: None)
    drawn = draw_ladder(outcome.transcript, outcome.verdict).splitlines()
    assert LADDER.startswith("name server")
    for line in LADDER.splitlines():
        assert line in drawn


def test_the_run_on_another_day_in_the_readme_is_the_one_that_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words, _, shown = README.partition("$ sip-mtls run ")[2].partition("```")[0].partition("\n")
    monkeypatch.setattr(sys, "argv", ["sip-mtls", "run", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "as of 2021-10-01" in shown
    assert capsys.readouterr().out == shown


def test_the_comparison_in_the_readme_is_the_one_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = LIBRARY.lab_pki
    for name, faults in (("old", ()), ("new", ("server-auth-only",))):
        (tmp_path / f"{name}.pem").write_text(chain_pem(shop.issue(LeafOrder("expressway-e", faults))))
    words, _, shown = README.partition("$ sip-mtls certs diff ")[2].partition("```")[0].partition("\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["sip-mtls", "certs", "diff", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr().out
    assert ended.value.code == 1
    assert all(part.strip() in printed for part in shown.split("...\n") if part.strip())


def test_the_walk_in_the_readme_is_the_walk_that_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words, _, shown = README.partition("$ sip-mtls locate ")[2].partition("```")[0].partition("\n")
    monkeypatch.setattr(sys, "argv", ["sip-mtls", "locate", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert shown.startswith("sip:anna@example.com")
    assert capsys.readouterr().out == shown
