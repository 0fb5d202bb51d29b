"""No command lets a stranger's text act on a terminal: from files, certificates, peers, names or its own words."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_bench import PROGRAM, Command, in_its_own_process, sip_mtls
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from harness.cli.exits import Exit

__all__ = ["sip_mtls"]

EVIL = "evil\x1b[2J\x1b[32m\x07\u202eman\u2066\x9b31m"
STORY = 'title: "A {evil} call"\nstory: "{evil}"\nplay: [{{b2b-peer: call}}]\nexpect: {{call: ok, cause: none}}\n'
IN_YAML = EVIL.encode("unicode_escape").decode("ascii")


def is_inert(text: str) -> bool:
    """Whether a terminal would show every character and obey none, line ends and tabs apart."""
    return not any(unicodedata.category(each)[0] == "C" for each in text if each not in "\n\t")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files with evil names and evil contents of every kind that a command reads."""
    folder = tmp_path / EVIL
    folder.mkdir()
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, EVIL), x509.NameAttribute(NameOID.ORGANIZATION_NAME, EVIL)]
    )
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("a\x1b[2Jb.example.com"), x509.UniformResourceIdentifier("sip:\x07")]
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(9)).add_extension(
        names, False
    )
    (folder / "c.pem").write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "k.pem").write_bytes(private)
    (folder / "s.yaml").write_text(STORY.format(evil=IN_YAML))
    (folder / "typo.yaml").write_text(f'title: x\n"{IN_YAML}": 1\nplay: [{{"{IN_YAML}": call}}]\n')
    (folder / "change.yaml").write_text(STORY.format(evil=IN_YAML) + f'change: {{"{IN_YAML}.x": "{IN_YAML}"}}\n')
    (folder / "log").write_text(f"{EVIL} sslv3 alert certificate unknown {EVIL}\n")
    (folder / "t.json").write_text(
        '{"format": "sip-mtls transcript", "version": "' + IN_YAML.replace("\\x", "\\u00") + '"}'
    )
    return folder


COMMANDS = {
    "run": ("run", "{}/s.yaml", "--network", "memory"),
    "run a typo": ("run", "{}/typo.yaml"),
    "run a change": ("run", "{}/change.yaml"),
    "run nothing": ("run", EVIL),
    "run with logs": ("run", "{}/s.yaml", "--network", "memory", "--log", "expressway"),
    "run, diagrams": ("run", "{}/s.yaml", "--network", "memory", "--mermaid", "-", "--plantuml", "-"),
    "run, XML": ("run", "{}/s.yaml", "--network", "memory", "--junit", "-"),
    "run, capture": ("run", "{}/s.yaml", "--network", "memory", "--pcap", "{}/p.pcapng"),
    "run in a lab": ("run", "B02", "--lab", "{}/typo.yaml"),
    "run at": ("run", "B02", "--at", EVIL),
    "run at addresses": ("run", "B02", "--addresses", EVIL),
    "an option": (f"--{EVIL}",),
    "a command": (EVIL,),
    "show": ("show", "{}/s.yaml"),
    "show a typo": ("show", "{}/typo.yaml"),
    "show a change": ("show", "{}/change.yaml"),
    "judge": ("judge", "{}/t.json"),
    "judge nothing": ("judge", "{}/none.json"),
    "explain": ("explain", "{}/log"),
    "explain words": ("explain", f"unknown ca {EVIL}"),
    "locate": ("locate", f"sip:{EVIL}@example.com"),
    "locate a host": ("locate", f"{EVIL}.example.com"),
    "locate from": ("locate", "example.com", "--from", EVIL),
    "certs show": ("certs", "show", "{}/c.pem"),
    "certs check": ("certs", "check", "{}/c.pem", "--role", "expressway-e-server"),
    "certs check nothing": ("certs", "check", "{}/k.pem", "--role", "expressway-e-server"),
    "certs check for": ("certs", "check", "{}/c.pem", "--role", EVIL),
    "certs diff": ("certs", "diff", "{}/c.pem", "{}/typo.yaml", "--role", "expressway-e-server"),
    "certs make": ("certs", "make", "{}/c.pem/x"),
    "probe": ("probe", EVIL),
    "probe with": ("probe", "127.0.0.1:1", "--cert", "{}/typo.yaml"),
    "serve": ("serve", EVIL),
    "serve a typo": ("serve", "{}/typo.yaml"),
    "dns": ("dns", "--lab", "{}/typo.yaml"),
}


QUOTE_NOTHING = {"run with logs", "run, diagrams", "explain words", "run, XML"}
"""Commands whose output has no place for any of it; all others must have said it, so that something was tried."""


@pytest.mark.parametrize("what", COMMANDS)
def test_no_command_prints_what_acts(sip_mtls: Command, folder: Path, what: str) -> None:
    ended = sip_mtls(*(word.format(folder) if word.startswith("{}") else word for word in COMMANDS[what]))

    assert ended.code != Exit.OUR_ERROR
    assert is_inert(ended.out)
    assert is_inert(ended.err)
    assert "evil" in ended.out + ended.err or what in QUOTE_NOTHING


@pytest.mark.parametrize(
    "command",
    [("run", "{}/s.yaml", "--network", "memory", "--json", "-"), ("certs", "show", "{}/c.pem", "--json", "-")],
)
def test_json_stays_json_and_says_exactly_what_it_was(
    sip_mtls: Command, folder: Path, command: tuple[str, ...]
) -> None:
    ended = sip_mtls(*(word.format(folder) for word in command))

    assert is_inert(ended.out)
    assert (
        EVIL
        in json.dumps(json.loads(ended.out), ensure_ascii=False)
        .encode()
        .decode("unicode_escape")
        .encode("latin-1")
        .decode()
    )


def test_a_terminal_sees_our_colours_and_nobody_elses(folder: Path) -> None:
    """Read from a terminal of its own, which a program cannot tell from a real one."""
    near, far = pty.openpty()
    words = [*PROGRAM, "run", str(folder / "s.yaml"), "--network", "memory"]
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(words, stdout=far, stderr=subprocess.DEVNULL, env=environment):
        os.close(far)
        shown = b""
        try:
            while piece := os.read(near, 65536):
                shown += piece
        except OSError:  # the other side is gone
            pass
    os.close(near)

    text = shown.decode().replace("\r\n", "\n")
    assert "\x1b[1m" in text
    assert is_inert(
        text.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[32mok", "").replace("\x1b[32mcompleted", "")
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_an_old_encoding_gets_escapes_and_no_exception(folder: Path, encoding: str) -> None:
    ended = in_its_own_process("show", folder / "s.yaml", PYTHONIOENCODING=encoding)

    assert ended.code == Exit.MET
    assert "evil\\x1b[2J" in ended.out
