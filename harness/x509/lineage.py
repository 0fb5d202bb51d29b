"""Who issued whom, among certificates that lie about in any order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Final

from harness.x509.found_certificate import FoundCertificate, signature_fits

_NAMESAKES: Final = 16
"""How many CAs of one name are tried as the issuer of one certificate, so that a bundle of namesakes is no siege."""

_DEPTH: Final = 32
"""Longest path that is followed."""


class Lineage:
    """The certificates at hand, asked for issuers. The same certificate twice counts once."""

    def __init__(self, certificates: Iterable[FoundCertificate]) -> None:
        self._by_subject: dict[Hashable, list[FoundCertificate]] = {}
        self._met: set[bytes] = set()
        self.include(certificates)

    def include(self, certificates: Iterable[FoundCertificate]) -> None:
        """Take more certificates to those at hand."""
        for certificate in certificates:
            if certificate.der not in self._met:
                self._met.add(certificate.der)
                self._by_subject.setdefault(certificate.subject, []).append(certificate)

    def issuers_of(self, child: FoundCertificate) -> tuple[FoundCertificate, ...]:
        """Return all certificates whose subject issued `child`, itself too; self-signed ones come first."""
        namesakes = self._by_subject.get(child.issuer, [])
        likely_first = sorted(namesakes, key=lambda each: _identifiers_differ(child, each))
        issuers = [each for each in likely_first[:_NAMESAKES] if has_issued(each, child)]
        return tuple(sorted(issuers, key=lambda each: not is_self_signed(each)))

    def path_above(self, leaf: FoundCertificate) -> tuple[FoundCertificate, ...]:
        """Return the issuers of `leaf`, nearest first, as far as they are at hand; never `leaf` itself."""
        path = [leaf]
        while len(path) < _DEPTH and not is_self_signed(path[-1]):
            unseen = (each for each in self.issuers_of(path[-1]) if all(each.der != seen.der for seen in path))
            issuer = next(unseen, None)
            if issuer is None:
                break
            path.append(issuer)
        return tuple(path[1:])

    def all_above(self, leaf: FoundCertificate) -> tuple[FoundCertificate, ...]:
        """Return every certificate at hand from which a path leads down to `leaf`, on whatever way; never `leaf`."""
        found = {leaf.der: leaf}
        for each in (rising := [leaf]):
            fresh = [issuer for issuer in self.issuers_of(each) if issuer.der not in found]
            found |= {issuer.der: issuer for issuer in fresh}
            rising += fresh
        return tuple(found.values())[1:]


def has_issued(issuer: FoundCertificate, child: FoundCertificate) -> bool:
    """Return whether the name fits and the signature, or the key identifiers where it cannot be checked."""
    if issuer.subject != child.issuer:
        return False
    fits = signature_fits(child, issuer)
    return fits if fits is not None else not _identifiers_differ(child, issuer)


@lru_cache(maxsize=2048)
def _signed_itself(certificate: FoundCertificate) -> bool:
    return has_issued(certificate, certificate)


def is_self_signed(certificate: FoundCertificate) -> bool:
    """Return whether the certificate's own key signed it."""
    return certificate.subject == certificate.issuer and _signed_itself(certificate)


def _identifiers_differ(child: FoundCertificate, issuer: FoundCertificate) -> bool:
    wanted, held = child.authority_key_identifier, issuer.subject_key_identifier
    return bool(wanted and held and wanted != held)
