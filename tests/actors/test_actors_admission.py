"""Whom Expressway-E lets in, and where: names against zones and access rules (domain.md 2.1, steps 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from shipped_library import LIBRARY

from harness.actors.admission import DEFAULT_ZONE, WEBEX_ZONE, Admission, admit
from harness.lab.changes import changed
from harness.pki import LeafOrder

ALLOW_PEER = {"pattern-type": "suffix", "pattern": "peer.example", "action": "allow", "priority": 20}
DENY_EDGE = {"pattern-type": "exact", "pattern": "edge1.peer.example", "action": "deny", "priority": 10}
RULES = "expressway-e.default-zone.access-rules"
FALLTHROUGH = "expressway-e.identity.fallthrough"
MAPPING = "expressway-e.webex-zone.inbound-mapping"
PROFILE = "expressway-e.webex-zone.name-profile"
SUBJECT = "expressway-e.webex-zone.subject-name"


def admitted(role: str, *faults: str, enforcing: bool = True, change: Mapping[str, Any] | None = None) -> Admission:
    leaf = LIBRARY.lab_pki.issue(LeafOrder(role, faults=faults)).leaf if role else b""
    return admit(changed(LIBRARY.healthy, change or {}).expressway_e, leaf, enforcing=enforcing)


def zone_of(admission: Admission) -> str | None:
    return admission.entry.zone if admission.entry else None


def steps(admission: Admission) -> list[tuple[str, str]]:
    return [(finding.topic, finding.outcome) for finding in admission.findings]


@pytest.mark.parametrize("enforcing", [True, False])
def test_the_cloud_comes_in_through_the_webex_zone_and_is_authenticated(enforcing: bool) -> None:
    admission = admitted("webex-cloud-dual", enforcing=enforcing)
    assert admission.entry is not None
    assert (admission.entry.zone, admission.entry.authenticated) == (WEBEX_ZONE, True)
    assert steps(admission) == [("zone-match", "matched")]
    assert admission.findings[0].facts["matched"] == "dNSName callservice.webex.com"


def test_who_shows_no_certificate_lands_in_the_default_zone_without_any_question() -> None:
    admission = admitted("", enforcing=False)
    assert zone_of(admission) == DEFAULT_ZONE
    assert steps(admission) == []


def test_a_stranger_on_the_plain_port_lands_in_the_default_zone() -> None:
    admission = admitted("b2b-peer", enforcing=False)
    assert zone_of(admission) == DEFAULT_ZONE
    assert steps(admission) == [("zone-match", "no-match"), ("default-zone", "entered")]


REFUSED = [("zone-match", "no-match"), ("access-rules", "no-match"), ("identity", "unacceptable")]


@pytest.mark.parametrize(
    ("change", "zone", "steps_taken"),
    [
        ({}, None, REFUSED),
        ({RULES: [ALLOW_PEER]}, DEFAULT_ZONE, [("zone-match", "no-match"), ("access-rules", "allowed")]),
        (
            {RULES: [ALLOW_PEER, DENY_EDGE]},
            None,
            [("zone-match", "no-match"), ("access-rules", "denied"), ("identity", "unacceptable")],
        ),
        ({FALLTHROUGH: True}, DEFAULT_ZONE, [*REFUSED[:2], ("default-zone", "entered")]),
        (
            {FALLTHROUGH: True, RULES: [DENY_EDGE]},
            None,
            [("zone-match", "no-match"), ("access-rules", "denied"), ("identity", "unacceptable")],
        ),
    ],
    ids=["no-rules", "allowed", "deny-comes-first", "fallthrough", "denied-in-spite-of-fallthrough"],
)
def test_on_an_enforcing_port_access_rules_decide_about_strangers(
    change: dict[str, Any], zone: str | None, steps_taken: list[tuple[str, str]]
) -> None:
    admission = admitted("b2b-peer", change=change)
    assert zone_of(admission) == zone
    assert steps(admission) == steps_taken


@pytest.mark.parametrize(("enforcing", "zone"), [(True, None), (False, DEFAULT_ZONE)])
def test_without_inbound_mapping_the_cloud_is_a_stranger(enforcing: bool, zone: str | None) -> None:
    admission = admitted("webex-cloud-dual", enforcing=enforcing, change={MAPPING: False})
    assert zone_of(admission) == zone
    assert steps(admission)[0] == ("zone-match", "mapping-off")


@pytest.mark.parametrize(
    ("cloud", "profile", "known"),
    [
        ("webex-cloud-webex", "webex", True),
        ("webex-cloud-legacy", "webex", False),
        ("webex-cloud-webex", "legacy", False),
        ("webex-cloud-legacy", "legacy", True),
        ("webex-cloud-webex", "dual", True),
        ("webex-cloud-legacy", "dual", True),
        ("webex-cloud-sip-webex", "sip-webex", True),
        ("webex-cloud-sip-webex", "webex", False),
    ],
)
def test_each_generation_of_cloud_names_is_known_by_its_profile(cloud: str, profile: str, known: bool) -> None:
    assert zone_of(admitted(cloud, change={PROFILE: profile})) == (WEBEX_ZONE if known else None)


def test_a_subject_name_of_its_own_overrules_the_profile() -> None:
    assert zone_of(admitted("webex-cloud-dual", change={SUBJECT: "callservice.example"})) is None
    assert zone_of(admitted("b2b-peer", change={SUBJECT: "peer.example"})) == WEBEX_ZONE


@pytest.mark.parametrize("fault", ["suffix-trick", "wildcard", "wrong-name", "trailing-dot", "sip-uri-san"])
def test_a_name_that_nearly_matches_does_not_match(fault: str) -> None:
    assert zone_of(admitted("webex-cloud-webex", fault)) is None


@pytest.mark.parametrize("preloaded", [True, False])
def test_each_zone_says_for_itself_whether_it_takes_preloaded_routes(preloaded: bool) -> None:
    change = {
        "expressway-e.webex-zone.preloaded-routes": preloaded,
        "expressway-e.default-zone.preloaded-routes": not preloaded,
    }
    cloud, stranger = admitted("webex-cloud-dual", change=change), admitted("", enforcing=False, change=change)
    assert cloud.entry is not None
    assert stranger.entry is not None
    assert (cloud.entry.preloaded_routes, stranger.entry.preloaded_routes) == (preloaded, not preloaded)
