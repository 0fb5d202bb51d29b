"""`sip-mtls probe`: a port of real gear, asked from outside."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.api.probes import holding_with_key, kit_of, order_of, probe_ordered
from harness.capture.key_log import key_log_text
from harness.capture.saved import save_transcript
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import as_asked, give_out, give_out_so_far
from harness.cli.terminal import speaks_unicode, width
from harness.errors import Fault, ScenarioError
from harness.probe.card_text import probe_text
from harness.probe.credentials import ProbeCredentials
from harness.probe.probe_json import probe_as_json
from harness.probe.probing import Probe
from harness.report.evidence import presented_certificates
from harness.report.ladder import draw_ladder
from harness.run.disk import write_bytes, write_text

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
    started = datetime.now(UTC)
    order = order_of(
        pointed.target,
        _kit(pointed, started),
        role=pointed.role,
        names=pointed.names,
        server_name=pointed.server_name,
        resolver=pointed.resolver,
        started=started,
        within=pointed.within,
        pace=pointed.pace,
    )
    announce_key_log()
    came = probe_ordered(order, _warn)
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


def _kit(pointed: Pointed, started: datetime) -> ProbeCredentials:
    if pointed.certificate is None:
        if pointed.key is not None:
            raise ScenarioError([Fault("--key", 0, 0, "there is no certificate to the key", "add --cert")])
        return kit_of(None, "", pointed.authorities, started)
    own = (
        holding_of(pointed.certificate, pointed.password_file)
        if pointed.key is None
        else holding_with_key(pointed.certificate, pointed.key)
    )
    return kit_of(own, pointed.certificate, pointed.authorities, started)
