"""Where a connection came out: another box, another service, nobody; what led there decides what there is to do."""

from __future__ import annotations

from typing import Any

import pytest
from diagnosis_bench import seen_by, step, told

from harness.diagnosis.judge import judge
from harness.scenario.model import Step
from harness.verdict import Verdict

CLOUD, OUTWARD = step("webex-cloud", "call"), step("unified-cm", "call", to="anna@example.calls.webex.com")
PARTNER, TO_PARTNER = step("b2b-peer", "call"), step("unified-cm", "call", to="bob@peer.example")
SIGN_IN, REGISTER = step("jabber", "sign-in"), step("jabber", "register")
BOX, SERVICE = "another-box-answers", "another-service-answers"


def verdict_on(change: dict[str, Any], *deeds: Step) -> Verdict:
    return judge(told(change, *deeds))


def advice(verdict: Verdict) -> str:
    return "\n".join(f"{each.action} | {each.screen} | {each.command}" for each in verdict.remedies)


def address(host: str, octet: int) -> dict[str, str]:
    return {"name-server.records": f"{host}. 300 A 127.64.0.{octet}"}


def service(label: str, port: int, host: str) -> dict[str, str]:
    return {"name-server.records": f"{label}. 300 SRV 1 10 {port} {host}."}


def led(to: str, port: int, to_port: int, source: str = "any") -> dict[str, Any]:
    return {
        "firewall.rules": [{"source": source, "to": to, "port": port, "action": "translate", "to-port": to_port}],
    }


EDGE, MTLS, COLLAB = "us-expe1.example.com", "_sips._tcp.mtls.example.com", "_collab-edge._tls.example.com"


@pytest.mark.parametrize(
    ("change", "deed", "said"),
    [
        (address(EDGE, 20), CLOUD, "Correct the target of the SRV record of mtls.example.com"),
        (address(EDGE, 70), CLOUD, "Correct the target of the SRV record of mtls.example.com"),
        (address(EDGE, 40), PARTNER, "Correct the address record of the host"),
        (service(COLLAB, 8443, "expc1.example.com"), SIGN_IN, "Correct the target of the SRV record of _collab-edge"),
        ({"webex-cloud.sip-destination": "expc1.example.com:5060"}, CLOUD, "Control Hub > SIP destination"),
        ({"webex-cloud.sip-destination": "127.64.0.70:5062"}, CLOUD, "Control Hub > SIP destination"),
        ({"expressway-c.traversal-zone.peer-address": "127.64.0.70"}, CLOUD, "TraversalClient Peer"),
        (
            service("_sips._tcp.callservice.webex.com", 5061, "edge1.peer.example"),
            OUTWARD,
            "SRV record of callservice.webex.com",
        ),
    ],
)
def test_what_another_box_has_against_its_visitor_is_no_cause(change: dict[str, Any], deed: Step, said: str) -> None:
    verdict = verdict_on(change, deed)

    assert verdict.cause == BOX
    assert said in advice(verdict)


def test_a_stranger_who_answers_is_warned_of_though_the_call_went_through() -> None:
    verdict = verdict_on({"webex-cloud.sip-destination": "127.64.0.70:5061"}, CLOUD)

    assert verdict.cause == "none"
    assert "the connection came out at the B2B peer, and not at Expressway-E" in verdict.warnings[0]


def test_who_believes_to_be_inside_is_meant_for_unified_cm() -> None:
    inside = service("_cisco-uds._tcp.example.com", 8443, "cucm1.example.com")

    assert verdict_on(inside, SIGN_IN).cause == "client-believes-inside"


def test_a_device_that_answers_in_the_place_of_a_box_is_told_by_what_it_shows() -> None:
    taken = {"firewall.rules": [{"source": "jabber", "to": "expressway-e", "port": 5061, "action": "intercept"}]}

    assert verdict_on(taken, REGISTER).cause == "foreign-certificate"


@pytest.mark.parametrize(
    ("change", "deed", "said"),
    [
        (led("expressway-e", 5062, 5061), CLOUD, "Let the firewall pass port 5062 to port 5062"),
        (led("expressway-e", 5062, 7003), CLOUD, "Let the firewall pass port 5062 to port 5062"),
        (led("expressway-e", 5061, 5062, "b2b-peer"), PARTNER, "Let the firewall pass port 5061 to port 5061"),
        (led("expressway-e", 7003, 5062, "expressway-c"), CLOUD, "Let the firewall pass port 7003 to port 7003"),
        (led("expressway-e", 2222, 8443, "expressway-c"), SIGN_IN, "Let the firewall pass port 2222 to port 2222"),
        (led("expressway-e", 8443, 5061), SIGN_IN, "Let the firewall pass port 8443 to port 8443"),
        (service(MTLS, 8443, EDGE), CLOUD, "Expressway-E has mutual TLS on port 5062"),
        (service(MTLS, 7003, EDGE), CLOUD, "Expressway-E has mutual TLS on port 5062"),
        ({}, step("b2b-peer", "call", port=7001), "Dial port 5061 of Expressway-E"),
        ({}, step("b2b-peer", "call", port=2222), "Dial port 5061 of Expressway-E"),
        ({}, step("b2b-peer", "call", port=8443, transport="tcp"), "Dial port 5061 of Expressway-E"),
    ],
)
def test_what_another_service_has_against_its_visitor_is_no_cause(
    change: dict[str, Any], deed: Step, said: str
) -> None:
    verdict = verdict_on(change, deed)

    (only,) = verdict.remedies
    assert verdict.cause == SERVICE
    assert said in only.action


@pytest.mark.parametrize(
    ("change", "deed", "cause"),
    [
        ({}, step("b2b-peer", "call", port=5062), "no-client-certificate"),
        (service(MTLS, 5061, EDGE), CLOUD, "cloud-in-default-zone"),
        (led("expressway-e", 5061, 5062, "jabber"), REGISTER, "mra-translated-to-mutual-port"),
        (service(COLLAB, 5061, EDGE), SIGN_IN, "collab-edge-wrong-port"),
        ({**service(COLLAB, 8444, EDGE), "expressway-e.mra-port": 8444}, SIGN_IN, "none"),
        ({"expressway-e.mra-port": 8444}, SIGN_IN, "collab-edge-wrong-port"),
    ],
)
def test_ports_for_calls_have_causes_of_their_own(change: dict[str, Any], deed: Step, cause: str) -> None:
    assert verdict_on(change, deed).cause == cause


def test_the_port_of_sign_in_is_the_one_that_the_edge_has_for_it() -> None:
    moved = verdict_on({"expressway-e.mra-port": 8444}, SIGN_IN)

    assert advice(moved) == "Correct the port of the SRV record _collab-edge._tls: 8444. | Public DNS | "


def test_of_a_visitor_nobody_knows_what_he_is_after() -> None:
    visited = told(led("expressway-e", 5062, 7003), CLOUD)

    assert judge(seen_by("expressway-e", visited)).cause != SERVICE


# --- names without an address, addresses without a box ---


@pytest.mark.parametrize(
    ("change", "deed", "said", "not_said"),
    [
        ({"name-server.without": ["A us-expe1.example.com"]}, CLOUD, "correct the SRV target", "SIP destination"),
        ({"webex-cloud.sip-destination": "us-expe9.example.com:5062"}, CLOUD, "the host in the SIP destination", "SRV"),
        ({"expressway-c.traversal-zone.peer-address": "us-expe1"}, CLOUD, "the peer address of the zone", "SRV"),
        ({"name-server.without": ["A cucm1.example.com"]}, SIGN_IN, "System > Server", "SRV"),
        (
            {"name-server.without": ["A admin.webex.com"]},
            step("expressway-c", "contact-cloud"),
            "System > DNS",
            "Public DNS",
        ),
        (
            {"expressway-e.webex-zone.dns-override-domain": "calservice.webex.com"},
            OUTWARD,
            "DNS SIP DnsOverride Name",
            "Create the SRV record",
        ),
        (
            {"name-server.without": ["SRV _sips._tcp.peer.example"]},
            TO_PARTNER,
            "its owner has to publish",
            "name the listener itself",
        ),
        (address(EDGE, 99), CLOUD, "Correct the record", "SIP destination"),
        ({"webex-cloud.sip-destination": "127.64.0.99:5062"}, CLOUD, "the address in the SIP destination", "record"),
        ({"expressway-c.traversal-zone.peer-address": "127.64.0.99"}, CLOUD, "the peer address of the zone", "record"),
    ],
)
def test_advice_on_a_lost_name_or_address_is_about_where_it_is_written(
    change: dict[str, Any], deed: Step, said: str, not_said: str
) -> None:
    given = advice(verdict_on(change, deed))

    assert said in given
    assert not_said not in given


def test_the_called_domain_was_not_looked_up_where_another_one_stands_in_its_place() -> None:
    dropped = {"firewall.rules": [{"source": "expressway-e", "to": "webex-cloud", "action": "drop"}]}
    off = {"expressway-e.webex-zone.modify-dns-request": "off"}

    assert "Modify DNS request" not in advice(verdict_on(dropped, OUTWARD))
    assert "Modify DNS request" in advice(verdict_on(off, OUTWARD))
