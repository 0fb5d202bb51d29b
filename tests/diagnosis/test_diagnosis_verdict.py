from __future__ import annotations

from dataclasses import replace

import pytest
from diagnosis_bench import BOTH_VERSIONS, SHIPPED, seen_by, shipped, step, told
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.diagnosis.compare import mismatches, outcome_differs
from harness.diagnosis.judge import judge
from harness.scenario.expectations import NO_ALERT
from harness.scenario.model import Expectation, StepExpectation
from harness.transcript import Transcript
from harness.verdict import Facts, Stage

PARTNER = step("b2b-peer", "call")


def facts(transcript: Transcript) -> Facts:
    return judge(transcript).steps[-1].facts


# --- the three facts ---


@pytest.mark.parametrize(
    ("tls", "stage", "alert", "caller_thought_it_was_done"),
    [("1.2", Stage.HANDSHAKE, 40, False), ("1.3", Stage.ACCEPTANCE, 116, True)],
)
def test_a_caller_without_a_certificate_is_turned_away(
    tls: str, stage: Stage, alert: int, caller_thought_it_was_done: bool
) -> None:
    stopped = judge(shipped("b02-no-certificate", tls)).stopped

    assert stopped is not None
    assert (stopped.stopped_at, stopped.alert) == (stage, alert)
    assert (stopped.by, stopped.refused) == ("expressway-e", "b2b-peer")
    assert stopped.facts == Facts(caller_thought_it_was_done, certificate_accepted=False, sip_answered=False)


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_call_that_goes_through_has_all_three_facts(tls: str) -> None:
    assert facts(shipped("b01-one-way", tls)) == Facts(True, True, True)


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_name_that_is_refused_is_refused_after_both_handshakes(tls: str) -> None:
    assert facts(shipped("i04-subject", tls)) == Facts(True, False, False)


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_404_is_an_answer(tls: str) -> None:
    assert facts(shipped("i29-preloaded-routes-off-on-expressway-e", tls)) == Facts(True, True, True)


def test_nobody_can_see_a_handshake_where_there_is_none() -> None:
    no_tls_at_all = told({"expressway-c.search-rules": []}, step("unified-cm", "call", to="nobody@nowhere.example"))

    assert facts(no_tls_at_all) == Facts(None, None, True)
    assert facts(shipped("i13-mutual", "1.2")) == Facts(None, None, False)


def test_a_sign_in_is_no_sip() -> None:
    assert judge(shipped("m01-sign-in")).steps[0].facts == Facts(True, True, None)


def test_the_caller_alone_cannot_see_that_it_was_accepted_until_it_is_answered() -> None:
    answered = seen_by("b2b-peer", shipped("b01-one-way"))
    quiet = replace(answered, events=tuple(event for event in answered.events if event.kind != "sip"))

    assert facts(answered) == Facts(True, True, True)
    assert facts(quiet).certificate_accepted is None


# --- one end alone ---


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize("actor", ["b2b-peer", "expressway-e"])
def test_either_end_alone_tells_a_missing_certificate_from_a_missing_cipher(actor: str, tls: str) -> None:
    no_certificate = judge(seen_by(actor, shipped("b02-no-certificate", tls)))
    no_cipher = judge(seen_by(actor, shipped("b21-rsa-only", tls)))

    assert (no_certificate.cause, no_cipher.cause) == ("no-client-certificate", "no-common-cipher")
    assert no_certificate.cannot_tell == no_cipher.cannot_tell == ()


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_name_that_was_refused_looks_like_a_firewall_from_outside_and_only_there(tls: str) -> None:
    whole = shipped("i04-subject", tls)
    outside, inside = judge(seen_by("webex-cloud", whole)), judge(seen_by("expressway-e", whole))

    assert judge(whole).cause == inside.cause == "name-typo"
    assert outside.cause == "closed-after-handshake"
    assert {"reset-by-middlebox", "name-unknown"} <= set(outside.cannot_tell)
    assert "log of Expressway-E" in outside.probe


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_firewall_that_cuts_after_the_handshake_is_not_taken_for_a_refused_name(tls: str) -> None:
    cut = judge(
        told(
            {"firewall.rules": [{"to": "expressway-e", "port": 5062, "action": "reset-after-handshake"}]},
            step("webex-cloud", "call"),
            tls=tls,
        )
    )

    assert cut.cause == "reset-by-middlebox"
    assert cut.stopped is not None
    assert (cut.stopped.by, cut.stopped.refused, cut.stopped.closing) == ("network", "webex-cloud", "rst")
    assert "after the handshake" in cut.diagnosis


def test_without_the_authorities_a_missing_intermediate_may_be_an_unknown_root() -> None:
    known = shipped("b27-partner-sends-only")
    unknown = judge(replace(known, authorities=()))

    assert judge(known).cause == "missing-intermediate"
    assert unknown.cause == "incomplete-or-unknown-chain"
    assert unknown.cannot_tell == ("missing-intermediate", "unknown-root")
    assert "openssl verify" in unknown.probe


def test_the_partner_that_hangs_up_after_the_handshake_is_the_one_that_refused() -> None:
    alone = judge(seen_by("expressway-e", shipped("b09-name-checked")))

    assert alone.stopped is not None
    assert (alone.stopped.stopped_at, alone.stopped.by) == (Stage.IDENTITY, "b2b-peer")
    assert "B2B peer dropped" in alone.diagnosis


# --- whatever is left of a transcript ---

_NAMES = [name for name in SHIPPED if name.startswith(("b2b/b0", "mra", "cloud-inbound/i0"))]


@settings(max_examples=150)
@given(st.sampled_from(_NAMES), st.sampled_from(BOTH_VERSIONS), st.data())
def test_whatever_part_of_a_play_was_seen_has_a_verdict(name: str, tls: str, data: st.DataObject) -> None:
    whole = shipped(name, tls)
    events = data.draw(st.lists(st.sampled_from(whole.events), unique_by=id, max_size=len(whole.events)))
    kept = {id(event) for event in events}
    ends = data.draw(st.sampled_from(("none", "dialler", "listener", "both")))
    part = replace(
        whole,
        events=tuple(event for event in whole.events if id(event) in kept),
        connections=tuple(
            replace(c, ends=tuple(e for e in c.ends if ends == "both" or e.listens == (ends == "listener")))
            if ends != "none"
            else replace(c, ends=())
            for c in whole.connections
        ),
    )

    verdict = judge(part)

    assert verdict.diagnosis
    assert "{" not in verdict.diagnosis
    assert len(verdict.steps) == sum(event.kind == "step-ended" for event in part.events)


def test_a_play_in_which_nothing_was_done_has_no_cause() -> None:
    nothing = replace(shipped("b01-one-way"), events=(), connections=())

    assert judge(nothing).cause == "none"
    assert judge(nothing).steps == ()


# --- warnings ---


def test_what_works_for_a_bad_reason_is_warned_of() -> None:
    verify_off = judge(shipped("o11-verify-off")).warnings
    again = judge(shipped("m05-jabber")).warnings
    clock = judge(shipped("i24-clock")).warnings

    assert any("does not verify" in warning for warning in verify_off)
    assert any("tried 3 times" in warning for warning in again)
    assert any("traversal zone" in warning for warning in clock)
    assert judge(shipped("b01-one-way")).warnings == ()


def test_switching_the_eku_check_off_is_warned_of() -> None:
    change = {
        "b2b-peer.client-certificate": {"profile": "b2b-peer", "faults": ["server-auth-only"]},
        "expressway-e.sip.eku-check": "off",
        "expressway-e.default-zone.access-rules": [{"pattern": "peer.example", "action": "allow"}],
    }
    verdict = judge(told(change, step("b2b-peer", "call", port=5062)))

    assert verdict.cause == "none"
    assert any("EKU checking is Off" in warning for warning in verdict.warnings)


# --- what was expected ---

MET = Expectation(
    {"call": StepExpectation("acceptance", "expressway-e", 116, closing="fin", connections=1)}, "no-client-certificate"
)


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        ({"stopped_at": "handshake"}, "call: stopped-at: expected handshake, got acceptance"),
        ({"stopped_at": ""}, "call: stopped-at: expected nowhere, got acceptance"),
        ({"by": "b2b-peer"}, "call: by: expected b2b-peer, got expressway-e"),
        ({"alert": 40}, "call: alert: expected 40 handshake_failure, got 116 certificate_required"),
        ({"alert": NO_ALERT}, "call: alert: expected none, got 116 certificate_required"),
        ({"status": 403}, "call: status: expected 403, got none"),
        ({"closing": "rst"}, "call: closing: expected rst, got fin"),
        ({"connections": 2}, "call: connections: expected 2, got 1"),
    ],
)
def test_a_verdict_that_was_not_expected_is_told_in_a_sentence(expected: dict[str, object], sentence: str) -> None:
    play = shipped("b02-no-certificate")
    wanted = replace(MET, steps={"call": replace(MET.steps["call"], **expected)})  # type: ignore[arg-type]

    assert mismatches(MET, judge(play), play) == ()
    assert mismatches(wanted, judge(play), play) == (sentence,)


def test_every_other_part_of_an_expectation_has_its_sentence() -> None:
    play = shipped("b02-no-certificate")
    wanted = Expectation({"call": MET.steps["call"], "options": StepExpectation()}, "none", ("tried",))

    assert mismatches(wanted, judge(play), play) == (
        "options: the play never came to this step",
        "cause: expected none, got no-client-certificate",
        "warnings: none says 'tried'",
    )


def test_a_step_of_which_only_the_end_is_expected_may_be_refused_by_anyone() -> None:
    play = shipped("b02-no-certificate")

    assert mismatches(Expectation({"call": StepExpectation("acceptance")}, MET.cause), judge(play), play) == ()


def test_two_outcomes_differ_by_cause_by_warning_by_stage_or_by_refuser() -> None:
    verdict = judge(shipped("b02-no-certificate"))
    (stopped,) = verdict.steps

    assert not outcome_differs(verdict, replace(verdict, diagnosis="other", network="loopback"))
    assert outcome_differs(verdict, replace(verdict, warnings=("other",)))
    assert outcome_differs(verdict, replace(verdict, cause="none"))
    assert outcome_differs(verdict, replace(verdict, steps=(replace(stopped, stopped_at=Stage.SIP),)))
    assert outcome_differs(verdict, replace(verdict, steps=(replace(stopped, by="network"),)))
    assert outcome_differs(verdict, replace(verdict, steps=()))
