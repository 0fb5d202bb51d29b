"""The workbench of calls between two SIPp: what each end sends and expects, and the two programs on one lab."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_PATIENCE = 60.0
_LAB = Path(__file__).parents[2] / "scenarios" / "lab.yaml"
PHONE_PORT = 5999
"""Where the called SIPp listens, at the address of Unified CM or of whoever is called outside."""

_SDP = """\
v=0
o=- 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 4000 RTP/AVP 0
a=rtpmap:0 PCMU/8000
a={direction}
"""

_DESCRIBED = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + _SDP
_EMPTY = "Content-Length: 0\n\n"
_SEND = "<send><![CDATA[\n{text}\n]]></send>\n"
_CONTACT = "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>\n"
_COPIED = "[last_Call-ID:]\n[last_CSeq:]\n[last_Record-Route:]\n"
_ANSWER = "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]{tag}\n" + _COPIED
_CALLED_TAG = ";tag=called[call_number]"

# What an end asks in a call: the caller's identity, and the called one's, which it learnt from the INVITE.
_CALLING = "From: <sip:caller@peer.example>;tag=caller[call_number]\nTo: <{called}>[peer_tag_param]\n"
_BEING_CALLED = "From: <{called}>" + _CALLED_TAG + "\nTo:[$caller]\n"
_IN_CALL = (
    "{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[routes]\n"
    "{parties}Call-ID: [call_id]\nCSeq: {number} {method}\nMax-Forwards: 70\n"
)


def _send(text: str) -> str:
    return _SEND.format(text=text)


def _answer(status: str, body: str = _EMPTY, *, tag: str = "") -> str:
    return _send(_ANSWER.format(status=status, tag=tag) + _CONTACT + body)


def _ask(method: str, number: int, parties: str, body: str = _EMPTY) -> str:
    return _send(_IN_CALL.format(method=method, number=number, parties=parties) + _CONTACT + body)


def _hold(parties: str, number: int) -> str:
    """Put the other end on hold, and hear that it understood."""
    offer = _DESCRIBED.format(version=2, direction="sendonly")
    ringing = '<recv response="100" optional="true"/>\n'
    held = '<recv response="200"><action><ereg regexp="a=recvonly" search_in="body" check_it="true" assign_to="held"/>'
    seen = '</action></recv>\n<nop><action><log message="held [$held]"/></action></nop>\n'
    return _ask("INVITE", number, parties, offer) + ringing + held + seen + _ask("ACK", number, parties)


def _is_held() -> str:
    answer = _answer("200 OK", _DESCRIBED.format(version=2, direction="recvonly"))
    return '<recv request="INVITE"/>\n' + answer + '<recv request="ACK"/>\n'


def _ends(parties: str, number: int) -> str:
    return '<pause milliseconds="100"/>\n' + _ask("BYE", number, parties) + '<recv response="200"/>\n'


_IS_ENDED = '<recv request="BYE"/>\n' + _answer("200 OK")


@dataclass(frozen=True, slots=True)
class Plot:
    """Who puts the other end on hold, and who hangs up: `caller`, `called`, or nobody."""

    holds: str
    hangs_up: str

    def caller(self, called: str) -> str:
        """Return the SIPp scenario of the calling end."""
        parties = _CALLING.format(called=called)
        begin = _send(
            f"INVITE {called} SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
            f"From: <sip:caller@peer.example>;tag=caller[call_number]\nTo: <{called}>\nCall-ID: [call_id]\n"
            f"CSeq: 1 INVITE\nMax-Forwards: 70\n{_CONTACT}{_DESCRIBED.format(version=1, direction='sendrecv')}"
        )
        ringing = '<recv response="100" optional="true"/>\n<recv response="180" optional="true"/>\n'
        return _scenario(
            begin + ringing + '<recv response="200" rrs="true"/>\n' + _ask("ACK", 1, parties),
            self._rest("caller", parties, 2),
        )

    def called(self, called: str) -> str:
        """Return the SIPp scenario of the called end."""
        heard = '<action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/></action>'
        begin = f'<recv request="INVITE" rrs="true">{heard}</recv>\n'
        used = '<nop><action><log message="called by [$caller]"/></action></nop>\n'
        answer = _answer("180 Ringing", tag=_CALLED_TAG)
        answer += _answer("200 OK", _DESCRIBED.format(version=1, direction="sendrecv"), tag=_CALLED_TAG)
        parties = _BEING_CALLED.format(called=called)
        return _scenario(begin + used + answer + '<recv request="ACK"/>\n', self._rest("called", parties, 1))

    def _rest(self, end: str, parties: str, number: int) -> str:
        holds = "" if not self.holds else _hold(parties, number) if self.holds == end else _is_held()
        number += self.holds == end
        return holds + (_ends(parties, number) if self.hangs_up == end else _IS_ENDED)


def _scenario(*parts: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="call">\n' + "".join(parts) + "</scenario>\n"


# --- the lab and the programs ---


@dataclass(frozen=True, slots=True)
class Lab:
    """A served lab, and the folder for the files of the programs."""

    block: str
    folder: Path

    def at(self, octet: int) -> str:
        """Return an address of the lab: Expressway-E has 10, Expressway-C 20, Unified CM 30; 99 is nobody's."""
        return f"{self.block}.{octet}"


@contextmanager
def served(folder: Path, block: str, *, b2bua: bool) -> Iterator[Lab]:
    """Serve a lab in which Expressway-E takes plain TCP, and Expressway-C finds its phone at `PHONE_PORT`."""
    text = _LAB.read_text("utf-8")
    text = text.replace("expressway-e:\n  sip:", "expressway-e:\n  sip:\n    tcp-mode: on", 1)
    text = text.replace("expressway-c:\n", f"expressway-c:\n  neighbour-zone: {{port: {PHONE_PORT}}}\n", 1)
    mode = "force-encrypted" if b2bua else "auto"
    outside = f"  dns-zone: {{fallback-transport: tls, media-encryption: {mode}}}\n  webex-zone:\n"
    text = text.replace("  webex-zone:\n", outside, 1)
    text = text.replace("  traversal-zone:\n", f"  traversal-zone:\n    media-encryption: {mode}\n", 1)
    (folder / "lab.yaml").write_text(text, "utf-8")
    command = [sys.executable, "-c", "from harness.cli import main; main()", "serve", str(folder / "lab.yaml")]
    with (folder / "serve.txt").open("w") as out:
        words = [*command, "--addresses", block, "--out", str(folder / "certificates")]
        process = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        try:
            lab = Lab(block, folder)
            _until(lambda: "Visits:" in (folder / "serve.txt").read_text("utf-8"), "the lab does not open")
            yield lab
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _until(true: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def _is_open(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


@dataclass
class Sipp:
    """One SIPp that runs."""

    name: str
    folder: Path
    process: subprocess.Popen[str]

    def outcome(self) -> tuple[int, int]:
        """Wait for its end; return how many calls succeeded and how many failed."""
        said, _ = self.process.communicate(timeout=_PATIENCE)
        found = [re.findall(rf"{word} call +\| +\d+ +\| +(\d+)", said) for word in ("Successful", "Failed")]
        assert all(found), said[-2000:]
        return int(found[0][-1]), int(found[1][-1])


@contextmanager
def sipp(folder: Path, name: str, scenario: str, words: Sequence[str]) -> Iterator[Sipp]:
    """Run a SIPp over plain TCP; each end writes what it saw to its own log."""
    (folder / f"{name}.xml").write_text(scenario, "utf-8")
    command = ["sipp", "-sf", f"{name}.xml", "-t", "t1", "-nostdin", "-timeout", "40", "-timeout_error", *words]
    log = ["-trace_err", "-error_file", f"{name}.errors"]
    process = subprocess.Popen(
        [*command, *log], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder
    )
    try:
        yield Sipp(name, folder, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(_PATIENCE)


@contextmanager
def tls_in_front_of(folder: Path, accept: tuple[str, int], port: int, certificate: Path, key: Path) -> Iterator[None]:
    """Let stunnel take TLS at `accept`, and pass what is in it to a port of the same address."""
    lines = (
        "foreground = yes", "pid =", "[sip]", f"accept = {accept[0]}:{accept[1]}", f"connect = {accept[0]}:{port}",
        f"cert = {certificate}", f"key = {key}",
    )  # fmt: skip
    (folder / "stunnel.conf").write_text("\n".join(lines) + "\n", "utf-8")
    with (folder / "stunnel.txt").open("w") as out:
        process = subprocess.Popen(["stunnel", str(folder / "stunnel.conf")], stdout=out, stderr=out)
        try:
            _until(partial(_is_open, *accept), "stunnel does not listen")
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE)
