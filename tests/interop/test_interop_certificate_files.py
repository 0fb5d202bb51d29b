"""OpenSSL's own program reads what `certs make` writes, and `certs show` reads what it writes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import harness

PROGRAM = shutil.which("openssl")
pytestmark = [pytest.mark.interop, pytest.mark.skipif(PROGRAM is None, reason="openssl is not on the PATH")]
OURS = [sys.executable, "-c", "from harness.cli import main; main()"]


def ran(folder: Path, *words: object, talks: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(harness.__file__).parents[1])},  # this harness, wherever it runs
        input=talks,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def openssl(folder: Path, command: str) -> str:
    done = ran(folder, "openssl", *shlex.split(command))
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def sip_mtls(folder: Path, *words: object) -> str:
    done = ran(folder, *OURS, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    sip_mtls(place, "certs", "make", "pki")
    return place / "pki"


ROOTS = {
    "expressway-e": "public-root",
    "expressway-c": "private-root",
    "unified-cm": "private-root",
    "b2b-peer": "public-root",
    "mra-phone": "manufacturing-root",
    "webex-cloud-dual": "cloud-root",
}


@pytest.mark.parametrize("role", ROOTS)
@pytest.mark.parametrize("purpose", ["sslserver", "sslclient"])
def test_openssl_verifies_each_role_for_both_purposes(folder: Path, role: str, purpose: str) -> None:
    how = f"verify -purpose {purpose} -x509_strict -no-CApath -no-CAstore -untrusted {role}/chain.pem"
    told = openssl(folder, f"{how} -CAfile authorities/{ROOTS[role]}.pem {role}/certificate.pem")
    assert told == f"{role}/certificate.pem: OK\n"
    assert ran(
        folder, "openssl", *f"{how} -CAfile authorities/stranger-root.pem {role}/certificate.pem".split()
    ).returncode


def test_openssl_reads_keys_and_names(folder: Path) -> None:
    assert "Key is valid" in openssl(folder, "pkey -in keys/expressway-e.pem -check -noout")
    assert "DNS:us-expe1.example.com, DNS:example.com" in openssl(
        folder, "x509 -in expressway-e/certificate.pem -noout -ext subjectAltName"
    )


def test_what_the_page_says_to_try_can_be_tried(folder: Path) -> None:
    page = (folder / "README.txt").read_text("utf-8")
    verify, show = (re.search(rf"^  (openssl {what} .*)$", page, re.MULTILINE) for what in ("verify", "x509"))
    assert verify is not None
    assert show is not None
    assert ran(folder, *verify[1].split()).stdout == "expressway-e/certificate.pem: OK\n"
    assert "TEST ONLY Public Issuing CA" in ran(folder, *show[1].split()).stdout
    ours = re.search(r"^  sip-mtls (certs show .*)$", page, re.MULTILINE)
    assert ours is not None
    assert 'sends "us-expe1.example.com", issued by' in sip_mtls(folder, *ours[1].split())


def test_two_ends_meet_with_the_files_that_the_page_names(folder: Path) -> None:
    page = (folder / "README.txt").read_text("utf-8")
    listen, dial = (re.search(rf"^  (openssl {what} .*)$", page, re.MULTILINE) for what in ("s_server", "s_client"))
    assert listen is not None
    assert dial is not None
    port = free_port()
    words = [word.replace("5062", str(port)) for word in listen[1].split()]
    with subprocess.Popen([*words, "-naccept", "1"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as edge:
        assert edge.stdout is not None
        while b"ACCEPT" not in edge.stdout.readline():
            assert edge.poll() is None
        met = ran(folder, *(word.replace("5062", str(port)) for word in dial[1].split()), "-showcerts", talks="Q\n")
        edge.communicate(timeout=30)

    assert "Verify return code: 0 (ok)" in met.stdout
    assert len(re.findall(r"^ \d s:", met.stdout, re.MULTILINE)) == 2
    assert "Acceptable client certificate CA names" in met.stdout


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("command", "file", "key"),
    [
        ("pkcs12 -export -in {0}/chain.pem -inkey keys/{0}.pem -passout pass:lab -out out", "p12", True),
        ("pkcs12 -export -in {0}/chain.pem -nokeys -passout pass:lab -out out", "p12 without key", False),
        ("crl2pkcs7 -nocrl -certfile {0}/chain.pem -out out", "p7b", False),
        ("x509 -in {0}/certificate.pem -outform DER -out out", "der", False),
        ("x509 -in {0}/certificate.pem -text -out out", "text", False),
    ],
)
def test_what_openssl_makes_of_them_is_shown(folder: Path, tmp_path: Path, command: str, file: str, key: bool) -> None:
    openssl(folder, command.format("expressway-e"))
    shutil.move(folder / "out", tmp_path / file)
    (tmp_path / "password").write_text("lab\n")
    told = sip_mtls(tmp_path, "certs", "show", file, "--password-file", "password")

    assert "common name   us-expe1.example.com" in told
    assert ("private key   is in the file, and fits" in told) == key


def test_a_certificate_that_openssl_made_is_shown_and_checked(tmp_path: Path) -> None:
    how = "-x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 400 -subj /CN=edge"
    openssl(tmp_path, f"req {how} -addext subjectAltName=DNS:edge,IP:192.0.2.1 -addext extendedKeyUsage=serverAuth")
    shown = sip_mtls(tmp_path, "certs", "show", "own.pem", "--name", "edge")
    checked = ran(tmp_path, *OURS, "certs", "check", "own.pem", "--role", "expressway-e-client", "--json", "-")

    assert "key           RSA 2048" in shown
    assert "IP addresses  192.0.2.1" in shown
    assert "TLS client    no (alert 43)" in shown
    assert checked.returncode == 1
    for rule in ("self-signed", "client-auth-missing", "upload-refused", "long-lived", "no-revocation-source"):
        assert f'"rule": "{rule}"' in checked.stdout
