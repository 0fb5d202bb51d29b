"""OpenSSL's judgement of a certificate revocation list, outside a handshake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from OpenSSL import crypto

from harness.tls.verify_errors import NO_CRL


def judge_by_lists(chain: Sequence[bytes], lists: Iterable[bytes], clock: datetime | None = None) -> int:
    """Return what OpenSSL says of a chain's leaf by these CRLs: 0, or the X509_V_ERR with which it refuses.

    `chain` is a verified one (DER, leaf first, root last), `lists` are CRLs (DER); what is no CRL counts as none.
    The leaf alone is looked up, as by `openssl s_server -crl_check`. `clock` is the date that counts, None for now.
    An outdated list is refused before it is read: a revoked certificate on it shows as 12, not 23 (measured, 4.0.3).
    """
    leaf, *others = (crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)) for der in chain)
    if not others:
        return NO_CRL  # a root that is its own leaf is on nobody's list
    store = crypto.X509Store()
    store.add_cert(others[-1])
    for held in lists:
        try:
            store.add_crl(x509.load_der_x509_crl(held))
        except (ValueError, crypto.Error):
            continue
    store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
    if clock is not None:
        store.set_time(clock)
    try:
        crypto.X509StoreContext(store, leaf, others).verify_certificate()
    except crypto.X509StoreContextError as refused:
        return int(refused.errors[0])
    return 0


def days_of_list(held: bytes) -> tuple[datetime, datetime | None] | None:
    """Return from when to when a CRL (DER) counts, None of bytes that are no CRL."""
    try:
        read = x509.load_der_x509_crl(held)
    except ValueError:
        return None
    return read.last_update_utc, read.next_update_utc
