"""Trap X10: an alert number is told apart by the verify text beside it; what is not known is held against nobody."""

from __future__ import annotations

import pytest
from diagnosis_bench import BOTH_VERSIONS, seen_by, shipped, step, told

from harness.diagnosis.judge import judge
from harness.transcript import Connection, HttpSeen, Transcript
from harness.verdict import Stage

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)
ASKS = {
    "expressway-e.revocation.mode": "on",
    "expressway-e.revocation.source-inaccessible": "treat-as-not-revoked",
    "webex-cloud.certificate.revocation": ["crl"],
}
CALL = step("webex-cloud", "call")


@each_version
@pytest.mark.parametrize(
    ("life", "other", "alert", "words"),
    [
        ("i25-revocation-source-unreachable", "i02-cloud-root-not-trusted", 48, "unable to get certificate CRL"),
        ("i26-crl-has-expired", "i23-cloud-certificate-expired", 45, "CRL has expired"),
    ],
)
def test_two_causes_behind_one_alert_are_told_apart_by_the_verify_text(
    life: str, other: str, alert: int, words: str, tls: str
) -> None:
    missing, known = judge(shipped(life, tls)), judge(shipped(other, tls))

    assert missing.steps[0].alert == known.steps[0].alert == alert
    assert missing.cause != known.cause
    assert words in missing.diagnosis
    assert words not in known.diagnosis


@each_version
def test_alert_44_says_revoked_also_where_the_refuser_is_not_ours(tls: str) -> None:
    told_apart = judge(seen_by("webex-cloud", shipped("i27-cloud-certificate-revoked", tls)))

    assert told_apart.cause == "certificate-revoked"


@each_version
def test_a_slow_source_is_not_blamed_on_a_silent_peer(tls: str) -> None:
    verdict = judge(shipped("b26-ocsp-slower", tls))

    assert verdict.cause == "revocation-check-too-slow"
    assert "was not silent" in verdict.diagnosis
    assert judge(shipped("b26-silent-caller", tls)).cause == "handshake-timeout"


@each_version
def test_a_dialler_that_waits_for_its_source_too_long_has_itself_to_thank(tls: str) -> None:
    change = ASKS | {"webex-cloud.certificate.revocation": ["ocsp"], "validation-authority.delay": 60}
    verdict = judge(told(change, step("unified-cm", "call", to="anna@example.calls.webex.com"), tls=tls))

    assert verdict.cause == "revocation-check-too-slow"
    assert verdict.steps[0].by == "expressway-e"
    assert "Expressway-E held the handshake" in verdict.diagnosis


def asides(transcript: Transcript) -> list[Connection]:
    return [connection for connection in transcript.connections if connection.protocol == "http"]


@each_version
def test_a_step_never_hangs_on_the_question_about_a_certificate(tls: str) -> None:
    """The list was fetched with 200, and that is not what the call came to."""
    transcript = told(ASKS, CALL, tls=tls)
    [verdict] = judge(transcript).steps

    assert [event.head for event in transcript.events if isinstance(event, HttpSeen)].count("HTTP 200") >= 2
    assert verdict.ok
    assert verdict.connection not in {connection.number for connection in asides(transcript)}


@each_version
def test_a_caller_that_could_not_ask_stopped_in_its_handshake_and_not_at_tcp(tls: str) -> None:
    """The last connection that the cloud dialled is the one to the list, and that one failed at TCP."""
    transcript = shipped("i11-private-crl-unreachable", tls)
    [verdict] = judge(transcript).steps

    assert asides(transcript)[-1].dialler == "webex-cloud"
    assert (verdict.stopped_at, verdict.by, verdict.refused) == (Stage.HANDSHAKE, "webex-cloud", "expressway-e")


@each_version
def test_an_answer_about_a_certificate_is_not_the_status_of_the_call(tls: str) -> None:
    """The cloud is the caller and asks too: it hears HTTP 200, and its call came to no status at all."""
    change = {"expressway-e.server-certificate.revocation": ["crl"], "validation-authority.crl": "garbage"}
    transcript = told(change, CALL, tls=tls)
    verdict = judge(transcript)

    assert [event.head for event in transcript.events if isinstance(event, HttpSeen)].count("HTTP 200") == 2
    assert verdict.cause == "crl-unusable"
    assert verdict.steps[0].status is None
