"""Where branches, tags and Call-IDs come from: one seed, so that a play can be played again byte for byte."""

from __future__ import annotations

from hashlib import sha256

from harness.sip.transaction_keys import MAGIC_COOKIE


class Identifiers:
    """A source of identifiers that never repeats itself; two with equal seeds give the same ones in order.

    Nothing here is a secret: nonces and keys must come from elsewhere.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def __call__(self) -> str:
        """Return 16 hexadecimal digits that this source has not given before."""
        self._count += 1
        return sha256(f"{self._seed}/{self._count}".encode()).hexdigest()[:16]

    def branch(self) -> str:
        """Return a branch with the magic cookie of RFC 3261 8.1.1.7."""
        return MAGIC_COOKIE + self()

    def tag(self) -> str:
        """Return a tag for From or To (RFC 3261 19.3)."""
        return self()

    def call_id(self, host: str) -> str:
        """Return a Call-ID of that host (RFC 3261 8.1.1.4)."""
        return f"{self()}@{host}"
