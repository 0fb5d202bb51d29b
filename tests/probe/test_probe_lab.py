"""A probe of our own lab, kept open: what the ports of an Expressway-E do about client certificates is found out."""

from __future__ import annotations

from typing import Any

import pytest
from probe_bench import BOTH_VERSIONS, laboratory, probed, wearing
from shipped_library import LIBRARY

from harness.capture.saved import load_transcript, save_transcript
from harness.diagnosis.judge import judge
from harness.probe.card import card_of
from harness.probe.credentials import Shows
from harness.probe.outcomes import Came
from harness.report.evidence import inspected
from harness.transcript import Address, ClientCertificate

NONE, OPTIONAL, REQUIRED = ClientCertificate.NONE, ClientCertificate.OPTIONAL, ClientCertificate.REQUIRED
ONBOARDING = {"expressway-e.activation-code-onboarding": True}


@pytest.mark.parametrize(
    ("port", "change", "demand"),
    [(5061, {}, NONE), (5062, {}, REQUIRED), (8443, {}, NONE), (8443, ONBOARDING, OPTIONAL)],
    ids=["the TLS port", "the mutual TLS port", "sign-in", "sign-in with activation codes"],
)
async def test_none_optional_and_required_are_told_apart(
    port: int, change: dict[str, Any], demand: ClientCertificate
) -> None:
    async with laboratory(change) as lab:
        found = await probed(f"{lab.directory.address_of('expressway-e')}:{port}")

    assert found.card is not None
    assert found.card.demands == {"1.2": demand, "1.3": demand}
    assert found.let_in is (demand is not REQUIRED)
    assert found.card.versions == {"1.0": False, "1.1": False, "1.2": True, "1.3": True}


async def test_the_mutual_port_refuses_late_in_tls_1_3_and_takes_the_certificate_of_the_cloud() -> None:
    async with laboratory() as lab:
        host = lab.directory.address_of("expressway-e")
        cloud = await probed(f"{host}:5062", "webex-cloud", wearing("webex-cloud-dual"), names=("example.com",))

    card = cloud.card
    assert card is not None
    assert cloud.gets_through
    came = {(shows, tls): card.trial(shows, tls) for shows in Shows for tls in BOTH_VERSIONS}
    seen = {key: (trial.came, trial.alert, trial.late) for key, trial in came.items() if trial}
    assert seen == {
        (Shows.NOTHING, "1.2"): (Came.REFUSED, 40, False),
        (Shows.NOTHING, "1.3"): (Came.REFUSED, 116, True),
        (Shows.STRANGER, "1.2"): (Came.REFUSED, 48, False),
        (Shows.STRANGER, "1.3"): (Came.REFUSED, 48, True),
        (Shows.OWN, "1.2"): (Came.ANSWERED, None, False),
        (Shows.OWN, "1.3"): (Came.ANSWERED, None, False),
    }
    assert card.authorities is not None
    assert any("Public Root CA" in name for name in card.authorities)


async def test_jabber_is_told_why_it_does_not_register_on_the_mutual_port() -> None:
    async with laboratory() as lab:
        found = await probed(f"{lab.directory.address_of('expressway-e')}:5062", "jabber")

    assert (found.let_in, found.verdict.cause) == (False, "mra-on-mutual-port")
    assert found.verdict.remedies[0].command == "xConfiguration SIP TLS Mode: On"


async def test_a_cloud_whose_name_is_not_wanted_is_dropped_after_the_handshake() -> None:
    async with laboratory() as lab:
        found = await probed(f"{lab.directory.address_of('expressway-e')}:5062", carried=wearing("b2b-peer"))

    assert found.card is not None
    trial = found.card.trial(Shows.OWN, "1.3")
    assert trial is not None
    assert (trial.came, trial.alert, trial.late) == (Came.REFUSED, None, True)
    assert found.verdict.cause == "closed-after-handshake"


async def test_the_ports_certificate_is_judged_and_never_ends_the_probe() -> None:
    async with laboratory(
        {"expressway-e.server-certificate": {"profile": "expressway-e", "faults": ["expired"]}}
    ) as lab:
        host = lab.directory.address_of("expressway-e")
        found = await probed(f"{host}:5061", "b2b-peer", names=("elsewhere.example",))

    assert (found.let_in, found.trusts_port, found.knows_port, found.gets_through) == (True, False, False, False)
    assert found.card is not None
    assert found.card.path is not None
    assert found.card.path.verify_code == 10
    assert [opinion.accepted for opinion in found.card.opinions] == [False] * 4


async def test_a_domain_leads_by_its_srv_records_to_a_port() -> None:
    async with laboratory() as lab:
        resolver = Address(lab.directory.address_of("name-server"), LIBRARY.healthy.name_server.port)
        partner = await probed("example.com", "b2b-peer", resolver=resolver)
        phone = await probed("example.com", "jabber", resolver=resolver)

    assert partner.card is not None
    assert phone.card is not None
    assert (partner.card.place.port, phone.card.place.port) == (5062, 8443)
    assert phone.card.names[:2] == ("example.com", "collab-edge.example.com")
    assert phone.gets_through
    hello = inspected(phone.transcript.connections[0]).client_hello
    assert hello is not None
    assert hello.server_name in {"us-expe1.example.com", "us-expe2.example.com"}


async def test_a_saved_probe_gives_the_same_card_and_the_same_verdict() -> None:
    async with laboratory() as lab:
        found = await probed(f"{lab.directory.address_of('expressway-e')}:5062", "jabber")

    again = load_transcript(save_transcript(found.transcript))
    assert judge(again) == found.verdict
    assert card_of(again) == found.card
