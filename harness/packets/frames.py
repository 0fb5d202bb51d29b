"""One packet of a capture file as it stands there, and the file formats told apart by their first bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

GZIP_MAGIC = b"\x1f\x8b"
PCAPNG_MAGIC = b"\x0a\x0d\x0d\x0a"
CLASSIC_MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
"""The first bytes of classic pcap: byte order, and the nanoseconds of a unit of its fractions of a second."""
_MODIFIED = {b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34"}
_SNOOP = b"snoop\0\0\0"


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet: `at` nanoseconds after the beginning of 1970, its link type, its bytes as far as they were captured.

    `length` is how long it was on the wire. `interface` names where it was seen, empty where the file says nothing.
    """

    at: int
    link: int
    data: bytes
    length: int
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """A key log that stands in the file itself (pcapng, Decryption Secrets Block)."""

    text: bytes


FilePart: TypeAlias = Frame | Secrets


class NotACaptureError(Exception):
    """The first bytes are those of no capture file that is read here. The message says what they are."""


def is_capture(head: bytes) -> bool:
    """Whether a file that begins like this may be a capture: pcap or pcapng, gzip included."""
    return head[:4] in CLASSIC_MAGICS or head[:4] in {PCAPNG_MAGIC, *_MODIFIED} or head[:2] == GZIP_MAGIC


def refusal(head: bytes) -> NotACaptureError:
    """Return what to say of a file with these first bytes, which is not read."""
    if not head:
        return NotACaptureError("it is empty")
    if head[:4] in _MODIFIED:
        return NotACaptureError("it is pcap in Kuznetzov's modified form, which is not read: save it as pcapng")
    if head.startswith(_SNOOP):
        return NotACaptureError("it is a snoop file, which is not read: save it as pcapng")
    return NotACaptureError(f"no capture begins with {head[:4].hex(' ')}: pcap and pcapng are read, gzip included")
