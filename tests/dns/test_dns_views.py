"""Geo DNS and split horizon: the same name, another answer for another asker."""

from __future__ import annotations

import dns.edns
import pytest
from dns_bench import SOMEBODY, asked, records_of, reply, response, zone_of

from harness.dns.authority import Authority
from harness.dns.records import Host, Outcome
from harness.dns.views import View

US, EU = ("127.64.0.16/28",), ("127.64.0.32/28", "2001:db8:e::/48")
US_CALLER, EU_CALLER, RESOLVER = "127.64.0.20", "127.64.0.40", "127.64.0.40"


def region(name: str, networks: tuple[str, ...], address: str) -> View:
    return View(name, networks, (zone_of().with_records(records_of(f"us-expe1 A {address}\n")),))


GEO = Authority([zone_of()], [region("us", US, "192.0.2.1"), region("eu", EU, "192.0.2.2")])
EXPE = "us-expe1.example.com"


def address(source: str, subnet: str = "") -> tuple[str, str]:
    answer = asked(GEO, EXPE, "A", source=source, subnet=subnet)
    assert answer is not None
    [host] = answer.records
    assert isinstance(host, Host)
    return host.address, reply(GEO, EXPE, "A", source=source, subnet=subnet).view


def scope(subnet: str) -> tuple[str, int, int]:
    [option] = response(GEO, EXPE, "A", subnet=subnet).options
    assert isinstance(option, dns.edns.ECSOption)
    return option.address, option.srclen, option.scopelen


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        (US_CALLER, ("192.0.2.1", "us")),
        (EU_CALLER, ("192.0.2.2", "eu")),
        ("2001:db8:e::7", ("192.0.2.2", "eu")),
        ("fe80::1%lo", ("127.64.0.11", "")),
        (SOMEBODY, ("127.64.0.11", "")),
    ],
)
def test_a_caller_lands_in_its_region(source: str, seen: tuple[str, str]) -> None:
    assert address(source) == seen


def test_a_resolver_in_another_country_gets_its_own_region_for_its_caller() -> None:
    assert address(RESOLVER) == ("192.0.2.2", "eu")


def test_a_resolver_that_tells_for_whom_it_asks_gets_the_callers_region() -> None:
    assert address(RESOLVER, subnet=f"{US_CALLER}/32") == ("192.0.2.1", "us")
    assert address(US_CALLER, subnet="2001:db8:e:5::/64") == ("192.0.2.2", "eu")


def test_a_resolver_that_hides_its_caller_is_answered_for_itself() -> None:
    assert address(RESOLVER, subnet="::/0") == ("192.0.2.2", "eu")
    assert scope("::/0") == ("::", 0, 0)


def test_a_subnet_that_is_too_wide_for_a_region_is_in_none() -> None:
    assert address(RESOLVER, subnet="127.64.0.0/24") == ("127.64.0.11", "")


@pytest.mark.parametrize(
    ("subnet", "bits"),
    [
        ("127.64.0.20/32", 28),
        ("127.64.0.200/32", 25),
        ("127.64.0.0/24", 28),
        ("10.0.0.0/8", 2),
        ("2001:db8:e::/56", 48),
    ],
)
def test_the_subnet_comes_back_with_the_bits_that_decided(subnet: str, bits: int) -> None:
    network, _, length = subnet.partition("/")

    assert scope(subnet) == (network, int(length), bits)


def test_a_query_without_a_subnet_gets_none_back() -> None:
    assert list(response(GEO, EXPE, "A").options) == []


def test_a_view_shows_the_other_zones_too() -> None:
    internal = zone_of("@ SOA ns hostmaster 1 2 3 4 5\ncucm A 127.64.0.30\n", "internal.example")
    server = Authority([zone_of()], [View("inside", US, (internal,))])

    for source, outcome in ((US_CALLER, Outcome.FOUND), (EU_CALLER, Outcome.NO_NAME)):
        hidden = asked(server, "cucm.internal.example", "A", source=source)
        shown = asked(server, EXPE, "A", source=source)
        assert hidden is not None
        assert shown is not None
        assert (hidden.outcome, shown.outcome) == (outcome, Outcome.FOUND)


def test_a_network_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="us-east"):
        Authority([], [View("us", ("us-east",), ())])
