"""Identifiers that can be had again from the same seed."""

from __future__ import annotations

import re

from harness.sip.identifiers import Identifiers


def test_a_play_that_is_played_again_has_the_same_identifiers() -> None:
    first, again, other = Identifiers("seed"), Identifiers("seed"), Identifiers("another")
    drawn = [first.branch(), first.tag(), first.call_id("a.example")]
    assert drawn == [again.branch(), again.tag(), again.call_id("a.example")]
    assert drawn[0].startswith("z9hG4bK")
    assert drawn[2].endswith("@a.example")
    assert other.branch() != drawn[0]


def test_no_identifier_comes_twice() -> None:
    source = Identifiers("seed")
    assert len({source() for _ in range(1000)}) == 1000


def test_an_identifier_has_64_bits() -> None:
    """RFC 3261 19.3 wants at least 32."""
    assert re.fullmatch("[0-9a-f]{16}", Identifiers("seed").tag())
