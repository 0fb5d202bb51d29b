"""The peer of the handshake: `openssl s_server` dialled by `openssl s_time`, in C from end to end.

Both sides present P-256 certificates and verify the other's. The server answers one small file to one
request, as ours answers OPTIONS; without that, a TLS 1.3 client leaves before it knows that it was accepted.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.estate import Pair
from benchmarks.measuring import children_cpu
from harness.pki import certificates_pem
from harness.tls.profile import TlsProfile

_COUNT = re.compile(r"^(\d+) connections in \d+ real seconds", re.MULTILINE)
_ANSWER = "answer.txt"
_DEPTH = "3"


def openssl_program() -> str | None:
    """Return where the `openssl` program lies, None where there is none."""
    return shutil.which("openssl")


def openssl_cost(program: str, pair: Pair, seconds: int) -> float:
    """Return the CPU seconds of one connection, both processes, over `seconds` of dialling."""
    connections = 0

    def dial_many() -> None:
        nonlocal connections
        connections = _dial_many(program, pair, seconds)

    spent = children_cpu(dial_many)
    return spent / connections


def _dial_many(program: str, pair: Pair, seconds: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _ANSWER).write_text("200 OK\n" * 50, encoding="ascii")
        _write_end(folder, "caller", pair.caller)
        _write_end(folder, "called", pair.called)
        port = _free_port()
        with _serving(program, folder, port):
            command = [program, "s_time", "-new", "-time", str(seconds), _flag(pair), "-connect", f"127.0.0.1:{port}"]
            command += ["-www", f"/{_ANSWER}", "-verify", _DEPTH, *_own("caller"), "-CAfile", "caller-known.pem"]
            told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout
    count = _COUNT.search(told)
    if count is None or not int(count[1]):
        raise RuntimeError(f"openssl s_time made no connection: {told}")
    return int(count[1])


@contextmanager
def _serving(program: str, folder: Path, port: int) -> Iterator[None]:
    certificates = [*_own("called"), "-cert_chain", "called-chain.pem", "-CAfile", "called-known.pem"]
    command = [program, "s_server", "-WWW", "-accept", f"127.0.0.1:{port}", "-Verify", _DEPTH, *certificates]
    options = ["-verify_return_error", "-no_cache", "-no_ticket", "-quiet"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*command, *options], cwd=folder, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_for(port)
            yield
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    """Return once somebody listens on `port`; RuntimeError where nobody does within five seconds."""
    for _ in range(100):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("openssl s_server does not start")


def _own(name: str) -> list[str]:
    return ["-cert", f"{name}.pem", "-key", f"{name}-key.pem"]


def _flag(pair: Pair) -> str:
    return "-tls" + pair.caller.versions[0].replace(".", "_")


def _write_end(folder: Path, name: str, profile: TlsProfile) -> None:
    """Write one end's files. s_time reads no chain, so it completes its own from what it knows."""
    leaf, *others = profile.chain
    texts = {
        f"{name}.pem": certificates_pem([leaf]),
        f"{name}-key.pem": profile.private_key.decode("ascii"),
        f"{name}-chain.pem": certificates_pem(others),
        f"{name}-known.pem": certificates_pem([*profile.trusted, *(others if name == "caller" else ())]),
    }
    for file, data in texts.items():
        (folder / file).write_text(data, encoding="ascii")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port
