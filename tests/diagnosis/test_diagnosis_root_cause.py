"""What stopped a zone or a tunnel is the cause of a story that found it down; the rest is its consequence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from diagnosis_bench import BOTH_VERSIONS, seen_by, step, told

from harness.diagnosis.judge import judge
from harness.scenario.model import Step
from harness.transcript import Decision, Transcript

INWARD, OUTWARD = step("webex-cloud", "call"), step("unified-cm", "call", to="anna@example.calls.webex.com")
SIGN_IN, REGISTER = step("jabber", "sign-in"), step("jabber", "register")

EXPIRED = {"expressway-c.server-certificate.faults": ["expired"]}
UNKNOWN_INSIDE: dict[str, Any] = {"expressway-c.trusted-ca": []}
OTHER_INTERMEDIATE = {"expressway-c.trusted-ca": ["private-root", "private-issuing", "public-root"]}
NAMES_AS_URIS = {
    "expressway-e.server-certificate": {
        "profile": "expressway-e",
        "common-name": "Edge of Example",
        "faults": ["sip-uri-san"],
    }
}
WITHOUT_CLIENT_AUTH = {"expressway-c.client-certificate": {"profile": "expressway-c", "faults": ["server-auth-only"]}}
MRA_ZONE_DOWN = {"expressway-e.uc-traversal-zone.subject-name": "other.example.com"}


def between(port: int, action: str) -> dict[str, Any]:
    """A rule of the firewall between the Expressways."""
    rule = {"source": "expressway-c", "to": "expressway-e", "port": port, "action": action}
    return {"firewall.rules": [rule], "expressway-c.connect-timeout": 1}


STORIES: dict[str, tuple[dict[str, Any], Step, str]] = {
    "an expired Expressway-C, inward": (EXPIRED, INWARD, "certificate-expired"),
    "an expired Expressway-C, outward": (EXPIRED, OUTWARD, "certificate-expired"),
    "an expired Expressway-C, sign-in": (EXPIRED, SIGN_IN, "certificate-expired"),
    "an expired Expressway-C, registration": (EXPIRED, REGISTER, "certificate-expired"),
    "an edge of a CA that is unknown inside": (UNKNOWN_INSIDE, OUTWARD, "unknown-root"),
    "an edge that no longer has the name that is dialled": (NAMES_AS_URIS, INWARD, "name-only-in-cn"),
    "a traversal client without clientAuth": (WITHOUT_CLIENT_AUTH, INWARD, "traversal-no-client-auth"),
    "a zone that expects another name": (MRA_ZONE_DOWN, REGISTER, "traversal-subject-name"),
    "a renewal under another intermediate": (OTHER_INTERMEDIATE, SIGN_IN, "tunnel-missing-intermediate"),
    "7003 dropped, inward": (between(7003, "drop"), INWARD, "connect-timed-out"),
    "7003 dropped, outward": (between(7003, "drop"), OUTWARD, "connect-timed-out"),
    "7003 refused": (between(7003, "refuse"), INWARD, "refused-by-firewall"),
    "7003 cut in the handshake": (between(7003, "reset-after-client-hello"), OUTWARD, "reset-by-middlebox"),
    "7003 cut after the handshake": (between(7003, "reset-after-handshake"), INWARD, "reset-by-middlebox"),
    "7003 swallowed": (between(7003, "swallow"), INWARD, "swallowed-by-inspection"),
    "7001 dropped": (between(7001, "drop"), REGISTER, "connect-timed-out"),
    "7001 dropped, and so no tunnel either": (between(7001, "drop"), SIGN_IN, "connect-timed-out"),
    "2222 dropped": (between(2222, "drop"), SIGN_IN, "connect-timed-out"),
    "2222 refused": (between(2222, "refuse"), SIGN_IN, "refused-by-firewall"),
    "an edge without an address inside": (
        {"name-server.without": ["A us-expe1.example.com"]},
        OUTWARD,
        "dns-no-address",
    ),
}


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize("name", STORIES)
def test_what_stopped_the_link_is_the_cause_and_the_step_keeps_what_it_saw(name: str, tls: str) -> None:
    change, deed, cause = STORIES[name]
    verdict = judge(told(change, deed, tls=tls))

    assert verdict.cause == cause
    assert verdict.stopped is not None
    assert verdict.stopped.stopped_at == "sip"
    assert verdict.stopped.by in {"expressway-e", "expressway-c"}
    assert f"had no way on and answered {verdict.stopped.status}" in verdict.diagnosis
    assert "That was before the play." in verdict.diagnosis


def test_each_end_of_the_link_alone_shows_the_cause_too() -> None:
    inward, outward = told(EXPIRED, INWARD), told(EXPIRED, OUTWARD)

    assert judge(seen_by("expressway-e", inward)).cause == "certificate-expired"
    assert judge(seen_by("expressway-c", outward)).cause == "certificate-expired"


def test_where_nobody_reached_the_edge_its_own_record_leaves_the_cause_open() -> None:
    verdict = judge(seen_by("expressway-e", told(between(7003, "drop"), INWARD)))

    assert verdict.cause == "traversal-zone-down"
    assert {"connect-timed-out", "refused-by-firewall"} <= set(verdict.cannot_tell)
    assert "connect-zone" in verdict.probe


def test_the_link_that_is_the_cause_is_not_warned_of_as_one_more() -> None:
    """The certificate of Expressway-C brings both zones down; a name in one zone that zone alone."""
    both = judge(told(EXPIRED, INWARD)).warnings
    alone = judge(told({"expressway-e.traversal-zone.subject-name": "other.example.com"}, INWARD)).warnings

    assert [warning for warning in both if "is down too" in warning] == [
        "the traversal zone CollaborationEdgeZone is down too: see set-up in the transcript."
    ]
    assert [warning for warning in alone if "is down too" in warning] == []


# --- links that are down, and that the step did not need ---


def test_a_zone_that_the_call_does_not_use_is_no_cause() -> None:
    """The zone of MRA is down, and the call has a reason of its own."""
    nobody = step("b2b-peer", "call", to="nobody@example.com")
    no_rule = told(MRA_ZONE_DOWN | {"expressway-c.search-rules": []}, INWARD)

    assert judge(told(MRA_ZONE_DOWN, nobody)).cause == "sip-refused"
    assert judge(no_rule).cause == "no-search-rule"


def test_a_zone_of_calls_that_is_down_keeps_nobody_from_signing_in() -> None:
    assert judge(told(between(7003, "drop"), SIGN_IN)).cause == "none"
    assert judge(told(between(7003, "drop") | {"unified-cm.password": "other"}, SIGN_IN)).cause == "wrong-credentials"


def test_a_call_that_leaves_by_another_zone_is_not_blamed_on_this_one() -> None:
    rejected = {"expressway-e.call-policy": [{"source": ".*", "action": "reject"}]}

    assert judge(told(between(7003, "drop") | rejected, INWARD)).cause == "rejected-by-call-policy"


def test_of_several_nodes_the_one_that_answered_no_is_looked_at() -> None:
    """The second node's zone fails for a reason of its own; the first one's is up."""
    second = {
        "name": "us-expe2",
        "address": "127.64.0.11",
        "server-certificate": {"profile": "expressway-e", "common-name": "us-expe2.example.com", "faults": ["expired"]},
    }
    called = step("b2b-peer", "call", destination="us-expe2.example.com:5061")
    verdict = judge(told({"edges": [second], "b2b-peer.trusted-ca": ["public-root"]}, INWARD))

    assert verdict.cause == "none"
    refused = judge(told({"edges": [second]}, called))
    assert refused.cause == "certificate-expired"


def test_a_zone_that_came_up_again_is_no_cause() -> None:
    again = step("expressway-c", "connect-zone", zone="traversal")
    transcript = told({}, again, replace(step("b2b-peer", "call", to="nobody@example.com"), name="later"))
    failed = Decision(
        0.0, "expressway-c", 0, "traversal-zone", "failed", {"zone": "HybridCallTraversal", "port": "7003"}
    )
    before = replace(transcript, events=(failed, *transcript.events))

    assert judge(before).cause == judge(transcript).cause == "sip-refused"


def test_without_the_search_rule_on_record_nobody_knows_that_the_zone_was_needed() -> None:
    transcript = told(between(7003, "drop"), INWARD)

    assert judge(_without(transcript, "search-rule")).cause == "sip-refused"


def test_without_the_attempt_on_record_the_zone_itself_is_all_that_can_be_said() -> None:
    """As a served lab judges a visit: what its actors said of their zones is there, the attempts are not."""
    transcript = told(between(7003, "drop"), INWARD)
    here = {each.number for each in transcript.connections if each.step != "set-up"}
    kept = tuple(e for e in transcript.events if getattr(e, "connection", 0) in {0, *here})
    visit = replace(transcript, events=kept, connections=tuple(c for c in transcript.connections if c.number in here))

    assert judge(visit).cause == "traversal-zone-down"


def _without(transcript: Transcript, topic: str) -> Transcript:
    kept = (e for e in transcript.events if not (isinstance(e, Decision) and e.topic == topic))
    return replace(transcript, events=tuple(kept))
