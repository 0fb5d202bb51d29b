"""Bytes that somebody gave as text: decoded, or named for what they are where they are none."""

from __future__ import annotations

from io import BytesIO

from harness.errors import Fault, ScenarioError
from harness.packets.frames import GZIP_MAGIC, is_capture
from harness.packets.source import Source

LOOKED_AT = 4096
"""Bytes at the beginning that tell text from anything else."""
_MAGIC = 8
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b")
_MOST_CONTROLS, _LEAST_ZEROS = 0.05, 0.25
"""Share of control characters that text may have, and of zero bytes that text in UTF-16 has at least."""


def decoded(data: bytes, name: str) -> str:
    """Return a text: UTF-8, or UTF-16 where it says so, as Windows exports it. Bytes of neither are replaced.

    `name` is what the fault calls it. ScenarioError for a capture, a gzip file and whatever else is no text.
    """
    head = data[:LOOKED_AT]
    if data.startswith(_UTF_16) and head.count(0) >= _LEAST_ZEROS * len(head):
        return data.decode("utf-16", "replace")
    if holds_capture(head):
        raise _refusal(name, "this is a capture of packets, and no text", "give it to `sip-mtls judge`")
    if data.startswith(GZIP_MAGIC):
        raise _refusal(name, "this is a gzip file, and no text", "unpack it with gunzip first")
    if sum(byte < ord(" ") and byte not in _TEXT_CONTROLS for byte in head) > _MOST_CONTROLS * len(head):
        hint = "give a message or a log; certificates are for `sip-mtls certs show`, captures for `sip-mtls judge`"
        raise _refusal(name, "this is no text", hint)
    return data.decode("utf-8", "replace")


def holds_capture(head: bytes) -> bool:
    """Whether a file that begins like this is a capture, also one inside gzip."""
    return is_capture(Source(BytesIO(head).read).peek(_MAGIC))


def _refusal(name: str, problem: str, hint: str) -> ScenarioError:
    return ScenarioError([Fault(name, 0, 0, problem, hint)])
