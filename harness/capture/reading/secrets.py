"""Key logs as a table, so that each connection gets its own lines and no others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_LINE = re.compile(rb"([A-Z0-9_]{1,64}) ([0-9a-fA-F]{64}) [0-9a-fA-F]{2,512}")
_MOST_LINES = 500_000


class KeyTable:
    """The lines of key logs in the NSS format, by the client random that each names."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._lines: dict[bytes, dict[str, None]] = defaultdict(dict)
        self.count = 0
        """How many lines are such lines."""
        for line in (line.strip() for text in texts for line in text.splitlines()):
            found = _LINE.fullmatch(line) if self.count < _MOST_LINES else None
            if found is not None:
                self.count += 1
                self._lines[bytes.fromhex(found[2].decode("ascii"))][line.decode("ascii")] = None

    def lines_for(self, client_random: bytes) -> tuple[str, ...]:
        """Return the secrets of one connection, empty where there are none."""
        return tuple(self._lines.get(client_random, ()))
