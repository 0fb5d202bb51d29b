"""One play in full: everything that the judge said can be read, and nothing else happens on the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded_stories import no_certificate_verdict
from report_bench import HOSTILE, is_inert, outcome, transcript

from harness.report.detail import play_detail
from harness.verdict import EndView, PolicyOpinion, Remedy, Verdict


def _prose(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "said",
    [
        "A partner without a certificate dials the mutual port",
        "(row B02, TLS 1.3, loopback)",
        "Its administrator was given 5062.",
        "step call, by B2B peer: stopped at acceptance",
        "Expressway-E refused B2B peer, alert 116 certificate_required",
        "handshake finished: yes; certificate accepted: no; SIP answered: nobody could see it",
        "saw Expressway-E: got an empty Certificate message",
        "cause no-client-certificate",
        "why Port 5062 demands a client certificate",
        "to do Dial 5061. Screen Configuration > Protocols > SIP Command xConfiguration SIP TLS Port",
        "warning MRA clients have no certificate either.",
        "or it is mra-on-mutual-port",
        "to tell Whether the caller is a phone.",
        "expressway: accepted by callservice.webex.com, the common name matches",
        "rfc5922, rfc9525: refused, the name stands only in the common name",
        "expected NO alert: expected none, got 116",
        "control the story without its fault has another outcome, as it must (cause: none)",
    ],
)
def test_it_says(said: str) -> None:
    play = outcome(no_certificate_verdict(), "alert: expected none, got 116", told=transcript())
    assert said in _prose(play_detail(play))


def test_a_scenario_that_proves_nothing_is_called_so() -> None:
    play = replace(outcome(no_certificate_verdict(), told=transcript()), control_differs=False)
    assert "HAS THE SAME OUTCOME" in play_detail(play)


def test_a_baseline_has_no_control_to_speak_of() -> None:
    play = replace(outcome(no_certificate_verdict(), told=transcript()), control=None, control_differs=None)
    assert "control" not in play_detail(play)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_is_wrapped(width: int) -> None:
    lines = play_detail(outcome(no_certificate_verdict(), told=transcript()), width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_hostile_text_is_inert_wherever_it_stands() -> None:
    verdict = no_certificate_verdict()
    step = replace(verdict.steps[0], by=HOSTILE, closing=HOSTILE, ends=(EndView(HOSTILE, (HOSTILE,)),))
    hostile = Verdict(
        HOSTILE, "1.3", HOSTILE, (step,), HOSTILE, HOSTILE, (Remedy(HOSTILE, HOSTILE, HOSTILE),),
        (HOSTILE,), (HOSTILE,), HOSTILE, (HOSTILE,), (PolicyOpinion(HOSTILE, True, HOSTILE, HOSTILE),),
    )  # fmt: skip
    detail = play_detail(outcome(hostile, HOSTILE, told=transcript()))
    assert is_inert(detail)
    assert "\\x1b[2J" in detail
