"""The table of dialogs: how one is found, and the four ways in which it leaves."""

from __future__ import annotations

import pytest

from harness.sip.dialog import DialogId
from harness.sip.dialog_table import SILENCE, DialogTable, Place
from harness.sip.headers import Headers
from harness.sip.message import Request


def both(call: str, here: object = "left", there: object = "right") -> dict[Place, str]:
    """Return the two places of a call between two connections."""
    first = Place(here, call, "a", "b")
    return {first: f"{call} to {there}", first.across(there): f"{call} to {here}"}


def first_of(call: str, here: object = "left") -> Place:
    return Place(here, call, "a", "b")


def test_each_end_is_led_to_the_other() -> None:
    table: DialogTable[str] = DialogTable()
    table.add(both("one"), 0.0)
    assert table.find(first_of("one"), 1.0) == "one to right"
    assert table.find(first_of("one").across("right"), 1.0) == "one to left"


@pytest.mark.parametrize(
    "place",
    [
        Place("elsewhere", "one", "a", "b"),
        Place("left", "one", "b", "a"),
        Place("left", "one", "a", ""),
        Place("left", "One", "a", "b"),
    ],
    ids=["connection", "changed over", "no tag", "Call-ID"],
)
def test_who_is_not_quite_in_it_is_not_in_it(place: Place) -> None:
    table: DialogTable[str] = DialogTable()
    table.add(both("one"), 0.0)
    assert table.find(place, 1.0) is None


def test_it_ends_at_either_place() -> None:
    for place in both("one"):
        table: DialogTable[str] = DialogTable()
        table.add(both("one"), 0.0)
        table.end(place)
        assert len(table) == 0
        assert [table.find(each, 0.0) for each in both("one")] == [None, None]
        assert not table.touches("left")


def test_what_a_lost_connection_led_to_is_told() -> None:
    table: DialogTable[str] = DialogTable()
    table.add(both("one"), 0.0)
    table.add(both("two", "right", "third"), 0.0)
    table.add(both("three", "third", "fourth"), 0.0)
    assert sorted(table.lose("right")) == ["one to left", "two to third"]
    assert len(table) == 1
    assert table.lose("right") == []
    assert table.touches("third")
    assert not table.touches("left")


def test_silence_ends_it_and_a_request_starts_the_time_anew() -> None:
    table: DialogTable[str] = DialogTable()
    table.add(both("old"), 0.0)
    table.add(both("used"), 0.0)
    assert table.find(first_of("used"), SILENCE) == "used to right"
    assert table.find(first_of("old"), SILENCE + 1) is None
    assert table.find(first_of("used"), SILENCE + 1) == "used to right"
    assert len(table) == 1


def test_a_crowded_connection_makes_room_by_what_it_used_least() -> None:
    table: DialogTable[str] = DialogTable(most=3)
    table.add(both("quiet", "small"), 0.0)
    table.add(both("first"), 1.0)
    table.add(both("second"), 2.0)
    assert table.find(first_of("first"), 3.0) is not None
    table.add(both("third"), 4.0)
    kept = [table.find(first_of(call, here), 5.0) is not None for call, here in
            (("quiet", "small"), ("first", "left"), ("second", "left"), ("third", "left"))]  # fmt: skip
    assert kept == [True, True, False, True]


def test_one_more_makes_the_silent_go() -> None:
    table: DialogTable[str] = DialogTable()
    table.add(both("old"), 0.0)
    table.add(both("new", "third"), SILENCE + 1)
    assert len(table) == 1
    assert not table.touches("left")


def test_whoever_has_ended_its_calls_is_not_the_busiest_any_longer() -> None:
    table: DialogTable[str] = DialogTable(most=3)
    for call in ("one", "two", "three"):
        table.add(both(call), 0.0)
    for call in ("one", "two", "three"):
        table.end(first_of(call))
    for call in ("four", "five"):
        table.add(both(call, "other"), 1.0)
    table.add(both("six"), 2.0)
    table.add(both("seven"), 3.0)
    assert [table.find(first_of(call, "other"), 4.0) is None for call in ("four", "five")] == [True, False]


def test_a_place_is_where_a_request_arrives() -> None:
    headers = [("From", "<sip:a@b>;tag=from"), ("To", "<sip:c@d>;tag=to"), ("Call-ID", "call")]
    assert Place.of("left", Request("BYE", "sip:c@d", Headers.of(headers))) == Place("left", "call", "from", "to")
    assert Place.of("left", Request("BYE", "sip:c@d", Headers.of([]))) == Place("left", "", "", "")
    assert Place.in_dialog("left", DialogId("call", "to", "from")) == Place("left", "call", "from", "to")


def test_a_place_that_is_taken_again_belongs_to_the_later_one() -> None:
    table: DialogTable[str] = DialogTable()
    table.add(both("one"), 0.0)
    table.add(both("one", there="elsewhere"), 0.0)
    assert len(table) == 1
    assert table.find(first_of("one"), 0.0) == "one to elsewhere"
    assert not table.touches("right")


def test_an_element_remembers_8192_dialogs() -> None:
    table: DialogTable[str] = DialogTable()
    for number in range(8193):
        table.add({first_of(str(number)): ""}, 0.0)
    assert len(table) == 8192
    assert table.find(first_of("0"), 0.0) is None
    assert table.find(first_of("1"), 0.0) is not None
