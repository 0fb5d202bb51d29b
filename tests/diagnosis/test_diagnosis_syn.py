"""Who answered a SYN: the box, a firewall, or nobody can say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from diagnosis_bench import seen_by, step, told

from harness.diagnosis.connection_view import NETWORK
from harness.diagnosis.judge import judge
from harness.scenario.model import Step
from harness.transcript import Address, Decision, DialFailed, DialFailure, Event, Transcript

INWARD, OUTWARD = step("webex-cloud", "call"), step("unified-cm", "call", to="anna@example.calls.webex.com")
CLOSED = {"expressway-e.sip.mutual-tls-mode": "off"}


def refused(source: str, to: str, port: int) -> dict[str, Any]:
    return {"firewall.rules": [{"source": source, "to": to, "port": port, "action": "refuse"}]}


LINKS: dict[str, tuple[str, str, int, Step]] = {
    "the cloud to the edge": ("webex-cloud", "expressway-e", 5062, INWARD),
    "the edge to the cloud": ("expressway-e", "webex-cloud", 5062, OUTWARD),
    "a partner to the edge": ("b2b-peer", "expressway-e", 5061, step("b2b-peer", "call")),
    "the edge to a partner": ("expressway-e", "b2b-peer", 5061, step("unified-cm", "call", to="bob@peer.example")),
    "Jabber to sign-in": ("jabber", "expressway-e", 8443, step("jabber", "sign-in")),
    "Expressway-C to Unified CM": ("expressway-c", "unified-cm", 5065, INWARD),
    "Unified CM to Expressway-C": ("unified-cm", "expressway-c", 5060, OUTWARD),
    "Expressway-C to Control Hub": ("expressway-c", "control-hub", 8443, step("expressway-c", "contact-cloud")),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_reset_in_the_name_of_an_open_port_is_a_firewalls(name: str) -> None:
    source, to, port, deed = LINKS[name]
    verdict = judge(told(refused(source, to, port), deed))

    assert verdict.cause == "refused-by-firewall"
    assert verdict.stopped is not None
    assert (verdict.stopped.stopped_at, verdict.stopped.by, verdict.stopped.refused) == ("tcp", NETWORK, source)


def test_a_port_that_the_box_has_not_opened_is_closed_whoever_reset() -> None:
    alone, behind_a_firewall = told(CLOSED, INWARD), told(CLOSED | refused("webex-cloud", "expressway-e", 5062), INWARD)

    assert judge(alone).cause == judge(behind_a_firewall).cause == "port-not-listening"
    assert judge(alone).steps[0].by == "expressway-e"


@pytest.mark.parametrize("change", [CLOSED, refused("webex-cloud", "expressway-e", 5062)])
def test_from_the_callers_side_alone_both_stay_open(change: dict[str, Any]) -> None:
    verdict = judge(seen_by("webex-cloud", told(change, INWARD)))

    assert verdict.cause == "syn-refused"
    assert verdict.cannot_tell == ("port-not-listening", "refused-by-firewall")
    assert verdict.probe.startswith("Capture at Expressway-E")


def test_only_a_reset_is_an_answer() -> None:
    assert judge(_ended(told(CLOSED, INWARD), DialFailure.TIMED_OUT)).cause == "connect-timed-out"
    assert judge(_ended(told(CLOSED, INWARD), DialFailure.UNREACHABLE)).cause == "no-route"
    assert judge(_ended(told(CLOSED, INWARD), DialFailure.REFUSED)).cause == "port-not-listening"


def test_another_port_of_the_box_says_nothing_about_this_one() -> None:
    """The list of open ports decides, not that there is one."""
    transcript = told(refused("webex-cloud", "expressway-e", 5062), INWARD)
    assert judge(_relisted(transcript, "5063")).cause == "port-not-listening"


@pytest.mark.parametrize("port", ["", "5062x", "٥٠٦٢", "9" * 5000])
def test_a_port_that_is_no_number_opens_nothing(port: str) -> None:
    """A saved transcript may hold anything."""
    transcript = told(refused("webex-cloud", "expressway-e", 5062), INWARD)
    assert judge(_relisted(transcript, port, only="")).cause == "syn-refused"


def test_between_a_machine_and_itself_nobody_else_answers() -> None:
    seen = seen_by("webex-cloud", told(CLOSED, INWARD))
    probe = replace(seen, network="probe")
    afar = tuple(replace(c, target=Address("192.0.2.10", c.target.port)) for c in probe.connections)

    assert judge(probe).cause == "port-not-listening"
    assert judge(replace(probe, connections=afar)).cause == "syn-refused"
    assert judge(seen).cause == "syn-refused"


@pytest.mark.parametrize(
    ("change", "deed", "said"),
    [
        (
            {"name-server.records": "_sips._tcp.peer.example. 300 SRV 10 10 5099 edge1.peer.example."},
            step("unified-cm", "call", to="bob@peer.example"),
            "Correct the port in the SRV record of peer.example",
        ),
        ({"expressway-c.neighbour-zone.port": 5999}, INWARD, "Give the neighbour zone the port"),
    ],
)
def test_a_closed_port_of_another_box_is_told_by_what_led_there(change: dict[str, Any], deed: Step, said: str) -> None:
    verdict = judge(told(change, deed))

    assert verdict.cause == "port-not-listening"
    assert verdict.remedies[0].action.startswith(said)
    assert "It has opened " in verdict.diagnosis


# --- cut or swallowed, in both directions ---


@pytest.mark.parametrize("deed", [INWARD, OUTWARD])
@pytest.mark.parametrize(
    ("action", "cause"),
    [
        ("reset-after-client-hello", "reset-by-middlebox"),
        ("reset-after-handshake", "reset-by-middlebox"),
        ("swallow", "swallowed-by-inspection"),
        ("drop", "connect-timed-out"),
        ("take-tls-1.3-out-of-the-hello", "hello-was-edited"),
    ],
)
def test_what_a_firewall_does_has_one_cause_in_both_directions(deed: Step, action: str, cause: str) -> None:
    ends = ("webex-cloud", "expressway-e") if deed is INWARD else ("expressway-e", "webex-cloud")
    rule = {"source": ends[0], "to": ends[1], "port": 5062, "action": action}

    assert judge(told({"firewall.rules": [rule]}, deed)).cause == cause


def test_bytes_that_go_nowhere_on_a_plain_link_are_told_from_silence() -> None:
    rule = {"source": "expressway-c", "to": "unified-cm", "port": 5065, "action": "swallow"}
    verdict = judge(told({"firewall.rules": [rule]}, INWARD))

    assert verdict.cause == "swallowed-by-inspection"
    assert "sent its request" in verdict.diagnosis


def test_a_call_that_was_answered_was_not_cut() -> None:
    """A reset after the answer, such as one by a box that goes away, stops nothing."""
    verdict = judge(told({}, step("b2b-peer", "call", to="nobody@example.com")))

    assert verdict.cause == "sip-refused"


def _ended(transcript: Transcript, how: DialFailure) -> Transcript:
    events = (replace(e, failure=how) if isinstance(e, DialFailed) else e for e in transcript.events)
    return replace(transcript, events=tuple(events))


def _relisted(transcript: Transcript, port: str, *, only: str = "5062") -> Transcript:
    """As when the boxes had said that they open another port instead of `only`, or of every one."""

    def changed(event: Event) -> Event:
        if not isinstance(event, Decision) or event.topic != "listener":
            return event
        return replace(event, facts={"port": port}) if only in {"", event.facts["port"]} else event

    return replace(transcript, events=tuple(map(changed, transcript.events)))
