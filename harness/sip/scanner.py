"""The one scanner of a message's head, used by the stream framer and by the message parser alike.

Two scanners that treat a bare LF differently disagree about where a message ends (architecture.md, "SIP messages").
Here it is decided once: a line ends with LF, one CR before it belongs to the line end; a line that starts with a blank
continues the header above (RFC 3261 7.3.1), also when it holds nothing but blanks; the head ends with the
first empty line. A CR elsewhere is an ordinary byte that reads as a blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.sip.headers import HeaderField

_HEAD_END = re.compile(rb"\n\r?\n")
_LINE = re.compile(rb"[^\n]*\n")
_LEADING_BLANK_LINES = re.compile(rb"(?:\r?\n)*")


@dataclass(frozen=True, slots=True)
class Violation:
    """Bytes that cannot be a SIP message. `offset` counts from the first byte that was given."""

    reason: str
    offset: int = 0


def head_end(data: bytes | bytearray, start: int, limit: int) -> int | None:
    """Return where the body begins, looking from `start` on to `limit`; None where no empty line is there."""
    found = _HEAD_END.search(data, start, limit)
    return found.end() if found else None


def leading_blank_lines(data: bytes | bytearray) -> int:
    """Return the number of bytes of empty lines in front of the start line (RFC 3261 7.5)."""
    found = _LEADING_BLANK_LINES.match(data)
    return found.end() if found else 0


def split_head(head: bytes) -> tuple[str, tuple[HeaderField, ...]]:
    """Cut a head, its empty line included, into the start line and the header fields."""
    lines = _LINE.findall(head)
    blocks: list[list[bytes]] = []
    for line in lines[1:-1]:
        if blocks and line[:1] in (b" ", b"\t"):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return as_text(lines[0]), tuple(_field(block) for block in blocks)


def content_length(fields: tuple[HeaderField, ...]) -> int | Violation | None:
    """Return the declared body size in bytes, None where no field declares one.

    A size that is not a number and two sizes that differ are a `Violation`: nobody can tell where such a
    message ends, and guessing is how messages are smuggled.
    """
    declared = {field.value for field in fields if field.canonical == "content-length"}
    if not declared:
        return None
    if not all(re.fullmatch(r"[0-9]{1,10}", size) for size in declared):
        return Violation("Content-Length is not a number")
    sizes = {int(size) for size in declared}
    return sizes.pop() if len(sizes) == 1 else Violation("conflicting Content-Length fields")


def as_text(line: bytes) -> str:
    """Return a line as text, without its end, each CR in it as a blank, bytes outside UTF-8 as surrogates."""
    text = line.decode("utf-8", "surrogateescape").strip(" \t\r\n")
    return text.replace("\r", " ") if "\r" in text else text


def _field(lines: list[bytes]) -> HeaderField:
    name, colon, value = as_text(lines[0]).partition(":")
    if not colon:
        return HeaderField("", " ".join(as_text(line) for line in lines), b"".join(lines))
    if len(lines) == 1:
        return HeaderField(name.rstrip(), value.strip(), lines[0])
    folded = (value, *(as_text(line) for line in lines[1:]))
    return HeaderField(name.rstrip(), " ".join(folded).strip(), b"".join(lines))
