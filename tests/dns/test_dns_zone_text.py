"""Zones as people write them: standard master files, and each fault at its place."""

from __future__ import annotations

import pytest
from dns_bench import EXAMPLE, zone_of
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.records import RECORD_TYPES, Question
from harness.dns.zone_text import MAX_BYTES, MAX_RECORDS, ZoneText, read_records, read_zone
from harness.errors import Fault, ScenarioError

SOA = "@ SOA ns hostmaster 1 3600 600 86400 60\n"


def faults_of(text: str, origin: str = "example.com") -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as refused:
        read_zone(ZoneText(origin, text, "lab.yaml", 40))
    return refused.value.faults


def fault_in(line: str) -> Fault:
    [fault] = faults_of(SOA + line)
    return fault


def test_a_record_may_leave_out_its_name_its_ttl_and_its_class() -> None:
    zone = zone_of(SOA + "$TTL 5m\nus-expe1 A 127.64.0.10\n  IN 60 A 127.64.0.11\n60 IN AAAA ::1\n")

    found = zone.find(Question("us-expe1.example.com", "A"))
    assert [value.to_text() for value in found or ()] == ["127.64.0.10", "127.64.0.11"]
    assert found is not None
    assert found.ttl == 60
    assert zone.find(Question("60.example.com", "AAAA"))


def test_a_record_may_span_lines_in_parentheses_with_comments_between() -> None:
    zone = zone_of(SOA + '_sips._tcp SRV ( 10 10 ; priority; weight\n  5062 us-expe1 )\nnote TXT "a;b" ; "c"\n')

    assert [str(value) for value in zone.find(Question("_sips._tcp.example.com", "SRV")) or ()] == [
        "10 10 5062 us-expe1.example.com."
    ]
    assert [str(value) for value in zone.find(Question("note.example.com", "TXT")) or ()] == ['"a;b"']


def test_an_origin_moves_what_is_relative() -> None:
    zone = zone_of(SOA + "$ORIGIN us\n@ A 127.64.0.1\nexpe1 CNAME @\n")

    assert [str(value) for value in zone.find(Question("expe1.us.example.com", "CNAME")) or ()] == ["us.example.com."]


def test_the_root_can_be_a_zone() -> None:
    zone = zone_of(". SOA ns. hostmaster. 1 2 3 4 5\nwww.example.com. A 192.0.2.1\n", origin=".")

    assert zone.origin == "."
    assert zone.find(Question("WWW.example.com", "A"))


@pytest.mark.parametrize("type_name", RECORD_TYPES)
def test_each_type_of_record_can_be_read(type_name: str) -> None:
    values = {"A": "192.0.2.1", "AAAA": "::1", "CNAME": "x", "NS": "x", "TXT": "x", "SRV": "0 0 0 ."}
    values |= {"NAPTR": '1 1 "s" "SIP+D2U" "" _sip._udp', "SOA": "ns hostmaster 1 2 3 4 5"}
    values |= {"CAA": '0 issue "ca.example.net"', "MX": "10 mail", "PTR": "us-expe1"}
    name = "@" if type_name == "SOA" else "name"
    before = "" if type_name == "SOA" else SOA

    zone = zone_of(f"{before}{name} {type_name} {values[type_name]}\n")

    assert zone.find(Question("example.com" if name == "@" else "name.example.com", type_name))


@pytest.mark.parametrize(
    ("line", "column", "message", "hint"),
    [
        ("us AAA 192.0.2.1", 4, "unknown record type 'AAA'", "did you mean 'AAAA'?"),
        ("us A 300.0.2.1", 6, "this is no A record: 300.0.2.1", "an IPv4 address, such as 192.0.2.10"),
        ("us MX mail", 7, "this is no MX record: mail", "preference exchange"),
        ("us TLSA 3 1", 9, "this is no TLSA record: 3 1", "RFC 3597"),
        ("us TYPE65280 \\# 2 00", 14, "this is no TYPE65280 record", "RFC 3597"),
        ("us ANY 1", 4, "ANY is a type of questions; no record has it", "AAAA"),
        ("us SRV 10 5062 expe1", 8, "this is no SRV record: 10 5062 expe1", "priority weight port target"),
        ("us 300 IN", 1, "the record ends before its type", "choose one of A"),
        ("us CH A 192.0.2.1", 4, "the class CH is not the internet's", "write IN"),
        ("a..b A 192.0.2.1", 1, "'a..b' is no domain name", ""),
        (f"{'a' * 64} A 192.0.2.1", 1, f"'{'a' * 64}' is no domain name", ""),
        (f"us {'9' * 5000} A 192.0.2.1", 4, f"'{'9' * 5000}' is no time to live", "seconds up to"),
        ("us.example.org. A 192.0.2.1", 1, "the name us.example.org. lies outside of the zone", "final dot"),
        ('us TXT "open', 8, "a quote is opened here and never closed", "close it"),
        ("us TXT ) x", 8, "a ) closes nothing here", "remove it"),
        ("us TXT ( x", 8, "a ( is opened here and never closed", "close it"),
        ("us TXT \N{NO-BREAK SPACE}x", 8, "the character U+00A0 cannot stand here", "invisible"),
        ("us TXT x\\", 9, "a backslash escapes nothing here", "\\\\"),
        ("$INCLUDE secrets.db", 1, "$INCLUDE is not read here", "one text only"),
        ("$GENERATE 1-9 h$ A 192.0.2.$", 1, "$GENERATE is not read here", "one by one"),
        ("$TTL", 1, "$TTL takes one word", ""),
        ("$TTL soon", 6, "'soon' is no time to live", "1h30m"),
        ("$LTT 5", 1, "unknown directive $LTT", "$ORIGIN, $TTL"),
        ("@ SOA a b 1 2 3 4 5", 1, "a second SOA record", "a zone has one"),
        ("us SOA a b 1 2 3 4 5", 1, "an SOA record below the zone's own name", "at @"),
        ("@ CNAME us", 1, "example.com. is an alias (CNAME) and has other records", "stands alone"),
    ],
)
def test_a_faulty_line_is_named_with_what_to_write(line: str, column: int, message: str, hint: str) -> None:
    fault = fault_in(line + "\n")

    assert (fault.file, fault.line, fault.column) == ("lab.yaml", 41, column)
    assert fault.message.startswith(message)
    assert hint in fault.hint


@pytest.mark.parametrize(
    ("line", "asked", "value"),
    [
        ("h HTTPS 1 . alpn=h2", "HTTPS", '1 . alpn="h2"'),
        ('h HTTPS 1 . alpn="h2,h3" port=8443', "HTTPS", '1 . alpn="h2,h3" port="8443"'),
        ('h SVCB 1 . alpn="h2"', "SVCB", '1 . alpn="h2"'),
        ('h TXT a= "b"', "TXT", '"a=" "b"'),
        ("h TYPE65280 \\# 4 0a000001", "TYPE65280", "\\# 4 0a000001"),
        ("h CLASS1 TYPE1 \\# 4 c0000201", "A", "192.0.2.1"),
        ('h SPF "v=spf1 -all"', "SPF", '"v=spf1 -all"'),
        ("h TLSA 3 1 1 " + "ab" * 32, "TYPE52", "3 1 1 " + "ab" * 32),
    ],
)
def test_a_type_that_no_message_names_is_held_all_the_same(line: str, asked: str, value: str) -> None:
    found = zone_of(f"{SOA}{line}\n").find(Question("h.example.com", asked))

    assert [record.to_text() for record in found or ()] == [value]


def test_the_signatures_of_a_signed_zone_are_held_also_beside_an_alias() -> None:
    signature = "RRSIG {} 8 3 300 20270101000000 20260101000000 1 example.com. AAAA"
    zone = zone_of(f"{SOA}www CNAME us\nwww {signature.format('CNAME')}\nwww {signature.format('NSEC')}\n")

    assert len(zone.find(Question("www.example.com", "RRSIG")) or ()) == 2
    assert zone.find(Question("www.example.com", "CNAME"))


def test_an_alias_laid_over_a_name_replaces_records_of_every_type() -> None:
    zone = zone_of(f"{SOA}h MX 10 mail\nh TYPE65280 \\# 0\n")

    changed = zone.with_records(read_records(ZoneText(".", "h.example.com. CNAME us.example.com.")))

    assert changed.find(Question("h.example.com", "MX")) is None
    assert changed.find(Question("h.example.com", "TYPE65280")) is None


def test_every_faulty_line_is_told_in_one_go() -> None:
    lines = ["a A one", 'b TXT "open', "c A 192.0.2.1", "c CNAME d", "d CNAME e", "d CNAME f", "e BB 1"]

    assert [fault.line for fault in faults_of(SOA + "\n".join(lines))] == [41, 42, 44, 46, 47]


def test_a_record_after_a_bad_name_does_not_move_to_the_name_before() -> None:
    told = faults_of(SOA + "us A 192.0.2.1\na..b A 192.0.2.2\n  A 192.0.2.3\n")

    assert [(fault.line, fault.message) for fault in told][1] == (43, "no name above to belong to")


@pytest.mark.parametrize("text", ["", "us A 192.0.2.1\n", "us SOA a b 1 2 3 4 5"])
def test_a_zone_without_an_soa_is_refused(text: str) -> None:
    assert "the zone has no SOA record" in [fault.message for fault in faults_of(text)]


def test_a_zone_has_a_limit_of_records_and_of_bytes() -> None:
    many = SOA + "".join(f"h{number} A 192.0.2.1\n" for number in range(MAX_RECORDS))

    assert [fault.message for fault in faults_of(many)] == [f"more than {MAX_RECORDS} records"]
    assert [fault.message for fault in faults_of(" " * (MAX_BYTES + 1))] == [f"larger than {MAX_BYTES} bytes"]


def test_an_origin_that_is_no_name_is_refused() -> None:
    assert [fault.message for fault in faults_of(SOA, origin="a..b")] == ["'a..b' is no domain name"]


def test_records_to_lay_over_zones_need_no_soa_and_may_have_none() -> None:
    laid = read_records(ZoneText("example.com", "us A 192.0.2.1\nus.partner.example. A 192.0.2.2\n"))
    with pytest.raises(ScenarioError, match="an SOA record cannot be laid over a zone"):
        read_records(ZoneText("example.com", SOA))

    assert [rrset.name.to_text() for rrset in laid.rrsets] == ["us.example.com.", "us.partner.example."]


def test_a_zone_that_is_printed_and_read_again_is_the_same() -> None:
    printed = zone_of(EXAMPLE).text()

    assert zone_of(printed).text() == printed


def read_or_refused(text: str) -> tuple[Fault, ...]:
    try:
        read_records(ZoneText("example.com", text))
    except ScenarioError as refused:
        return refused.faults
    return ()


@given(st.text(st.sampled_from('@ \n\t();"\\$.,aAé01\x00'), max_size=60) | st.text(max_size=40))
def test_any_text_is_records_or_has_faults_at_places_in_it(text: str) -> None:
    faults = read_or_refused(text)

    assert all(1 <= fault.line <= text.count("\n") + 1 and fault.column >= 1 for fault in faults)


@given(st.sampled_from(RECORD_TYPES), st.text(st.sampled_from('@ ."\\#0123456789abé-:x'), max_size=30))
def test_any_value_is_a_record_or_has_a_fault_in_its_line(type_name: str, value: str) -> None:
    faults = read_or_refused(f"name {type_name} {value}")

    assert {fault.line for fault in faults} <= {1}
