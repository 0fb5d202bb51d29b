"""PEM text taken apart into its blocks, each with its line, whatever stands around them (RFC 7468)."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from dataclasses import dataclass, field
from typing import Final

_BEGIN: Final = re.compile(r"-----BEGIN ([A-Z0-9#/ ]{1,40})-----")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class PemBlock:
    """One block: what its BEGIN line calls it, the line of that, counted from 1, and the text between the two.

    `complete` is False where there is no END line for it.
    """

    label: str
    line: int
    body: str = field(repr=False)
    complete: bool = True

    @property
    def text(self) -> bytes:
        """The block as PEM again, without blanks at the edges of its lines."""
        lines = [line.strip() for line in self.body.strip().splitlines()]
        return "\n".join((f"-----BEGIN {self.label}-----", *lines, f"-----END {self.label}-----", "")).encode("latin-1")

    def decoded(self) -> bytes:
        """Return the bytes that the block holds; ValueError where it is not complete base64."""
        try:
            if not self.complete:
                raise ValueError("the block has no end")
            return base64.b64decode("".join(self.body.split()).encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise ValueError("the block is not base64") from error


def text_of(data: bytes) -> str:
    """Return the bytes as text: of the encoding that a byte-order mark tells, else a character a byte."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return text.encode("latin-1", "replace").decode("latin-1")
    return data.decode("latin-1")


def pem_blocks(text: str) -> tuple[tuple[PemBlock, ...], int]:
    """Return the blocks in `text` and how many lines that are not blank stand outside of them."""
    blocks: list[PemBlock] = []
    outside: list[str] = []
    at, line, counted = 0, 1, 0
    while begin := _BEGIN.search(text, at):
        outside.append(text[at : begin.start()])
        line += text.count("\n", counted, begin.start())
        counted = begin.start()
        block, at = _block(text, begin, line)
        blocks.append(block)
    outside.append(text[at:])
    return tuple(blocks), sum(bool(each.strip()) for part in outside for each in part.splitlines())


def _block(text: str, begin: re.Match[str], line: int) -> tuple[PemBlock, int]:
    """Return the block that begins there and where the text goes on; five dashes end every block."""
    label, stop = begin[1], text.find("-----", begin.end())
    stop = len(text) if stop < 0 else stop
    end = f"-----END {label}-----"
    complete = text.startswith(end, stop)
    return PemBlock(label, line, text[begin.end() : stop], complete), stop + (len(end) if complete else 0)
