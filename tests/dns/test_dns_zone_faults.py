"""Each named fault of a name server or a zone, as an asker meets it."""

from __future__ import annotations

import pytest
from dns_bench import EXAMPLE, NUMBER, SIPS, asked, records_of, reply, with_faults, zone_of

from harness.dns.authority import Authority, Transport
from harness.dns.faults import FAULTS, FaultRow, ZoneFault
from harness.dns.message import read_answer
from harness.dns.records import Host, Outcome, Question, Srv

EXPE = "us-expe1.example.com"
INSIDE, OUTSIDE = "127.64.0.5", "198.51.100.5"
TRANSPORTS: tuple[Transport, Transport] = ("udp", "tcp")

SILENT, CUT_OFF = "silence", "cut off"
BEHAVIOURS: dict[str, tuple[str, str]] = {
    "silence": (SILENT, SILENT),
    "servfail": (Outcome.SERVER_FAILURE, Outcome.SERVER_FAILURE),
    "nxdomain": (Outcome.NO_NAME, Outcome.NO_NAME),
    "refused": (Outcome.REFUSED, Outcome.REFUSED),
    "garbage": (Outcome.BAD_ANSWER, Outcome.BAD_ANSWER),
    "wrong-id": (Outcome.BAD_ANSWER, Outcome.BAD_ANSWER),
    "wrong-question": (Outcome.BAD_ANSWER, Outcome.BAD_ANSWER),
    "truncated": (CUT_OFF, Outcome.FOUND),
    "oversized": (CUT_OFF, SILENT),
}
"""What the asker makes of each behaviour over UDP and over TCP."""


def seen(server: Authority, name: str, rdtype: str, over: Transport = "udp", source: str = INSIDE) -> str:
    if (message := reply(server, name, rdtype, over=over, source=source).message) is None:
        return SILENT
    answer = read_answer(message, Question(name, rdtype), number=NUMBER)
    return CUT_OFF if answer is None else answer.outcome


def addresses(server: Authority, name: str) -> list[str]:
    answer = asked(server, name, "A")
    assert answer is not None
    return [record.address for record in answer.records if isinstance(record, Host)]


def test_every_behaviour_of_the_table_has_its_story_here() -> None:
    assert set(BEHAVIOURS) == {key for key, row in FAULTS.items() if row.kind == "behaviour"}


@pytest.mark.parametrize("fault", BEHAVIOURS)
def test_a_misbehaving_server_is_met_at_the_name_and_below_and_nowhere_else(fault: str) -> None:
    server = with_faults((fault, "_tcp.example.com"))

    assert tuple(seen(server, SIPS, "SRV", over) for over in TRANSPORTS) == BEHAVIOURS[fault]
    assert reply(server, SIPS, "SRV").outcome == fault
    assert seen(server, EXPE, "A") == Outcome.FOUND
    assert seen(with_faults(), SIPS, "SRV") == Outcome.FOUND


@pytest.mark.parametrize("fault", [*BEHAVIOURS, "split-horizon"])
def test_an_address_that_would_be_met_with_a_fault_does_not_come_along(fault: str) -> None:
    server = with_faults((fault, EXPE))

    services, alias = asked(server, SIPS, "SRV"), asked(server, "www.example.com", "A")
    assert services is not None
    assert alias is not None
    assert list(services.addresses) == ["us-expe2.example.com"]
    assert (alias.records, alias.aliases) == ((), (EXPE,))


@pytest.mark.parametrize(
    ("fault", "words"),
    [("garbage", "no DNS message"), ("wrong-id", "the id"), ("wrong-question", "another-question.invalid")],
)
def test_a_bad_answer_says_what_is_bad_about_it(fault: str, words: str) -> None:
    answer = asked(with_faults((fault, ".")), SIPS, "SRV")

    assert answer is not None
    assert words in answer.detail


def test_garbage_is_the_same_each_time_and_other_garbage_for_another_name() -> None:
    server = with_faults(("garbage", "."))

    first, again = reply(server, SIPS, "SRV"), reply(server, SIPS, "SRV")
    assert first == again
    assert first.message != reply(server, EXPE, "A").message


def test_a_name_that_is_said_not_to_exist_may_be_remembered_as_such() -> None:
    answer = asked(with_faults(("nxdomain", EXPE)), EXPE, "A")

    assert answer is not None
    assert answer.ttl == 60


def test_a_stale_address_comes_before_the_right_one() -> None:
    server = with_faults(("stale-a", EXPE))

    assert addresses(server, EXPE) == ["127.64.0.99", "127.64.0.11"]
    assert addresses(server, "www.example.com") == ["127.64.0.99", "127.64.0.11"]
    assert addresses(with_faults(("stale-a", "nobody.example.com")), "nobody.example.com") == []


def test_a_wildcard_makes_every_service_and_host_exist_and_lead_to_the_apex() -> None:
    server = with_faults(("wildcard", "example.com"))

    for service in ("_sip._udp.example.com", "_h323cs._tcp.example.com", "_sips._tcp.nowhere.example.com"):
        answer = asked(server, service, "SRV")
        assert answer is not None
        assert answer.records == (Srv(10, 10, 5061, "example.com"),)
        assert answer.addresses == {"example.com": ("127.64.0.9",)}
    assert addresses(server, "us-expe9.example.com") == ["127.64.0.9"]
    assert addresses(server, EXPE) == ["127.64.0.11"]
    assert seen(with_faults(), "_sip._udp.example.com", "SRV") == Outcome.NO_NAME


def test_the_targets_of_a_service_become_aliases_that_lead_to_the_same_addresses() -> None:
    server = with_faults(("srv-to-cname", SIPS))

    services = asked(server, SIPS, "SRV")
    assert services is not None
    targets = [record.target for record in services.records if isinstance(record, Srv)]
    assert targets == ["alias-of-us-expe2.example.com", "alias-of-us-expe1.example.com"]
    assert services.addresses == {}
    host = asked(server, targets[1], "A")
    assert host is not None
    assert (host.aliases, host.records) == ((EXPE,), (Host("127.64.0.11"),))


def test_a_target_of_another_zone_gets_its_alias_in_the_zone_of_the_service() -> None:
    away = zone_of().with_records(records_of("_sips._tcp SRV 1 1 5061 expe.partner.example.\n"))
    server = Authority([away], faults=[ZoneFault("srv-to-cname", SIPS)])

    host = asked(server, "alias-of-expe.example.com", "A")
    assert host is not None
    assert host.aliases == ("expe.partner.example",)


def test_a_service_can_be_absent_on_purpose() -> None:
    answer = asked(with_faults(("target-dot", SIPS)), SIPS, "SRV")

    assert answer is not None
    assert (answer.records, answer.addresses) == ((Srv(0, 0, 0, "."),), {})


@pytest.mark.parametrize("name", [EXPE, "example.com", "never-was.example.com"])
def test_an_alias_can_lead_back_to_itself(name: str) -> None:
    assert seen(with_faults(("cname-loop", name)), name, "A") == Outcome.LOOP
    assert seen(with_faults(("cname-loop", name)), name, "SRV") == Outcome.LOOP


def test_a_split_horizon_shows_its_names_inside_only() -> None:
    server = with_faults(("split-horizon", "_tcp.example.com"), inside=["127.64.0.0/24"])

    assert seen(server, SIPS, "SRV", source=INSIDE) == Outcome.FOUND
    assert seen(server, SIPS, "SRV", source=OUTSIDE) == Outcome.NO_NAME
    assert seen(server, EXPE, "A", source=OUTSIDE) == Outcome.FOUND


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_a_name_of_another_zone_changes_nothing(fault: str) -> None:
    spoilt = with_faults((fault, "partner.example"))

    for name, rdtype in ((SIPS, "SRV"), (EXPE, "A"), ("example.com", "TXT"), ("nothing.example.com", "A")):
        assert reply(spoilt, name, rdtype).message == reply(with_faults(), name, rdtype).message


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_can_be_at_the_root(fault: str) -> None:
    root = zone_of(EXAMPLE, origin=".")

    server = Authority([root], faults=[ZoneFault(fault, ".")])
    assert reply(server, "_sips._tcp", "SRV").question == "SRV _sips._tcp"


def test_a_fault_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(KeyError, match="gremlins"):
        with_faults(("gremlins", "example.com"))


@pytest.mark.parametrize("row", FAULTS.values(), ids=list(FAULTS))
def test_a_row_of_the_table_reads_as_sentences_and_does_one_thing(row: FaultRow) -> None:
    assert row.title[0].isupper()
    assert row.meaning[0].isupper()
    assert row.meaning.endswith(".")
    assert (row.spoil_reply is None) != (row.spoil_zone is None)
