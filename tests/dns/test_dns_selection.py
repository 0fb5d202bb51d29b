"""The order of records: weights as proportions, priorities never mixed, services that nobody knows."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.records import Naptr, Srv
from harness.dns.selection import SERVICES, ordered, transport_of, usable_services

ROUNDS = 4000


def _first_ones(weights: dict[str, int], seed: int) -> Counter[str]:
    """Return how often each host came first in many selections."""
    records = [Srv(10, weight, 5062, host) for host, weight in weights.items()]
    chance = Random(seed)  # noqa: S311  # the same draws again, no secret
    return Counter(ordered(records, lambda most: chance.randint(0, most))[0].target for _ in range(ROUNDS))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_equal_records_share_the_calls_equally(seed: int) -> None:
    came_first = _first_ones({"expe1": 10, "expe2": 10}, seed)

    # The RFC's own draw alone would give the first one sent 11 of 21: the order before it is drawn too.
    chi_square = sum((came_first[host] - ROUNDS / 2) ** 2 / (ROUNDS / 2) for host in ("expe1", "expe2"))
    assert chi_square < 10.8  # one degree of freedom, p = 0.001


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weights_are_proportions_and_weight_nought_has_almost_no_chance(seed: int) -> None:
    came_first = _first_ones({"much": 70, "less": 30, "spare": 0}, seed)

    expected = {"spare": ROUNDS / 101, "much": ROUNDS * 70 / 101, "less": ROUNDS * 30 / 101}
    chi_square = sum((came_first[host] - number) ** 2 / number for host, number in expected.items())
    assert chi_square < 13.8  # two degrees of freedom, p = 0.001


def test_without_any_weight_the_records_stay_as_they_were_sent() -> None:
    records = [Srv(10, 0, 5062, host) for host in ("b", "a", "c")]

    assert ordered(records, lambda most: most) == tuple(records)


def test_the_greatest_draw_takes_the_last_record_and_the_smallest_the_one_without_weight() -> None:
    records = [Srv(10, 10, 5062, "a"), Srv(10, 0, 5062, "b"), Srv(10, 10, 5062, "c")]

    assert [each.target for each in ordered(records, lambda most: most)] == ["c", "a", "b"]
    assert ordered(records, lambda _: 0)[0].target == "b"


@given(
    st.lists(st.builds(Srv, st.integers(0, 5), st.integers(-1, 65535), st.just(5062), st.text(max_size=3))),
    st.randoms(),
)
def test_every_record_comes_once_and_priorities_never_mix(records: list[Srv], chance: Random) -> None:
    chosen = ordered(records, lambda most: chance.randint(0, most))

    assert Counter(chosen) == Counter(records)
    assert [each.priority for each in chosen] == sorted(each.priority for each in records)


def _naptr(order: int, preference: int, service: str, *, flags: str = "s", regexp: str = "") -> Naptr:
    return Naptr(order, preference, flags, service, regexp, f"_x.{service.lower().replace('+', '-')}.example.com")


def test_services_come_by_order_and_then_by_preference() -> None:
    records = [_naptr(20, 1, "SIP+D2U"), _naptr(10, 9, "sip+d2t"), _naptr(10, 1, "SIPS+D2T", flags="S")]

    choice = usable_services(records, SERVICES)

    assert choice.usable == (records[2], records[1], records[0])
    assert [transport_of(record.service) for record in choice.usable] == ["tls", "tcp", "udp"]
    assert choice.skipped == ()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (_naptr(1, 1, "SIPSM+D2T"), "not wanted here"),
        (_naptr(1, 1, "SIP+D2S"), "not known"),
        (_naptr(1, 1, "E2U+sip"), "not known"),
        (_naptr(1, 1, ""), "not known"),
        (_naptr(1, 1, "SIPS+D2T", flags="u"), "leads to no SRV record"),
        (_naptr(1, 1, "SIPS+D2T", regexp="!^.*$!sip:x!"), "regular expression"),
        (Naptr(1, 1, "s", "SIPS+D2T", "", "."), "leads nowhere"),
    ],
)
def test_a_record_that_cannot_be_followed_is_skipped_and_told(record: Naptr, reason: str) -> None:
    sound = _naptr(50, 1, "SIPS+D2T")

    choice = usable_services([record, sound], SERVICES)

    assert choice.usable == (sound,)
    assert [skipped.record for skipped in choice.skipped] == [record]
    assert reason in choice.skipped[0].reason
