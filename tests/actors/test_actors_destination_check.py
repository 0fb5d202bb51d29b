"""The Test button of Control Hub says at which step it ended, in Control Hub's words."""

from __future__ import annotations

from typing import Any

import pytest
from actors_bench import virtual_time, visiting

from harness.actors.destination_check import SOCKET_WORDS, run_test
from harness.actors.webex_cloud import CloudCall
from harness.net.memory import MemoryNetwork
from harness.transcript import Decision, DialFailure

CALL = CloudCall(to="")
OLD_NAME = {"expressway-e.webex-zone.subject-name": "callservice.ciscospark.example"}


@pytest.mark.parametrize(
    ("change", "step", "words"),
    [
        ({"name-server.without": ["SRV _sips._tcp.mtls.example.com"]}, "DNS", "No DNS addresses found"),
        ({"expressway-e.power": "off"}, "Socket", "Connection timed out"),
        ({"expressway-e.sip.mutual-tls-mode": "off"}, "Socket", "Connect failure"),
        ({"expressway-e.server-certificate.faults": ["expired"]}, "TLS", "TLS failure"),
        (OLD_NAME, "SIP OPTIONS", "TCP read/write failure"),
    ],
)
@virtual_time
async def test_a_fault_ends_the_test_at_its_step(change: dict[str, Any], step: str, words: str) -> None:
    async with visiting(MemoryNetwork(), change) as visit:
        outcome = await run_test(visit.lab.cast.webex_cloud, CALL)
        assert (outcome.completed, outcome.detail) == (False, f"{words} ({step})")
        (told,) = [each for each in visit.events("webex-cloud", Decision) if each.topic == "control-hub-test"]
        assert (told.outcome, told.facts["step"], told.facts["words"]) == ("failed", step, words)


@pytest.mark.parametrize(
    ("destination", "lookup"),
    [("mtls.example.com", "SRV"), ("us-expe1.example.com:5062", "A/AAAA"), ("127.64.0.10:5062", "none")],
)
@virtual_time
async def test_a_healthy_box_passes_whatever_form_the_sip_destination_has(destination: str, lookup: str) -> None:
    async with visiting(MemoryNetwork()) as visit:
        outcome = await run_test(visit.lab.cast.webex_cloud, CloudCall(to="", destination=destination))
        (told,) = [each for each in visit.events("webex-cloud", Decision) if each.topic == "control-hub-test"]
        assert outcome.completed
        assert (told.outcome, told.facts["lookup"], told.facts["ip"]) == ("passed", lookup, visit.edge)
        assert ["cloud.user" in text for text in visit.heard_by("expressway-e", b"OPTIONS")].count(True) == 1


def test_every_failure_of_a_socket_has_its_words() -> None:
    assert set(SOCKET_WORDS) == set(DialFailure)
