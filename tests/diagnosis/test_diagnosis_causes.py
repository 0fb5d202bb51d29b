"""Each cause is the cause of some story: of a shipped scenario, or of one of those told here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest
from diagnosis_bench import BOTH_VERSIONS, SHIPPED, seen_by, shipped, step, told
from domain_stories import DOMAIN_CAUSES
from shipped_library import LIBRARY

from harness.diagnosis.causes import CAUSES, UNEXPLAINED, cause_keys
from harness.diagnosis.causes.captures import CAPTURE_CAUSES
from harness.diagnosis.causes.one_end import ONE_END_CAUSES
from harness.diagnosis.causes.row import ANYBODY
from harness.diagnosis.evidence import evidence_of
from harness.diagnosis.judge import judge
from harness.diagnosis.words import words_of
from harness.scenario.model import Step
from harness.transcript import DialFailed, DialFailure, SipSeen, StepEnded, Transcript, VerifyFailed
from harness.verdict import Stage

PARTNER = step("b2b-peer", "call")
ON_MUTUAL_PORT = step("b2b-peer", "call", port=5062)
CLOUD = step("webex-cloud", "call")
REGISTER = step("jabber", "register")
TRUNK = step("expressway-c", "connect-zone", zone="neighbour")
OUTWARD = step("unified-cm", "call", to="bob@example.calls.webex.com")


def server(*faults: str) -> dict[str, Any]:
    return {"expressway-e.server-certificate.faults": list(faults)}


def client(*faults: str) -> dict[str, Any]:
    return {"b2b-peer.client-certificate": {"profile": "b2b-peer", "faults": list(faults)}}


STORIES: dict[str, tuple[dict[str, Any], Step, str, str]] = {
    # name of the story: what is changed, what is done, who refused, the cause
    "a client whose settings leave nothing to offer": (
        {"b2b-peer.tls-versions": ["1.0"], "b2b-peer.ciphers": "ECDHE-RSA-AES128-GCM-SHA256"},
        PARTNER,
        "b2b-peer",
        "no-client-hello",
    ),
    "TLS to the TCP port": (
        {"expressway-e.sip.tcp-mode": "on"},
        step("b2b-peer", "call", port=5060),
        "expressway-e",
        "tls-on-plaintext-port",
    ),
    "a factory certificate at the edge": (server("self-signed"), PARTNER, "b2b-peer", "self-signed-certificate"),
    "a factory certificate at the partner": (
        client("self-signed"),
        ON_MUTUAL_PORT,
        "expressway-e",
        "self-signed-certificate",
    ),
    "the root is missing from the list": (
        {"b2b-peer.trusted-ca": ["public-issuing"]},
        PARTNER,
        "b2b-peer",
        "only-intermediate-trusted",
    ),
    "the server certificate is a client's": (server("client-auth-only"), PARTNER, "b2b-peer", "eku-no-server-auth"),
    "a key that may not sign handshakes": (
        client("no-digital-signature"),
        ON_MUTUAL_PORT,
        "expressway-e",
        "key-usage",
    ),
    "signed with SHA-1": (server("sha1-signature"), PARTNER, "b2b-peer", "weak-certificate"),
    "a CA for another domain": (
        client("name-constraints-violated"),
        ON_MUTUAL_PORT,
        "expressway-e",
        "name-constraints",
    ),
    "a CA below the lowest": (client("path-length-exceeded"), ON_MUTUAL_PORT, "expressway-e", "path-length"),
    "a CA that is none": (client("leaf-as-issuer"), ON_MUTUAL_PORT, "expressway-e", "leaf-as-issuer"),
    "issued by a CA of last year": (
        client("expired-intermediate"),
        ON_MUTUAL_PORT,
        "expressway-e",
        "expired-intermediate",
    ),
    "a certificate of next week": (
        server("not-yet-valid"),
        PARTNER,
        "b2b-peer",
        "certificate-not-yet-valid",
    ),
    "a partner who claims a Webex address": (
        {},
        step("b2b-peer", "call", from_="victim@example.calls.webex.com"),
        "expressway-e",
        "rejected-by-call-policy",
    ),
    "no rule at the edge": ({"expressway-e.search-rules": []}, PARTNER, "expressway-e", "no-search-rule"),
    "no rule inside": ({"expressway-c.search-rules": []}, PARTNER, "expressway-c", "no-search-rule"),
    "the edge is not trusted inside": (
        {"expressway-c.trusted-ca": []},
        PARTNER,
        "expressway-e",
        "unknown-root",
    ),
    "the inner certificate has expired": (
        {"expressway-c.server-certificate.faults": ["expired"]},
        OUTWARD,
        "expressway-c",
        "certificate-expired",
    ),
    "Unified CM was never given the enterprise CA": (
        {"expressway-c.neighbour-zone.transport": "tls", "unified-cm.trusted-ca": ["public-root"]},
        TRUNK,
        "unified-cm",
        "trunk-root-unknown",
    ),
    "the trunk expects a node that was replaced": (
        {"expressway-c.neighbour-zone.transport": "tls", "unified-cm.x509-subject-name": "expc0.example.com"},
        TRUNK,
        "unified-cm",
        "trunk-subject-name",
    ),
    "the intermediate of the edge is not known inside": (
        {"expressway-c.trusted-ca": ["private-root", "private-issuing", "public-root"]},
        step("expressway-c", "open-tunnel"),
        "expressway-c",
        "tunnel-missing-intermediate",
    ),
    "a password that was changed": ({"unified-cm.password": "other"}, REGISTER, "unified-cm", "wrong-credentials"),
    "a user who is not there": ({}, step("b2b-peer", "call", to="nobody@example.com"), "unified-cm", "sip-refused"),
    "a firewall that cuts the call": (
        {"firewall.rules": [{"to": "expressway-e", "port": 5062, "action": "reset-after-handshake"}]},
        CLOUD,
        "network",
        "reset-by-middlebox",
    ),
    "a firewall that refuses": (
        {"firewall.rules": [{"to": "expressway-e", "port": 5062, "action": "refuse"}]},
        CLOUD,
        "network",
        "refused-by-firewall",
    ),
    "a pattern for a name": (
        {"expressway-e.webex-zone.subject-name": "*.webex.com"},
        CLOUD,
        "expressway-e",
        "name-is-a-pattern",
    ),
    "a pattern for a name in the zone that Expressway-C dials": (
        {"expressway-e.traversal-zone.subject-name": "*.example.com"},
        CLOUD,
        "expressway-e",
        "name-is-a-pattern",
    ),
    "a partner's certificate that names its host only in the common name": (
        {
            "expressway-e.dns-zone.tls-verify": "on",
            "b2b-peer.server-certificate": {"profile": "b2b-peer", "faults": ["cn-only"]},
        },
        step("unified-cm", "call", to="bob@peer.example"),
        "expressway-e",
        "only-the-host-name",
    ),
    "a firewall that cuts the hello": (
        {"firewall.rules": [{"to": "expressway-e", "port": 5062, "action": "reset-after-client-hello"}]},
        CLOUD,
        "network",
        "reset-by-middlebox",
    ),
}


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize("name", STORIES)
def test_a_story_has_its_cause_and_its_refuser(name: str, tls: str) -> None:
    change, deed, by, cause = STORIES[name]

    verdict = judge(told(change, deed, tls=tls))

    assert verdict.stopped is not None
    assert (verdict.cause, verdict.stopped.by) == (cause, by)


# --- stories of which only a part was seen, or which never happen in the lab ---


def _without_answers(transcript: Transcript) -> Transcript:
    """As when the final answer was never sent."""
    final = re.compile(rb"SIP/2\.0 [2-6]")
    kept = [e for e in transcript.events if not (isinstance(e, SipSeen) and final.match(e.message))]
    return replace(transcript, events=tuple(_hopeless(event) for event in kept))


def _hopeless(event: Any) -> Any:
    return replace(event, completed=False, detail="no answer") if isinstance(event, StepEnded) else event


def _without_events(transcript: Transcript) -> Transcript:
    """As when a capture shows bytes and nobody told what became of them."""
    return replace(seen_by("nobody", transcript), connections=transcript.connections)


def _failed_otherwise(transcript: Transcript, why: DialFailure) -> Transcript:
    """As when the SYN had come to something else, such as a firewall that ate it instead of nobody listening."""
    events = (replace(event, failure=why) if isinstance(event, DialFailed) else event for event in transcript.events)
    return replace(transcript, events=tuple(events))


def _objected_to(transcript: Transcript, code: int) -> Transcript:
    """As when the refuser's path check had said something else."""
    events = (replace(e, code=code) if isinstance(e, VerifyFailed) else e for e in transcript.events)
    return replace(transcript, events=tuple(events))


def _dropped(port: int, deed: Step) -> Transcript:
    """What Expressway-E saw of a story in which Expressway-C never got to a port of it."""
    rule = {"source": "expressway-c", "to": "expressway-e", "port": port, "action": "drop"}
    return seen_by("expressway-e", told({"firewall.rules": [rule]}, deed))


PARTS: dict[str, tuple[Callable[[], Transcript], str]] = {
    "a partner who is refused, seen from outside": (
        lambda: seen_by("webex-cloud", shipped("i04-subject-name-typo")),
        "closed-after-handshake",
    ),
    "a chain of which the observer knows no CA": (
        lambda: replace(shipped("b27-partner-sends-only"), authorities=()),
        "incomplete-or-unknown-chain",
    ),
    "an alert of the partner that stands for many faults": (
        lambda: seen_by("expressway-e", shipped("b09-our-certificate")),
        "certificate-refused",
    ),
    "a reset in the handshake, seen from outside": (
        lambda: seen_by("webex-cloud", shipped("i06-firewall")),
        "cut-in-handshake",
    ),
    "a SYN without an answer": (
        lambda: _failed_otherwise(shipped("i13-mutual", "1.2"), DialFailure.TIMED_OUT),
        "connect-timed-out",
    ),
    "a refused SYN, seen by the caller": (lambda: seen_by("webex-cloud", shipped("i13-mutual", "1.2")), "syn-refused"),
    "a network without a way": (
        lambda: _failed_otherwise(shipped("i13-mutual", "1.2"), DialFailure.UNREACHABLE),
        "no-route",
    ),
    "a zone that nobody dialled, as far as the edge saw": (lambda: _dropped(7003, PARTNER), "traversal-zone-down"),
    "a tunnel that nobody dialled, as far as the edge saw": (
        lambda: _dropped(2222, step("jabber", "sign-in")),
        "ssh-tunnel-down",
    ),
    "a call that nobody answers": (lambda: _without_answers(shipped("i01-call-from")), "sip-unanswered"),
    "a critical extension": (lambda: _objected_to(shipped("b27-partner-sends-only"), 34), "critical-extension"),
    "a proxy certificate": (lambda: _objected_to(shipped("b27-partner-sends-only"), 40), "critical-extension"),
    "a signature that does not fit": (lambda: _objected_to(shipped("b27-partner-sends-only"), 7), "broken-chain"),
    "a handshake that stops for no reason": (
        lambda: _without_events(shipped("b02-no-certificate")),
        "unexplained",
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_story_that_was_half_seen_has_a_cause_that_claims_no_more(name: str) -> None:
    tell, cause = PARTS[name]

    assert judge(tell()).cause == cause


def test_every_cause_is_the_cause_of_some_story() -> None:
    expected = {expected.cause for scenario in SHIPPED.values() for expected in scenario.expectations.values()}
    here = {cause for *_, cause in STORIES.values()} | {cause for _, cause in PARTS.values()}
    met_by_visits = {"client-left-in-handshake", "credentials-wanted"}  # tests/serve/test_serve_requests.py holds that
    met_in_captures = {cause.key for cause in CAPTURE_CAUSES}  # test_diagnosis_captures.py holds that
    met_by_probes = {cause.key for cause in ONE_END_CAUSES}  # tests/probe/test_probe_hostile.py holds that

    assert set(cause_keys()) - expected - here - DOMAIN_CAUSES - met_by_probes - met_by_visits == met_in_captures
    assert len(cause_keys()) == len(set(cause_keys()))


# --- the table ---


def test_every_lookalike_is_a_cause_and_says_how_to_tell() -> None:
    assert {alike for cause in CAUSES for alike in cause.looks_like} <= set(cause_keys())
    assert [cause.key for cause in CAUSES if cause.key in cause.looks_like] == []
    assert [cause.key for cause in CAUSES if cause.looks_like and not cause.told_apart_by] == []
    assert [cause.key for cause in CAUSES if cause.ambiguous and len(cause.looks_like) < 2] == []


def test_every_cause_says_who_says_so_and_what_to_do() -> None:
    without = {"none", "unexplained"}
    assert {cause.key for cause in CAUSES if not cause.source} == without
    assert {cause.key for cause in CAUSES if not cause.remedies and not cause.ambiguous} == without
    assert [cause.key for cause in CAUSES if cause.remedies and ANYBODY not in cause.remedies] == []


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.key)
def test_every_template_is_filled_with_words_of_a_real_story(cause: Any) -> None:
    evidence = next(evidence_of(shipped("b02-no-certificate")))
    words = words_of(evidence)
    remedies = [remedy for some in cause.remedies.values() for remedy in some]

    for template in (cause.diagnosis, cause.told_apart_by, *(remedy.action for remedy in remedies)):
        assert {field for _, field, _, _ in Formatter().parse(template) if field} <= words.keys()
        assert "{" not in template.format_map(words)


def test_the_last_row_holds_for_every_story() -> None:
    assert CAUSES[-1] is UNEXPLAINED
    assert UNEXPLAINED.applies(next(evidence_of(shipped("b01-one-way"))))


def test_a_diagnosis_names_who_was_there() -> None:
    story = judge(told(server("expired"), PARTNER))

    assert story.cause == "certificate-expired"
    assert story.diagnosis.startswith("The B2B peer refused the certificate of Expressway-E (us-expe1.example.com, ")
    assert '"us-expe1.example.com" expired on ' in story.diagnosis
    assert story.remedies[0].screen == "Maintenance > Security > Server certificate"


def test_the_certificate_that_expired_is_named_though_it_is_not_the_leaf() -> None:
    story = judge(told(client("expired-intermediate"), ON_MUTUAL_PORT))

    assert '"TEST ONLY Expired Issuing CA" expired on ' in story.diagnosis


def test_a_clock_that_is_ahead_is_blamed_for_an_expiry_that_nobody_else_sees() -> None:
    story = judge(told({"expressway-e.clock-offset-days": 4000}, CLOUD))

    assert story.cause == "certificate-expired"
    assert story.diagnosis.endswith("the clock of Expressway-E is ahead.")


def test_a_remedy_fits_the_one_who_was_refused() -> None:
    by_cloud = judge(shipped("i02-cloud-root"))
    by_partner = judge(shipped("b08-our-root"))

    assert by_cloud.cause == by_partner.cause == "unknown-root"
    assert by_cloud.remedies != by_partner.remedies
    assert by_cloud.remedies[0].screen == "Maintenance > Security > Trusted CA certificate"


def test_stages_of_the_table_are_stages_of_stories() -> None:
    seen = {
        step.stopped_at
        for name in ("i13-mutual", "b02-no-certificate", "i04-subject", "i29-preloaded-routes-off-on-expressway-e")
        for tls in SHIPPED[next(key for key in SHIPPED if name in key)].tls_versions
        for step in judge(shipped(name, tls)).steps
    }

    assert seen == {Stage.TCP, Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY, Stage.SIP}


def test_the_library_offers_exactly_these_causes_to_scenarios() -> None:
    assert LIBRARY.vocabulary.causes == cause_keys()
