"""What a step hung on: the decisive connection after failover, or a decision that let nothing be dialled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hand_told import (
    answered,
    connection,
    decided,
    found,
    lost,
    next_target,
    play,
    refused_by_dialler,
    stood,
    translated,
    unanswered,
)
from hypothesis import given
from hypothesis import strategies as st

from harness.diagnosis.compare import mismatches, outcome_differs
from harness.diagnosis.judge import judge
from harness.scenario.model import Expectation, StepExpectation
from harness.transcript import Event, Transcript
from harness.verdict import Stage, StepVerdict

EDGE_1 = connection(1, "webex-cloud", "expressway-e")
EDGE_2 = connection(2, "webex-cloud", "us-expe2")
INNER = connection(3, "b2b-peer", "expressway-e", 5061)


def hung(transcript: Transcript) -> StepVerdict:
    (step,) = judge(transcript).steps
    return step


def test_a_call_that_went_through_hung_on_the_node_that_took_it() -> None:
    events = (found("webex-cloud"), *unanswered(1), next_target(1), *stood(2, "webex-cloud", "us-expe2"))
    step = hung(play(*events, connections=(EDGE_1, EDGE_2), ok=True))

    assert step.ok
    assert (step.connection, step.reached) == (2, "us-expe2")


def test_a_call_that_no_node_took_hung_on_the_last_one_that_was_tried() -> None:
    refused = refused_by_dialler(2, "webex-cloud", "us-expe2")
    step = hung(play(*unanswered(1), next_target(1), *refused, connections=(EDGE_1, EDGE_2)))

    assert (step.stopped_at, step.connection, step.reached) == (Stage.HANDSHAKE, 2, "us-expe2")
    assert (step.by, step.refused) == ("webex-cloud", "us-expe2")


def test_a_first_node_that_failed_did_not_stop_a_call_that_the_second_answered_with_404() -> None:
    events = (
        *unanswered(1),
        *stood(2, "webex-cloud", "us-expe2"),
        *answered(2, "404 Not Found", "webex-cloud", "us-expe2"),
    )
    step = hung(play(*events, connections=(EDGE_1, EDGE_2)))

    assert (step.stopped_at, step.by, step.status) == (Stage.SIP, "us-expe2", 404)
    assert (step.connection, step.reached) == (2, "us-expe2")


def test_a_dialler_that_failed_first_is_followed_and_not_one_that_failed_behind_it() -> None:
    onward = connection(3, "expressway-e", "expressway-c")
    refused = refused_by_dialler(3, "expressway-e", "expressway-c")
    events = (*unanswered(1), *refused, *unanswered(2))
    step = hung(play(*events, connections=(EDGE_1, EDGE_2, onward)))

    assert (step.connection, step.stopped_at) == (2, Stage.TCP)


def test_a_name_that_leads_nowhere_stops_the_step_at_dns() -> None:
    step = hung(play(lost("webex-cloud", "no-records")))

    assert (step.stopped_at, step.by, step.refused) == (Stage.DNS, "name-server", "webex-cloud")
    assert (step.connection, step.reached) == (None, "")
    assert [(end.actor, end.saw) for end in step.ends] == [
        ("webex-cloud", ("SRV _sips._tcp.example.com: no such record",))
    ]


def test_the_asker_is_who_was_refused_though_another_made_the_call() -> None:
    events = (*stood(3, "b2b-peer", "expressway-e"), lost("expressway-e", "no-answer"))
    step = hung(play(*events, connections=(INNER,), by="b2b-peer"))

    assert (step.stopped_at, step.by, step.refused) == (Stage.DNS, "name-server", "expressway-e")


def test_a_connection_that_failed_after_the_lost_name_is_what_stopped_the_step() -> None:
    step = hung(play(lost("webex-cloud", "no-records"), *unanswered(1), connections=(EDGE_1,)))

    assert (step.stopped_at, step.connection) == (Stage.TCP, 1)


def test_a_connection_that_failed_before_the_lost_name_is_not() -> None:
    step = hung(play(*unanswered(1), lost("webex-cloud", "no-records"), connections=(EDGE_1,)))

    assert step.stopped_at is Stage.DNS


def test_a_name_that_was_found_at_the_second_attempt_stopped_nothing() -> None:
    step = hung(play(lost("webex-cloud", "no-answer"), found("webex-cloud")))

    assert step.stopped_at is Stage.SIP


@pytest.mark.parametrize(
    ("actor", "topic", "by", "protagonist"),
    [
        ("control-hub", "ownership", "control-hub", "control-hub"),
        ("control-hub", "activation", "control-hub", "control-hub"),
        ("webex-cloud", "calling", "webex-cloud", "b2b-peer"),
    ],
)
def test_an_unproven_domain_stops_the_step_at_ownership(actor: str, topic: str, by: str, protagonist: str) -> None:
    step = hung(play(decided(actor, topic, "refused", organisation="Acme"), by=protagonist))

    assert (step.stopped_at, step.by, step.refused) == (Stage.OWNERSHIP, by, protagonist)


@pytest.mark.parametrize("outcome", ["pending", "removed", "verified"])
def test_a_domain_of_which_nothing_was_refused_stops_nothing(outcome: str) -> None:
    assert hung(play(decided("control-hub", "ownership", outcome))).stopped_at is Stage.SIP


def test_a_completed_step_has_no_obstacle_whatever_was_refused_on_the_way() -> None:
    step = hung(play(lost("webex-cloud", "no-records"), ok=True))

    assert (step.ok, step.by) == (True, "")


def test_what_the_listener_calls_its_port_is_looked_up_where_the_firewall_led_to() -> None:
    direct, led = translated("b2b-peer"), translated("b2b-peer")
    direct = replace(direct, connections=tuple(replace(each, reached=None) for each in direct.connections))

    assert (judge(direct).cause, judge(led).cause) == ("mutual-tls-on-default-zone", "another-service-answers")


def test_which_node_was_reached_can_be_expected_and_makes_a_difference() -> None:
    first = play(*stood(1, "webex-cloud", "expressway-e"), connections=(EDGE_1,), ok=True)
    second = play(*stood(2, "webex-cloud", "us-expe2"), connections=(EDGE_2,), ok=True)
    wanted = Expectation({"call": StepExpectation(reached="expressway-e")}, "none")

    assert mismatches(wanted, judge(first), first) == ()
    assert mismatches(wanted, judge(second), second) == ("call: reached: expected expressway-e, got us-expe2",)
    assert outcome_differs(judge(first), judge(second))


_EVENTS = (
    found("webex-cloud"),
    lost("webex-cloud", "no-answer"),
    decided("control-hub", "ownership", "refused"),
    decided("webex-cloud", "failover", "no-such-outcome"),
    decided("webex-cloud", "locate", "no-such-kind"),
    decided("webex-cloud", "locate-note", "srv-target-alias"),
    next_target(1),
    *unanswered(1),
    *refused_by_dialler(2, "webex-cloud", "us-expe2"),
    *stood(3, "b2b-peer", "expressway-e"),
)


@given(st.permutations(_EVENTS), st.integers(0, len(_EVENTS)), st.booleans())
def test_whatever_was_recorded_in_whatever_order_has_a_verdict(events: list[Event], kept: int, ok: bool) -> None:
    whole = play(*events[:kept], connections=(EDGE_1, EDGE_2, INNER), ok=ok)
    verdict = judge(whole)

    assert verdict.diagnosis
    assert "{" not in verdict.diagnosis
    assert verdict.steps[0].ok is ok
