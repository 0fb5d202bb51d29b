"""`certs make` at the door: a folder for other programs, written whole or not at all, and never over something else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cli_bench import Command, Ended, sip_mtls
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from shipped_library import LIBRARY

from harness.certificates.shell.make import TITLE
from harness.cli.exits import Exit

__all__ = ["sip_mtls"]

ROLES = tuple(LIBRARY.catalogue.leaves)
EDGE = ("--profile", "expressway-e")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "pki"


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def leaf(folder: Path, role: str = "expressway-e") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / role / "certificate.pem").read_bytes())


def test_each_role_gets_certificate_chain_and_key(sip_mtls: Command, folder: Path) -> None:
    ended = sip_mtls("certs", "make", folder)

    assert ended.code == Exit.MET
    assert "TEST ONLY" in ended.out
    for role in ROLES:
        chain = x509.load_pem_x509_certificates((folder / role / "chain.pem").read_bytes())
        key = load_pem_private_key((folder / "keys" / f"{role}.pem").read_bytes(), None)
        assert chain[0] == leaf(folder, role)
        assert key.public_key() == chain[0].public_key()
        assert len(chain) == 2


def test_keys_are_for_their_owner_alone_and_lie_in_one_place(sip_mtls: Command, folder: Path) -> None:
    sip_mtls("certs", "make", folder)
    keys = {name for name in files_of(folder) if b"PRIVATE KEY-----" in (folder / name).read_bytes()}

    assert keys == {f"keys/{role}.pem" for role in ROLES}
    assert {mode(folder / name) for name in keys} == {0o600}
    assert mode(folder / "keys") == 0o700
    assert mode(folder) == 0o755


def test_every_authority_says_that_it_is_for_tests(sip_mtls: Command, folder: Path) -> None:
    sip_mtls("certs", "make", folder)
    authorities = [x509.load_pem_x509_certificate(path.read_bytes()) for path in (folder / "authorities").iterdir()]

    for authority in authorities:
        (name,) = authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert str(name.value).startswith("TEST ONLY ")


def test_there_is_a_file_for_what_each_actor_trusts_and_for_each_named_list(sip_mtls: Command, folder: Path) -> None:
    sip_mtls("certs", "make", folder, *EDGE)
    lists, trusted = LIBRARY.catalogue.trust_lists, LIBRARY.healthy.expressway_e.trusted_ca
    held = {path.stem: x509.load_pem_x509_certificates(path.read_bytes()) for path in (folder / "trust").iterdir()}

    assert {"expressway-e", "expressway-c", "webex-cloud", "jabber", "b2b-peer", *lists} == set(held)
    assert len(held["expressway-e"]) == len(trusted)
    assert all(len(held[name]) == len(listed.authorities) for name, listed in lists.items())


def test_the_page_says_what_is_what(sip_mtls: Command, folder: Path) -> None:
    sip_mtls("certs", "make", folder, *EDGE, "--fault", "expired", "--at", "2031-05-06")
    page = (folder / "README.txt").read_text("utf-8")

    assert page.startswith(f"{TITLE}\n")
    assert "issued as of 2031-05-06 12:00 UTC" in page
    assert "expired (The certificate ran out ten days ago)" in page
    assert "expressway-e           Expressway-E" in page
    assert "expressway-c " not in page.partition("To try")[0].partition("trust/")[0]


def test_faults_and_days_are_those_that_were_asked_for(sip_mtls: Command, folder: Path) -> None:
    sip_mtls(
        "certs", "make", folder, *EDGE, "--fault", "expired", "--fault", "missing-intermediate", "--at", "2031-05-06"
    )

    assert f"{leaf(folder).not_valid_after_utc:%Y-%m-%d}" == "2031-04-26"
    assert len(x509.load_pem_x509_certificates((folder / "expressway-e" / "chain.pem").read_bytes())) == 1
    assert {path.name for path in (folder / "keys").iterdir()} == {"expressway-e.pem"}


# --- what was there before ---


def refused(ended: Ended) -> str:
    assert (ended.code, ended.out) == (Exit.WRONG_INPUT, "")
    assert ended.said_in_one_breath
    return ended.err


def test_an_empty_folder_is_taken(sip_mtls: Command, folder: Path) -> None:
    folder.mkdir(parents=True)
    assert sip_mtls("certs", "make", folder, *EDGE).code == Exit.MET


def test_its_own_folder_is_replaced_only_on_request(sip_mtls: Command, folder: Path) -> None:
    sip_mtls("certs", "make", folder)
    before = leaf(folder)

    assert "--force replaces them" in refused(sip_mtls("certs", "make", folder, *EDGE))
    assert leaf(folder) == before
    assert sip_mtls("certs", "make", folder, *EDGE, "--force").code == Exit.MET
    assert leaf(folder) != before
    assert not (folder / "expressway-c").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["pki"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_folder_of_somebody_else_is_never_touched(sip_mtls: Command, folder: Path, force: tuple[str, ...]) -> None:
    folder.mkdir(parents=True)
    (folder / "README.txt").write_text("my notes\n")

    assert "was not made by this command" in refused(sip_mtls("certs", "make", folder, *force))
    assert files_of(folder) == {"README.txt"}


def test_what_somebody_put_there_keeps_the_folder_from_being_replaced(sip_mtls: Command, folder: Path) -> None:
    sip_mtls("certs", "make", folder, *EDGE)
    (folder / "keys" / "mine.txt").write_text("dear to me")

    assert "it holds 'keys/mine.txt'" in refused(sip_mtls("certs", "make", folder, "--force"))
    assert (folder / "keys" / "mine.txt").read_text() == "dear to me"


def test_a_link_to_a_folder_is_followed(sip_mtls: Command, folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(folder)
    sip_mtls("certs", "make", tmp_path / "link", *EDGE)

    assert (tmp_path / "link").is_symlink()
    assert "README.txt" in files_of(folder)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--profile", "expresway-e"), "unknown leaf profile 'expresway-e'"),
        (("--fault", "expird"), "did you mean 'expired'?"),
        (("--fault", "expired", "--fault", "not-yet-valid"), "both change the validity"),
        (("--at", "1999-12-31"), "no lab can be set to 1999-12-31"),
        (("--at", "soon"), "'soon' is no date"),
    ],
)
def test_wrong_words_leave_nothing_behind(sip_mtls: Command, folder: Path, words: tuple[str, ...], told: str) -> None:
    assert told in refused(sip_mtls("certs", "make", folder, *words))
    assert not folder.parent.exists()


def test_the_folder_in_which_one_stands_is_not_replaced(
    sip_mtls: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "this is where you stand" in refused(sip_mtls("certs", "make", "."))
    assert sip_mtls("certs", "make", "pki", *EDGE).code == Exit.MET


def test_a_place_that_cannot_be_written_is_told(sip_mtls: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written: File exists" in refused(sip_mtls("certs", "make", tmp_path / "file" / "pki", *EDGE))
    assert "is a file" in refused(sip_mtls("certs", "make", tmp_path / "file"))


def test_a_disk_that_fails_half_way_leaves_the_old_folder_and_no_draft(
    sip_mtls: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sip_mtls("certs", "make", folder, *EDGE)
    before = leaf(folder)
    written = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return written(self, target)

    monkeypatch.setattr(Path, "rename", full)
    assert "No space left on device" in refused(sip_mtls("certs", "make", folder, *EDGE, "--force"))
    assert leaf(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["pki"]


def test_a_git_work_tree_is_told_and_kept_clean(sip_mtls: Command, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    ended = sip_mtls("certs", "make", tmp_path / "pki", *EDGE)

    assert ended.code == Exit.MET
    assert f"it lies in the git work tree {tmp_path}" in ended.err
    assert (tmp_path / "pki" / ".gitignore").read_text() == "*\n"
