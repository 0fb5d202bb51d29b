"""A firewall that terminates TLS itself: who then talks to whom, and what each of them sees."""

from __future__ import annotations

from typing import Any

import pytest
from actors_bench import Visit, each_network, visiting

from harness.actors.site import FIREWALL
from harness.net.network import Network
from harness.transcript import AlertSeen, Closing, Connection, HttpSeen
from harness.x509.certificate import read_certificate

HANDSHAKE_FAILURE, UNKNOWN_CA = 40, 48
EDGE, CLIENT, HUB, INSIDE = "expressway-e", "jabber", "control-hub", "expressway-c"
INTERCEPTED: dict[str, Any] = {
    "firewall.rules": [{"source": CLIENT, "to": EDGE, "port": 8443, "action": "intercept"}],
    "jabber.trusted-ca": ["public-root", "proxy-root"],
    "firewall.proxy-certificate.dns-names": ["example.com"],
}


def dialled_by(visit: Visit, actor: str) -> list[Connection]:
    return [each for each in visit.lab.recorder.connections() if each.dialler == actor]


def names_seen_by(connection: Connection, actor: str) -> tuple[str, ...]:
    end = connection.end_of(actor)
    assert end is not None
    return read_certificate(end.verified_chain[0]).dns_names


@each_network
async def test_who_trusts_the_proxy_signs_in_through_it(new_network: Any) -> None:
    network: Network = new_network()
    async with visiting(network, INTERCEPTED) as visit:
        outcome = await visit.lab.cast.mra_clients[CLIENT].sign_in(None)

        (near,), (far,) = dialled_by(visit, CLIENT), dialled_by(visit, FIREWALL)
        assert outcome.completed
        assert (near.listener, far.listener) == (FIREWALL, EDGE)
        assert near.target == far.target
        assert near.protocol == far.protocol == "https"
        assert names_seen_by(near, CLIENT) == ("example.com",)
        assert names_seen_by(far, FIREWALL) == ("us-expe1.example.com", "example.com")
        assert visit.events(EDGE, HttpSeen)[-1].head == "HTTP 200"


@each_network
async def test_who_does_not_know_the_proxy_refuses_it_and_the_edge_hears_of_nobody(new_network: Any) -> None:
    network: Network = new_network()
    async with visiting(network, {**INTERCEPTED, "jabber.trusted-ca": ["public-root"]}) as visit:
        outcome = await visit.lab.cast.mra_clients[CLIENT].sign_in(None)

        sent = [alert.number for alert in visit.events(CLIENT, AlertSeen)]
        assert not outcome.completed
        assert sent == [UNKNOWN_CA]
        assert visit.events(EDGE, HttpSeen) == []


@each_network
async def test_a_stranger_at_the_proxy_is_reset(new_network: Any) -> None:
    """Only connections that the firewall led there have a target."""
    network: Network = new_network()
    async with visiting(network, INTERCEPTED) as visit:
        site = visit.lab.cast.b2b_peer.site
        link = await site.dial(visit.lab.directory.address_of(FIREWALL), 8443)

        assert link is not None
        assert await link.receive() == b""
        assert link.ended is Closing.RST
        link.drop()


@each_network
async def test_where_the_target_takes_no_proxy_the_dialler_is_reset(new_network: Any) -> None:
    """Interception of mutual TLS cannot work: the proxy has no certificate for the role of a client."""
    change = {
        "firewall.rules": [{"source": "webex-cloud", "to": EDGE, "port": 5062, "action": "intercept"}],
        "expressway-e.sip.tls-versions": ["1.2"],
    }
    async with visiting(new_network(), change) as visit:
        link = await visit.lab.cast.webex_cloud.site.dial(visit.edge, 5062)

        assert link is not None
        assert await link.receive() == b""
        assert link.ended is Closing.RST
        assert HANDSHAKE_FAILURE in [alert.number for alert in visit.events(FIREWALL, AlertSeen)]
        link.drop()


@pytest.mark.parametrize(("trusts_the_proxy", "completed"), [(True, True), (False, False)])
@each_network
async def test_the_cloud_is_reached_through_an_inspecting_proxy_whose_root_is_trusted(
    new_network: Any, *, trusts_the_proxy: bool, completed: bool
) -> None:
    change: dict[str, Any] = {
        "firewall.rules": [{"source": INSIDE, "to": HUB, "port": 8443, "action": "intercept"}],
        "firewall.proxy-certificate.dns-names": ["admin.webex.com"],
        "expressway-c.trusted-ca": ["private-root", "public-root", *(["proxy-root"] if trusts_the_proxy else [])],
    }
    async with visiting(new_network(), change) as visit:
        outcome = await visit.lab.cast.expressway_c.contact_cloud()

        assert outcome.completed is completed
        assert bool(visit.events(HUB, HttpSeen)) is completed
