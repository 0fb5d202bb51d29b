"""A zone is a value: laying records over it, taking them out, renumbering it gives another."""

from __future__ import annotations

from dns_bench import EXAMPLE, SIPS, records_of, zone_of

from harness.dns.records import Question
from harness.dns.zone import Zone, renumbered


def values(zone: Zone, name: str, rdtype: str) -> list[str]:
    return [value.to_text() for value in zone.find(Question(name, rdtype)) or ()]


def test_a_record_set_that_is_laid_over_a_zone_replaces_the_zones_own() -> None:
    zone = zone_of()

    changed = zone.with_records(records_of("_sips._tcp SRV 10 10 5061 us-expe1\nnew A 127.64.0.5\n"))

    assert values(changed, SIPS, "SRV") == ["10 10 5061 us-expe1.example.com."]
    assert values(changed, "new.example.com", "A") == ["127.64.0.5"]
    assert len(values(zone, SIPS, "SRV")) == 2
    assert values(zone, "new.example.com", "A") == []


def test_records_of_other_zones_leave_a_zone_alone() -> None:
    zone = zone_of()

    assert zone.with_records(records_of("us-expe1.partner.example. A 192.0.2.1\n")).text() == zone.text()


def test_an_alias_replaces_everything_at_its_name_and_is_replaced_by_anything() -> None:
    aliased = zone_of().with_records(records_of("us-expe2 CNAME us-expe1\nwww A 127.64.0.5\n"))

    assert values(aliased, "us-expe2.example.com", "CNAME") == ["us-expe1.example.com."]
    assert values(aliased, "us-expe2.example.com", "A") == values(aliased, "us-expe2.example.com", "AAAA") == []
    assert values(aliased, "www.example.com", "CNAME") == []
    assert values(aliased, "www.example.com", "A") == ["127.64.0.5"]


def test_an_alias_at_the_apex_hides_its_records_and_the_zone_keeps_its_soa() -> None:
    hidden = zone_of().with_records(records_of("@ CNAME www.partner.example.\n"))

    assert values(hidden, "example.com", "TXT") == values(hidden, "example.com", "SOA") == []
    assert hidden.soa.name.to_text() == "example.com."


def test_a_name_is_gone_with_its_last_records() -> None:
    zone = zone_of()

    less = zone.without(Question(SIPS, "SRV"))

    assert (b"_tcp", b"example", b"com", b"") in zone.names
    assert (b"_tcp", b"example", b"com", b"") not in less.names
    assert (b"us-expe1", b"example", b"com", b"") in less.names


def test_a_lab_in_another_block_has_other_addresses_with_the_same_last_octet() -> None:
    zone = zone_of(EXAMPLE + "far A 127.64.10.11\n")

    moved = renumbered(zone, "127.64.0", "127.99.3")

    assert values(moved, "us-expe1.example.com", "A") == ["127.99.3.11"]
    assert values(moved, "far.example.com", "A") == ["127.64.10.11"]
    assert renumbered(moved, "127.99.3", "127.64.0").text() == zone.text()


def test_a_reverse_zone_moves_with_the_block() -> None:
    zone = zone_of("@ SOA ns hostmaster 1 2 3 4 5\n10 PTR us-expe1.example.com.\n", "0.64.127.in-addr.arpa")

    moved = renumbered(zone, "127.64.0", "127.99.3")

    assert moved.origin == "3.99.127.in-addr.arpa"
    assert values(moved, "10.3.99.127.in-addr.arpa", "PTR") == ["us-expe1.example.com."]
    assert moved.denial.name.to_text() == "3.99.127.in-addr.arpa."
    assert renumbered(moved, "127.99.3", "127.64.0").text() == zone.text()


def test_names_are_the_same_in_any_case() -> None:
    assert values(zone_of(), "US-ExpE1.Example.COM", "A") == ["127.64.0.11"]
