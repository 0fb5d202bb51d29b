"""`sip-mtls probe`: a port of real gear, asked from outside."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import trio

from harness.capture.key_log import key_log_text
from harness.capture.saved import save_transcript
from harness.certificates.shell.files import bytes_in, trust_in
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import as_asked, give_out, give_out_so_far
from harness.cli.terminal import speaks_unicode, width
from harness.dns.destination import read_name
from harness.errors import Fault, ScenarioError
from harness.probe.card_text import probe_text
from harness.probe.credentials import Kit, stranger
from harness.probe.lookup import DNS_PORT
from harness.probe.probe_json import probe_as_json
from harness.probe.probing import Probe, ProbeOrder, probe
from harness.probe.roles import ROLES
from harness.probe.target import read_target
from harness.probe.trust_store import machine_trust
from harness.report.evidence import presented_certificates
from harness.report.ladder import draw_ladder
from harness.run.disk import write_bytes, write_text
from harness.run.key_log import append_key_log
from harness.transcript import Address
from harness.x509.files import Holding, completed, read_holding

_PRIVATE = 0o600
_WARNING = (
    "{place} is not this machine. A probe makes up to ten connections, more where some get no answer, and some\n"
    "of their handshakes fail on purpose:\n"
    "Expressway's automated detection (System > Protection > Automated detection) may block this address after that,\n"
    "and then everything times out silently. Probe only what is yours, or what its owner let you probe.\n"
)


@dataclass(frozen=True, slots=True)
class Pointed:
    """The words of the command line."""

    target: str
    role: str
    certificate: Path | None
    key: Path | None
    password_file: Path | None
    authorities: tuple[Path, ...]
    names: tuple[str, ...]
    server_name: str
    resolver: str
    within: float
    pace: float
    ladder: bool
    json_file: Path | None
    out_folder: Path | None


def probe_port(pointed: Pointed) -> Exit:
    """Probe what is pointed at; MET where the role could work there, else NOT_MET."""
    role, started = ROLES[pointed.role], datetime.now(UTC)
    order = ProbeOrder(
        destination=read_target(pointed.target, role),
        role=role,
        kit=_kit(pointed, started),
        started=started,
        within=pointed.within,
        pace=pointed.pace,
        names=tuple(_name(text, "--name") for text in pointed.names),
        server_name=_name(pointed.server_name, "--sni") if pointed.server_name else "",
        resolver=_resolver(pointed.resolver),
    )
    announce_key_log()
    came = trio.run(probe, order, _warn, restrict_keyboard_interrupt_to_checkpoints=True)
    append_key_log(came.transcript)
    ways = [*as_asked(pointed.json_file, lambda: probe_as_json(came), lambda: _print(came, ladder=pointed.ladder))]
    if pointed.out_folder is not None:
        ways.insert(0, partial(_write, pointed.out_folder, came))
    if came.interrupted:
        return give_out_so_far(ways, "what was not tried is not known")
    give_out(ways)
    return Exit.MET if came.gets_through else Exit.NOT_MET


def _warn(place: str) -> None:
    sys.stderr.write(_WARNING.format(place=place))
    sys.stderr.flush()


def _print(came: Probe, *, ladder: bool) -> None:
    unicode = speaks_unicode()
    if ladder:
        sys.stdout.write(draw_ladder(came.transcript, came.verdict, width=width(), unicode=unicode) + "\n")
    sys.stdout.write(probe_text(came, width=width(), unicode=unicode))


def _write(folder: Path, came: Probe) -> None:
    """Write what a probe leaves; the key log and the bytes that it opens are kept private."""
    transcript = came.transcript
    write_bytes(folder / "transcript.json", save_transcript(transcript), mode=_PRIVATE)
    write_bytes(folder / "keys.log", key_log_text(transcript).encode("ascii"), mode=_PRIVATE)
    write_text(folder / "probe.txt", probe_text(came, width=80, unicode=True))
    write_text(folder / "probe.json", probe_as_json(came))
    write_text(folder / "ladder.txt", draw_ladder(transcript, came.verdict))
    for name, text in presented_certificates(transcript).items():
        write_text(folder / "certificates" / name, text)


# --- what the words mean ---


def _kit(pointed: Pointed, started: datetime) -> Kit:
    given, _notes = trust_in(pointed.authorities)
    anchors, trust = machine_trust() if given is None else (given, ", ".join(map(str, pointed.authorities)))
    chain, key = stranger(started)
    kit = Kit(anchors, f"{trust} ({len(anchors)} CAs)" if anchors else "", stranger=chain, stranger_key=key)
    if pointed.certificate is None:
        if pointed.key is not None:
            raise ScenarioError([Fault("--key", 0, 0, "there is no certificate to the key", "add --cert")])
        return kit
    own = _own(pointed, pointed.certificate)
    if own.private_key is None:
        problem = f"there is no private key to it in {pointed.certificate}"
        raise ScenarioError([Fault("--cert", 0, 0, problem, "give the file of the key with --key")])
    return replace(kit, own=own.certificates, own_key=own.private_key)


def _own(pointed: Pointed, certificate: Path) -> Holding:
    """Return the certificate, its chain and its key, from one file or two."""
    if pointed.key is None:
        return holding_of(certificate, pointed.password_file)
    both = b"".join(bytes_in(path) + b"\n" for path in (pointed.key, certificate))
    return completed(read_holding(both, f"{certificate} with {pointed.key}"), ())


def _name(text: str, option: str) -> str:
    try:
        return read_name(text)
    except ValueError as error:
        raise ScenarioError([Fault(option, 0, 0, str(error), "a host name or domain")]) from None


def _resolver(text: str) -> Address | None:
    """Return a name server: an address, or one with a port such as 127.64.0.53:5300 or [2001:db8::53]:53."""
    if not text:
        return None
    host, colon, port = text.rpartition(":") if _has_port(text) else (text, "", "")
    try:
        address = str(ip_address(host.strip("[]")))
        number = int(port) if colon else DNS_PORT
    except ValueError:
        number, address = 0, ""
    if not 0 < number <= 65535:
        hint = "the address of a name server, such as 192.0.2.53 or 127.0.0.1:5300"
        raise ScenarioError([Fault("--resolver", 0, 0, f"{text!a} is no address", hint)])
    return Address(address, number)


def _has_port(text: str) -> bool:
    return text.count(":") == 1 or "]:" in text
