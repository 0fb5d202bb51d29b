"""What the settings say about names: zones, views, edges, the firewall's rules, and who is alive where."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from shipped_library import LIBRARY

from harness.dns.faults import FAULTS
from harness.dns.message import query_message, read_answer
from harness.dns.records import Answer, Host, Outcome, Question, Srv
from harness.errors import ScenarioError
from harness.lab.actors import ACTORS
from harness.lab.changes import changed
from harness.lab.directory import directory_of, moved
from harness.lab.settings import Lab
from harness.lab.settings.network import HOME_BLOCK, FirewallRule, NameServer
from harness.lab.zones import ZoneSettingFault, authority_of, question_of, zone_faults

HEALTHY = LIBRARY.healthy
BLOCK = "127.77.1"
OUTSIDE = f"{BLOCK}.70"
EDGE_SRV = Question("_sips._tcp.mtls.example.com", "SRV")
US_ADDRESS = Question("us-expe1.example.com", "A")


def told(
    question: Question,
    change: dict[str, Any] | None = None,
    *,
    source: str = OUTSIDE,
    subnet: str = "",
    late: tuple[str, ...] = (),
) -> Answer:
    """Return what the name server of a changed lab tells an asker; `late` are texts of records published later."""
    authority = authority_of(changed(HEALTHY, change or {}), BLOCK, published=late)
    reply = authority.answer(query_message(question, number=7, client_subnet=subnet), source=source, transport="tcp")
    assert reply.message is not None
    answer = read_answer(reply.message, question, number=7)
    assert answer is not None
    return answer


# --- the zones ---


def test_the_labs_own_addresses_move_with_the_lab() -> None:
    assert told(US_ADDRESS).records == (Host(f"{BLOCK}.10"),)


def test_an_address_of_somebody_else_stays_what_it_is() -> None:
    records = "us-expe1.example.com. 300 A 192.0.2.7"
    assert told(US_ADDRESS, {"name-server.records": records}).records == (Host("192.0.2.7"),)


def test_records_replace_those_of_their_name_and_type_and_no_others() -> None:
    change = {"name-server.records": f"{EDGE_SRV.name}. 300 SRV 1 10 5061 us-expe2.example.com."}
    assert told(EDGE_SRV, change).records == (Srv(1, 10, 5061, "us-expe2.example.com"),)
    assert told(EDGE_SRV).records == (Srv(1, 10, 5062, "us-expe1.example.com"),)
    assert told(US_ADDRESS, change).records == told(US_ADDRESS).records


def test_what_was_published_later_replaces_what_the_lab_says() -> None:
    change = {"name-server.records": "us-expe1.example.com. 300 A 127.64.0.11"}
    late = "us-expe1.example.com. 300 A 127.64.0.12"
    assert told(US_ADDRESS, change).records == (Host(f"{BLOCK}.11"),)
    assert told(US_ADDRESS, change, late=(late,)).records == (Host(f"{BLOCK}.12"),)


def test_what_was_published_last_replaces_what_was_published_before_it() -> None:
    late = ("us-expe1.example.com. 300 A 127.64.0.12", "us-expe1.example.com. 300 A 127.64.0.13")
    assert told(US_ADDRESS, late=late).records == (Host(f"{BLOCK}.13"),)


def test_a_record_set_that_is_missing_leaves_the_rest_of_the_zone() -> None:
    change = {"name-server.without": ["SRV _sips._tcp.mtls.example.com"]}
    assert told(EDGE_SRV, change).outcome in {Outcome.NO_RECORD, Outcome.NO_NAME}
    assert told(Question("_sips._tcp.example.com", "SRV"), change).outcome is Outcome.FOUND


def test_a_name_of_no_zone_does_not_exist() -> None:
    assert told(Question("nobody.invalid", "A")).outcome is Outcome.NO_NAME


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("SRV _sips._tcp.example.com", Question("_sips._tcp.example.com", "SRV")),
        ("a US-EXPE1.Example.COM.", Question("us-expe1.example.com", "A")),
        ("mx example.com", Question("example.com", "MX")),
        ("TYPE65280 example.com", Question("example.com", "TYPE65280")),
        ("TXT  example.com ", Question("example.com", "TXT")),
    ],
)
def test_words_name_a_record_set(words: str, question: Question) -> None:
    assert question_of(words) == question


@pytest.mark.parametrize(
    "words", ["", "SRV", "example.com", "SRV ", "SVR example.com", "ANY example.com", " example.com"]
)
def test_other_words_name_none(words: str) -> None:
    with pytest.raises(ValueError, match="expected a record type and a name"):
        question_of(words)


def test_a_record_set_of_an_impossible_name_is_none() -> None:
    with pytest.raises(ValueError, match="is no host name"):
        question_of("SRV a..b")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"firewall.rules": [{"to": "expresway-e", "action": "drop"}]}, "did you mean 'expressway-e'"),
        ({"firewall.rules": [{"source": "us-expe2", "action": "drop"}]}, "no actor 'us-expe2'"),
        ({"name-server.faults": [{"fault": "silence", "name": "a..b"}]}, "is no host name"),
        ({"edges": [{"name": "us-expe2", "address": f"{HOME_BLOCK}.99"}]}, "two actors"),
    ],
)
def test_a_word_that_means_nobody_is_a_fault_of_the_file(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        changed(HEALTHY, change)


def test_a_firewall_rule_may_be_for_a_node_that_the_lab_has() -> None:
    edges = [{"name": "us-expe2", "address": f"{HOME_BLOCK}.11"}]
    assert changed(HEALTHY, {"edges": edges, "firewall.rules": [{"to": "us-expe2", "action": "drop"}]}).firewall.rules


# --- views ---

VIEWS = {
    "name-server.views": [
        {"name": "emea", "networks": ["203.0.113.0/24"], "records": "us-expe1.example.com. 60 A 127.64.0.12"},
        {"name": "inside", "networks": ["127.64.0.20/32"], "records": "us-expe1.example.com. 60 A 127.64.0.14"},
    ]
}


@pytest.mark.parametrize(
    ("source", "subnet", "octet"),
    [
        (OUTSIDE, "", 10),
        (OUTSIDE, "203.0.113.0/24", 12),
        (OUTSIDE, "198.51.100.0/24", 10),
        (f"{BLOCK}.20", "", 14),
        ("127.64.0.20", "", 10),
    ],
)
def test_the_answer_depends_on_who_asks(source: str, subnet: str, octet: int) -> None:
    """The last asker has the address that the file names, in a lab that lives elsewhere: he is nobody special."""
    assert told(US_ADDRESS, VIEWS, source=source, subnet=subnet).records == (Host(f"{BLOCK}.{octet}"),)


# --- what is wrong with them ---


def found(**settings: Any) -> list[ZoneSettingFault]:
    return list(zone_faults(NameServer.model_validate(settings)))


SOA = "@ 300 SOA ns hostmaster 1 3600 600 86400 300\n"


def test_the_shipped_zones_have_no_fault() -> None:
    assert list(zone_faults(HEALTHY.name_server)) == []


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"zones": [{"origin": "example.com", "text": f"{SOA}@ 300 SVR 1 1 5061 edge"}]}, ("zones", 0, "text")),
        ({"records": "; fine so far\nexample.com. 300 SVR 1 1 5061 edge"}, ("records",)),
        ({"views": [{"name": "us", "networks": ["192.0.2.0/24"], "records": "\nexample.com. 300 SVR 1 1 5061 edge"}]},
         ("views", 0, "records")),
    ],
)  # fmt: skip
def test_a_faulty_record_is_found_at_its_line_with_the_type_that_was_meant(
    settings: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    (fault,) = found(**settings)

    assert fault.place == ("name-server", *place)
    assert fault.within is not None
    line, column, words = fault.within
    assert (line, words[column - 1 :].partition(" ")[0]) == (2, "SVR")
    assert "SVR" in fault.message
    assert "SRV" in fault.hint


def test_every_fault_of_a_text_is_told_at_once() -> None:
    faults = found(records="a.example.com. 300 A 127.64.0.999\nb.example.com. 300 A 127.64.0.1\nc.example.com. 300 B x")
    assert [fault.within and fault.within[0] for fault in faults] == [1, 3]


def test_a_zone_without_its_first_record_is_no_zone() -> None:
    (fault,) = found(zones=[{"origin": "example.com", "text": "@ 300 A 192.0.2.1"}])
    assert "SOA" in fault.message


def test_words_that_name_no_record_set_and_unknown_faults_are_told() -> None:
    close = min(FAULTS)
    faults = found(without=["SRV a.example.com", "nonsense"], faults=[{"fault": close[:-1], "name": "example.com"}])

    assert [fault.place for fault in faults] == [
        ("name-server", "without", 1),
        ("name-server", "faults", 0, "fault"),
    ]
    assert "nonsense" in faults[0].message
    assert close in faults[1].hint


def test_a_lab_with_a_faulty_text_has_no_name_server() -> None:
    with pytest.raises(ScenarioError, match="SVR"):
        authority_of(changed(HEALTHY, {"name-server.records": "example.com. 300 SVR 1 1 5061 edge"}), BLOCK)


# --- who lives where ---

EDGES = {
    "edges": [
        {"name": "us-expe2", "site": "us", "address": "127.64.0.11"},
        {"name": "emea-expe1", "address": "127.64.0.12", "power": "off", "host-name": "edge.example.net"},
    ]
}


def test_one_more_edge_is_set_up_as_the_first_one_in_its_own_name() -> None:
    lab = changed(HEALTHY, EDGES | {"expressway-e.sip.mutual-tls-port": 5072})
    nodes = lab.nodes

    assert list(nodes) == ["expressway-e", "us-expe2", "emea-expe1"]
    assert {node.sip.mutual_tls_port for node in nodes.values()} == {5072}
    assert [node.host_name for node in nodes.values()] == [
        "us-expe1.example.com",
        "us-expe2.example.com",
        "edge.example.net",
    ]
    assert [node.power for node in nodes.values()] == [True, True, False]
    assert nodes["us-expe2"].server_certificate.dns_names == ("us-expe2.example.com", "example.com")
    assert nodes["us-expe2"].server_certificate.profile == lab.expressway_e.server_certificate.profile
    assert nodes["expressway-e"] == lab.expressway_e


def test_an_edge_with_a_certificate_of_its_own_presents_that() -> None:
    edge = {"name": "us-expe2", "address": "127.64.0.11", "server-certificate": {"profile": "b2b-peer"}}
    assert changed(HEALTHY, {"edges": [edge]}).nodes["us-expe2"].server_certificate.profile == "b2b-peer"


@pytest.mark.parametrize(
    "change",
    [
        {"edges": [{"name": "us-expe2", "address": "127.64.0.10"}]},
        {"edges": [{"name": "us-expe2", "address": f"127.64.0.{ACTORS['name-server'].octet}"}]},
        {"edges": [{"name": "jabber", "address": "127.64.0.11"}]},
        {"edges": [{"name": "a", "address": "127.64.0.11"}, {"name": "a", "address": "127.64.0.12"}]},
        {"edges": [{"name": "a", "address": "127.64.0.11"}, {"name": "b", "address": "127.64.0.11"}]},
        {"expressway-e.address": f"127.64.0.{ACTORS['b2b-peer'].octet}"},
    ],
)
def test_no_two_actors_share_a_name_or_an_address(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="two actors have the name or address"):
        changed(HEALTHY, change)


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.64.1.10", "127.64.0", "127.64.0.1000", "127.64.0.999", "127.64.0.255", "127.64.0.010", "edge"],
)
def test_an_edge_lives_in_the_labs_block(address: str) -> None:
    with pytest.raises(ValidationError):
        changed(HEALTHY, {"edges": [{"name": "us-expe2", "address": address}]})


def test_who_is_switched_off_is_dead_and_who_was_never_there_too() -> None:
    directory = directory_of(changed(HEALTHY, EDGES), BLOCK)

    assert directory.actor_at(f"{BLOCK}.12") == "emea-expe1"
    assert directory.is_dead(f"{BLOCK}.12")
    assert directory.is_dead(f"{BLOCK}.99")
    assert not directory.is_dead(f"{BLOCK}.11")
    assert not directory.is_dead("192.0.2.1")
    assert directory.actor_at(f"{BLOCK}.99") == ""
    assert directory.roles["us-expe2"] == "Expressway-E us-expe2"


def test_a_node_that_is_switched_on_again_lives() -> None:
    directory = directory_of(changed(HEALTHY, EDGES), BLOCK)
    directory.alive.add("emea-expe1")
    directory.alive.discard("expressway-e")

    assert not directory.is_dead(f"{BLOCK}.12")
    assert directory.is_dead(f"{BLOCK}.10")


def test_expressway_e_itself_can_live_elsewhere_in_the_block() -> None:
    directory = directory_of(changed(HEALTHY, {"expressway-e.address": "127.64.0.15"}), BLOCK)

    assert directory.address_of("expressway-e") == f"{BLOCK}.15"
    assert directory.is_dead(f"{BLOCK}.10")


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("127.64.0.10", f"{BLOCK}.10"),
        ("sips:127.64.0.10:5062", f"sips:{BLOCK}.10:5062"),
        ("127.64.0.0/24", f"{BLOCK}.0/24"),
        ("127.64.1.10", "127.64.1.10"),
        ("192.0.2.1", "192.0.2.1"),
        ("example.com", "example.com"),
    ],
)
def test_addresses_of_the_home_block_move_and_others_do_not(written: str, there: str) -> None:
    assert moved(written, BLOCK) == there


# --- the firewall ---


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({}, True),
        ({"source": "webex-cloud"}, True),
        ({"source": "b2b-peer"}, False),
        ({"to": "expressway-e"}, True),
        ({"to": "us-expe2"}, False),
        ({"port": 5062}, True),
        ({"port": 5061}, False),
        ({"source": "webex-cloud", "to": "expressway-e", "port": 5062}, True),
        ({"source": "webex-cloud", "to": "expressway-e", "port": 5061}, False),
    ],
)
def test_a_rule_is_for_the_connections_that_it_names(rule: dict[str, Any], fits: bool) -> None:  # a row
    assert FirewallRule.model_validate(rule | {"action": "drop"}).fits("webex-cloud", "expressway-e", 5062) is fits


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "translate"},
        {"action": "drop", "to-port": 5061},
        {"action": "explode"},
        {"action": "translate", "to-port": 80},
        {},
    ],
)
def test_a_rule_that_makes_no_sense_is_no_rule(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FirewallRule.model_validate(rule)


@pytest.mark.parametrize("network", ["everywhere", "203.0.113.7/24", "203.0.113.0/33", ""])
def test_a_view_is_for_networks(network: str) -> None:
    with pytest.raises(ValidationError):
        changed(HEALTHY, {"name-server.views": [{"name": "us", "networks": [network]}]})


def test_a_healthy_lab_is_one_edge_and_a_firewall_without_rules() -> None:
    assert HEALTHY.firewall.rules == ()
    assert list(HEALTHY.nodes) == ["expressway-e"]
    assert Lab().edges == ()
