"""A lab that a test keeps open on real sockets, beside clients that are none of ours."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import LabError
from harness.testing import SipMtls
from harness.testing.folders import Places
from harness.transcript import HandshakeFinished

MUTUAL = 5062


@pytest.fixture
def stage(tmp_path: Path) -> SipMtls:
    folders: Iterator[int] = iter(range(9))
    return SipMtls(
        Places(tmp_path, tmp_path),
        network="memory",
        lab="",
        new_folder=lambda: tmp_path / f"certificates{next(folders)}",
    )


def test_a_real_tls_client_with_a_certificate_of_the_lab_gets_in(stage: SipMtls) -> None:
    made = stage.certificates("b2b-peer", "webex-cloud-dual")
    context = ssl.create_default_context(cafile=str(made / "authorities" / "public-root.pem"))
    context.load_cert_chain(made / "webex-cloud-dual" / "chain.pem", made / "keys" / "webex-cloud-dual.pem")
    with stage.open_lab() as lab:
        with (
            socket.create_connection((lab.address("expressway-e"), MUTUAL), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname="us-expe1.example.com") as tls,
        ):
            assert tls.version() == "TLSv1.3"
            tls.sendall(b"\r\n\r\n")
            assert tls.recv(10) == b"\r\n"
        finished = [event for event in lab.transcript.events if isinstance(event, HandshakeFinished)]
    assert "expressway-e" in {event.actor for event in finished}


def test_its_secrets_go_where_sslkeylogfile_says(
    stage: SipMtls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    with stage.open_lab() as lab:
        lab.perform("b2b-peer", "call")
        secrets = [line for each in lab.transcript.connections for end in each.ends for line in end.key_log]
    assert secrets
    assert set(secrets) <= set((tmp_path / "keys.log").read_text().splitlines())


def test_steps_are_done_one_by_one_and_judged_each(stage: SipMtls) -> None:
    with stage.open_lab("M02") as lab:
        assert lab.perform("jabber", "sign-in").ok
        refused = lab.perform("jabber", "register")
        again = lab.perform("jabber", "register", port=5061)
        assert (refused.stopped_at, refused.by, refused.alert) == ("acceptance", "expressway-e", 116)
        assert (again.step, again.stopped_at) == ("register #2", "acceptance")
        assert lab.verdict.cause == "mra-on-mutual-port"


def test_when_the_block_is_left_nobody_listens_and_no_thread_is_left(stage: SipMtls) -> None:
    with stage.open_lab() as lab:
        place = (lab.address("expressway-e"), MUTUAL)
        socket.create_connection(place, timeout=10).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, timeout=10)
    assert [thread for thread in threading.enumerate() if thread.name.startswith("sip-mtls")] == []


def test_it_is_closed_also_where_the_test_fails_in_it(stage: SipMtls) -> None:
    lab = stage.open_lab()
    with pytest.raises(ZeroDivisionError), lab:
        divmod(1, 0)
    place = (lab.address("expressway-e"), MUTUAL)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, timeout=10)


def test_a_lab_that_cannot_be_opened_says_why(stage: SipMtls, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_free(_: object) -> None:
        raise LabError("no free block in 127.0.0.0/8 was found")

    monkeypatch.setattr("harness.net.loopback.LoopbackNetwork.block", nothing_free)
    with pytest.raises(pytest.fail.Exception, match="no free block"), stage.open_lab():
        pass


@pytest.mark.parametrize(
    ("actor", "verb", "options", "told"),
    [
        ("jabber", "sign-inn", {}, "did you mean 'sign-in'"),
        ("jaber", "sign-in", {}, "jabber"),
        ("jabber", "register", {"port": 99999}, "a port number from 1 to 65535"),
    ],
)
def test_a_wrong_step_says_what_would_fit(
    stage: SipMtls, actor: str, verb: str, options: dict[str, object], told: str
) -> None:
    with stage.open_lab() as lab, pytest.raises(pytest.fail.Exception, match=told):
        lab.perform(actor, verb, **options)
