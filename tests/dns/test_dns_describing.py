"""A query and a response as a ladder shows them."""

from __future__ import annotations

import pytest
from dns_bench import EXAMPLE, SIPS, reply, with_faults, zone_of
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.authority import Authority
from harness.dns.describing import MAX_WIDTH, describe
from harness.dns.message import query_message
from harness.dns.records import Question

MANY = EXAMPLE + "".join(f"many A 192.0.2.{at}\n" for at in range(1, 7)) + 'evil TXT "\\027[2J\\255"\n'
LONG = "x" * 50


def told(name: str, rdtype: str, *faults: tuple[str, str]) -> str:
    server = with_faults(*faults) if faults else Authority([zone_of(MANY)])
    message = reply(server, name, rdtype).message
    assert message is not None
    return describe(message)


def test_a_query_reads_as_a_question() -> None:
    plain = query_message(Question(SIPS, "SRV"), number=1)
    for_somebody = query_message(Question(SIPS, "SRV"), number=1, client_subnet="203.0.113.0/24")

    assert describe(plain) == f"SRV {SIPS}?"
    assert describe(for_somebody) == f"SRV {SIPS}? for 203.0.113.0/24"


@pytest.mark.parametrize(
    ("name", "rdtype", "line"),
    [
        (SIPS, "SRV", "2 SRV: 10 10 5062 us-expe2.example.com, 10 10 5062 us-expe1.example.com"),
        ("many.example.com", "A", "6 A: 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, …"),
        ("www.example.com", "A", "alias of us-expe1.example.com; 1 A: 127.64.0.11"),
        ("www.example.com", "SRV", "alias of us-expe1.example.com; no SRV record"),
        ("www.example.com", "CNAME", "1 CNAME: us-expe1.example.com"),
        ("ns.example.com", "SRV", "no SRV record"),
        ("us-expe9.example.com", "A", "NXDOMAIN"),
        ("example.org", "A", "NXDOMAIN"),
        ("evil.example.com", "TXT", r'1 TXT: "\027[2J\255"'),
    ],
)
def test_a_response_reads_as_what_it_says(name: str, rdtype: str, line: str) -> None:
    assert told(name, rdtype) == line


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("servfail", "SERVFAIL"),
        ("truncated", "truncated"),
        ("garbage", "not a DNS message"),
        ("target-dot", "1 SRV: 0 0 0 ."),
    ],
)
def test_a_fault_is_seen_in_the_line(fault: str, line: str) -> None:
    assert told(SIPS, "SRV", (fault, SIPS)) == line


def test_a_long_line_ends_in_an_ellipsis() -> None:
    line = describe(query_message(Question(".".join([LONG] * 4), "A"), number=1))

    assert len(line) == MAX_WIDTH
    assert line.endswith("…")


@given(st.binary(max_size=100) | st.binary(max_size=60).map(lambda tail: b"\x12\x67\x81\x80\x00\x01\x00\x01" + tail))
def test_any_bytes_are_told_in_one_printable_line(message: bytes) -> None:
    line = describe(message)

    assert line.isprintable()
    assert 0 < len(line) <= MAX_WIDTH
