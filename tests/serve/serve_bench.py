"""The workbench of the served lab's tests: `sip-mtls serve` as a program of its own, in a block of its own."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from address_blocks import fresh_block

_AT_A_TERMINAL = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # see cli_bench
PROGRAM = [sys.executable, "-c", _AT_A_TERMINAL + "from harness.cli import main; main()", "serve"]
OPEN = "Visits:"
_PATIENCE = 30.0


def needs(program: str) -> pytest.MarkDecorator:
    """Skip a test where a program is absent."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@dataclass
class ServedLab:
    """A lab that is being served: its process, the files that it writes to, and the folder of its certificates."""

    process: subprocess.Popen[str]
    out: Path
    err: Path
    folder: Path
    block: str

    def address_of(self, octet: int) -> str:
        """Return an address of the lab: Expressway-E has 10, the name server 53."""
        return f"{self.block}.{octet}"

    def said(self, wanted: str, *, times: int = 1) -> str:
        """Wait until a line of the output matches so often; return the last that does."""
        return _found(self.out, wanted, times)

    def complained(self, wanted: str) -> str:
        """Wait until a line of the error output matches; return it."""
        return _found(self.err, wanted, 1)

    def visits(self) -> list[str]:
        """Return the lines of the visits so far."""
        return self.out.read_text("utf-8").partition(OPEN)[2].strip().splitlines()

    def read_again(self) -> None:
        """Let it read its file again."""
        self.process.send_signal(signal.SIGHUP)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """End it; return its exit code, and after how many seconds it was gone."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE), time.monotonic() - began

    def run(self, *words: str, feed: str = "") -> str:
        """Run a program in the folder of the certificates; return what it said on both outputs."""
        done = subprocess.run(
            words, input=feed, capture_output=True, text=True, check=False, timeout=_PATIENCE, cwd=self.folder
        )
        return done.stdout + done.stderr


def _found(path: Path, wanted: str, times: int) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        lines = [line for line in path.read_text("utf-8").splitlines() if re.search(wanted, line)]
        if len(lines) >= times:
            return lines[-1]
        time.sleep(0.05)
    told = "".join(each.read_text("utf-8")[-2000:] for each in sorted(path.parent.glob("*.txt")))
    raise AssertionError(f"no line of {path.name} matched {wanted!r} {times} times:\n{told}")


@contextmanager
def serving(place: Path, *words: str, block: str = "", opens: bool = True, files: int = 0) -> Iterator[ServedLab]:
    """Serve a lab while the context lasts; its output goes into files below `place`. Wait for it where it `opens`.

    `files` are the most that it may have open, 0 for as many as we may.
    """
    out, err, folder = place / "out.txt", place / "err.txt", place / "certificates"
    block = block or fresh_block()
    command = [*_with_few(files), *PROGRAM, *words, "--addresses", block, "--out", str(folder)]
    with out.open("w") as heard, err.open("w") as complaint:
        process = subprocess.Popen(command, stdout=heard, stderr=complaint, stdin=subprocess.DEVNULL, text=True)
        lab = ServedLab(process, out, err, folder, block)
        try:
            if opens:
                lab.said(OPEN)
            yield lab
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(_PATIENCE)


def _with_few(files: int) -> list[str]:
    return ["bash", "-c", f'ulimit -n {files}; exec "$@"', "bash"] if files else []


# --- a caller of a few lines ---


class Caller:
    """A SIP client on one TLS connection, at its own pace."""

    def __init__(self, lab: ServedLab, port: int) -> None:
        context = ssl.create_default_context(cafile=str(lab.folder / "trust" / "jabber.pem"))
        context.check_hostname = False
        plain = socket.create_connection((lab.address_of(10), port), timeout=10)
        try:
            self.tls = context.wrap_socket(plain, server_hostname="us-expe1.example.com")
        finally:
            plain.close()  # of no effect once it was wrapped
        self._number = 0
        self._to = "<sip:user1@example.com>"

    @property
    def certificate(self) -> bytes:
        """The certificate (DER) of the lab's end."""
        return self.tls.getpeercert(binary_form=True) or b""

    def ask(self, method: str) -> int:
        """Send a request and return its final status."""
        self._number += method != "ACK"
        self.tls.sendall(self._request(method))
        status, heard = 100, b""
        while status < 200:
            while b"\r\n\r\n" not in heard:
                heard += self.tls.recv(65536)
            head, _, rest = heard.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            missing = int(length[1]) - len(rest) if length else 0
            while missing > 0:
                rest += (piece := self.tls.recv(missing))
                missing -= len(piece)
            heard, status = rest[int(length[1]) if length else 0 :], int(head.split()[1])
        self._to = re.search(rb"(?im)^to: *(.+?)\r?$", head)[1].decode()  # type: ignore[index]
        return status

    def acknowledge(self) -> None:
        """Send an ACK, which nobody answers."""
        self.tls.sendall(self._request("ACK"))

    def _request(self, method: str) -> bytes:
        target = "sip:us-expe1.example.com" if method == "OPTIONS" else "sip:user1@example.com"
        to = "<sip:us-expe1.example.com>" if method == "OPTIONS" else self._to
        lines = (
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK{method}{self._number}",
            "From: <sip:bob@peer.example>;tag=1",
            f"To: {to}",
            f"Call-ID: {id(self)}{'o' if method == 'OPTIONS' else ''}",
            f"CSeq: {self._number} {method}",
            "Contact: <sip:bob@127.0.0.1:5061;transport=tls>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        )
        return "\r\n".join((*lines, "", "")).encode()

    def close(self) -> None:
        """Hang up on TCP."""
        self.tls.close()
