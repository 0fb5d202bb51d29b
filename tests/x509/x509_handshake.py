"""The oracle: what a real OpenSSL verifier objects to first, in a handshake over memory BIOs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto
from x509_forge import NOW, Forged, Key, forge


def first_objection(
    leaf: Forged,
    intermediates: Sequence[bytes],
    trusted: Sequence[bytes],
    purpose: str,
    at: datetime = NOW,
) -> tuple[int, int] | None:
    """Return (X509_V_ERR, depth) of the verifier's first objection, None where the handshake completes."""
    seen: list[tuple[int, int]] = []

    def note(_: SSL.Connection, __: Any, code: int, depth: int, ok: int) -> bool:
        if not ok:
            seen.append((code, depth))
        return bool(ok)

    verifying = _context(forge("verifier"), (), b"DEFAULT")
    verifying.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, note)
    _trust(verifying, trusted, at)
    presenting = _context(leaf, intermediates, b"DEFAULT:@SECLEVEL=0")
    client, server = (presenting, verifying) if purpose == "client" else (verifying, presenting)
    completed = _shake_hands(client, server)
    assert completed != bool(seen), "a handshake must fail for a reason that this test can see"
    return seen[0] if seen else None


def _context(own: Forged, intermediates: Sequence[bytes], ciphers: bytes) -> SSL.Context:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)  # in 1.3 the client is done before it is refused
    context.set_cipher_list(ciphers)
    context.use_certificate(own.certificate)
    key: Key = own.key
    context.use_privatekey(key)
    for der in intermediates:
        context.add_extra_chain_cert(x509.load_der_x509_certificate(der))
    return context


def _trust(context: SSL.Context, trusted: Sequence[bytes], at: datetime) -> None:
    store = context.get_cert_store()
    assert store is not None
    for der in trusted:
        store.add_cert(crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)))
    store.set_time(at)


def _shake_hands(client: SSL.Context, server: SSL.Context) -> bool:
    ends = SSL.Connection(client, None), SSL.Connection(server, None)
    ends[0].set_connect_state()
    ends[1].set_accept_state()
    done: set[int] = set()
    for turn in range(12):
        here, there = ends[turn % 2], ends[1 - turn % 2]
        with contextlib.suppress(SSL.Error):
            here.do_handshake()
            done.add(turn % 2)
        with contextlib.suppress(SSL.WantReadError):
            there.bio_write(here.bio_read(1 << 17))
    return done == {0, 1}
