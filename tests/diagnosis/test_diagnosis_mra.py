"""Stories of Mobile and Remote Access that look alike, and what tells them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from diagnosis_bench import BOTH_VERSIONS, seen_by, shipped, step, told

from harness.diagnosis.connection_view import NETWORK
from harness.diagnosis.evidence import evidence_of
from harness.diagnosis.judge import judge
from harness.transcript import Transcript

SIGN_IN = step("jabber", "sign-in")
PROXY, BOUGHT_PROXY = shipped("m20-phone-proxy-answers"), shipped("m20-phone-proxy-with-a-public")


def without_the_far_side(transcript: Transcript) -> Transcript:
    """Leave out what the proxy dialled, so that nobody saw the edge's own certificate."""
    kept = tuple(each for each in transcript.connections if each.dialler != "firewall")
    return replace(transcript, connections=kept)


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize(
    ("story", "cause"),
    [
        ("m20-phone-proxy-answers", "foreign-certificate"),
        ("m20-phone-proxy-with-a-public", "foreign-certificate"),
        ("m09-certificate-without", "mra-name-not-in-certificate"),
        ("t12-proxy-inspects", "inspected-by-proxy"),
    ],
)
def test_a_foreign_certificate_is_told_from_a_bad_one_of_the_edge(story: str, cause: str, tls: str) -> None:
    assert judge(shipped(story, tls)).cause == cause


@pytest.mark.parametrize(
    ("transcript", "cause"), [(PROXY, "unknown-root"), (BOUGHT_PROXY, "mra-name-not-in-certificate")]
)
def test_only_the_comparison_tells_a_proxy(transcript: Transcript, cause: str) -> None:
    """Without the edge's own certificate to compare with, the story is that of a bad certificate."""
    assert judge(transcript).cause == "foreign-certificate"
    assert judge(without_the_far_side(transcript)).cause == cause


def test_the_diagnosis_of_a_proxy_shows_both_fingerprints() -> None:
    (evidence,) = evidence_of(PROXY)
    leaves = evidence.foreign_leaf

    assert leaves is not None
    assert leaves[0] != leaves[1]
    words = judge(PROXY).diagnosis
    assert "phone-proxy.example.com" in words
    assert "?" not in words


def test_an_edge_whose_own_root_is_unknown_is_no_proxy() -> None:
    transcript = told({"expressway-e.server-certificate.issuer": "stranger-issuing"}, SIGN_IN)

    verdict = judge(transcript)
    assert verdict.steps[0].by == "jabber"
    assert verdict.cause in {"unknown-root", "missing-intermediate"}


def test_swallowed_dropped_and_silent_are_three_stories() -> None:
    port = {"source": "jabber", "to": "expressway-e", "port": 5061}
    register = step("jabber", "register")
    dropped = told({"firewall.rules": [{**port, "action": "drop"}]}, register)
    swallowed = told({"firewall.rules": [{**port, "action": "swallow"}]}, register)
    silent = told({}, step("b2b-peer", "stay-silent", seconds=6))

    causes = [judge(each).cause for each in (dropped, swallowed, silent)]
    assert causes == ["connect-timed-out", "swallowed-by-inspection", "handshake-timeout"]
    assert [judge(each).steps[0].by for each in (dropped, swallowed, silent)] == [
        "expressway-e",
        NETWORK,
        "expressway-e",
    ]


def test_from_one_end_alone_swallowing_is_not_claimed() -> None:
    swallowed = shipped("m19-sip-inspection")

    assert judge(seen_by("jabber", swallowed)).cause != "swallowed-by-inspection"
    assert judge(seen_by("expressway-e", swallowed)).cause != "swallowed-by-inspection"


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_who_refused_whom_inside_is_told_by_the_alert(tls: str) -> None:
    by_expressway, by_manager = (judge(shipped(name, tls)).stopped for name in ("m22-tomcat", "m24-expressway-c"))

    assert by_expressway is not None
    assert by_manager is not None
    assert (by_expressway.by, by_expressway.refused) == ("expressway-c", "unified-cm")
    assert (by_manager.by, by_manager.refused) == ("unified-cm", "expressway-c")
    assert by_expressway.status == by_manager.status == 502


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_listener_that_was_slow_itself_is_not_blamed_on_the_network(tls: str) -> None:
    """It gave up too, but the ClientHello had arrived."""
    slow = judge(shipped("b26-ocsp-slower", tls)).steps[0]

    assert slow.by == "expressway-e"
