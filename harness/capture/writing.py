"""One capture file for many plays, each on an interface of its own, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from harness.capture.decode_as import decode_as
from harness.capture.key_log import key_log_text
from harness.capture.packets import Ports, sightings
from harness.capture.pcapng import Interface, Packet, Section, pcapng_file
from harness.transcript import Transcript

_NANOSECONDS = 10**9
_MICROSECONDS = 10**6
_PAUSE = 1 * _NANOSECONDS
"""Between the last packet of a play and the first of the next."""
_LONGEST_PLAY = 10.0**8
"""Seconds; no honest play lasts three years."""


def capture_of(transcripts: Sequence[Transcript], *, program: str) -> bytes:
    """Return plays as a pcapng file that opens itself: the secrets of its connections come before the packets.

    Several plays at once, or in memory under a virtual clock, would lie upon each other: each play begins
    when it did, yet not before the one before it is over. Its interface has its name, so that
    `frame.interface_name == "mra/m01-… TLS 1.3"` is a filter for it.
    """
    rules = " ".join(f"-d {rule}" for rule in decode_as(transcripts))
    command = f"Simulated: written by sip-mtls from what its actors recorded. Read it with: tshark -r FILE {rules}"
    secrets = "".join(map(key_log_text, transcripts)).encode("ascii")
    interfaces = [Interface(_name(each), _description(each)) for each in transcripts]
    return pcapng_file(Section(command, program), interfaces, _packets(transcripts), secrets)


def _name(transcript: Transcript) -> str:
    return f"{transcript.scenario} TLS {transcript.tls_version}"


def _description(transcript: Transcript) -> str:
    return f"{transcript.scenario}, TLS clients up to {transcript.tls_version}, {transcript.network}"


def _packets(transcripts: Sequence[Transcript]) -> Iterator[Packet]:
    ports, over = Ports(), 0
    for number, transcript in enumerate(transcripts):
        began = max(_nanoseconds(transcript.started), over + _PAUSE)
        for sighting in sightings(transcript, ports):
            over = began + round(min(max(sighting.at, 0.0), _LONGEST_PLAY) * _MICROSECONDS) * 1000
            yield Packet(over, number, sighting.data, sighting.comment)


def _nanoseconds(started: str) -> int:
    """Return an ISO 8601 time as nanoseconds since 1970, 0 for one that is none or lies before."""
    try:
        return max(0, int(datetime.fromisoformat(started).timestamp())) * _NANOSECONDS
    except (ValueError, OverflowError):
        return 0
