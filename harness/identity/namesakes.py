"""CAs of one name: an Expressway cannot hold two of them, OpenSSL can (domain.md 3.1, C11)."""

from __future__ import annotations

from collections.abc import Iterable

from harness.identity.certificate import read_certificate


def first_of_each_name(certificates: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates (DER) without those whose common name an earlier one has; any without one stay."""
    kept: dict[object, bytes] = {}
    for der in certificates:
        kept.setdefault(read_certificate(der).common_names or der, der)
    return tuple(kept.values())
