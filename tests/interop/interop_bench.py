"""The workbench of the interop tests: programs that nobody here wrote, certificates on disk, links to them."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import trio
from address_blocks import own_block
from shipped_library import LIBRARY

from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.net.recorder import Recorder
from harness.pki import Credentials, LeafOrder, certificates_pem
from harness.tls.profile import TlsProfile
from harness.transcript import Address, AlertSeen, ClientCertificate

PUBLIC_ROOT = LIBRARY.lab_pki.certificate_of("public-root")
HOST = f"{own_block()}.10"
OUTSIDE = f"{HOST.rpartition('.')[0]}.99"
BOTH_VERSIONS = ("1.2", "1.3")
_PORTS = itertools.count(5062)
_PATIENCE = 20.0

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)


def needs(program: str) -> pytest.MarkDecorator:
    """Skip where a program is not installed."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed here")


# --- certificates ---


def credentials(role: str, *faults: str) -> Credentials:
    return LIBRARY.lab_pki.issue(LeafOrder(role, faults=faults))


def wearing(role: str, *faults: str) -> TlsProfile:
    worn = credentials(role, *faults)
    return TlsProfile(chain=worn.sent, private_key=worn.private_key, trusted=(PUBLIC_ROOT,))


NOBODY = replace(wearing("b2b-peer"), chain=(), private_key=b"")
MUTUAL = replace(wearing("expressway-e"), request=ClientCertificate.REQUIRED)


@dataclass(frozen=True, slots=True)
class Files:
    """One holder's certificates as programs want them: a chain, the leaf alone, the key, what it trusts."""

    chain: Path
    leaf: Path
    key: Path
    issuers: Path
    trusted: Path


def files(folder: Path, role: str, *faults: str) -> Files:
    """Write a holder's certificates to `folder`."""
    worn = credentials(role, *faults)
    contents = {
        "chain": certificates_pem(worn.sent),
        "leaf": certificates_pem(worn.sent[:1]),
        "key": worn.private_key.decode("ascii"),
        "issuers": certificates_pem(worn.sent[1:]),
        "trusted": certificates_pem((PUBLIC_ROOT,)),
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="ascii")
    return Files(**{name: folder / name for name in contents})


# --- programs ---


@dataclass
class Program:
    """A program that runs: what it has said so far, and how to talk to it."""

    process: trio.Process
    said: str = ""
    _unread: str = field(default="", repr=False)

    async def says(self, *words: str) -> str:
        """Wait until it has said one of `words` or has ended; return all that it said."""
        assert self.process.stdout is not None
        with trio.fail_after(_PATIENCE):
            while not any(word in self.said for word in words):
                data = await self.process.stdout.receive_some()
                if not data:
                    break
                self.said += data.decode("utf-8", "replace")
        return self.said

    async def line(self) -> str:
        """Return its next line."""
        assert self.process.stdout is not None
        with trio.fail_after(_PATIENCE):
            while "\n" not in self._unread:
                data = await self.process.stdout.receive_some()
                assert data, "the program has ended"
                self._unread += data.decode("utf-8", "replace")
        line, _, self._unread = self._unread.partition("\n")
        return line.strip()

    async def tell(self, text: str) -> None:
        assert self.process.stdin is not None
        await self.process.stdin.send_all(text.encode())


@asynccontextmanager
async def running(command: Sequence[str | Path]) -> AsyncIterator[Program]:
    """Run a program for as long as the block lasts; both its outputs are one."""
    process = await trio.lowlevel.open_process(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield Program(process)
    finally:
        with trio.CancelScope(shield=True):
            process.kill()
            await process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    await pipe.aclose()


# --- our end ---


def new_link(stream: object, *, listens: bool) -> Link:
    recorder, target = Recorder(trio.current_time), Address(HOST, 0)
    number = recorder.dialling("we", target, "sip")
    return Link(stream, recorder, actor="we", number=number, listens=listens, peer=target)  # type: ignore[arg-type]


async def dialled(port: int) -> Link:
    stream = await LoopbackNetwork().dial(OUTSIDE, Address(HOST, port), within=5, bound=lambda _: None)
    return new_link(stream, listens=False)


def alert_received(link: Link) -> int | None:
    """Return the number of the fatal alert that the other program sent, None where it sent none."""
    events = [event for event in link._recorder.events if isinstance(event, AlertSeen) and event.level == 2]
    assert all(event.direction.value == "received" for event in events)
    return events[0].number if events else None


def fresh_address() -> Address:
    return Address(HOST, next(_PORTS))
