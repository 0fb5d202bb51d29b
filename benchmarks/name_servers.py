"""The lab's name server and nsd, side by side: the same zone, the same questions, `dnsperf` asks both.

The cost is wall time, for a server that works in another process behind a socket: dnsperf keeps a hundred questions
in flight, so whoever answers is never without work. Both run all the time, and only one of them is asked.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.estate import library
from benchmarks.measuring import Figure, in_turns
from benchmarks.plays import ENTRY_POINT

_ZONE = "example.com"
_QUESTIONS = (
    "_sips._tcp.example.com SRV",
    "_sips._tcp.mtls.example.com SRV",
    "example.com TXT",
    "us-expe1.example.com A",
    "us-expe2.example.com AAAA",
    "nobody.example.com A",
)
_IN_FLIGHT = "100"
_RATE = re.compile(r"Queries per second:\s+([\d.]+)")
_CODES = re.compile(r"Response codes:\s+(.*)")
_NSD = """
server:
  ip-address: {host}@{port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  xfrdfile: ""
  xfrdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  database: ""
  logfile: "{folder}/nsd.log"
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
zone:
  name: {zone}
  zonefile: "{folder}/{zone}.zone"
"""
"""No limit of answers to one asker, no records that nobody asked for, one process that answers: as ours does."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the peer and the client of the measurement lie."""

    nsd: str
    dnsperf: str


def name_server_programs() -> Programs | None:
    """Return both programs, None where one is absent; Debian keeps nsd out of a user's PATH."""
    nsd = shutil.which("nsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    dnsperf = shutil.which("dnsperf")
    return Programs(nsd, dnsperf) if nsd and dnsperf else None


def answers_against_nsd(programs: Programs, repetitions: int, seconds: int) -> Figure:
    """Return how many answers nsd gives while ours gives one; RuntimeError where one of them fails."""
    port = library().healthy.name_server.port
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "questions").write_text("\n".join(_QUESTIONS) + "\n", encoding="ascii")
        with _ours(port) as our_host, _nsd(programs.nsd, folder, port) as their_host:
            ask = [programs.dnsperf, "-d", str(folder / "questions"), "-l", str(seconds), "-q", _IN_FLIGHT]
            ours, theirs = in_turns(
                lambda: _seconds_of_an_answer([*ask, "-s", our_host, "-p", str(port)]),
                lambda: _seconds_of_an_answer([*ask, "-s", their_host, "-p", str(port)]),
                repetitions,
            )
    return Figure(round(ours / theirs, 1), f"{1 / ours:,.0f} answers per second; nsd {1 / theirs:,.0f}")


def _seconds_of_an_answer(command: Sequence[str]) -> float:
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate, codes = _RATE.search(told), _CODES.search(told)
    if rate is None or codes is None or not set(re.findall(r"[A-Z]+", codes[1])) <= {"NOERROR", "NXDOMAIN"}:
        raise RuntimeError(f"dnsperf was not answered as it should be: {told}")
    return 1 / float(rate[1])


@contextmanager
def _ours(port: int) -> Iterator[str]:
    block = _block()
    host = f"{block}.53"
    with _running([sys.executable, "-c", ENTRY_POINT, "dns", "--addresses", block], host, port):
        yield host


@contextmanager
def _nsd(program: str, folder: Path, port: int) -> Iterator[str]:
    host = f"{_block()}.53"
    zone = next(zone for zone in library().healthy.name_server.zones if zone.origin == _ZONE)
    (folder / f"{_ZONE}.zone").write_text(zone.text, encoding="ascii")
    settings = folder / "nsd.conf"
    settings.write_text(_NSD.format(host=host, port=port, folder=folder, zone=_ZONE), encoding="ascii")
    with _running([program, "-d", "-c", str(settings)], host, port):
        yield host


@contextmanager
def _running(command: Sequence[str], host: str, port: int) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_for(host, port)
            yield
        finally:
            server.terminate()


def _wait_for(host: str, port: int) -> None:
    """Return once somebody listens; RuntimeError where nobody does within ten seconds."""
    for _ in range(200):
        with socket.socket() as sock:
            if sock.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"no name server starts at {host}, port {port}")


def _block() -> str:
    return f"127.{random.randrange(64, 255)}.{random.randrange(256)}"  # noqa: S311  # no secret
