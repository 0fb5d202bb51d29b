"""Nonces: each is good for a while, each count once, and none is kept for longer."""

from __future__ import annotations

import pytest

from harness.sip.nonces import LIFETIME, MOST, Nonces


def test_a_nonce_is_ours_or_it_is_not() -> None:
    nonces = Nonces()
    nonces.give("ours", 0.0)
    assert nonces.is_fresh("ours", "00000001", 0.0)
    assert not nonces.is_fresh("theirs", "00000001", 0.0)


@pytest.mark.parametrize(
    ("counts", "fresh"),
    [
        (["00000001", "00000002", "0000000a"], [True, True, True]),
        (["00000002", "00000001"], [True, False]),
        (["00000001", "00000001"], [True, False]),
        (["00000009", "0000000A", "00000010"], [True, True, True]),
        (["9", "10"], [True, True]),
        (["0000000f", "00000010", "00000011", "00000011"], [True, True, True, False]),
        (["00000000", "0", "00000001"], [False, False, True]),
        (["0123456789abcdef", "abcdef01", "ABCDEF02"], [False, True, True]),
        (["00000001", "x", "-1", "0x2", "1" * 9, "00000002"], [True, False, False, False, False, True]),
        (["", ""], [True, False]),  # a client that knows no qop
    ],
)
def test_counts_go_up(counts: list[str], fresh: list[bool]) -> None:
    nonces = Nonces()
    nonces.give("ours", 0.0)
    assert [nonces.is_fresh("ours", count, 1.0) for count in counts] == fresh


def test_a_nonce_grows_old_and_is_forgotten() -> None:
    nonces = Nonces()
    nonces.give("ours", 0.0)
    nonces.give("younger", 10.0)
    assert nonces.is_fresh("ours", "00000001", LIFETIME - 1)
    assert not nonces.is_fresh("ours", "00000002", LIFETIME)
    assert len(nonces) == 1
    assert nonces.is_fresh("younger", "00000001", LIFETIME)


def test_a_fresh_one_makes_the_old_go() -> None:
    nonces = Nonces()
    nonces.give("old", 0.0)
    nonces.give("new", LIFETIME)
    assert len(nonces) == 1


def test_the_oldest_gives_way() -> None:
    nonces = Nonces()
    for number in range(MOST + 1):
        nonces.give(str(number), 0.0)
    assert len(nonces) == MOST
    assert not nonces.is_fresh("0", "00000001", 0.0)
    assert nonces.is_fresh("1", "00000001", 0.0)


@pytest.mark.parametrize(
    ("counts", "fresh"), [(["x"], [False]), (["", "00000002"], [True, True]), (["", "00000001"], [True, False])]
)
def test_a_client_that_counts_not_at_first_has_used_the_first_count(counts: list[str], fresh: list[bool]) -> None:
    nonces = Nonces()
    nonces.give("ours", 0.0)
    assert [nonces.is_fresh("ours", count, 1.0) for count in counts] == fresh


def test_1024_nonces_are_kept() -> None:
    nonces = Nonces()
    for number in range(1030):
        nonces.give(str(number), 0.0)
    assert len(nonces) == 1024
