"""Keys that a box cannot even load: told when the file is read, not when the lab cannot be put on (row T-11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from harness.lab.settings import Lab

WEAK_KEYS: Final = frozenset({"rsa-1024"})
"""Key types that OpenSSL does not load at its default security level, 2 (measured; domain.md T-11)."""

_OLD_VERSIONS: Final = {"1.0", "1.1"}
_SPOKEN: Final[Mapping[str, Callable[[Lab], tuple[str, ...]]]] = {
    "expressway-e": lambda lab: lab.expressway_e.sip.tls_versions or lab.running.tls_versions,
    "expressway-c": lambda lab: lab.running.tls_versions,
    "b2b-peer": lambda lab: lab.b2b_peer.tls_versions,
}
"""The TLS versions of the actors that can be old gear: with TLS 1.0 or 1.1 their security level is 0."""


def cannot_load(lab: Lab, actor: str, key_type: str) -> tuple[str, str] | None:
    """Return (what is wrong, hint) where `actor` of this lab cannot load such a key, else None."""
    if key_type not in WEAK_KEYS:
        return None
    spoken = _SPOKEN.get(actor)
    if spoken and _OLD_VERSIONS & set(spoken(lab)):
        return None
    older = ", or make old gear of this box: let it speak TLS 1.0 too" if spoken else ""
    problem = f"an {key_type} key is too weak to be loaded: OpenSSL's security level 2 wants 2048 bits of RSA"
    return problem, f"choose rsa-2048 or ecdsa-p256{older}"
