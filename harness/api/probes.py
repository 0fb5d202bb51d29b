"""A port of real gear, asked from outside as somebody who stands for a role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import trio

from harness.api.own_thread import run_alone
from harness.api.reading import FileName, checked_word
from harness.certificates.shell.files import bytes_in, holding_in, trust_in
from harness.dns.destination import read_name
from harness.errors import Fault, ScenarioError
from harness.probe.credentials import ProbeCredentials, stranger
from harness.probe.lookup import DNS_PORT
from harness.probe.probing import Probe, ProbeOrder, probe
from harness.probe.roles import ROLES
from harness.probe.target import read_target
from harness.probe.trust_store import machine_trust
from harness.run.key_log import append_key_log
from harness.transcript import Address
from harness.x509.files import Holding, completed, read_holding


def probe_port(  # noqa: PLR0913  # by name, as the options of the command
    target: str,
    *,
    role: str = "probe",
    certificate: FileName = "",
    key: FileName = "",
    password: str | None = None,
    trust: Sequence[FileName] = (),
    names: Sequence[str] = (),
    server_name: str = "",
    resolver: str = "",
    within: float = 5.0,
    pace: float = 1.0,
    warn: Callable[[str], None] = lambda _: None,
) -> Probe:
    """Dial a port some ten times and return what it wants, what it shows and who gets in. Only that host is dialled.

    `target` is host:port, [v6]:port, a sip: or sips: URI, or a domain. `role` is whom to stand for: "probe",
    "webex-cloud", "jabber", "b2b-peer" or "expressway-e". `certificate` is the client certificate to show with its
    chain, `key` its private key where that is in a file of its own, `password` opens both. `trust` are files of CA
    certificates instead of this machine's. `names` are looked for instead of the role's, `server_name` is asked for by
    SNI. `resolver` is the address of a name server. `within` are the seconds for TCP, for the handshake and for an
    answer, each; `pace` those from one connection to the next outside this machine. `warn` gets the address before
    anything is sent to another machine.

    Ask `gets_through` of the result: whether the role could work there. ScenarioError where a word or file is wrong,
    LabError where no way leads to a name server.
    """
    started, own = datetime.now(UTC), None
    if certificate:
        own = _own(Path(certificate), Path(key) if key else None, password)
    elif key:
        raise ScenarioError([Fault("key", 0, 0, "there is no certificate to the key", "name the certificate too")])
    order = order_of(
        target,
        kit_of(own, certificate, trust, started),
        role=role,
        names=names,
        server_name=server_name,
        resolver=resolver,
        started=started,
        within=within,
        pace=pace,
    )
    return probe_ordered(order, warn)


def probe_ordered(order: ProbeOrder, warn: Callable[[str], None]) -> Probe:
    """Probe what is ordered; the TLS secrets go to the file that SSLKEYLOGFILE names."""
    came: Probe = run_alone(lambda: trio.run(probe, order, warn, restrict_keyboard_interrupt_to_checkpoints=True))
    append_key_log(came.transcript)
    return came


def order_of(  # noqa: PLR0913  # by name, as the options of the command
    target: str,
    kit: ProbeCredentials,
    *,
    role: str,
    names: Sequence[str],
    server_name: str,
    resolver: str,
    started: datetime,
    within: float,
    pace: float,
) -> ProbeOrder:
    """Return what is to be probed, and as whom; ScenarioError where a word is wrong."""
    stands_for = ROLES[checked_word("role", role, ROLES)]
    return ProbeOrder(
        destination=read_target(target, stands_for),
        role=stands_for,
        kit=kit,
        started=started,
        within=within,
        pace=pace,
        names=tuple(_name(text, "name") for text in names),
        server_name=_name(server_name, "server name") if server_name else "",
        resolver=_resolver(resolver),
    )


def kit_of(
    own: Holding | None, certificate: FileName, trust: Sequence[FileName], started: datetime
) -> ProbeCredentials:
    """Return what a probe shows and trusts; ScenarioError where the certificate has no private key at hand."""
    given, _notes = trust_in([Path(name) for name in trust])
    anchors, source = machine_trust() if given is None else (given, ", ".join(map(str, trust)))
    chain, key = stranger(started)
    kit = ProbeCredentials(
        anchors, f"{source} ({len(anchors)} CAs)" if anchors else "", stranger=chain, stranger_key=key
    )
    if own is None:
        return kit
    if own.private_key is None:
        problem = f"there is no private key to it in {certificate}"
        raise ScenarioError([Fault("certificate", 0, 0, problem, "name the file of its key too, --key")])
    return replace(kit, own=own.certificates, own_key=own.private_key)


def _own(certificate: Path, key: Path | None, password: str | None) -> Holding:
    return holding_in(certificate, password) if key is None else holding_with_key(certificate, key)


def holding_with_key(certificate: Path, key: Path) -> Holding:
    """Return the certificate, its chain and its key, from two files."""
    both = b"".join(bytes_in(path) + b"\n" for path in (key, certificate))
    return completed(read_holding(both, f"{certificate} with {key}"), ())


def _name(text: str, what: str) -> str:
    try:
        return read_name(text)
    except ValueError as error:
        raise ScenarioError([Fault(what, 0, 0, str(error), "a host name or domain")]) from None


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
        raise ScenarioError([Fault("resolver", 0, 0, f"{text!a} is no address", hint)])
    return Address(address, number)


def _has_port(text: str) -> bool:
    return text.count(":") == 1 or "]:" in text
