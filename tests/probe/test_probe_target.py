"""What a target means, whom a probe may dial, how fast, and with which name servers."""

from __future__ import annotations

from contextlib import suppress

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from probe_bench import HOST

from harness.errors import LabError, ScenarioError
from harness.net.named_hosts import OutsideNetwork, is_this_machine, source_towards
from harness.probe.attempt import Pace
from harness.probe.lookup import machine_servers
from harness.probe.roles import ROLES
from harness.probe.target import protocol_at, read_target
from harness.transcript import Address


@pytest.mark.parametrize(
    ("written", "role", "host", "port", "service"),
    [
        ("edge.example.com:5062", "probe", "edge.example.com", 5062, ""),
        ("[2001:db8::1]:5061", "probe", "2001:db8::1", 5061, ""),
        ("sip:bob@example.com", "b2b-peer", "example.com", None, ""),
        ("sips:example.com:5061;transport=tls", "probe", "example.com", 5061, ""),
        ("example.com", "b2b-peer", "example.com", None, ""),
        ("example.com", "jabber", "example.com", None, "_collab-edge._tls"),
        ("edge.example.com:8443", "jabber", "edge.example.com", 8443, ""),
    ],
)
def test_a_target_is_what_people_write(written: str, role: str, host: str, port: int | None, service: str) -> None:
    target = read_target(written, ROLES[role])

    assert (target.host, target.port, target.service) == (host, port, service)
    assert target.secure


@pytest.mark.parametrize(
    "written", ["", "udp::x", "host:0", "host:99999", "sip:host;transport=tcp", "_sip._udp.a.example"]
)
def test_what_is_no_target_of_tls_is_wrong_input(written: str) -> None:
    with pytest.raises(ScenarioError):
        read_target(written, ROLES["probe"])


@given(st.text(max_size=80), st.sampled_from(sorted(ROLES)))
def test_any_text_is_a_target_or_wrong_input(text: str, role: str) -> None:
    with suppress(ScenarioError):
        target = read_target(text, ROLES[role])
        assert target.secure
        assert target.host


def test_http_is_spoken_where_sign_in_is() -> None:
    assert [protocol_at(Address(HOST, port)) for port in (5061, 5062, 8443, 443)] == ["sip", "sip", "https", "https"]


async def test_nobody_is_dialled_whom_the_user_did_not_name() -> None:
    network = OutsideNetwork()
    network.permit("127.0.0.1")

    with pytest.raises(LabError, match="dials only where its user points"):
        await network.dial("", Address("127.0.0.2", 5061), within=1, bound=lambda _: None)


async def test_a_probe_listens_nowhere() -> None:
    with pytest.raises(LabError):
        await OutsideNetwork().listen(Address("127.0.0.1", 5061))


@pytest.mark.parametrize(
    ("host", "ours"), [("127.0.0.1", True), ("127.99.1.10", True), ("::1", True), ("192.0.2.1", False)]
)
def test_this_machine_is_known(host: str, ours: bool) -> None:
    assert is_this_machine(host) is ours


def test_packets_to_loopback_leave_from_loopback() -> None:
    assert is_this_machine(source_towards(Address("127.0.0.1", 53)))


@pytest.mark.usefixtures("autojump_clock")
async def test_one_connection_begins_in_each_second() -> None:
    pace, began = Pace(1.0), trio.current_time()
    starts = []
    for _ in range(4):
        await pace.wait()
        starts.append(trio.current_time() - began)

    assert starts == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=0.1)


def test_the_machines_name_servers_are_read_from_its_file() -> None:
    text = "# ours\nsearch example.com\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nnameserver 2001:db8::53\n"

    assert machine_servers(text) == (Address("192.0.2.53", 53), Address("2001:db8::53", 53))
    assert machine_servers("") == (Address("127.0.0.1", 53),)


@given(st.text(max_size=200))
def test_any_resolver_file_names_one_to_three_servers(text: str) -> None:
    assert 1 <= len(machine_servers(text)) <= 3
