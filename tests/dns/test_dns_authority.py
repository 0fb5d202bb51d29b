"""What the name server of the lab answers."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from dns.rcode import Rcode
from dns_bench import EXAMPLE, NUMBER, SIPS, SOMEBODY, asked, records_of, reply, response, with_faults, zone_of
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.authority import MAX_UDP, Authority, Reply, Transport
from harness.dns.faults import FAULTS
from harness.dns.lookup import MAX_ALIASES
from harness.dns.message import query_message
from harness.dns.records import Host, Outcome, Question, Srv, Text
from harness.dns.wire import MAX_IN_QUERY

EXAMPLE_COM = Authority([zone_of()])
PARTNER = zone_of(
    "@ SOA ns hostmaster 1 2 3 4 5\nwww A 192.0.2.7\nback CNAME partner.example.com.\n", "partner.example"
)
LONG = EXAMPLE + "long TXT " + " ".join(f'"{"x" * 200}"' for _ in range(9)) + "\n"


def raw(name: str, rdtype: str, **settings: object) -> bytes:
    return dns.message.make_query(name, rdtype, **settings).to_wire()  # type: ignore[arg-type]  # settings are dnspython's


def said(query: bytes, over: Transport = "udp") -> tuple[Reply, dns.message.Message]:
    """Return the reply and the response as dnspython reads it."""
    given_back = EXAMPLE_COM.answer(query, source=SOMEBODY, transport=over)
    assert given_back.message is not None
    return given_back, dns.message.from_wire(given_back.message)


def test_srv_records_come_in_the_order_they_are_written_and_with_their_addresses() -> None:
    answer = asked(EXAMPLE_COM, SIPS, "SRV")

    assert answer is not None
    assert answer.records == (Srv(10, 10, 5062, "us-expe2.example.com"), Srv(10, 10, 5062, "us-expe1.example.com"))
    assert answer.addresses == {
        "us-expe2.example.com": ("127.64.0.10", "2001:db8::10"),
        "us-expe1.example.com": ("127.64.0.11",),
    }
    assert answer.ttl == 300


def test_naptr_records_name_both_services() -> None:
    answer = asked(EXAMPLE_COM, "example.com", "NAPTR")

    assert answer is not None
    assert [getattr(record, "service", "") for record in answer.records] == ["SIPSM+D2T", "SIPS+D2T"]


def test_the_strings_of_a_token_are_joined() -> None:
    answer = asked(EXAMPLE_COM, "example.com", "TXT")

    assert answer is not None
    assert answer.records == (Text("cisco-ci-domain-verification=4b9c"),)


def test_the_answer_is_authoritative_and_recursion_is_not_offered() -> None:
    message = response(EXAMPLE_COM, SIPS, "SRV")

    assert message.id == NUMBER
    assert dns.flags.to_text(message.flags) == "QR AA RD"
    assert dns.flags.to_text(said(raw(SIPS, "SRV", flags=0))[1].flags) == "QR AA"


@pytest.mark.parametrize(
    ("name", "outcome", "rcode"),
    [
        ("us-expe3.example.com", Outcome.NO_NAME, Rcode.NXDOMAIN),
        ("_tcp.example.com", Outcome.NO_RECORD, Rcode.NOERROR),
        ("ns.example.com", Outcome.NO_RECORD, Rcode.NOERROR),
        ("visitor.guests.example.com", Outcome.NO_RECORD, Rcode.NOERROR),
        ("lost.example.com", Outcome.NO_NAME, Rcode.NXDOMAIN),
    ],
)
def test_a_denial_carries_the_soa_with_the_time_it_may_be_kept(name: str, outcome: Outcome, rcode: Rcode) -> None:
    message, answer = response(EXAMPLE_COM, name, "SRV"), asked(EXAMPLE_COM, name, "SRV")

    assert message.rcode() == rcode
    assert [(each.rdtype, each.ttl) for each in message.authority] == [(dns.rdatatype.SOA, 60)]
    assert message.flags & dns.flags.AA
    assert answer is not None
    assert (answer.outcome, answer.ttl) == (outcome, 60)


@pytest.mark.parametrize("name", ["visitor.guests.example.com", "a.b.guests.example.com", "*.guests.example.com"])
def test_a_wildcard_answers_for_every_name_below(name: str) -> None:
    message = response(EXAMPLE_COM, name, "A")

    assert [each.to_text() for each in message.answer] == [f"{name}. 300 IN A 127.64.0.77"]


def test_a_wildcard_does_not_answer_below_a_name_that_exists() -> None:
    server = Authority([zone_of(EXAMPLE + "* A 127.64.0.77\n")])

    below = asked(server, "x.us-expe1.example.com", "A")
    beside = asked(server, "x.us-expe9.example.com", "A")
    assert below is not None
    assert beside is not None
    assert below.outcome is Outcome.NO_NAME
    assert beside.outcome is Outcome.FOUND


def test_an_alias_is_followed_through_all_the_zones_held() -> None:
    answer = asked(Authority([PARTNER, zone_of()]), "partner.example.com", "A")

    assert answer is not None
    assert (answer.records, answer.aliases, answer.ttl) == ((Host("192.0.2.7"),), ("www.partner.example",), 300)


def test_an_alias_that_leads_out_of_all_zones_leads_to_no_name() -> None:
    answer = asked(EXAMPLE_COM, "partner.example.com", "A")

    assert reply(EXAMPLE_COM, "partner.example.com", "A").outcome == Outcome.NO_NAME
    assert answer is not None
    assert (answer.outcome, answer.aliases, answer.ttl) == (Outcome.NO_NAME, ("www.partner.example",), 0)


def test_a_loop_across_two_zones_is_seen_by_the_asker() -> None:
    round_about = zone_of().with_records(records_of("partner CNAME back.partner.example.\n"))
    server = Authority([round_about, PARTNER])

    answer = asked(server, "partner.example.com", "A")
    assert reply(server, "partner.example.com", "A").outcome == Outcome.LOOP
    assert answer is not None
    assert answer.outcome is Outcome.LOOP
    assert answer.aliases == ("back.partner.example", "partner.example.com")


def test_a_chain_of_many_aliases_is_cut_and_the_asker_goes_on() -> None:
    server = Authority([zone_of(EXAMPLE + "".join(f"c{at} CNAME c{at + 1}\n" for at in range(30)))])

    answer = asked(server, "c0.example.com", "A")
    assert answer is not None
    assert answer.outcome is Outcome.NO_RECORD
    assert answer.aliases == tuple(f"c{at}.example.com" for at in range(1, MAX_ALIASES + 1))


def test_the_deepest_zone_answers() -> None:
    below = zone_of("@ SOA ns hostmaster 1 2 3 4 5\nexpe A 192.0.2.9\n", "us.example.com")
    above = zone_of(EXAMPLE + "expe.us A 192.0.2.1\n")

    answer = asked(Authority([above, below]), "expe.us.example.com", "A")
    assert answer is not None
    assert answer.records == (Host("192.0.2.9"),)


def test_a_name_below_a_cut_is_referred_to_its_name_servers() -> None:
    server = Authority([zone_of(EXAMPLE + "eu NS ns.eu\nns.eu A 192.0.2.53\n")])

    message = response(server, "expe.eu.example.com", "A")
    assert reply(server, "expe.eu.example.com", "A").outcome == "referral"
    assert not message.flags & dns.flags.AA
    assert [each.to_text() for each in message.authority] == ["eu.example.com. 300 IN NS ns.eu.example.com."]
    assert [each.to_text() for each in message.additional] == ["ns.eu.example.com. 300 IN A 192.0.2.53"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("example.org", Rcode.NXDOMAIN), ("a.b.org", Rcode.NXDOMAIN), ("com", Rcode.NOERROR), (".", Rcode.NOERROR)],
)
def test_a_foreign_name_is_denied_by_somebody_who_is_no_authority_for_it(name: str, code: Rcode) -> None:
    message = response(EXAMPLE_COM, name, "A")

    assert message.rcode() == code  # com exists: example.com lies below it (RFC 8020)
    assert not message.flags & dns.flags.AA
    assert not message.answer


def test_an_alias_that_leads_to_a_foreign_name_ends_as_that_name_does() -> None:
    server = Authority([zone_of(EXAMPLE + "gone CNAME nobody.example.org.\n")])

    message = response(server, "gone.example.com", "A")

    assert message.rcode() == Rcode.NXDOMAIN
    assert message.flags & dns.flags.AA  # AA is about the first name (RFC 1035 section 4.1.1)
    assert [each.to_text() for each in message.answer] == ["gone.example.com. 300 IN CNAME nobody.example.org."]


@pytest.mark.parametrize(
    ("rdtype", "record"),
    [
        ("MX", "10 mail.example.com."),
        ("CAA", '0 issue "ca.example.net"'),
        ("PTR", "us-expe1.example.com."),
        ("TYPE65280", "\\# 3 010203"),
    ],
)
def test_a_record_that_no_actor_asks_for_is_served(rdtype: str, record: str) -> None:
    server = Authority([zone_of(EXAMPLE + f"odd {rdtype} {record}\nmail A 192.0.2.25\n")])

    message = response(server, "odd.example.com", rdtype)

    assert [str(value) for each in message.answer for value in each] == [record]
    along = [each.to_text() for each in message.additional]
    assert along == (["mail.example.com. 300 IN A 192.0.2.25"] if rdtype == "MX" else [])


@pytest.mark.parametrize(
    "query", [raw("example.com", "AXFR"), raw("example.com", "A", rdclass="CH")], ids=["AXFR", "CH"]
)
def test_transfers_and_other_classes_are_refused(query: bytes) -> None:
    told, message = said(query, "tcp")

    assert (told.outcome, message.rcode()) == (Outcome.REFUSED, Rcode.REFUSED)


def test_any_is_answered_with_one_record_set() -> None:
    _, message = said(raw("example.com", "ANY"))

    assert [each.rdtype for each in message.answer] == [dns.rdatatype.A]


@pytest.mark.parametrize(("payload", "fits"), [(None, 512), (100, 512), (600, 600), (1232, MAX_UDP), (4096, MAX_UDP)])
def test_over_udp_an_answer_is_cut_to_what_the_asker_takes(payload: int | None, fits: int) -> None:
    server = Authority([zone_of(LONG + "".join(f"many A 192.0.2.{at}\n" for at in range(1, 60)))])
    for name in ("long.example.com", "many.example.com"):
        query = dns.message.make_query(name, "TXT" if name.startswith("long") else "A", payload=payload)

        short = server.answer(query.to_wire(), source=SOMEBODY, transport="udp").message
        whole = server.answer(query.to_wire(), source=SOMEBODY, transport="tcp").message
        assert short is not None
        assert whole is not None
        cut_off = dns.message.from_wire(short).flags & dns.flags.TC
        assert len(short) <= fits
        assert bool(cut_off) == (len(whole) > fits)
        assert not dns.message.from_wire(whole).flags & dns.flags.TC


def test_addresses_that_find_no_room_are_left_out_in_silence() -> None:
    hosts = "".join(
        f"_sip._tcp SRV 1 1 5060 host-number-{at}\nhost-number-{at} AAAA 2001:db8::{at}\n" for at in range(14)
    )
    message = response(Authority([zone_of(EXAMPLE + hosts)]), "_sip._tcp.example.com", "SRV")

    assert not message.flags & dns.flags.TC
    assert len(message.answer[0]) == 14
    assert len(message.additional) < 14


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"\x00" * 11,
        bytes.fromhex("000180000001000000000000"),
        query_message(Question(SIPS, "SRV"), number=1)[:2] + b"\x80" + b"\x00" * 20,
    ],
)
def test_what_is_no_query_gets_no_reply(query: bytes) -> None:
    assert EXAMPLE_COM.answer(query, source=SOMEBODY, transport="udp") == Reply(None, "", "no-query", "")


def test_rubbish_behind_a_header_is_a_format_error() -> None:
    rubbish = query_message(Question(SIPS, "SRV"), number=NUMBER)[:20]
    stuffed = dns.message.make_query(SIPS, "SRV")
    stuffed.answer = [
        dns.rrset.from_text(f"{SIPS}.", 5, "IN", "A", *(f"192.0.2.{at}" for at in range(MAX_IN_QUERY + 1)))
    ]
    two = dns.message.make_query(SIPS, "SRV")
    two.question *= 2

    for query in (rubbish, two.to_wire(), stuffed.to_wire()):
        told, message = said(query)
        assert (told.outcome, message.rcode(), message.id) == ("form-error", Rcode.FORMERR, int.from_bytes(query[:2]))


def test_an_update_is_not_implemented() -> None:
    update = dns.message.make_query("example.com", "SOA")
    update.set_opcode(dns.opcode.UPDATE)

    told, message = said(update.to_wire())
    assert (told.outcome, message.rcode(), message.opcode()) == ("not-implemented", Rcode.NOTIMP, dns.opcode.UPDATE)


def test_an_edns_that_nobody_knows_yet_is_told_the_version() -> None:
    told, message = said(raw("example.com", "A", use_edns=1))

    assert (told.outcome, message.rcode(), message.edns) == ("bad-version", Rcode.BADVERS, 0)
    assert message.answer == []


def test_a_question_keeps_its_capitals() -> None:
    _, message = said(raw("US-eXpe1.example.COM", "A"))

    assert message.question[0].name.labels == dns.name.from_text("US-eXpe1.example.COM").labels
    assert len(message.answer) == 1


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"\x12\x67\x01\x00\x00\x01" + tail))
def test_no_bytes_make_a_name_server_raise(query: bytes) -> None:
    told = EXAMPLE_COM.answer(query, source=SOMEBODY, transport="udp")

    assert told.message is None or told.message[:2] == query[:2]


@given(st.data())
def test_no_damage_to_a_query_makes_a_spoilt_name_server_raise(data: st.DataObject) -> None:
    server = with_faults(*((fault, "example.com") for fault in data.draw(st.permutations(list(FAULTS)))[:3]))
    query = bytearray(query_message(Question(SIPS, "SRV"), number=NUMBER, client_subnet="127.64.0.20"))
    for at in data.draw(st.lists(st.integers(0, len(query) - 1), max_size=4)):
        query[at] = data.draw(st.integers(0, 255))

    told = server.answer(bytes(query), source=SOMEBODY, transport=data.draw(st.sampled_from(["udp", "tcp"])))
    assert told.message is None or len(told.message) <= 65_535
