"""The bytes of a file in order, out of gzip where they are in it. A damaged gzip file ends where the damage begins."""

from __future__ import annotations

import zlib
from collections.abc import Callable

_PIECE = 1 << 18
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Source:
    """A file as a stream. `read(size)` gives at most `size` of its bytes and none at its end."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = bytearray()
        self._packed = b""
        self._inflate: zlib._Decompress | None = None
        self._over = False
        self.damage = ""
        """What is wrong with the gzip file, a sentence; empty while nothing is."""
        first = read(_PIECE)
        if first.startswith(_GZIP):
            self._inflate, self._packed = zlib.decompressobj(_GZIP_WINDOW), first
        else:
            self._buffer += first
        self._over = not first

    def peek(self, size: int) -> bytes:
        """Return the next bytes without taking them; fewer where the file ends."""
        self._fill(size)
        return bytes(self._buffer[:size])

    def take(self, size: int) -> bytes:
        """Take the next bytes; fewer where the file ends."""
        self._fill(size)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def skip(self, size: int) -> int:
        """Pass over bytes and return how many there were."""
        passed = 0
        while passed < size and (taken := len(self.take(min(size - passed, _PIECE)))):
            passed += taken
        return passed

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size and not self._over:
            piece = self._read(_PIECE) if self._inflate is None else self._inflated()
            self._buffer += piece
            if not piece and self._inflate is None:
                self._over = True

    def _inflated(self) -> bytes:
        """Return the next unpacked bytes, perhaps none; a new member of the file may follow the last one."""
        inflate = self._inflate
        if inflate is None:
            return b""
        packed = self._packed or self._read(_PIECE)
        if not packed:
            self._over = True
            self.damage = self.damage or "the gzip file is cut off: what comes before its end was read"
            return b""
        try:
            unpacked = inflate.decompress(packed, _PIECE)
        except zlib.error:
            self._over = True
            self.damage = "the gzip file is damaged: what comes before the damage was read"
            return b""
        self._packed = inflate.unconsumed_tail
        if inflate.eof:
            self._next_member(inflate.unused_data)
        return unpacked

    def _next_member(self, left: bytes) -> None:
        following = left.lstrip(b"\0") or self._read(_PIECE)
        if following.startswith(_GZIP):
            self._inflate, self._packed = zlib.decompressobj(_GZIP_WINDOW), following
            return
        self._over = True
        if following:
            self.damage = "something else follows the gzip file: it was not read"
