"""`certs show` and `certs check` at the door: files of every kind, what is wrong with them, and exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_bench import Command, in_its_own_process, sip_mtls
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from shipped_library import LIBRARY

from harness.cli.exits import Exit
from harness.pki import Credentials, LabPki, LeafOrder, certificates_pem, chain_pem, key_pem

__all__ = ["sip_mtls"]

LAB_PKI = LabPki(LIBRARY.catalogue, datetime.now(UTC))
OURS: Credentials = LAB_PKI.issue(LeafOrder("expressway-e"))
OTHER: Credentials = LAB_PKI.issue(LeafOrder("b2b-peer"))
CHAIN, KEY = chain_pem(OURS), key_pem(OURS)
PASSWORD = "correct horse"  # noqa: S105 - of a key that lives as long as the test
HOST = "us-expe1.example.com"
E_SERVER = ("--role", "expressway-e-server")


def p12(password: str | None) -> bytes:
    leaf, *above = map(x509.load_der_x509_certificate, OURS.sent)
    key = load_pem_private_key(OURS.private_key, None)
    locked = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"edge", key, leaf, above, locked)  # type: ignore[arg-type]


def with_an_unreadable_extension() -> bytes:
    """Return the leaf with its extended key usage cut short: the lengths stay right, the value is none."""
    der = OURS.leaf
    at = der.index(bytes.fromhex("0603551d25"))
    value = der.index(b"\x30", at + 5)
    return der[: value + 2] + b"\x07" + der[value + 3 :]


def of_500() -> bytes:
    roots = [LabPki(LAB_PKI.catalogue, LAB_PKI.now).certificate_of("public-root") for _ in range(498)]
    return f"{CHAIN}{certificates_pem(roots)}".encode()


READABLE: dict[str, bytes] = {
    "pem": CHAIN.encode(),
    "pem with key": f"{CHAIN}{KEY}".encode(),
    "der": OURS.leaf,
    "pkcs12 without password": p12(None),
    "upside down": certificates_pem(OURS.sent[::-1]).encode(),
    "text around": f"Bag Attributes\n{CHAIN}end\n".encode(),
    "unreadable extension": with_an_unreadable_extension(),
}

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "binary": (bytes(range(256)), "this is no format of certificates"),
    "garbage": (
        b"-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
        "new.pem:1:1: the CERTIFICATE block",
    ),
    "cut": (b"\n\n" + CHAIN.encode()[:400], "new.pem:3:1: the CERTIFICATE block that begins here"),
    "key of another": (f"{CHAIN}{key_pem(OTHER)}".encode(), "the private key is that of no certificate here"),
    "key alone": (KEY.encode(), "there is a private key, but no certificate in it"),
    "two leaves": (f"{CHAIN}{chain_pem(OTHER)}".encode(), "it holds 2 leaf certificates"),
    "no leaf": (
        certificates_pem(LAB_PKI.certificate_of(name) for name in ("private-root", "cloud-root")).encode(),
        "no leaf",
    ),
    "too large": (b"#" * 5_000_000, "bytes are too many"),
    "pkcs12 with a password": (p12(PASSWORD), "the PKCS#12 file needs a password, or is damaged"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new.pem"


@pytest.mark.parametrize("form", READABLE)
def test_a_certificate_file_is_shown_in_any_form(sip_mtls: Command, file: Path, form: str) -> None:
    file.write_bytes(READABLE[form])
    ended = sip_mtls("certs", "show", file)

    assert (ended.code, ended.err) == (Exit.MET, "")
    assert f"common name   {HOST}" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "PRIVATE" not in ended.out


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("command", [("show",), ("check", *E_SERVER)])
def test_what_is_no_certificate_file_is_2_with_place_and_way_out(
    sip_mtls: Command, file: Path, what: str, command: tuple[str, ...]
) -> None:
    data, told = REFUSED[what]
    file.write_bytes(data)
    ended = sip_mtls("certs", *command, file)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath
    assert str(file) in ended.err
    assert told in ended.err
    assert "\n    " in ended.err  # what to do


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nothing.pem"), "cannot be read: No such file or directory"),
        (("show", "."), "is a directory"),
        (("check", "nothing.pem"), "Missing option '--role'"),
        (("check", "nothing.pem", "--role", "edge"), "is not one of 'expressway-e-server'"),
        (("check", "nothing.pem", *E_SERVER, "--release", "x16"), "is not one of 'x14'"),
        (("check", "new.pem", *E_SERVER, "--at", "tomorrow"), "'tomorrow' is no date"),
        (("check", "new.pem", *E_SERVER, "--at", "2027-02-31"), "write year, month and day, such as 2027-03-15"),
        (("check", "new.pem", *E_SERVER, "--trust", "nothing.pem"), "nothing.pem: cannot be read"),
        (("show", "new.pem", "--password-file", "nothing.txt"), "nothing.txt: cannot be read"),
        (("dance",), "No such command 'dance'"),
    ],
)
def test_wrong_words_are_2(
    sip_mtls: Command, file: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    file.write_text(CHAIN)
    monkeypatch.chdir(file.parent)
    ended = sip_mtls("certs", *words)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath
    assert told in ended.err


def test_what_was_found_is_shown_though_its_file_cannot_be_written(sip_mtls: Command, file: Path) -> None:
    file.write_text(CHAIN)
    ended = sip_mtls("certs", "show", file, "--json", "/dev/null/x.json")
    shown = sip_mtls("certs", "show", file)

    assert (ended.code, shown.code) == (Exit.WRONG_INPUT, Exit.MET)
    assert ended.out == shown.out
    assert "/dev/null/x.json: cannot be written" in ended.err


def test_a_bundle_of_500_certificates_is_shown_with_what_belongs_to_the_leaf(sip_mtls: Command, file: Path) -> None:
    file.write_bytes(of_500())
    ended = sip_mtls("certs", "show", file, "--name", HOST)

    assert ended.code == Exit.MET
    assert "left 498 certificates at the end that did not issue the leaf" in " ".join(ended.out.split())
    assert "and 488 more" in ended.out


def test_an_unreadable_extension_is_told_and_is_an_error_since_openssl_finds_no_issuer_then(
    sip_mtls: Command, file: Path
) -> None:
    file.write_bytes(with_an_unreadable_extension())
    shown, checked = sip_mtls("certs", "show", file), sip_mtls("certs", "check", file, *E_SERVER)

    assert "  unreadable    the extendedKeyUsage extension could not be read" in shown.out
    assert "WARNING  unreadable-part" in checked.out
    assert "ERROR    malformed-extension" in checked.out
    assert "TLS server    no (alert 48)" in shown.out
    assert (shown.code, checked.code) == (Exit.MET, Exit.NOT_MET)


def test_no_certificate_of_the_file_is_called_unrelated_and_then_printed_as_a_ca_above(
    sip_mtls: Command, file: Path
) -> None:
    root, own = mldsa.MLDSA65PrivateKey.generate(), mldsa.MLDSA65PrivateKey.generate()
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("PQ Root", "edge.example.com")]
    certificates = [
        x509.CertificateBuilder(names[0], subject, key.public_key(), 7)
        .not_valid_before(LAB_PKI.now)
        .not_valid_after(LAB_PKI.now + timedelta(days=90))
        .sign(root, None)
        .public_bytes(Encoding.DER)
        for subject, key in zip(names, (root, own), strict=True)
    ]
    file.write_text(certificates_pem(certificates[::-1]))
    ended = sip_mtls("certs", "show", file)

    assert "CA 1 above it: PQ Root" in ended.out
    assert "Not related" not in ended.out
    assert "did not issue" not in ended.out


def test_the_order_of_the_file_is_told(sip_mtls: Command, file: Path) -> None:
    file.write_text(certificates_pem((*OURS.sent, *OURS.issuers[1:])[::-1]))
    ended = sip_mtls("certs", "check", file, "--role", "b2b-peer")

    assert "WARNING  out-of-order" in ended.out
    assert "note     the chain was out of order and was sorted" in ended.out


# --- passwords ---


@pytest.fixture
def locked(file: Path) -> Path:
    file.write_bytes(p12(PASSWORD))
    return file


def test_a_password_comes_from_the_first_line_of_a_file(sip_mtls: Command, locked: Path, tmp_path: Path) -> None:
    (tmp_path / "word.txt").write_text(f"{PASSWORD}\r\nmore\n")
    (tmp_path / "wrong.txt").write_text("wrong\n")
    opened, refused = (
        sip_mtls("certs", "show", locked, "--password-file", tmp_path / name) for name in ("word.txt", "wrong.txt")
    )

    assert opened.code == Exit.MET
    assert "private key   is in the file, and fits" in opened.out
    assert (refused.code, refused.out) == (Exit.WRONG_INPUT, "")
    assert "the password does not open the PKCS#12 file" in refused.err
    assert PASSWORD not in opened.out + opened.err + refused.err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Words that somebody types at a terminal, unseen, one at each question."""
    words: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: words.pop(0))
    yield words
    assert words == []


def test_at_a_terminal_the_password_is_asked_for_without_an_echo(
    sip_mtls: Command, locked: Path, typed: list[str]
) -> None:
    typed += ["wrong", PASSWORD]
    ended = sip_mtls("certs", "show", locked)

    assert ended.code == Exit.MET
    assert "It does not open it." in ended.err
    assert PASSWORD not in ended.out + ended.err


def test_after_three_wrong_passwords_it_is_over(sip_mtls: Command, locked: Path, typed: list[str]) -> None:
    typed += ["wrong", "worse", "worst"]
    ended = sip_mtls("certs", "show", locked)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert "the password does not open the PKCS#12 file" in ended.err


def test_a_pipe_is_never_asked(locked: Path) -> None:
    ended = in_its_own_process("certs", "show", locked)
    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert "--password-file" in ended.err


# --- check ---


def test_a_sound_certificate_is_0_and_one_that_breaks_a_rule_is_1(sip_mtls: Command, file: Path) -> None:
    file.write_text(CHAIN)
    sound, broken = (
        sip_mtls("certs", "check", file, *E_SERVER, "--domain", domain) for domain in ("example.com", "else.example")
    )

    assert (sound.code, broken.code) == (Exit.MET, Exit.NOT_MET)
    assert "0 errors" in sound.out
    assert "ERROR    mra-domain-missing: An MRA domain is missing" in broken.out
    assert "Who minds: Jabber and phones" in broken.out


def test_a_trust_list_completes_the_chain_of_an_expressway(sip_mtls: Command, file: Path, tmp_path: Path) -> None:
    file.write_text(CHAIN)
    lists = {"short": OURS.issuers[1:], "long": OURS.issuers}
    for name, held in lists.items():
        (tmp_path / name).write_text(certificates_pem(held))
    short, long, both = (
        sip_mtls("certs", "check", file, *E_SERVER, *(word for name in names for word in ("--trust", tmp_path / name)))
        for names in (("short",), ("long",), ("short", "long"))
    )

    shown = sip_mtls("certs", "show", file, "--trust", tmp_path / "long")
    assert 'sends "us-expe1.example.com", issued by "TEST ONLY Public Issuing CA"' in " ".join(shown.out.split())
    assert "ERROR    chain-not-completed" in short.out
    assert (short.code, long.code, both.code) == (Exit.NOT_MET, Exit.MET, Exit.MET)


def test_what_is_odd_about_a_trust_list_is_told(sip_mtls: Command, file: Path, tmp_path: Path) -> None:
    file.write_text(CHAIN)
    (tmp_path / "list").write_text(f"{certificates_pem(OURS.issuers)}{KEY}")
    for command in (("show",), ("check", *E_SERVER)):
        told = " ".join(sip_mtls("certs", *command, file, "--trust", tmp_path / "list").out.split())
        assert "ignored a private key, which has no place in a trust list" in told


def test_the_day_decides(sip_mtls: Command, file: Path) -> None:
    file.write_text(CHAIN)
    assert "expired: Expired" in sip_mtls("certs", "check", file, *E_SERVER, "--at", "2199-01-01").out
    assert "not-yet-valid" in sip_mtls("certs", "check", file, *E_SERVER, "--at", "2000-01-01").out


@pytest.mark.parametrize("command", [("show",), ("check", *E_SERVER)])
def test_json_on_stdout_is_json_and_nothing_else(sip_mtls: Command, file: Path, command: tuple[str, ...]) -> None:
    file.write_text(f"{CHAIN}{KEY}")
    ended = sip_mtls("certs", *command, file, "--json", "-")
    both = sip_mtls("certs", *command, file, "--json", file.parent / "deep" / "out.json")

    document = json.loads(ended.out)
    assert document["format"].startswith("sip-mtls certificate")
    assert document["file"] == str(file)
    assert "PRIVATE" not in ended.out
    assert json.loads((file.parent / "deep" / "out.json").read_text())["format"] == document["format"]
    assert HOST in both.out


@pytest.mark.parametrize("command", [("show",), ("check", *E_SERVER, "--domain", "else.example")])
def test_a_pipe_gets_80_columns_and_no_escape_codes(file: Path, command: tuple[str, ...]) -> None:
    file.write_text(CHAIN)
    plain = in_its_own_process("certs", *command, file, COLUMNS="200", FORCE_COLOR="1", PYTHONIOENCODING="ascii")

    assert "\x1b" not in plain.out
    assert max(map(len, plain.out.splitlines())) <= 80
    assert plain.out.isascii()
