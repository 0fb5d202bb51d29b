"""Advice names only what the lab has: held over every play of the catalogue, on every release that differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from diagnosis_bench import SHIPPED, performed, shipped, step, told
from odd_stories import STORIES
from pydantic import ValidationError
from shipped_library import LIBRARY

from harness.diagnosis.causes import CAUSES, COMPLETED
from harness.diagnosis.causes.row import SHOWN_CERTIFICATE
from harness.diagnosis.judge import judge
from harness.lab.changes import changed
from harness.lab.releases import RELEASES
from harness.lab.screens import COMMANDS, EXPRESSWAY, SCREENS, command_page
from harness.lab.settings import Lab
from harness.scenario.model import Step
from harness.scenario.plan import Plan, plan_of
from harness.transcript import Transcript
from harness.verdict import Remedy, Verdict

_OTHERS = r"(?:the )?(?:B2B peer|Unified CM|Webex cloud|Jabber|MRA phone|firewall)"
_ON_ANOTHER_BOX = re.compile(rf"\b(?:list|stores?|clock|certificate|versions|timeout) (?:of|on) {_OTHERS}\b")
_CLOUD = r"(?:the Webex cloud|Control Hub)"
_ON_THE_CLOUD = re.compile(
    rf"\b(?:[Ii]nstall|[Ii]ssue|[Rr]enew|[Gg]et|[Hh]ave|[Ww]ait|[Pp]ut)\b.*\b(?:on|for|of) {_CLOUD}"
    rf"|[Cc]lock of {_CLOUD}|^(?:Or )?Let {_CLOUD} (?:send|take|offer|speak|use|get)"
)
"""What an administrator would have to do in the cloud's own racks; what he asks of its CAs aside."""
_SWITCHES = {
    "xConfiguration SIP MutualTLS Mode: On": lambda lab: lab.expressway_e.sip.mutual_tls_mode,
    "xConfiguration SIP TLS Mode: On": lambda lab: lab.expressway_e.sip.tls_mode,
    "xConfiguration SIP TCP Mode: On": lambda lab: lab.expressway_e.sip.tcp_mode,
}
"""Commands that switch something on, and whether a lab has it on already."""

DIFFERENT = {release.behaviour: release.name for release in RELEASES.values()}
"""A release of each kind: two that do the same give the same advice."""


@dataclass(frozen=True)
class Played:
    name: str
    lab: Lab
    transcript: Transcript

    @property
    def verdict(self) -> Verdict:
        return judge(self.transcript)


@cache
def played_on(release: str) -> tuple[Played, ...]:
    """Every scenario that stops, in a lab of that release and the newest TLS of that, but for those it cannot have."""
    return tuple(_played_on(release))


def _played_on(release: str) -> Iterator[Played]:
    tls = "1.3" if "1.3" in RELEASES[release].tls_versions else "1.2"
    for name, scenario in SHIPPED.items():
        if tls not in scenario.expectations or scenario.expectations[tls].cause == COMPLETED:
            continue
        try:
            lab = changed(plan_of(scenario, LIBRARY.healthy, tls).lab, {"release": release})
        except ValidationError:
            continue
        yield Played(name, lab, performed(Plan(name, tls, lab, scenario.play)))
    for name, (change, deed) in STORIES.items():
        try:
            lab = changed(LIBRARY.healthy, {**change, "release": release})
        except ValidationError:
            continue
        yield Played(name, lab, performed(Plan(name, tls, lab, (deed,))))


def faults_of(remedy: Remedy, lab: Lab, place: int = 0) -> Iterator[str]:
    """Yield what a remedy names that the lab has not."""
    words, release = f"{remedy.action} | {remedy.screen} | {remedy.command}", lab.running
    if remedy.screen and not SCREENS[remedy.screen].is_on(release.name):
        yield f"no such screen on {release.name}: {words}"
    if remedy.command and not command_page(remedy.command).is_on(release.name):
        yield f"no such command on {release.name}: {words}"
    if not release.two_stores and "client store" in words:
        yield f"{release.name} has one store: {words}"
    if not release.eku_switch and re.search(r"EKU check\b|EKU checking off", words):
        yield f"{release.name} cannot switch the EKU check: {words}"
    if remedy.screen and SCREENS[remedy.screen].product == EXPRESSWAY and _ON_ANOTHER_BOX.search(remedy.action):
        yield f"another box has no screens of an Expressway: {words}"
    if remedy.command and not (remedy.screen and SCREENS[remedy.screen].product == EXPRESSWAY):
        yield f"a command belongs to a screen of an Expressway: {words}"
    if remedy.command in _SWITCHES and _SWITCHES[remedy.command](lab):
        yield f"that is on already: {words}"
    yield from _idle_advice(remedy, lab, place)


def _idle_advice(remedy: Remedy, lab: Lab, place: int) -> Iterator[str]:
    """Yield why a remedy changes nothing, or is nobody's to follow."""
    if "Checking Mode: Off" in remedy.command and not _checks_eku(remedy, lab):
        yield f"the EKU check is Off already: {remedy.action}"
    if _ON_THE_CLOUD.search(remedy.action):
        yield f"nobody but the cloud can do that: {remedy.action}"
    if place == 0 and remedy.action.startswith("Or "):
        yield f"an alternative to nothing: {remedy.action}"


def _checks_eku(remedy: Remedy, lab: Lab) -> bool:
    return lab.expressway_c.eku_check if "Expressway-C" in remedy.action else lab.expressway_e.sip.eku_check


@pytest.mark.parametrize("release", sorted(DIFFERENT.values()))
def test_no_play_on_any_release_is_sent_to_what_its_lab_has_not(release: str) -> None:
    played = played_on(release)
    faults = [
        f"{each.name}: {fault}"
        for each in played
        for place, remedy in enumerate(each.verdict.remedies)
        for fault in faults_of(remedy, each.lab, place)
    ]

    assert faults == []
    assert len(played) > len(SHIPPED) / 3


@pytest.mark.parametrize("release", sorted(DIFFERENT.values()))
def test_every_refused_play_is_told_what_to_do_on_every_release(release: str) -> None:
    """But for those whose cause stays open: they get a probe."""
    verdicts = [(each.name, each.verdict) for each in played_on(release)]

    silent = [(name, v.cause) for name, v in verdicts if v.stopped and not v.remedies and not v.cannot_tell]
    assert silent == []


def actions(change: dict[str, Any], *deeds: Step) -> str:
    return "\n".join(f"{each.action} | {each.screen}" for each in judge(told(change, *deeds)).remedies)


ON_MUTUAL_PORT = step("b2b-peer", "call", port=5062)
OUTWARD = step("unified-cm", "call", to="anna@example.calls.webex.com")
WITHOUT_SOURCE = {
    "expressway-e.revocation.mode": "on",
    "expressway-e.revocation.source-inaccessible": "fail",
    "b2b-peer.client-certificate": {"profile": "b2b-peer"},
}


@pytest.mark.parametrize(("release", "page"), [("x15.2", "Server certificate"), ("x15.5", "Client certificate")])
def test_whoever_dials_without_client_auth_is_sent_to_the_store_that_his_release_has(release: str, page: str) -> None:
    faulty = {"profile": "expressway-e", "faults": ["server-auth-only"]}
    change = {"release": release, "expressway-e.server-certificate": faulty}

    told_to = actions(change, OUTWARD)
    assert f"Maintenance > Security > {page}" in told_to
    assert ("client store" in told_to) == (release == "x15.5")


def test_nobody_is_sent_to_a_source_that_the_certificate_does_not_name() -> None:
    named = {"b2b-peer.client-certificate": {"profile": "b2b-peer", "revocation": ["crl"]}}
    unreachable = {"firewall.rules": [{"to": "validation-authority", "action": "drop"}]}

    assert "this one names neither" in actions(WITHOUT_SOURCE, ON_MUTUAL_PORT)
    assert "reach" not in actions(WITHOUT_SOURCE, ON_MUTUAL_PORT)
    assert "Let Expressway-E reach http://" in actions(WITHOUT_SOURCE | named | unreachable, ON_MUTUAL_PORT)


def test_a_source_that_is_named_and_that_nobody_may_ask_is_a_matter_of_switches() -> None:
    named = {"b2b-peer.client-certificate": {"profile": "b2b-peer", "revocation": ["crl"]}}
    off = {"expressway-e.revocation.crl": "off"}

    assert "have switches of their own" in actions(WITHOUT_SOURCE | named | off, ON_MUTUAL_PORT)


def test_a_list_that_is_rubbish_was_reached() -> None:
    named = {"b2b-peer.client-certificate": {"profile": "b2b-peer", "revocation": ["crl"]}}
    verdict = judge(told(WITHOUT_SOURCE | named | {"validation-authority.crl": "garbage"}, ON_MUTUAL_PORT))

    assert verdict.cause == "crl-unusable"
    assert "What lies there is no list" in verdict.diagnosis


@pytest.mark.parametrize(
    ("change", "deed", "said", "not_said"),
    [
        ({"expressway-e.mra": "off"}, step("jabber", "sign-in"), "Switch Mobile and Remote Access on", "TLS mode"),
        ({"expressway-e.sip.tls-mode": "off"}, step("jabber", "register"), "Switch TLS mode On", "Mutual"),
        ({"expressway-e.sip.mutual-tls-mode": "off"}, step("webex-cloud", "call"), "Switch Mutual TLS mode On", "SRV"),
        (
            {"expressway-e.sip.mutual-tls-port": 5070},
            step("webex-cloud", "call"),
            "Correct the port in the SRV record of mtls.example.com: Expressway-E has mutual TLS on port 5070.",
            "Mutual TLS mode",
        ),
        (
            {"expressway-e.sip.mutual-tls-port": 5070, "webex-cloud.sip-destination": "us-expe1.example.com:5062"},
            step("webex-cloud", "call"),
            "Or give the SIP destination the port that is open.",
            "SRV",
        ),
    ],
)
def test_a_closed_port_is_told_by_what_was_switched_off_or_moved(
    change: dict[str, Any], deed: Step, said: str, not_said: str
) -> None:
    assert said in actions(change, deed)
    assert not_said not in actions(change, deed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expressway-e.clock-offset-days": 4000}, "Set the clock of Expressway-E"),
        ({"webex-cloud.certificate": {"profile": "webex-cloud-dual", "faults": ["expired"]}}, "the cloud's side"),
    ],
)
def test_whose_clock_is_off_is_read_from_the_dates(change: dict[str, Any], said: str) -> None:
    (only,) = actions(change, step("webex-cloud", "call")).splitlines()
    assert said in only


@pytest.mark.parametrize(
    ("fault", "deed", "cause"),
    [
        ("client-auth-only", OUTWARD, "eku-no-server-auth"),
        ("sha1-signature", step("webex-cloud", "call"), "weak-certificate"),
        ("no-digital-signature", step("webex-cloud", "call"), "key-usage"),
    ],
)
def test_nobody_is_told_to_exchange_the_certificate_of_the_cloud(fault: str, deed: Step, cause: str) -> None:
    change = {"webex-cloud.certificate": {"profile": "webex-cloud-dual", "faults": [fault]}}

    assert judge(told(change, deed)).cause == cause
    assert actions(change, deed).splitlines() == ["This is on the cloud's side: open a case. | "]


@pytest.mark.parametrize("fault", ["unknown-root", "expired", "server-auth-only"])
def test_where_a_port_only_asks_the_client_may_show_none(fault: str) -> None:
    faulty = {"profile": "b2b-peer", "faults": [fault]}
    asks = {"expressway-e.sip.client-certificate": "optional", "b2b-peer.client-certificate": faulty}
    demands = {"expressway-e.default-zone.mutual-tls": "on", "b2b-peer.client-certificate": faulty}

    assert "show no certificate" in actions(asks, step("b2b-peer", "call"))
    assert "show no certificate" not in actions(demands, step("b2b-peer", "call"))


def test_a_name_is_changed_in_the_kind_of_zone_that_looked_for_it() -> None:
    other = {"expressway-e.server-certificate": {"profile": "expressway-e", "faults": ["wrong-name"]}}
    zone = actions(other, step("expressway-c", "connect-zone", zone="traversal"))
    webex = judge(shipped("i04-subject-name"))

    assert "peer address of the zone on Expressway-C" in zone
    assert any("DNS SIP TLS Verify Subject Name" in each.command for each in webex.remedies)


def test_every_screen_and_command_of_the_table_of_causes_is_in_the_table_of_screens() -> None:
    advice = [each for cause in CAUSES for some in cause.remedies.values() for each in some]

    assert {each.screen for each in advice if each.screen} - {SHOWN_CERTIFICATE} <= set(SCREENS)
    assert all(any(each.command.startswith(known) for known in COMMANDS) for each in advice if each.command)


@pytest.mark.parametrize(
    ("change", "said", "advised"),
    [
        (
            {
                "b2b-peer.signature-algorithms": "RSA-PSS+SHA256:RSA+SHA256",
                "b2b-peer.ciphers": "ECDHE-RSA-AES128-GCM-SHA256",
            },
            "by RSA alone",
            "ECDSA suites",
        ),
        (
            {"expressway-e.server-certificate.faults": ["no-digital-signature"]},
            "by RSA and ECDSA",
            "with digitalSignature",
        ),
    ],
)
def test_a_listener_whose_key_does_not_fit_is_told_by_what_the_dialler_offers(
    change: dict[str, Any], said: str, advised: str
) -> None:
    verdict = judge(told(change, step("b2b-peer", "call"), tls="1.2"))

    assert verdict.cause == "no-common-cipher"
    assert said in verdict.diagnosis
    assert advised in verdict.remedies[0].action
    assert all(advised in each.action or "RSA" not in advised for each in verdict.remedies)
