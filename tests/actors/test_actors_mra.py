"""Mobile and Remote Access: how a client finds the edge, whom it takes for it, and what 8443 asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from actors_bench import Visit, virtual_time, visiting
from shipped_library import LIBRARY

from harness.actors.service_discovery import edge_names
from harness.actors.user_agent import Outcome
from harness.net.memory import MemoryNetwork
from harness.transcript import AlertSeen, Decision, HttpSeen

BAD_CERTIFICATE, UNKNOWN_CA = 42, 48
CERTIFICATE = "expressway-e.server-certificate"
INSIDE_RECORD = "_cisco-uds._tcp.example.com. 300 SRV 10 10 8443 cucm1.example.com."


async def signed_in(change: Mapping[str, Any], client: str = "jabber") -> tuple[Outcome, Visit]:
    async with visiting(MemoryNetwork(), change) as visit:
        return await visit.lab.cast.mra_clients[client].sign_in(None), visit


def named(*names: str) -> dict[str, Any]:
    return {f"{CERTIFICATE}.common-name": names[0], f"{CERTIFICATE}.dns-names": list(names)}


def alerts(visit: Visit, actor: str) -> set[int]:
    return {alert.number for alert in visit.events(actor, AlertSeen) if alert.level == 2}


def test_any_of_three_names_makes_a_listener_the_edge() -> None:
    assert edge_names("example.com", "us-expe1.example.com") == (
        "example.com",
        "collab-edge.example.com",
        "us-expe1.example.com",
    )


@pytest.mark.parametrize("name", edge_names("example.com", "us-expe1.example.com"))
@virtual_time
async def test_jabber_takes_the_edge_by_any_one_of_its_names(name: str) -> None:
    """Expressway-C wants the host name, so that without it Jabber is let in and gets no further."""
    _, visit = await signed_in(named(name))

    inside = "HTTP 200" if name == "us-expe1.example.com" else "HTTP 502"
    heads = [seen.head for seen in visit.events("expressway-e", HttpSeen)]
    assert (heads[0], heads[-1]) == ("GET /get_edge_config", inside)


@pytest.mark.parametrize("name", ["edge.old.example", "www.example.com", "collab-edge.old.example"])
@virtual_time
async def test_jabber_takes_nobody_else_for_the_edge(name: str) -> None:
    outcome, visit = await signed_in(named(name))

    assert not outcome.completed
    assert BAD_CERTIFICATE in alerts(visit, "jabber")
    assert visit.events("expressway-e", HttpSeen) == []


@virtual_time
async def test_jabber_that_finds_the_inside_record_never_asks_for_the_edge() -> None:
    outcome, visit = await signed_in({"name-server.records": INSIDE_RECORD})

    (discovered,) = [each for each in visit.events("jabber", Decision) if each.topic == "discovery"]
    assert not outcome.completed
    assert discovered.outcome == "inside"
    assert [each.listener for each in visit.lab.recorder.connections() if each.dialler == "jabber"] == [""]


@virtual_time
async def test_a_desk_phone_does_not_look_inside() -> None:
    outcome, visit = await signed_in({"name-server.records": INSIDE_RECORD}, "mra-phone")

    assert outcome.completed
    assert [each for each in visit.events("mra-phone", Decision) if each.topic == "discovery"] == []


@pytest.mark.parametrize(("listed", "taken"), [("manufacturing-root", True), ("stranger-root", False)])
@virtual_time
async def test_onboarding_verifies_phones_by_a_list_of_its_own(*, listed: str, taken: bool) -> None:
    trusted = [*LIBRARY.healthy.expressway_e.trusted_ca, "manufacturing-root"]
    onboarding = {
        "expressway-e.activation-code-onboarding": "on",
        "expressway-e.activation-code-ca": [listed],
        "expressway-e.trusted-ca": trusted,
    }

    outcome, visit = await signed_in(onboarding, "mra-phone")

    assert outcome.completed is taken
    assert (UNKNOWN_CA in alerts(visit, "expressway-e")) is not taken


@virtual_time
async def test_onboarding_changes_nothing_in_the_chain_that_the_edge_sends() -> None:
    """The root of the public CA is not on the onboarding list, and Jabber still gets the whole chain."""
    sent = []
    for switch in ("off", "on"):
        _, visit = await signed_in({"expressway-e.activation-code-onboarding": switch})
        (end,) = [
            end
            for each in visit.lab.recorder.connections()
            if each.dialler == "jabber"
            for end in each.ends
            if end.actor == "jabber"
        ]
        sent.append(end.verified_chain)

    assert sent[0] == sent[1]
    assert len(sent[0]) == 3
