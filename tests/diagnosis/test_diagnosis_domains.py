"""The causes of DNS, of unproven domains and of address translation, and what failover is warned of."""

from __future__ import annotations

import pytest
from domain_stories import ASKED_IN_VAIN, UNPROVEN
from hand_told import (
    connection,
    decided,
    found,
    lost,
    next_target,
    play,
    refused_by_dialler,
    refused_by_name,
    stood,
    translated,
    unanswered,
)

from harness.diagnosis.judge import judge
from harness.dns.locate import FINDINGS
from harness.dns.ownership import KINDS

EDGES = (connection(1, "webex-cloud", "expressway-e"), connection(2, "webex-cloud", "us-expe2"))


@pytest.mark.parametrize(("kind", "cause"), ASKED_IN_VAIN.items())
def test_each_way_to_find_nothing_is_a_cause_of_its_own(kind: str, cause: str) -> None:
    verdict = judge(play(lost("webex-cloud", kind)))

    assert verdict.cause == cause
    assert verdict.remedies
    assert "SRV _sips._tcp.example.com: no such record." in verdict.diagnosis


@pytest.mark.parametrize(("topic", "kind", "cause"), UNPROVEN)
def test_each_way_to_prove_nothing_is_a_cause_of_its_own(topic: str, kind: str, cause: str) -> None:
    told = decided(
        "control-hub", topic, "refused", domain="example.com", organisation="Acme", kind=kind,
        text="TXT example.com says otherwise", unproven="directory-uri example.com",
    )  # fmt: skip
    verdict = judge(play(told, by="control-hub"))

    assert verdict.cause == cause
    assert "Acme" in verdict.diagnosis or "example.com" in verdict.diagnosis


def test_no_finding_of_a_walk_and_no_kind_of_refused_token_is_forgotten() -> None:
    assert set(ASKED_IN_VAIN) == set(FINDINGS)
    assert {kind for topic, kind, _ in UNPROVEN if topic == "ownership"} == set(KINDS) - {"verified"}


def test_a_decision_of_a_strange_kind_is_not_explained() -> None:
    strange = decided("control-hub", "ownership", "refused", kind="no-such-kind")

    assert judge(play(lost("webex-cloud", "no-such-kind"))).cause == "unexplained"
    assert judge(play(strange, by="control-hub")).cause == "unexplained"


def test_no_answer_names_its_time_budget_and_its_lookalike() -> None:
    verdict = judge(play(lost("expressway-e", "no-answer", "SRV _sips._tcp.example.com: no answer within 15.0 s")))

    assert "no answer within 15.0 s." in verdict.diagnosis
    assert '"no such record" is an answer' in verdict.probe
    assert verdict.remedies[0].screen == "System > DNS"


def test_a_missing_record_is_looked_for_where_the_asker_can_do_something() -> None:
    by_cloud, by_phone, by_partner = (
        judge(play(lost(actor, "no-records"))).remedies for actor in ("webex-cloud", "jabber", "b2b-peer")
    )

    assert by_cloud[1].screen == "Control Hub > SIP destination"
    assert "_sip._tls is no standard label" in by_cloud[0].action
    assert "_collab-edge._tls" in by_phone[0].action
    assert "host:port or ip:port" in by_partner[1].action


def test_another_node_of_the_edge_gets_the_remedies_of_the_edge_and_keeps_its_name() -> None:
    refused = refused_by_dialler(2, "webex-cloud", "us-expe2")
    verdict = judge(play(lost("us-expe2", "no-usable-transport")))
    by_name = judge(play(*refused, connections=EDGES[1:]))

    assert verdict.remedies[0].screen == "Configuration > Zones > Zones"
    assert "Expressway-E us-expe2" in verdict.diagnosis
    assert by_name.steps[0].refused == "us-expe2"


# --- address translation ---


def test_a_phone_that_was_led_to_the_mutual_port_is_not_to_blame_and_neither_is_the_port() -> None:
    verdict = judge(translated())

    assert verdict.cause == "mra-translated-to-mutual-port"
    assert "dialled port 5061" in verdict.diagnosis
    assert "led it to port 5062 of Expressway-E" in verdict.diagnosis
    assert [remedy.screen for remedy in verdict.remedies] == ["Port forwarding (DNAT) of the firewall"]


def test_everybody_else_who_was_led_there_is_told_of_the_translation_too() -> None:
    verdict = judge(translated("b2b-peer"))

    assert verdict.cause == "another-service-answers"
    assert "port 5062 of Expressway-E, which is for mutual TLS. It dialled port 5061" in verdict.diagnosis
    assert [remedy.action for remedy in verdict.remedies] == [
        "Let the firewall pass port 5061 to port 5061: today it leads to port 5062 of Expressway-E."
    ]


# --- warnings ---


def test_a_node_that_did_not_answer_is_warned_of_though_the_call_went_through() -> None:
    events = (*unanswered(1), next_target(1), *stood(2, "webex-cloud", "us-expe2"))

    (warning,) = judge(play(*events, connections=EDGES, ok=True)).warnings

    assert warning == (
        "us-expe1.example.com 127.64.0.10:5062 did not answer within 10.0 s; the call went on to "
        "us-expe2.example.com 127.64.0.11:5062."
    )


def test_a_tls_failure_after_which_nothing_else_was_tried_is_warned_of() -> None:
    refused = refused_by_dialler(1, "webex-cloud", "expressway-e")
    warnings = judge(play(*refused, next_target(1, "gave-up", "handshake"), connections=EDGES[:1])).warnings

    assert any("failover on TLS errors is Off, so us-expe2" in warning for warning in warnings)


def test_two_nodes_tried_once_each_are_no_hammering() -> None:
    events = (*unanswered(1), next_target(1), *unanswered(2))

    assert not any("tried" in warning for warning in judge(play(*events, connections=EDGES)).warnings)


def test_an_alias_as_srv_target_works_here_and_not_everywhere() -> None:
    note = decided("webex-cloud", "locate-note", "srv-target-alias", text="geo.example.com is an alias")
    (warning,) = judge(play(note, ok=True)).warnings

    assert warning.startswith("geo.example.com is an alias: it works here, RFC 2782 forbids it")


def test_a_skipped_naptr_record_is_nothing_to_warn_of() -> None:
    assert judge(play(decided("webex-cloud", "locate-note", "naptr-skipped", text="x"), ok=True)).warnings == ()


def test_a_dialler_that_met_a_stranger_is_shown_where_dns_led_it() -> None:
    refused = refused_by_name(2, "webex-cloud", "us-expe2")
    (warning,) = judge(play(found("webex-cloud"), *refused, connections=EDGES[1:])).warnings

    assert warning == (
        "example.com was resolved to us-expe2.example.com:5062 by DNS: if that host is a stranger, a wildcard record "
        "may have answered (D15)."
    )


def test_a_dialler_that_met_a_bad_chain_there_is_not() -> None:
    refused = refused_by_dialler(2, "webex-cloud", "us-expe2", alert=46)

    assert judge(play(found("webex-cloud"), *refused, connections=EDGES[1:])).warnings == ()


def test_a_dialler_that_came_by_an_address_is_not() -> None:
    assert judge(play(*refused_by_dialler(2, "webex-cloud", "us-expe2"), connections=EDGES[1:])).warnings == ()
