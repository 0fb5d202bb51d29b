"""`certs diff`, `certs matrix` and `certs plan` at the door: what they print, how they end, what bad files get."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli_bench import Command, sip_mtls
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
from public_chains import Pointers, root
from shipped_library import LIBRARY, SCENARIOS

from harness.cli.exits import Exit
from harness.pki import Credentials, LabPki, LeafOrder, certificates_pem, chain_pem, key_pem
from harness.run.library import Library, data_folder

__all__ = ["sip_mtls"]

SHOP = LabPki(LIBRARY.catalogue, datetime.now(UTC))
TOLD = tuple(each for each in SCENARIOS.values() if each.row in {"B01", "I01", "O01", "M01", "V-01"})
FAST = ("--release", "x15.4", "--tls", "1.2")
SERVER = ("--role", "expressway-e-server")
PASSWORD = "correct horse"  # noqa: S105 - of a key that lives as long as the test


def edge(*faults: str, issuer: str = "", key: str = "") -> Credentials:
    return SHOP.issue(LeafOrder("expressway-e", faults, issuer, key_type=key))


@pytest.fixture(autouse=True)
def a_few_stories(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one story of each kind stand for all: what they come to is tested beside the trial lab."""
    if "all_stories" not in request.fixturenames:
        monkeypatch.setattr(Library, "scenarios", lambda _self, _asked: list(TOLD))
        monkeypatch.setattr(Library, "fitting", lambda _self: list(TOLD))


@pytest.fixture
def all_stories() -> None:
    """Let every story be played that is asked for."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path / "old.pem", chain_pem(edge()))


def flat(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_renewal_that_lost_client_auth_breaks_calls_and_is_1(sip_mtls: Command, old: Path) -> None:
    new = written(old.with_name("new.pem"), chain_pem(edge("server-auth-only")))
    ended = sip_mtls("certs", "diff", old, new, *SERVER, *FAST)

    assert ended.code == Exit.NOT_MET
    assert "differs   extended key usage: serverAuth, clientAuth -> serverAuth" in ended.out
    assert "UPLOAD REFUSED on X15.4" in ended.out
    assert re.match(r"BREAKS: breaks \d+, upload refused on X15.4$", ended.out.splitlines()[1])
    assert "upload refused on X15.4" in " ".join(ended.out.split()[-12:])
    assert "  O01     A call to the cloud, by the book" in ended.out
    assert "cause     eku-no-client-auth" in ended.out
    assert "look-alike" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "PRIVATE" not in ended.out


def test_two_certificates_that_are_equal_in_all_that_matters_are_0(sip_mtls: Command, old: Path) -> None:
    new = written(old.with_name("new.pem"), chain_pem(edge(key="rsa-2048")))
    ended = sip_mtls("certs", "diff", old, new, *SERVER, *FAST)

    assert ended.code == Exit.MET
    assert ended.out.splitlines()[1].startswith("nothing breaks in this lab")
    assert ended.out.splitlines()[-1].endswith("nothing changes")
    assert "BREAKS" not in ended.out + ended.err


def test_the_comparison_as_json_says_the_same(sip_mtls: Command, old: Path) -> None:
    new = written(old.with_name("new.pem"), chain_pem(edge("server-auth-only")))
    ended = sip_mtls("certs", "diff", old, new, *SERVER, *FAST, "--json", "-")

    told = json.loads(ended.out)
    assert told["breaks"] is True
    assert {flip["kind"] for flip in told["flips"]} == {"breaks"}
    assert {flip["after"]["alert"] for flip in told["flips"]} == {46}
    assert told["uploads"][0]["refuses"] == "new"
    assert ended.code == Exit.NOT_MET


def test_a_day_after_its_end_the_old_certificate_is_broken_and_that_is_no_all_clear(
    sip_mtls: Command, old: Path
) -> None:
    ended = sip_mtls("certs", "diff", old, old, *SERVER, *FAST, "--at", "2030-01-01")

    assert ended.code == Exit.NOT_MET
    assert "NO ALL-CLEAR" in ended.out
    assert "cause     certificate-expired" in ended.out
    assert "on 2030-01-01" in ended.out
    stories, work = map(int, re.findall(r"(\d+) stories, of which (\d+) work", " ".join(ended.out.split()))[0])
    assert work < stories / 2


FORMS: dict[str, bytes] = {
    "der": edge(key="rsa-2048").leaf,
    "upside down": certificates_pem(edge(key="rsa-2048").sent[::-1]).encode(),
    "with its key": f"{chain_pem(edge(key='rsa-2048'))}{key_pem(edge(key='rsa-2048'))}".encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_any_form_is_compared(sip_mtls: Command, old: Path, form: str) -> None:
    new = written(old.with_name("new.pem"), FORMS[form])
    ended = sip_mtls("certs", "diff", old, new, *SERVER, *FAST)

    assert ended.code == Exit.MET
    assert "key: ECDSA P-256 -> RSA 2048" in ended.out


def test_a_pkcs12_file_is_compared_with_its_password_and_refused_without(sip_mtls: Command, old: Path) -> None:
    issued = edge(key="rsa-2048")
    leaf, *above = map(x509.load_der_x509_certificate, issued.sent)
    key = load_pem_private_key(issued.private_key, None)
    locked = BestAvailableEncryption(PASSWORD.encode())
    data = pkcs12.serialize_key_and_certificates(b"edge", key, leaf, above, locked)  # type: ignore[arg-type]
    new = written(old.with_name("new.p12"), data)
    password = written(old.with_name("password.txt"), f"{PASSWORD}\n")

    opened = sip_mtls("certs", "diff", old, new, *SERVER, *FAST, "--password-file", password)
    shut = sip_mtls("certs", "diff", old, new, *SERVER, *FAST)

    assert opened.code == Exit.MET
    assert shut.code == Exit.WRONG_INPUT
    assert "needs a password" in shut.err
    assert PASSWORD not in opened.out + opened.err + shut.out + shut.err


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "garbage": b"-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
    "binary": bytes(range(256)),
    "key of another": f"{chain_pem(edge())}{key_pem(SHOP.issue(LeafOrder('b2b-peer')))}".encode(),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("command", ["diff", "plan"])
def test_what_is_no_certificate_file_is_2(sip_mtls: Command, old: Path, what: str, command: str) -> None:
    new = written(old.with_name("new.pem"), BROKEN[what])
    ended = sip_mtls("certs", command, old, new, *SERVER)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath
    assert str(new) in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("diff", "old.pem"), "Missing argument 'NEW'"),
        (("diff", "old.pem", "nothing.pem", *SERVER), "nothing.pem: cannot be read"),
        (("diff", "old.pem", "old.pem", *SERVER, "--release", "x14", "--tls", "1.3"), "nothing is left to play"),
        (
            ("plan", "old.pem", "old.pem", *SERVER, "--also", SERVER[1], "old.pem", "old.pem"),
            "expressway-e-server is exchanged twice",
        ),
        (("diff", "old.pem", "old.pem", *SERVER, "--at", "1999-01-01"), "no lab can be set to 1999-01-01"),
        (("diff", "old.pem", "old.pem", *SERVER, "--at", "1900-01-01"), "1900-01-01 is too far away"),
        (("diff", "old.pem", "old.pem", *SERVER, "--at", "0001-01-01"), "0001-01-01 is too far away"),
        (("plan", "old.pem", "old.pem", *SERVER, "--at", "9999-12-31"), "9999-12-31 is too far away"),
        (("plan", "old.pem", "old.pem", *SERVER, "--also", "edge", "old.pem", "old.pem"), "is not one of"),
        (("plan", "old.pem", "old.pem", *SERVER, "--chain", "nothing.pem"), "nothing.pem: cannot be read"),
        (("matrix", "--release", "x16"), "is not one of 'x14'"),
    ],
)
def test_wrong_words_are_2(
    sip_mtls: Command, old: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(old.parent)
    ended = sip_mtls("certs", *words)

    assert ended.code == Exit.WRONG_INPUT
    assert ended.said_in_one_breath
    assert told in ended.err


def test_the_plays_behind_a_flip_are_shown_and_written(sip_mtls: Command, old: Path) -> None:
    new = written(old.with_name("new.pem"), chain_pem(edge("server-auth-only")))
    ended = sip_mtls("certs", "diff", old, new, *SERVER, *FAST, "--ladder", "--out", old.with_name("plays"))

    play = "x15.4/cloud-outbound/o01-call-to-the-cloud-tls1.2/ladder.txt"
    assert ended.code == Exit.NOT_MET
    assert "A call to the cloud, by the book (old certificate)" in ended.out
    assert "alert 46" in (old.with_name("plays") / "new" / play).read_text("utf-8")
    assert "completed: 200 OK" in (old.with_name("plays") / "old" / play).read_text("utf-8")


@pytest.mark.usefixtures("all_stories")
def test_what_does_not_work_in_a_lab_of_ones_own_is_told(sip_mtls: Command, old: Path) -> None:
    shipped = (data_folder("scenarios") / "lab.yaml").read_text("utf-8")
    dead = written(old.with_name("lab.yaml"), shipped + "\nfirewall: {rules: [{action: drop}]}\n")
    ended = sip_mtls("certs", "diff", old, old, *SERVER, *FAST, "--lab", dead, "--scenario", "O01")
    two = ("--scenario", "V01", "--scenario", "O01")
    partly = sip_mtls("certs", "diff", old, old, *SERVER, *FAST, "--lab", dead, *two)

    assert "since they work in this lab with no certificate: cloud-outbound/o01" in flat(partly.out)
    assert ended.code == Exit.NOT_MET
    assert "NO ALL-CLEAR: no story works with the old certificate" in ended.out


@pytest.mark.usefixtures("all_stories")
def test_only_the_stories_that_are_named_are_played_and_what_cannot_be_is_told(sip_mtls: Command, old: Path) -> None:
    ended = sip_mtls("certs", "diff", old, old, *SERVER, *FAST, "--scenario", "O01", "--scenario", "O06")
    none = sip_mtls("certs", "diff", old, old, *SERVER, *FAST, "--scenario", "O06")

    assert ended.code == Exit.MET
    assert "1 story, which works today" in ended.out
    assert "not played, since it stops in the healthy lab too" in ended.out
    assert "cloud-outbound/o06" in ended.out
    assert none.code == Exit.WRONG_INPUT
    assert none.said_in_one_breath


@pytest.mark.usefixtures("all_stories")
def test_an_outage_in_a_lab_of_ones_own_leaves_stories_out_loudly(sip_mtls: Command, old: Path) -> None:
    issuer = root("Some Root", "Some CA", points=Pointers(("http://crl.ca.example/r.crl",)))
    held = (issuer.issue("expe.acme-corp.com", "acme-corp.com"), *issuer.chain)
    named = written(old.with_name("crl.pem"), certificates_pem(held))
    shipped = (data_folder("scenarios") / "lab.yaml").read_text("utf-8")
    shut = "\nfirewall: {rules: [{source: webex-cloud, port: 80, action: refuse}]}\n"
    lab = written(old.with_name("lab.yaml"), shipped + shut)
    words = (*SERVER, *FAST, "--scenario", "O01", "--scenario", "B01")

    usual = sip_mtls("certs", "diff", named, named, *words)
    away = sip_mtls("certs", "diff", named, named, *words, "--lab", lab)

    assert usual.code == Exit.MET
    assert away.code == Exit.NOT_MET
    assert "NO ALL-CLEAR: 1 of 2 stories" in away.out
    assert "cause     revocation-source-unreachable" in away.out


def test_a_plan_is_printed_in_its_order_and_is_0(sip_mtls: Command, old: Path) -> None:
    old = written(old, f"{chain_pem(edge())}{certificates_pem([edge().issuers[-1]])}")
    other = edge(issuer="partner-issuing")
    new = written(old.with_name("new.pem"), f"{chain_pem(other)}{certificates_pem([other.issuers[-1]])}")
    ended = sip_mtls("certs", "plan", old, new, *SERVER)

    steps = [line for line in ended.out.splitlines() if line[:4].strip().rstrip(".").isdigit()]
    assert ended.code == Exit.MET
    assert "trust list of Expressway-C" in steps[0]
    assert "Install the new certificate" in steps[2]
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_change_without_safe_order_is_1_and_its_proof_is_json_too(sip_mtls: Command, old: Path) -> None:
    new = written(old.with_name("new.pem"), chain_pem(edge("server-auth-only")))
    ended = sip_mtls("certs", "plan", old, new, *SERVER, "--release", "x15.2", "--stay", "--json", "-")

    told = json.loads(ended.out)
    assert ended.code == Exit.NOT_MET
    assert told["order"] is None
    assert told["safe"] is False
    assert "lacks clientAuth" in told["dead_ends"][0]["breaks"][0]["why"]


def test_an_upgrade_is_a_step_of_a_plan(sip_mtls: Command, old: Path) -> None:
    new = written(old.with_name("new.pem"), chain_pem(edge("server-auth-only")))
    ended = sip_mtls("certs", "plan", old, new, *SERVER, "--release", "x15.2")

    assert ended.code == Exit.MET
    assert "Nothing breaks in this order:" in ended.out
    assert "Upgrade both Expressways to X15.5" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_a_plan_that_had_to_leave_links_out_is_no_all_clear_and_1(sip_mtls: Command, old: Path) -> None:
    lost = written(old.with_name("lost.pem"), chain_pem(edge("server-auth-only")))
    ended = sip_mtls("certs", "plan", lost, lost, *SERVER, "--release", "x15.4", "--stay")

    assert ended.code == Exit.NOT_MET
    assert "NO ALL-CLEAR: 5062 out, call to the cloud" in ended.out
    assert "eku-no-client-auth" in ended.out
    assert "Nothing breaks" not in ended.out
    assert "Of what works today, nothing breaks in this order:" in ended.out


@pytest.mark.parametrize("words", [("--upgrade-to", "x15.2"), ("--upgrade-to", "x15.5", "--stay")])
def test_an_upgrade_that_is_none_is_2(sip_mtls: Command, old: Path, words: tuple[str, ...]) -> None:
    ended = sip_mtls("certs", "plan", old, old, *SERVER, "--release", "x15.2", *words)

    assert ended.code == Exit.WRONG_INPUT
    assert ended.said_in_one_breath


def test_the_matrix_of_one_release_is_one_table(sip_mtls: Command) -> None:
    ended = sip_mtls("certs", "matrix", "--release", "x15.4")

    assert ended.code == Exit.MET
    assert "Expressway-E, X15.4: one certificate for both roles" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("wishes", "code", "verdict"),
    [
        ({}, Exit.MET, "a safe order of one step"),
        ({"common_name": ""}, Exit.NOT_MET, "NO ALL-CLEAR: a new certificate breaks a rule that no step shows"),
    ],
)
def test_a_plan_weighs_rules_that_no_step_shows(
    sip_mtls: Command, tmp_path: Path, wishes: dict[str, str], code: Exit, verdict: str
) -> None:
    above = root("Some Root", "Some CA")
    names = ("us-expe1.example.com", "example.com")
    old, new = (
        written(tmp_path / f"{word}.pem", certificates_pem((above.issue(*names, **how), *above.chain)))  # type: ignore[arg-type]
        for word, how in (("old", {}), ("new", wishes))
    )
    ended = sip_mtls("certs", "plan", old, new, *SERVER)
    lines = ended.out.splitlines()

    assert ended.code == code
    assert lines[1] == verdict
    assert " ".join(lines[-2:]).endswith(verdict)
    assert ("ERROR by rule common-name-missing" in ended.out) is bool(wishes)
    assert ("Nothing breaks in this order:" in ended.out) is (not wishes)


def test_a_plan_says_for_which_peers_nobody_here_can_speak(sip_mtls: Command, tmp_path: Path) -> None:
    above = root("Some Root", "Some CA")
    old, new = (
        written(tmp_path / f"{key}.pem", certificates_pem((above.issue("us-expe1.example.com", key=key), *above.chain)))
        for key in ("rsa", "ecdsa")
    )
    ended = sip_mtls("certs", "plan", old, new, *SERVER, "--json", "-")

    (told,) = json.loads(ended.out)["unknown"]
    assert told.startswith("expressway-e-server: the key goes from RSA 2048 to ECDSA P-256")


@pytest.mark.parametrize("command", ["diff", "plan"])
@pytest.mark.parametrize(
    ("key", "why"),
    [
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), "its key is RSA 1024: 80 bits"),  # noqa: S505
        (ec.generate_private_key(ec.SECP192R1()), "its key is ECDSA P-192: 80 bits"),
        (dsa.generate_private_key(2048), "its key is DSA 2048, a kind that TLS has no use for"),
    ],
    ids=["RSA 1024", "P-192", "DSA"],
)
def test_a_key_that_no_box_loads_is_told_with_its_file(
    sip_mtls: Command, tmp_path: Path, command: str, key: Any, why: str
) -> None:
    above = root("Some Root", "Some CA")
    old = written(tmp_path / "old.pem", certificates_pem((above.issue("us-expe1.example.com"), *above.chain)))
    leaf = above.issue("us-expe1.example.com", key=key)
    new = written(tmp_path / "new.pem", certificates_pem((leaf, *above.chain)))
    few = ("--scenario", "I01") if command == "diff" else ()
    ended = sip_mtls("certs", command, old, new, *SERVER, "--release", "x15.5", *few)

    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert f"{new}: {why}" in ended.err
    assert ended.said_in_one_breath
