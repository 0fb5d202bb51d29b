"""Where a certificate says that its status can be had (RFC 5280 sections 4.2.1.13 and 4.2.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.identity.certificate import read_certificate


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where a certificate says that its status can be had, and its issuer's certificate, as URLs."""

    lists: tuple[str, ...]
    responders: tuple[str, ...]
    issuers: tuple[str, ...] = ()


def pointers_of(certificate: bytes) -> Pointers:
    """Return the CRLs, OCSP responders and issuers that a certificate (DER) points to; none where it is unreadable."""
    facts = read_certificate(certificate)
    return Pointers(facts.crl_urls, facts.ocsp_urls, facts.issuer_urls)
