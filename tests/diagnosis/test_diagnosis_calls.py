"""What the judge reads out of messages and of two things side by side, and leaves unsaid without the second."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from diagnosis_bench import seen_by, shipped, step, told

from harness.diagnosis.judge import judge
from harness.transcript import Decision, Transcript
from harness.verdict import Verdict

CLOUD = step("webex-cloud", "call")
OUTWARD = step("unified-cm", "call", to="bob@peer.example")
FEDERATED: dict[str, Any] = {"b2b-peer.federation": "microsoft", "b2b-peer.request": "required"}
NO_WAY_IN: dict[str, Any] = {"firewall.rules": [{"to": "b2b-peer", "action": "refuse"}]}
MUTUAL: dict[str, Any] = {
    "b2b-peer.client-certificate": {"profile": "b2b-peer"},
    "expressway-e.default-zone.access-rules": [{"pattern": "edge1.peer.example"}],
}
CALLS = {"keep-open": "on"}


def without_decisions(transcript: Transcript, topic: str) -> Transcript:
    events = (each for each in transcript.events if not (isinstance(each, Decision) and each.topic == topic))
    return replace(transcript, events=tuple(events))


def warned(verdict: Verdict, text: str) -> bool:
    return any(text in warning for warning in verdict.warnings)


@pytest.mark.parametrize("missing", ["SRV _sipfederationtls._tcp.example.com"])
def test_a_federation_record_that_is_missing_is_a_matter_of_dns(missing: str) -> None:
    story = judge(told(FEDERATED | {"name-server.without": [missing]}, OUTWARD))

    assert (story.cause, story.steps[0].status) == ("federation-srv-elsewhere", 504)
    assert '"1008 Unable to resolve DNS SRV record"' in story.diagnosis


def test_a_one_way_connection_is_named_only_while_it_stands() -> None:
    stands = judge(told(NO_WAY_IN, replace(step("b2b-peer", "call", **CALLS), name="first"), OUTWARD))
    closed = judge(told(NO_WAY_IN, replace(step("b2b-peer", "call"), name="first"), OUTWARD))

    assert (stands.cause, closed.cause) == ("one-way-connection-stands", "refused-by-firewall")


def test_a_mutual_connection_that_stands_is_not_called_one_way() -> None:
    inbound = replace(step("b2b-peer", "call", port=5062, **CALLS), name="first")

    assert judge(told(NO_WAY_IN | MUTUAL, inbound, OUTWARD)).cause == "refused-by-firewall"


def test_a_hello_that_one_end_alone_saw_was_not_edited_for_all_we_know() -> None:
    both = shipped("i37-middlebox-edits")

    assert judge(both).cause == "hello-was-edited"
    assert judge(seen_by("webex-cloud", both)).cause != "hello-was-edited"
    assert judge(seen_by("expressway-e", both)).cause != "hello-was-edited"


def test_an_expired_client_store_is_an_expired_certificate_where_no_alarm_told_of_it() -> None:
    story = shipped("o07-client-store")

    assert judge(story).cause == "client-store-expired"
    assert judge(without_decisions(story, "alarm")).cause == "certificate-expired"


def test_an_expired_server_certificate_has_an_alarm_of_its_own() -> None:
    story = judge(told({"expressway-e.server-certificate.faults": ["expired"]}, CLOUD))

    assert story.cause == "certificate-expired"
    assert warned(story, "alarm 40068: the server certificate has expired")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_an_older_version_is_flagged_only_where_a_newer_one_was_on_offer(tls: str) -> None:
    limited = judge(told({"webex-cloud.tls-versions": ["1.2"]}, CLOUD, tls=tls))
    old_box = judge(told({"expressway-e.sip.tls-versions": ["1.2"]}, CLOUD, tls=tls))

    assert warned(limited, "TLS 1.2 was agreed on") is (tls == "1.3")
    assert not warned(old_box, "was agreed on")


def test_a_general_rule_is_not_greedy_while_the_call_arrives() -> None:
    rules = [
        {"priority": 100, "pattern": ".+@.+", "target": "dns-zone"},
        {"priority": 101, "pattern": r".+@peer\.example", "target": "webex-zone"},
    ]
    story = judge(told({"expressway-e.search-rules": rules}, OUTWARD))

    assert story.cause == "none"


def test_a_host_in_the_certificate_is_no_excuse_where_no_record_led_to_it() -> None:
    """The partner is dialled by the address of its host: then nobody spoke of a domain that SRV redirected."""
    change = {
        "expressway-e.dns-zone.tls-verify": "on",
        "expressway-e.dns-zone.subject-name": "sip.peer.example",
        "b2b-peer.server-certificate": {"profile": "b2b-peer", "dns-names": ["edge1.peer.example"]},
    }

    assert judge(told(change, OUTWARD)).cause != "only-the-host-name"


def test_control_hubs_words_stand_beside_the_cause() -> None:
    verdict = judge(shipped("i34-test-is-refused"))

    assert verdict.cause == "port-not-listening"
    assert warned(verdict, 'Control Hub says "Connect failure", at the step Socket.')
    assert not any("Control Hub" in text for text in judge(shipped("i34-test-of-a-healthy-box")).warnings)


def test_the_user_is_notified_once_where_the_mark_arrives() -> None:
    remote = {"unified-cm.remote-device": "user1@example.calls.webex.com"}
    forced = {"expressway-e.traversal-zone.media-encryption": "force-encrypted"}

    assert warned(judge(shipped("i30-parameter-preservation")), "the B2BUA of Expressway-E took call-type=squared")
    assert judge(told(remote | forced, CLOUD)).warnings == ()
