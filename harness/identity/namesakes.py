"""CAs of one name: an Expressway cannot hold two of them, OpenSSL can (domain.md 3.1, C11)."""

from __future__ import annotations

from collections.abc import Iterable

from harness.identity.certificate import CertificateFacts, read_certificate


def first_of_each_name(certificates: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates (DER) without those whose common name an earlier one has; any without one stay."""
    kept: dict[object, bytes] = {}
    for der in certificates:
        kept.setdefault(read_certificate(der).common_names or der, der)
    return tuple(kept.values())


def namesakes_of(name: str, certificates: Iterable[bytes]) -> tuple[CertificateFacts, ...]:
    """Return the facts of those certificates (DER) whose subject is `name`, as an issuer field writes it."""
    facts = (read_certificate(der) for der in certificates)
    return tuple(each for each in facts if each.subject.lower() == name.lower())
