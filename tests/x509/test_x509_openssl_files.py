"""Files that OpenSSL's own program writes are read, and it accepts the chains of the look-alikes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from pki_bench import NOW
from pki_forge import Chain, chain_of

from harness.pki import certificates_pem
from harness.pki.look_alike import LookAlikeCredentials, LookAlikes
from harness.x509.files import read_holding

PROGRAM = shutil.which("openssl")
pytestmark = [pytest.mark.interop, pytest.mark.skipif(PROGRAM is None, reason="openssl is not on the PATH")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a chain and its key, as somebody has them."""
    folder, chain = tmp_path_factory.mktemp("files"), chain_of("rsa-2048")
    (folder / "leaf.pem").write_bytes(chain.leaf.pem)
    (folder / "chain.pem").write_bytes(chain.root.pem + chain.issuing.pem)
    (folder / "all.pem").write_bytes(b"".join(each.pem for each in chain.all))
    (folder / "key.pem").write_bytes(chain.leaf.key_pem)
    return folder


def openssl(folder: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, check=False, timeout=30)


def written(folder: Path, command: str) -> bytes:
    """Return what the command writes to the file `out`; skips where this OpenSSL cannot do that."""
    (folder / "out").unlink(missing_ok=True)
    done = openssl(folder, command)
    if done.returncode:
        pytest.skip(f"this openssl cannot: {done.stderr.decode(errors='replace').splitlines()[-1]}")
    return (folder / "out").read_bytes()


EXPORT = "pkcs12 -export -inkey key.pem -in leaf.pem -certfile chain.pem -passout pass:lab"
FILES = {
    "PKCS#12": f"{EXPORT} -out out",
    "PKCS#12 of old Windows": f"{EXPORT} -legacy -out out",
    "PKCS#7": "crl2pkcs7 -nocrl -certfile all.pem -out out",
    "PKCS#7 in DER": "crl2pkcs7 -nocrl -certfile all.pem -outform DER -out out",
    "text of a PKCS#12": "pkcs12 -in made.p12 -passin pass:lab -passout pass:lab -out out",
    "trusted certificate": "x509 -in leaf.pem -trustout -addtrust serverAuth -out out",
    "text and PEM": "x509 -in leaf.pem -text -out out",
    "DER": "x509 -in leaf.pem -outform DER -out out",
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_what_openssl_writes_is_read(folder: Path, what: str) -> None:
    (folder / "made.p12").write_bytes(written(folder, FILES["PKCS#12"]))
    chain = chain_of("rsa-2048")
    holding = read_holding(written(folder, FILES[what]), "new", password="lab")  # noqa: S106 - of a test's file

    whole = what.endswith(("PKCS#12", "Windows")) or what.startswith("PKCS#7")
    assert holding.certificates == tuple(each.der for each in (chain.all if whole else chain.all[:1]))
    assert holding.private_key == (chain.leaf.key_pem if "12" in what else None)


@pytest.mark.parametrize("cipher", ["-des3", "-aes128"])
def test_an_old_encrypted_key_is_opened(folder: Path, cipher: str) -> None:
    key = written(folder, f"rsa -in key.pem {cipher} -traditional -passout pass:lab -out out")
    assert b"DEK-Info" in key
    holding = read_holding((folder / "all.pem").read_bytes() + key, "new.pem", password="lab")  # noqa: S106
    assert holding.private_key == chain_of("rsa-2048").leaf.key_pem


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa-2048", "ed25519"])
@pytest.mark.parametrize("purpose", ["sslserver", "sslclient"])
def test_openssl_accepts_a_look_alike_for_both_purposes(tmp_path: Path, kind: str, purpose: str) -> None:
    chain: Chain = chain_of(kind)
    holding = read_holding(b"".join(each.pem for each in chain.all), "old.pem")
    played: LookAlikeCredentials = LookAlikes(NOW).credentials(holding)
    files = {"leaf": played.credentials.sent[:1], "above": played.credentials.sent[1:], "root": (played.root,)}
    for name, certificates in files.items():
        (tmp_path / name).write_text(certificates_pem(certificates))
    (tmp_path / "real").write_bytes(chain.root.pem)

    how = f"verify -purpose {purpose} -x509_strict -attime {NOW.timestamp():.0f} -untrusted above -no-CApath -no-CAfile"
    accepted, refused = (openssl(tmp_path, f"{how} -CAfile {anchor} leaf") for anchor in ("root", "real"))
    assert accepted.stdout == b"leaf: OK\n"
    assert refused.returncode != 0
