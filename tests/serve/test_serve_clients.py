"""Real clients reach a served lab, and each is told of on a line of its own."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from busy_machine import in_time
from serve_bench import ServedLab, needs, serving

from harness.cli.exits import Exit


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    place = tmp_path_factory.mktemp("served")
    text = "expressway-e:\n  sip:\n    tcp-mode: on"
    shipped = (Path(__file__).parents[2] / "scenarios" / "lab.yaml").read_text("utf-8")
    (place / "lab.yaml").write_text(shipped.replace("expressway-e:\n  sip:", text, 1), "utf-8")
    with serving(place, str(place / "lab.yaml")) as served:
        yield served


def s_client(lab: ServedLab, port: int, *words: str) -> str:
    place = ("-connect", f"{lab.address_of(10)}:{port}", "-verify_return_error")
    return lab.run("timeout", "10", "openssl", "s_client", *place, *words, feed="OPTIONS sip:nobody SIP/2.0\n")


def at_version(tls: str) -> tuple[str, ...]:
    return (f"-tls1_{tls.partition('.')[2]}", "-CAfile", "trust/jabber.pem")


CLOUD = (
    *("-cert", "webex-cloud-dual/certificate.pem", "-key", "keys/webex-cloud-dual.pem"),
    *("-cert_chain", "webex-cloud-dual/above.pem"),
)


@needs("openssl")
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_tls_port_takes_a_client_without_a_certificate(lab: ServedLab, tls: str) -> None:
    heard = s_client(lab, 5061, *at_version(tls))

    assert "Verify return code: 0" in heard
    assert "alert" not in heard
    assert lab.said(rf"expressway-e:5061 +TLS {tls} +ok, ")


@needs("openssl")
@pytest.mark.parametrize(
    ("tls", "stage", "alert", "name"),
    [("1.2", "handshake", 40, "handshake failure"), ("1.3", "acceptance", 116, "certificate required")],
)
def test_the_mutual_port_refuses_a_client_without_one(
    lab: ServedLab, tls: str, stage: str, alert: int, name: str
) -> None:
    heard = s_client(lab, 5062, *at_version(tls), "-ign_eof")

    assert name in heard
    assert lab.said(rf"expressway-e:5062 +TLS {tls} +refused at {stage}, alert {alert}: no-client-certificate")


@needs("openssl")
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_the_mutual_port_takes_the_certificate_of_the_cloud(lab: ServedLab, tls: str) -> None:
    heard = s_client(lab, 5062, *at_version(tls), *CLOUD)

    assert "Verify return code: 0" in heard
    assert lab.said(rf"expressway-e:5062 +TLS {tls} +ok, ")


@needs("openssl")
def test_a_client_that_does_not_trust_the_lab_says_so_itself(lab: ServedLab) -> None:
    heard = lab.run(
        "timeout", "10", "openssl", "s_client", "-connect", f"{lab.address_of(10)}:5061", "-verify_return_error"
    )

    assert "certificate verify failed" in heard
    assert lab.said(r"expressway-e:5061 .*it refused at handshake, alert 48: ")


def sign_in(lab: ServedLab, *words: str) -> str:
    resolve = ("--resolve", f"us-expe1.example.com:8443:{lab.address_of(10)}")
    return lab.run("curl", "-s", "--cacert", "trust/jabber.pem", *resolve, *words, "https://us-expe1.example.com:8443/")


@needs("curl")
def test_curl_signs_in_where_it_knows_the_password(lab: ServedLab) -> None:
    assert "us-expe1.example.com:5061" in sign_in(lab, "-u", "user1@example.com:lab-only")
    assert lab.said("expressway-e:8443 .*ok, answered 200")

    assert "us-expe1" not in sign_in(lab, "-u", "user1@example.com:guessed")
    assert lab.said("expressway-e:8443 .*refused at sip by unified-cm, status 401: wrong-credentials")


@needs("dig")
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig_finds_the_edge_at_the_address_where_it_listens(lab: ServedLab, transport: str) -> None:
    answer = lab.run("dig", "+short", transport, f"@{lab.address_of(53)}", "-p", "5300", "us-expe1.example.com", "A")

    assert answer.split() == [lab.address_of(10)]


@needs("sipp")
def test_a_call_by_sipp_is_answered_inside(lab: ServedLab) -> None:
    words = ("-t", "t1", "-i", "127.0.0.1", "-sf", "sipp/call.xml", "-m", "1", "-nostdin", "-timeout", "15")
    heard = lab.run("sipp", f"{lab.address_of(10)}:5060", *words)

    assert "Successful call" in heard
    assert lab.said(r"expressway-e:5060 +plain +ok, answered 200")


@needs("baresip")
def test_a_call_by_baresip_is_answered_inside(lab: ServedLab) -> None:
    heard = lab.run("baresip", "-f", "baresip", "-e", "/dial sip:user1@example.com", "-t", "3")

    assert "Call established: sip:user1@example.com" in heard
    assert lab.said(r"expressway-e:5061 +TLS 1\.\d +ok, answered 200")


def test_keys_are_for_their_owner_alone(lab: ServedLab) -> None:
    with_keys = [path for path in lab.folder.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]

    assert {path.name for path in with_keys} >= {"b2b-peer.pem", "certificate-and-key.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in with_keys} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in with_keys} == {0o700}


def test_every_line_of_the_greeting_fits_a_terminal(lab: ServedLab) -> None:
    greeting = lab.out.read_text("utf-8").partition("Visits:")[0]

    assert "openssl s_client" in greeting
    assert [line for line in greeting.splitlines() if len(line) > 80 and str(lab.folder) not in line] == []


@needs("openssl")
def test_the_secrets_of_a_visit_go_where_sslkeylogfile_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    with serving(tmp_path) as served:
        monkeypatch.delenv("SSLKEYLOGFILE")
        s_client(served, 5061, *at_version("1.3"), "-keylogfile", str(tmp_path / "openssl.log"))
        served.said("expressway-e:5061 .*ok, ")
    told = {line for line in (tmp_path / "openssl.log").read_text().splitlines() if line[:1] != "#"}

    assert any(line.startswith("CLIENT_TRAFFIC_SECRET_0 ") for line in told)
    assert told <= set((tmp_path / "keys.log").read_text().splitlines())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, Exit.MET), (signal.SIGINT, Exit.INTERRUPTED)])
def test_it_ends_at_once_and_in_good_order(tmp_path: Path, number: signal.Signals, code: Exit) -> None:
    with serving(tmp_path, "mra/m02-mutual-tls-on-the-default-zone") as served:
        ended, seconds = served.end(number)

    assert ended == code
    assert in_time(seconds, 2)
    assert "Traceback" not in served.err.read_text("utf-8")
