"""The pages of real plays: the whole suite stays small and holds every play; a lesson says what its plays say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from catalogue_plays import Played, played
from shipped_library import LIBRARY, SCENARIOS

from harness.report.outcome import PlayOutcome
from harness.run.pages import lesson_as_html, run_as_html
from harness.run.suite import Order, run_suite

__all__ = ["played"]

MOST_BYTES = 1_000_000


def _played(*names: str) -> list[PlayOutcome]:
    order = Order(tuple(LIBRARY.scenarios(names)), ("1.2", "1.3"), "memory")
    return run_suite(LIBRARY, order, lambda _: None)


def _data(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_of_the_whole_suite_stays_below_a_megabyte_and_holds_every_play(played: Played) -> None:
    page = run_as_html(list(played("memory").values()), LIBRARY.healthy)
    plays = _data(page)["plays"]

    assert len(page.encode()) < MOST_BYTES
    assert {(play["id"], play["tls"]) for play in plays} == {
        (scenario.name, version) for scenario in SCENARIOS.values() for version in scenario.tls_versions
    }
    assert all(play["marks"] and play["lifelines"] for play in plays)


def test_a_change_stands_beside_its_control_with_screen_and_command() -> None:
    data = _data(run_as_html(_played("mra/m02-mutual-tls-on-the-default-zone"), LIBRARY.healthy))
    play = data["plays"][0]
    path, before, after, _meaning, screen, command = (data["texts"][number] for number in play["change"][0])
    control = data["things"][play["control"]]

    assert (path, before, after) == ("expressway-e.default-zone.mutual-tls", "off", "on")
    assert (screen, command) == (
        "Configuration > Zones > Default Zone",
        "xConfiguration Zones DefaultZone SIP TLS Verify Mode",
    )
    assert (play["stage"], [step["stage"] for step in control["steps"]]) == ("handshake", ["", ""])
    assert control["change"] == []


@pytest.fixture(scope="module")
def lesson() -> Any:
    well, broken = _played("mra/m01-sign-in-and-register"), _played("mra/jabber-on-the-mutual-port")
    return _data(lesson_as_html("A lesson", well, broken, LIBRARY.healthy))


def test_a_lesson_has_both_ports_in_both_versions(lesson: Any) -> None:
    sides = [
        (play["tls"], side["port"], play["stage"]) for play, side in zip(lesson["plays"], lesson["sides"], strict=True)
    ]

    assert sides == [
        ("1.2", 5061, ""),
        ("1.2", 5062, "handshake"),
        ("1.3", 5061, ""),
        ("1.3", 5062, "acceptance"),
    ]


def test_the_lesson_tells_the_late_refusal_by_the_three_facts(lesson: Any) -> None:
    last = [lesson["things"][play["steps"][-1]] for play in lesson["plays"]]

    assert [step["facts"][:2] for step in last] == [[1, 1], [0, 0], [1, 1], [1, 0]]
