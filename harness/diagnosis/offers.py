"""Which kinds of keys a dialler takes, by what its ClientHello offers."""

from __future__ import annotations

from harness.diagnosis.evidence import Evidence

RSA, ECDSA = "RSA", "ECDSA"


def offers(evidence: Evidence, kind: str) -> bool:
    """Whether the ClientHello offers signatures by a kind of key, and a cipher suite with which they can be used."""
    hello = evidence.inspection.client_hello if evidence.inspection else None
    if hello is None or not any(name.startswith(kind.lower()) for name in hello.signature_algorithms):
        return False
    return "1.3" in hello.versions or any(f"_{kind}_" in suite for suite in hello.cipher_suites)


def signature_words(evidence: Evidence) -> str:
    """Say which kinds of keys the dialler takes, and so what may be wrong with that of the listener."""
    kinds = [kind for kind in (RSA, ECDSA) if offers(evidence, kind)]
    match kinds:
        case [kind]:
            return f"It offers signatures by {kind} alone, and a listener with another key answers in this way."
        case []:
            return ""
    return (
        "It offers signatures by RSA and ECDSA. So that key is of another kind or on another curve, its key usage "
        "does not let it sign, or the cipher settings have nothing in common."
    )
