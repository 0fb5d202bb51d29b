"""What the judge says of traversal zones, the SSH tunnel, cluster peers and the trunk."""

from __future__ import annotations

from typing import Any

import pytest
from diagnosis_bench import shipped, step, told

from harness.diagnosis.judge import judge

CLUSTER = {"edges": [{"name": "us-expe2", "address": "127.64.0.11"}]}
JOIN = step("expressway-e", "join-cluster")
NODE = "expressway-e.server-certificate"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "any certificate opens the link between cluster peers"),
        ({NODE: {"profile": "expressway-e", "faults": ["expired"]}}, "a certificate with a flaw was taken"),
        ({NODE: {"profile": "expressway-e", "faults": ["wrong-name"]}}, "taken that names no cluster peer"),
    ],
)
def test_a_permissive_cluster_is_warned_of_with_what_it_let_pass(change: dict[str, Any], said: str) -> None:
    verdict = judge(told({**CLUSTER, **change}, JOIN))

    (warning,) = [warning for warning in verdict.warnings if "cluster" in warning]
    assert verdict.cause == "none"
    assert "Permissive (alarm 40049)" in warning
    assert said in warning


def test_an_enforcing_cluster_of_sound_nodes_is_warned_of_nothing() -> None:
    assert judge(told({**CLUSTER, "expressway-e.cluster-tls-verification": "enforcing"}, JOIN)).warnings == ()


def test_a_zone_that_fails_is_told_once_and_the_others_are_warned_of() -> None:
    alone, among_others = judge(shipped("m14-subject-name")), judge(shipped("m15-traversal-client"))

    assert alone.warnings == ()
    assert [warning.split()[3] for warning in among_others.warnings] == ["HybridCallTraversal"]


def test_a_zone_that_is_active_is_no_comfort_while_the_tunnel_is_down() -> None:
    zone, tunnel, sign_in = judge(shipped("m16-zone-active")).steps

    assert zone.facts.sip_answered
    assert (tunnel.by, tunnel.refused, tunnel.facts.sip_answered) == ("expressway-e", "expressway-c", None)
    assert (sign_in.by, sign_in.refused, sign_in.status) == ("expressway-e", "jabber", 502)


def test_without_a_zone_it_is_what_stopped_the_zone_that_keeps_jabber_out() -> None:
    change = {"expressway-e.uc-traversal-zone.subject-name": "other.example.com"}

    assert judge(told(change, step("jabber", "sign-in"))).cause == "traversal-subject-name"


def test_a_peer_address_that_is_a_wrong_name_is_not_told_as_an_address() -> None:
    change = {"expressway-c.traversal-zone.peer-address": "emea-expe1.example.com"}
    change["expressway-e.address"] = "127.64.0.12"
    verdict = judge(told(change, step("expressway-c", "connect-zone", zone="traversal")))

    assert verdict.stopped is not None
    assert (verdict.stopped.by, verdict.cause) == ("expressway-c", "name-unknown")


def test_whoever_dialled_the_trunk_is_told_where_its_own_certificate_is_changed() -> None:
    by_manager, by_expressway = judge(shipped("unified-cm-refuses")), judge(shipped("trunk-works-in-one"))

    assert by_manager.remedies[0].screen == "Maintenance > Security > Client certificate"
    assert by_expressway.remedies[0].screen == "OS Administration > Security > Certificate Management"
