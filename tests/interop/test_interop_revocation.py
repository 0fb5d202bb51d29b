"""OpenSSL's own programs read our lists and responses, check our certificates by them, and send the same alerts."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
import trio
from interop_bench import (
    BOTH_VERSIONS,
    HOST,
    Files,
    Program,
    alert_received,
    dialled,
    each_version,
    files,
    fresh_address,
    needs,
    new_link,
    running,
    wearing,
)
from shipped_library import LIBRARY

from harness.lab.changes import changed
from harness.net.loopback import LoopbackNetwork
from harness.pki import LeafOrder, certificates_pem
from harness.pki.publications import VALIDATION_HOST, VALIDATION_PORT, list_path
from harness.pki.revocation import Register, make_list
from harness.pki.status_responses import answer_request
from harness.run.play import open_lab
from harness.tls.profile import TlsProfile
from harness.transcript import AlertSeen, Direction, HttpSeen

pytestmark = [pytest.mark.interop, needs("openssl")]

JSSE = Path(__file__).with_name("JssePeer.java")

Words: TypeAlias = list[str | Path]
ALERTS = {"stale": 45, "not-yet-valid": 42, "wrong-signer": 51}


def register() -> Register:
    LIBRARY.lab_pki.issue(LeafOrder("b2b-peer"))
    found = LIBRARY.lab_pki.register_at(list_path("partner-issuing"))
    assert found is not None
    return found


def openssl(*words: str | Path) -> str:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=20, check=False)
    return done.stdout + done.stderr


def authorities(folder: Path) -> Path:
    """Write the CAs above the partner to one file."""
    shop = LIBRARY.lab_pki
    path = folder / "authorities"
    path.write_text(certificates_pem((shop.certificate_of("partner-issuing"), shop.certificate_of("public-root"))))
    return path


def list_in(folder: Path, state: str) -> Path:
    path = folder / "list.der"
    path.write_bytes(make_list(register(), state))
    return path


# --- what it reads ---


@pytest.mark.parametrize(("state", "word"), [("sound", "verify OK"), ("wrong-signer", "verify failure")])
def test_openssl_crl_verifies_our_list(state: str, word: str, tmp_path: Path) -> None:
    held = list_in(tmp_path, state)

    assert word in openssl("crl", "-inform", "DER", "-in", held, "-noout", "-CAfile", authorities(tmp_path))


@pytest.mark.parametrize(("faults", "word"), [((), ": good"), (("revoked",), ": revoked")])
def test_openssl_ocsp_believes_our_response(faults: tuple[str, ...], word: str, tmp_path: Path) -> None:
    worn, issuer = files(tmp_path, "b2b-peer", *faults), tmp_path / "issuer"
    issuer.write_text(certificates_pem((LIBRARY.lab_pki.certificate_of("partner-issuing"),)))
    asked, answered = tmp_path / "asked", tmp_path / "answered"
    about: Words = ["-issuer", issuer, "-sha256", "-cert", worn.leaf]
    openssl("ocsp", *about, "-reqout", asked)
    answered.write_bytes(answer_request(register(), asked.read_bytes()))

    said = openssl("ocsp", *about, "-respin", answered, "-CAfile", authorities(tmp_path))

    assert "Response verify OK" in said
    assert word in said


async def test_openssl_ocsp_asks_the_validation_authority_over_http(tmp_path: Path) -> None:
    worn, issuer = files(tmp_path, "b2b-peer", "revoked"), tmp_path / "issuer"
    issuer.write_text(certificates_pem((LIBRARY.lab_pki.certificate_of("partner-issuing"),)))
    async with open_lab(LIBRARY.healthy, LIBRARY.lab_pki, LoopbackNetwork()) as lab:
        place = f"http://{lab.directory.address_of('validation-authority')}:{VALIDATION_PORT}/ocsp/partner-issuing"
        said = await trio.to_thread.run_sync(
            openssl,
            *("ocsp", "-url", place, "-issuer", issuer, "-cert", worn.leaf, "-CAfile", authorities(tmp_path)),
        )

    assert "Response verify OK" in said
    assert ": revoked" in said


# --- what it refuses ---


def s_server(worn: Files, tls: str, *more: str | Path) -> list[str | Path]:
    version = f"-tls{tls.replace('.', '_')}"
    return ["openssl", "s_server", "-accept", f"{HOST}:0", "-cert", worn.leaf, "-key", worn.key, version,
            "-cert_chain", worn.issuers, "-CAfile", worn.trusted, "-verify_return_error",
            "-Verify", "3", "-crl_check", *more]  # fmt: skip


@each_version
@pytest.mark.parametrize("state", [*ALERTS, "absent", "revoked", "sound"])
async def test_another_openssl_refuses_by_list_with_the_alert_that_we_send(
    state: str, tls: str, tmp_path: Path
) -> None:
    """Our own alerts are held to the same numbers in tests/tls/test_engine_verdicts.py."""
    caller = wearing("b2b-peer", *(["revoked"] if state == "revoked" else []))
    held = list_in(tmp_path, state if state in ALERTS else "sound")
    by_list: Words = [] if state == "absent" else ["-CRL", held, "-CRLform", "DER"]
    async with running(s_server(files(tmp_path, "expressway-e"), tls, *by_list)) as server:
        said = await server.says("ACCEPT ")
        link = await dialled(int(said.partition("ACCEPT ")[2].splitlines()[0].rpartition(":")[2]))
        with trio.move_on_after(10):
            if await link.secure(caller):
                await link.send(b"OPTIONS\n")
                if state != "sound":
                    await link.receive()
        link.reset("done")

    assert alert_received(link) == ALERTS.get(state, {"absent": 48, "revoked": 44}.get(state))


@each_version
async def test_s_client_with_a_revoked_certificate_reads_alert_44(tls: str, tmp_path: Path) -> None:
    change = {
        "expressway-e.revocation.mode": "on",
        "expressway-e.revocation.source-inaccessible": "fail",
    }
    order = LeafOrder("b2b-peer", faults=("revoked",), revocation=("crl",))
    caller, worn = files(tmp_path, "b2b-peer"), LIBRARY.lab_pki.issue(order)
    caller.leaf.write_text(certificates_pem((worn.leaf,)))
    caller.key.write_bytes(worn.private_key)
    async with open_lab(changed(LIBRARY.healthy, change), LIBRARY.lab_pki, LoopbackNetwork()) as lab:
        place = f"{lab.directory.address_of('expressway-e')}:5062"
        shown: Words = [
            "-cert",
            caller.leaf,
            "-key",
            caller.key,
            "-cert_chain",
            caller.issuers,
            "-CAfile",
            caller.trusted,
        ]
        command: Words = ["openssl", "s_client", "-connect", place, f"-tls{tls.replace('.', '_')}", *shown, "-ign_eof"]
        async with running(command) as client:
            said = await client.says("SSL alert number 44")
        sent = [event.number for event in lab.recorder.events
                if isinstance(event, AlertSeen) and event.level == 2 and event.direction is Direction.SENT]  # fmt: skip
        fetched = [event.head for event in lab.recorder.events if isinstance(event, HttpSeen)]

    assert "SSL alert number 44" in said
    assert 44 in sent
    assert "GET /partner-issuing.crl" in fetched


# --- Java, which checks whole paths: so its peers here are issued by the root itself ---


def under_the_root(role: str, *faults: str) -> TlsProfile:
    order = LeafOrder(role, faults=faults, issuer="public-root", revocation=("crl",))
    worn = LIBRARY.lab_pki.issue(order)
    return replace(wearing(role), chain=worn.sent, private_key=worn.private_key)


def java(folder: Path, validation_host: str, *words: str) -> list[str | Path]:
    """Return the command of a Java peer that follows CRL distribution points, and finds our host at that address."""
    hosts, worn = folder / "hosts", files(folder, "expressway-e")
    hosts.write_text(f"{validation_host} {VALIDATION_HOST}\n")
    checks = ["-Dcom.sun.net.ssl.checkRevocation=true", "-Dcom.sun.security.enableCRLDP=true"]
    tied = ["java", "-XX:TieredStopAtLevel=1", *checks, f"-Djdk.net.hosts.file={hosts}"]
    return [*tied, JSSE, worn.chain, worn.key, worn.trusted, *words]


JAVA_SAYS = {"sound": (None, None), "revoked": (46, 44), "stale": (46, 46), "garbage": (46, 46)}
"""The state of the list, or of the certificate, to the alerts of Java as TLS server and as TLS client."""


@needs("java")
@pytest.mark.parametrize("state", JAVA_SAYS)
async def test_java_names_a_revocation_only_where_it_dials(state: str, tmp_path: Path) -> None:
    burnt = ["revoked"] if state == "revoked" else []
    lab = changed(LIBRARY.healthy, {"validation-authority.crl": "sound" if burnt else state})
    async with open_lab(lab, LIBRARY.lab_pki, LoopbackNetwork()) as opened:
        host = opened.directory.address_of("validation-authority")
        async with running(java(tmp_path, host, "server", HOST)) as server:
            port = int((await server.line()).removeprefix("listening "))
            called = {tls: await dialling(port, under_the_root("b2b-peer", *burnt), tls) for tls in BOTH_VERSIONS}
        async with running(java(tmp_path, host, "client")) as client:
            await client.line()
            edge = under_the_root("expressway-e", *burnt)
            calling = {tls: await dialled_by(client, edge, tls) for tls in BOTH_VERSIONS}

    as_server, as_client = JAVA_SAYS[state]
    assert called == dict.fromkeys(BOTH_VERSIONS, as_server)
    assert calling == dict.fromkeys(BOTH_VERSIONS, as_client)


async def dialling(port: int, caller: TlsProfile, tls: str) -> int | None:
    link = await dialled(port)
    with trio.fail_after(10):
        if await link.secure(replace(caller, versions=(tls, tls))):
            await link.send(b"PING")
            await link.receive()
        await link.close()
    return alert_received(link)


async def dialled_by(client: Program, edge: TlsProfile, tls: str) -> int | None:
    address = fresh_address()
    listener = await LoopbackNetwork().listen(address)
    await client.tell(f"{address.host} {address.port} {tls} us-expe1.example.com chain\n")
    with trio.fail_after(10):
        stream, _ = await listener.accept()
        link = new_link(stream, listens=True)
        if await link.secure(replace(edge, versions=(tls, tls))):
            await link.receive()
        await link.close()
    listener.close()
    await client.line()
    return alert_received(link)
