"""`sip-mtls serve`: the lab for real clients."""

from __future__ import annotations

import ipaddress
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from textwrap import wrap

import trio

from harness.certificates.shell.make import FolderOrder, certificate_files
from harness.cli.certificates.making import may_replace
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.lasting_output import LastingOutput
from harness.cli.terminal import at_terminal, speaks_unicode, width
from harness.errors import Fault, ScenarioError
from harness.lab.settings.network import HOME_BLOCK
from harness.pki.lab_pki import LabPki
from harness.report.ladder import draw_ladder
from harness.run.disk import write_bytes
from harness.run.folders import NewFile, replace_folder, write_folder
from harness.run.key_log import append_key_log
from harness.run.library import Library
from harness.run.option_values import checked_block
from harness.serve.client_files import BARESIP, CALLER, files_for_programs
from harness.serve.connections import Limits
from harness.serve.greeting import Place, commands_told, doors_told
from harness.serve.lifecycle import Order, keep_open
from harness.serve.notes import Lookup
from harness.serve.ports import TcpPorts
from harness.serve.served_lab import Running
from harness.serve.settings_source import read_served
from harness.serve.stories import Story
from harness.serve.view import has_a_line, lookup_line, visit_line
from harness.transcript import Address

_INDENT = 10
_OWN_FILES, _FEWEST = 256, 8
"""Files that the lab opens for itself, ports and connections between its actors; connections that it takes at least."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words of the command line."""

    word: str
    addresses: str
    bind: str
    folder: Path | None
    force: bool
    idle: float
    ladder: bool


def serve_lab(wanted: Wanted) -> Exit:
    """Keep the lab open until somebody ends it."""
    served, lab_pki = read_served(wanted.word), Library().lab_pki
    block = checked_block(wanted.addresses) if wanted.addresses else HOME_BLOCK
    order = Order(wanted.word, block, checked_bind(wanted.bind, block), _limits(wanted.idle))
    output = LastingOutput()
    announce_key_log()
    with _folder(wanted) as folder:
        _warn(order.bind)
        voice = _Voice(wanted, output, order.limits, lab_pki, folder)
        interrupted = trio.run(keep_open, order, served, lab_pki, voice)
    print("interrupted" if interrupted else "ended", file=sys.stderr)
    code = Exit.INTERRUPTED if interrupted else Exit.MET
    if output.is_stuck:  # nobody reads what was said, and Python would wait for that at its end
        os._exit(code)
    return code


def _limits(idle: float) -> Limits:
    """Return the limits on connections, less where this process may not open so many files: each of them is one."""
    wanted, (soft, hard) = Limits().in_all + _OWN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    files = wanted if soft == resource.RLIM_INFINITY else soft
    in_all = min(Limits().in_all, max(_FEWEST, files - _OWN_FILES))
    return Limits(each_port=min(Limits().each_port, in_all), in_all=in_all, idle=idle)


def checked_bind(text: str, block: str) -> str:
    """Return one more address to listen at, empty for none; ScenarioError for what is not one, or lies in the lab."""
    if not text:
        return ""
    try:
        given = ipaddress.ip_address(text)
    except ValueError:
        raise _refusal(text, "is no IP address") from None
    address = getattr(given, "ipv4_mapped", None) or given
    if str(address).startswith(f"{block}."):
        raise _refusal(text, "is an address of the lab itself, which is open anyway")
    if address.is_unspecified or address.is_multicast:
        raise _refusal(text, "is not the address of one interface")
    return str(address)


def _refusal(text: str, problem: str) -> ScenarioError:
    hint = "name one address of this machine: `ip address` lists them"
    return ScenarioError([Fault("--bind", 0, 0, f"'{text}' {problem}", hint)])


def _warn(bind: str) -> None:
    if bind and not ipaddress.ip_address(bind).is_loopback:
        told = (
            f"WARNING: every port of this lab will be open at {bind} too, to whoever can reach that address. Its "
            "passwords and certificates are known to everybody, it places calls and answers DNS for strangers. Use it "
            "in a lab network, behind a firewall, and end it afterwards."
        )
        print("\n".join(wrap(told, width())), file=sys.stderr)


@contextmanager
def _folder(wanted: Wanted) -> Iterator[Path]:
    """Yield the folder for the certificates; one that nobody named is gone at the end."""
    if wanted.folder is not None:
        may_replace(wanted.folder, force=wanted.force)
        yield wanted.folder.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="sip-mtls-") as made:
            yield Path(made) / "lab"


class _Voice:
    """Says on standard output what happens, line by line."""

    def __init__(self, wanted: Wanted, output: LastingOutput, limits: Limits, lab_pki: LabPki, folder: Path) -> None:
        self._wanted = wanted
        self._output = output
        self._limits = limits
        self._lab_pki = lab_pki
        self._folder = folder
        self._written: dict[str, NewFile] = {}
        self._tcp_ports: set[Address] = set()

    def opened(self, running: Running, tcp_ports: TcpPorts) -> None:
        """Write the certificates, say who listens where and how to reach it."""
        self._written = self._files(running)
        replace_folder(self._folder, self._written)
        self._tcp_ports = set(tcp_ports.open)
        served = running.served
        self._output.say([*wrap(f"{served.name}: {served.title}", width()), ""])
        place = self._place(running, tcp_ports)
        self._output.say([*doors_told(place), "", *commands_told(place), ""])
        self._output.say(wrap(self._limits_told(), width()))
        again = "SIGHUP, or r and Enter," if sys.stdin is not None and sys.stdin.isatty() else "SIGHUP"
        self._output.say(["", f"{again} reads the settings again; Ctrl-C or SIGTERM ends it.", "Visits:"])

    def reloaded(self, running: Running, tcp_ports: TcpPorts) -> None:
        """Write what changed among the certificates, and say so."""
        try:
            self._write(self._files(running))
        except ScenarioError as error:  # a full disk must not end a lab that stands for weeks
            print(f"the certificates were not written, and the lab goes on:\n{error}", file=sys.stderr, flush=True)
        self._say_wrapped(f"settings read again: {running.served.name}; what stood goes on with the old ones")
        for what in self._moved(tcp_ports):
            self._say_wrapped(what)

    def _write(self, files: dict[str, NewFile]) -> None:
        """Write what is new or gone: the folder stays the same one, in which people may stand."""
        if not self._folder.exists():
            write_folder(self._folder, files)
        for name, file in files.items():
            path = self._folder / name
            if self._written.get(name) != file or not path.exists():
                write_bytes(path, file.data, mode=file.mode)
                self._written[name] = file

    def _moved(self, tcp_ports: TcpPorts) -> Iterator[str]:
        """Say which ports were opened and closed since the last time."""
        before, self._tcp_ports = self._tcp_ports, set(tcp_ports.open)
        for what, moved in (("open now", self._tcp_ports - before), ("closed now", before - self._tcp_ports)):
            if moved:
                yield f"{what}: {', '.join(sorted(map(str, moved)))}"

    def kept(self, error: Exception) -> None:
        """Say what is wrong with the new settings."""
        print(f"the settings of before stay:\n{error}", file=sys.stderr, flush=True)

    def visited(self, story: Story) -> None:
        """Print a visit's line, and its ladder and its secrets where these are wanted."""
        unicode = speaks_unicode()
        if has_a_line(story):
            self._say_wrapped(visit_line(story, unicode=unicode))
            if self._wanted.ladder and story.visit.is_over:
                self._output.say([draw_ladder(story.transcript, story.verdict, width=width(), unicode=unicode)])
        try:
            if not story.visit.request:
                append_key_log(story.transcript)
        except ScenarioError as error:  # a full disk must not end a lab that stands for weeks
            print(error, file=sys.stderr, flush=True)

    def looked_up(self, lookup: Lookup) -> None:
        """Print the line of a question to the name server."""
        self._say_wrapped(lookup_line(lookup, unicode=speaks_unicode()))

    def missed(self, turned_away: Mapping[Address, int], untold: int) -> None:
        """Say how many were turned away at which port, and how many requests and visits there was no time to tell."""
        for tcp_port, count in turned_away.items():
            self._say_wrapped(f"{count} turned away at {tcp_port} by a reset: no place is left, and all are in use")
        if untold:
            self._say_wrapped(f"{untold} requests or connections ended faster than they could be told")

    def _files(self, running: Running) -> dict[str, NewFile]:
        lab = running.served.lab
        profiles = tuple(self._lab_pki.catalogue.leaves)
        files = certificate_files(lab, self._lab_pki, FolderOrder(profiles))
        both = files[f"{CALLER}/chain.pem"].data + files[f"keys/{CALLER}.pem"].data
        return {
            **files,
            **files_for_programs(lab, running.directory, str(self._folder)),
            f"{BARESIP}/certificate-and-key.pem": NewFile(both, private=True),
        }

    def _place(self, running: Running, tcp_ports: TcpPorts) -> Place:
        lab, directory = running.served.lab, running.directory
        return Place(lab, directory, running.standing, tcp_ports.open, tcp_ports.published, str(self._folder))

    def _limits_told(self) -> str:
        limits = self._limits
        gone = "removed at the end" if self._wanted.folder is None else "kept"
        return (
            f"At most {limits.each_port} connections from outside at each port and {limits.in_all} in all; one that is "
            f"idle for {limits.idle:g} s is closed. The keys are for this lab alone; the folder is {gone}."
        )

    def _say_wrapped(self, text: str) -> None:
        """Print a line with the time before it, at a terminal within its width."""
        line = f"{datetime.now().astimezone():%H:%M:%S}  {text}"
        folded = partial(wrap, width=width(), subsequent_indent=" " * _INDENT, break_on_hyphens=False)
        self._output.say(folded(line) if at_terminal() else [line])
