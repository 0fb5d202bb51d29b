"""Which certificates a holder presents in its handshake, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Chain: TypeAlias = tuple[bytes, ...]

SENDINGS: Final[dict[str, Callable[[bytes, Chain], Chain]]] = {
    "leaf-and-intermediates": lambda leaf, issuers: (leaf, *issuers[:-1]),
    "leaf-only": lambda leaf, issuers: (leaf,),  # noqa: ARG005 - one shape for the whole table
    "with-root": lambda leaf, issuers: (leaf, *issuers),
    "issuers-reversed": lambda leaf, issuers: (leaf, *reversed(issuers)),
}
"""From the leaf (DER) and its true issuers, nearest first, to the chain that is sent.

The leaf stays in front in every row: TLS proves possession of the first certificate's key, so a chain that
starts with a CA is not a chain in the wrong order but another certificate (RFC 5246 section 7.4.2).
"""
