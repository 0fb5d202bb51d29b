"""What an asker makes of the bytes that come back."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rrset
import pytest
from dns.rcode import Rcode
from dns_bench import NUMBER, SIPS, SOMEBODY, zone_of
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.authority import Authority
from harness.dns.message import MAX_ALIASES, query_message, read_answer
from harness.dns.records import Answer, Host, Outcome, Question, Text
from harness.dns.wire import MAX_IN_RESPONSE

EXPE = Question("us-expe1.example.com", "A")
ANSWERS = [
    Authority([zone_of()]).answer(query_message(question, number=NUMBER), source=SOMEBODY, transport="udp").message
    or b""
    for question in (EXPE, Question(SIPS, "SRV"), Question("example.com", "NAPTR"), Question("x.example.com", "A"))
]


def answered(
    question: Question = EXPE,
    *records: str,
    rcode: Rcode = Rcode.NOERROR,
    soa: str = "",
    additional: tuple[str, ...] = (),
    flags: int = 0,
) -> Answer | None:
    """Return what the asker reads in a response with these records, each written "name ttl type value"."""
    response = dns.message.make_response(dns.message.make_query(question.name, question.type, id=NUMBER))
    response.set_rcode(rcode)
    response.flags |= flags
    sections = ((response.answer, records), (response.additional, additional), (response.authority, (soa,)))
    for section, written in sections:
        for name, ttl, rdtype, value in (line.split(" ", 3) for line in written if line):
            section.append(dns.rrset.from_text(name, int(ttl), "IN", rdtype, value))
    return read_answer(response.to_wire(), question, number=NUMBER)


def test_a_query_asks_for_one_thing_and_says_how_much_it_takes() -> None:
    query = dns.message.from_wire(query_message(Question(SIPS, "SRV"), number=NUMBER, client_subnet="203.0.113.77/24"))

    assert query.id == NUMBER
    assert [each.to_text() for each in query.question] == [f"{SIPS}. IN SRV"]
    assert (query.edns, query.payload, dns.flags.to_text(query.flags)) == (0, 1232, "RD")
    assert [option.to_text() for option in query.options] == ["ECS 203.0.113.0/24 scope/0"]


@pytest.mark.parametrize("name", ["a..b", f"{'a' * 64}.example.com", ".".join(["abcdefg"] * 40)])
def test_a_name_that_no_question_can_hold_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match="is no domain name"):
        query_message(Question(name, "A"), number=NUMBER)


def test_the_smallest_time_to_live_on_the_way_counts() -> None:
    answer = answered(
        Question("www.example.com", "A"),
        "www.example.com. 300 CNAME US-expe1.example.com.",
        "us-expe1.example.com. 20 A 127.64.0.11",
    )

    assert answer is not None
    assert (answer.outcome, answer.records) == (Outcome.FOUND, (Host("127.64.0.11"),))
    assert (answer.aliases, answer.ttl) == (("us-expe1.example.com",), 20)


def test_aliases_are_followed_whatever_their_order() -> None:
    answer = answered(
        Question("a.example.com", "A"), "b.example.com. 1 A 192.0.2.1", "a.example.com. 9 CNAME b.example.com."
    )

    assert answer is not None
    assert answer.outcome is Outcome.FOUND


def test_an_alias_of_itself_is_a_loop() -> None:
    answer = answered(EXPE, "us-expe1.example.com. 5 CNAME us-expe1.example.com.")

    assert answer is not None
    assert answer.outcome is Outcome.LOOP
    assert "leads by way of us-expe1.example.com back to where it was" in answer.detail


def test_aliases_without_end_are_taken_for_a_loop() -> None:
    links = [f"c{at}.example.com. 5 CNAME c{at + 1}.example.com." for at in range(MAX_ALIASES + 2)]

    within = answered(Question("c2.example.com", "A"), *links)
    beyond = answered(Question("c0.example.com", "A"), *links)
    assert within is not None
    assert beyond is not None
    assert (within.outcome, beyond.outcome) == (Outcome.NO_RECORD, Outcome.LOOP)
    assert beyond.detail == f"c0.example.com leads through more than {MAX_ALIASES} aliases"


def test_more_records_than_an_asker_reads_are_no_answer() -> None:
    lines = [f"us-expe1.example.com. 5 A 10.0.{at // 250}.{at % 250}" for at in range(MAX_IN_RESPONSE + 1)]

    for count, outcome in ((MAX_IN_RESPONSE, Outcome.FOUND), (MAX_IN_RESPONSE + 1, Outcome.BAD_ANSWER)):
        answer = answered(EXPE, *lines[:count])
        assert answer is not None
        assert answer.outcome is outcome


def test_records_of_a_name_that_nobody_asked_for_are_no_answer() -> None:
    answer = answered(EXPE, "us-expe2.example.com. 300 A 192.0.2.1")

    assert answer is not None
    assert (answer.outcome, answer.records, answer.ttl) == (Outcome.NO_RECORD, (), 0)


@pytest.mark.parametrize(("soa_ttl", "minimum", "kept"), [(900, 60, 60), (30, 60, 30)])
@pytest.mark.parametrize(("rcode", "outcome"), [(Rcode.NXDOMAIN, Outcome.NO_NAME), (Rcode.NOERROR, Outcome.NO_RECORD)])
def test_a_denial_may_be_kept_as_long_as_the_soa_allows(
    soa_ttl: int, minimum: int, kept: int, rcode: Rcode, outcome: Outcome
) -> None:
    answer = answered(EXPE, rcode=rcode, soa=f"example.com. {soa_ttl} SOA ns. hostmaster. 1 2 3 4 {minimum}")

    assert answer == Answer(EXPE, outcome, ttl=kept)


@pytest.mark.parametrize("rcode", [Rcode.SERVFAIL, Rcode.FORMERR, Rcode.NOTIMP, Rcode.BADVERS])
def test_a_server_that_fails_is_not_a_name_that_does_not_exist(rcode: Rcode) -> None:
    answer = answered(EXPE, rcode=rcode)

    assert answer == Answer(EXPE, Outcome.SERVER_FAILURE, detail=f"the name server answered {rcode.name}")


def test_addresses_that_come_along_are_collected_by_name() -> None:
    answer = answered(
        Question(SIPS, "SRV"),
        f"{SIPS}. 300 SRV 1 1 5061 EXPE.example.com.",
        additional=("EXPE.example.com. 300 A 192.0.2.1", "expe.example.com. 300 AAAA 2001:db8::1"),
    )

    assert answer is not None
    assert answer.addresses == {"expe.example.com": ("192.0.2.1", "2001:db8::1")}


def test_octets_of_a_token_that_are_no_text_are_shown_as_they_are() -> None:
    answer = answered(Question("example.com", "TXT"), r'example.com. 300 TXT "gr\195\188n" "\255"')

    assert answer is not None
    assert answer.records == (Text("grün\\xff"),)


def test_an_answer_that_was_cut_off_is_to_be_asked_for_again() -> None:
    assert answered(EXPE, flags=dns.flags.TC) is None


def test_a_query_is_no_answer() -> None:
    answer = read_answer(query_message(EXPE, number=NUMBER), EXPE, number=NUMBER)

    assert answer == Answer(EXPE, Outcome.BAD_ANSWER, detail="what came back is no response to a query")


@pytest.mark.parametrize(
    ("question", "number", "words"),
    [
        (EXPE, NUMBER + 1, f"the answer has the id {NUMBER}, the query had {NUMBER + 1}"),
        (Question("us-expe1.example.com", "AAAA"), NUMBER, "another question: A us-expe1.example.com"),
        (Question("us-expe2.example.com", "A"), NUMBER, "another question: A us-expe1.example.com"),
    ],
)
def test_an_answer_to_something_else_is_none(question: Question, number: int, words: str) -> None:
    answer = read_answer(ANSWERS[0], question, number=number)

    assert answer is not None
    assert answer.outcome is Outcome.BAD_ANSWER
    assert words in answer.detail


def test_an_answer_without_a_question_is_none_unless_the_server_failed() -> None:
    bare = dns.message.from_wire(ANSWERS[0])
    bare.question = []
    failed = dns.message.from_wire(bare.to_wire())
    failed.set_rcode(Rcode.FORMERR)

    told = [read_answer(each.to_wire(), EXPE, number=NUMBER) for each in (bare, failed)]
    assert [each and each.outcome for each in told] == [Outcome.BAD_ANSWER, Outcome.SERVER_FAILURE]


def test_a_name_that_points_to_itself_in_the_bytes_is_no_message() -> None:
    header = NUMBER.to_bytes(2) + bytes.fromhex("8180 0001 0000 0000 0000")

    answer = read_answer(header + bytes.fromhex("c00c 0001 0001"), EXPE, number=NUMBER)
    assert answer is not None
    assert answer.outcome is Outcome.BAD_ANSWER


@given(st.binary(max_size=120))
def test_any_bytes_are_an_answer_of_some_kind(message: bytes) -> None:
    answer = read_answer(message, EXPE, number=NUMBER)

    assert answer is None or answer.question == EXPE


@given(st.sampled_from(ANSWERS), st.data())
def test_no_damage_to_an_answer_makes_an_asker_raise(message: bytes, data: st.DataObject) -> None:
    damaged = bytearray(message)
    for at in data.draw(st.lists(st.integers(0, len(message) - 1), min_size=1, max_size=5)):
        damaged[at] = data.draw(st.integers(0, 255))

    for question in (EXPE, Question(SIPS, "SRV"), Question("example.com", "NAPTR")):
        answer = read_answer(bytes(damaged), question, number=NUMBER)
        assert answer is None or answer.outcome in Outcome
