"""The acceptance of captures: tshark decrypts every shipped play, from both networks, and sees what its actors saw."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from catalogue_plays import Outcomes, Played, played
from test_every_scenario import PLAYS, every_play

from harness.capture.decode_as import decode_as
from harness.capture.writing import capture_of
from harness.transcript import AlertSeen, Connection, Direction, SipSeen, Transcript

__all__ = ["played"]

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]

_FIELDS = ("frame.interface_name", "sip.Method", "sip.Status-Code", "tls.alert_message.desc", "tcp.analysis.flags")
_CHECKSUMS = ("ip.checksum.status", "tcp.checksum.status", "udp.checksum.status")
_GOOD = "1"

Seen = Counter[str]


def _rows(capture: Path, plays: list[Transcript], *fields: str) -> list[list[list[str]]]:
    """Return for each packet the values of each field, as tshark reads them with our own hints."""
    wanted = [word for field in fields for word in ("-e", field)]
    hints = [word for rule in decode_as(plays) for word in ("-d", rule)]
    checks = [word for what in ("ip", "tcp", "udp") for word in ("-o", f"{what}.check_checksum:TRUE")]
    done = subprocess.run(
        ["tshark", "-n", "-r", str(capture), *hints, *checks, "-T", "fields", "-E", "separator=|", *wanted],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return [[value.split(",") if value else [] for value in line.split("|")] for line in done.stdout.splitlines()]


Read = tuple[Mapping[str, Seen], Mapping[str, Seen], Counter[str]]
"""By play the SIP messages and the alerts that tshark saw, and what else it had to say."""


@pytest.fixture(scope="module")
def read(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Read]:
    """Let tshark read the plays on a network, once."""
    folder = tmp_path_factory.mktemp("captures")
    return cache(lambda network: _read(played(network), folder / f"{network}.pcapng"))


def _read(outcomes: Outcomes, capture: Path) -> Read:
    plays = [outcome.transcript for outcome in outcomes.values()]
    capture.write_bytes(capture_of(plays, program="sip-mtls"))
    sip: dict[str, Seen] = defaultdict(Counter)
    alerts: dict[str, Seen] = defaultdict(Counter)
    remarks: Counter[str] = Counter()
    for (name,), methods, statuses, alert, flags, *checksums in _rows(capture, plays, *_FIELDS, *_CHECKSUMS):
        sip[name].update(methods + statuses)
        alerts[name].update(alert)
        remarks.update(["tcp"] * len(flags) + ["checksum" for each in checksums if set(each) - {_GOOD}])
    return sip, alerts, remarks


def _sip_written(play: Transcript) -> Seen:
    """Return every SIP message that left an actor, by method or status."""
    events = [event for event in play.events if isinstance(event, SipSeen) and event.direction is Direction.SENT]
    starts = [event.message.split(b"\r\n")[0].decode().split(" ") for event in events]
    return Counter(words[1] if words[0].startswith("SIP/") else words[0] for words in starts)


def _alerts_sent(play: Transcript) -> Seen:
    sent = [event for event in play.events if isinstance(event, AlertSeen) and event.direction is Direction.SENT]
    return Counter(str(event.number) for event in sent)


@every_play
@pytest.mark.parametrize("network", ["memory", "loopback"])
def test_tshark_sees_each_message_and_alert_that_crossed(
    played: Played, read: Callable[[str], Read], network: str, name: str, version: str
) -> None:
    sip, alerts, _remarks = read(network)
    play = played(network)[name, version].transcript
    assert sip[f"{name} TLS {version}"] == _sip_written(play)
    assert alerts[f"{name} TLS {version}"] == _alerts_sent(play)


@pytest.mark.parametrize("network", ["memory", "loopback"])
def test_tshark_finds_no_fault_in_checksums_and_sequence_numbers(read: Callable[[str], Read], network: str) -> None:
    assert read(network)[2] == Counter()


def _tls(play: Transcript) -> dict[int, Connection]:
    return {each.number: each for each in play.connections if all(end.tls for end in each.ends)}


def test_the_plays_have_what_there_is_to_decrypt(played: Played) -> None:
    plays = [played("memory")[key].transcript for key in PLAYS]
    over_tls = [
        event
        for play in plays
        for event in play.events
        if isinstance(event, SipSeen) and event.direction is Direction.SENT and event.connection in _tls(play)
    ]
    methods = Counter(event.message.split(b" ")[0] for event in over_tls)
    assert {b"INVITE", b"REGISTER", b"OPTIONS", b"SIP/2.0"} <= set(methods)
    assert all(methods[each] > 100 for each in (b"INVITE", b"OPTIONS"))


def test_without_the_secrets_tshark_sees_no_sip_over_tls(played: Played, tmp_path: Path) -> None:
    play = played("memory")["b2b/b01-one-way-tls", "1.3"].transcript
    over_tls = [each for each in _tls(play).values() if each.target.port != 5065]
    silent = [replace(each, ends=tuple(replace(end, key_log=()) for end in each.ends)) for each in over_tls]
    locked = replace(play, connections=tuple(silent), events=())
    capture = tmp_path / "locked.pcapng"
    capture.write_bytes(capture_of([locked], program="sip-mtls"))
    rows = _rows(capture, [locked], "sip.Method", "frame.number")
    assert len(rows) > 20
    assert not any(methods for methods, _number in rows)
