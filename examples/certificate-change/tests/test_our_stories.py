"""What must go on working on our edge, and what must not."""

from __future__ import annotations

import socket

from harness.testing import SipMtls


def test_jabber_signs_in_and_registers(sip_mtls: SipMtls) -> None:
    play = sip_mtls.play("mra/m01-sign-in-and-register")
    assert play.completed, play.text


def test_mutual_tls_for_everybody_locks_jabber_out(sip_mtls: SipMtls) -> None:
    play = sip_mtls.play("scenarios/mutual-tls-for-everybody.yaml", tls="1.3")
    assert (play.stopped_at, play.alert, play.cause) == ("acceptance", 116, "mra-on-mutual-port")


def test_all_of_our_own_scenarios_come_to_what_they_expect(sip_mtls: SipMtls) -> None:
    assert [play for play in sip_mtls.plays("scenarios/") if not play.met] == []


def test_somebody_who_says_nothing_on_5062_gets_no_answer(sip_mtls: SipMtls) -> None:
    with sip_mtls.open_lab() as lab:
        with socket.create_connection((lab.address("expressway-e"), 5062), timeout=5) as stranger:
            stranger.sendall(b"OPTIONS sip:example.com SIP/2.0\r\n\r\n")
            assert not stranger.recv(100).startswith(b"SIP/2.0")
        assert lab.perform("jabber", "register").ok
